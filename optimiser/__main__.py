"""`python -m optimiser` is the command `optimiser`."""

from optimiser.cli.entry import run

run()
