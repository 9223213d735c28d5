"""`python -m optimiser` is the command `optimiser`."""

from optimiser.cli.main import run

run()
