# What can be done here: make help. Only this file is tied to a shell; the program is not.

PYTHON ?= python3
FOR ?=
FOR_PYTHON ?= 3.12

bin := .venv/bin
built := .venv/built
install := $(bin)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
fetch := $(bin)/python -m pip download --quiet --disable-pip-version-check --constraint constraints.txt
target := $(if $(FOR),--platform $(FOR) --python-version $(FOR_PYTHON) --only-binary=:all:,)

.PHONY: demo test bench wheels readme catalogues help clean

demo: $(built)  ## build, write a made-up region to demo/region, allocate it to demo/plan, check it
	@$(bin)/optimiser demo demo/region
	@echo
	@$(bin)/optimiser allocate demo/region --out demo/plan
	@echo
	@echo "The plan once more, recounted from the tables alone:"
	@$(bin)/optimiser check demo/region demo/plan
	@echo
	@echo "Open these:"
	@echo "  demo/plan/report.html    what the plan does, in pictures and words (any browser)"
	@echo "  demo/plan/plan.xlsx      the same for a spreadsheet: coaches, moves, municipalities"
	@echo "  demo/plan/plan.csv       one row a client, with the reason"
	@echo "  demo/plan/summary.json   the figures, for other programs"
	@echo "Why this coach?  $(bin)/optimiser explain demo/region demo/plan C000001"

test: $(built)  ## lint, types, import rules and all tests
	$(bin)/ruff check optimiser tests benchmarks
	$(bin)/ruff format --check optimiser tests benchmarks
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/pytest -n 2 tests benchmarks --benchmark-disable

bench: $(built)  ## time the phases on regions of several sizes
	$(bin)/pytest benchmarks --benchmark-only --sizes all --benchmark-columns=min,median,rounds

wheels: $(built)  ## fill wheels/ for a machine without network; for Windows: make wheels FOR=win_amd64
	rm -rf wheels build
	$(bin)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir wheels .
	$(fetch) --dest wheels $(target) wheels/optimiser-*.whl colorama tzdata
	@rm -rf build
	@ls wheels | wc -l | xargs echo "wheels:"

readme: $(built)  ## write the README's tables anew from the commands and columns
	$(bin)/python -m optimiser.cli.readme README.md

catalogues: $(built)  ## bring the message catalogues (Finnish, Swedish) up to date with the code
	$(bin)/python -m optimiser.cli.catalogue

help:  ## say this
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

clean:  ## remove what was built or written here, the environment too
	rm -rf .venv demo wheels build dist *.egg-info .benchmarks .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Anew whenever the project's own declaration or the locked versions change; half an environment counts as none.
$(built): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "$(PYTHON) is missing or older than 3.11. Try make PYTHON=python3.12 (any from 3.11)."; exit 1; }
	@echo "Building the environment in .venv (once; some minutes on a slow line)"
	@$(PYTHON) -m venv --clear .venv || \
	  { echo "Python's venv is missing. On Debian and Ubuntu: apt install python3-venv."; exit 1; }
	@$(install) setuptools
	@$(install) --no-build-isolation --editable ".[dev]"
	@touch $@
