# Sets itself up: every target that needs Python makes its environment first, and does nothing about it when it is up to date.

# Each Python that is named has an environment of its own, so that changing between them installs nothing twice.
PYTHON ?=
VENV := .venv$(if $(PYTHON),-$(shell tools/find-python.sh --series "$(PYTHON)" 2>/dev/null))
PY := $(VENV)/bin/python
UV ?= uv
SETUP = @found=$$(tools/find-python.sh "$(PYTHON)") && UV="$(UV)" "$$found" -I tools/setup.py $(VENV)
WORKERS ?= 2
# Tests start many processes, and without bytecode each of them compiles what it imports.
BYTECODE = PYTHONDONTWRITEBYTECODE=
PYTHONS ?= python3.11 python3.12 python3.13

KILLS ?= 1000
CLICKS ?= 2000
FUZZ ?= 100000
RACES ?= 1000
ACKS ?= 300
APPROVALS ?= 2000

.DEFAULT_GOAL := help
.PHONY: help demo test test-all check format mutants bench bench-faults pictures lock setup setup-demo clean

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target words; do printf '%-18s %s\n' "$$target" "$$words"; done
	@echo; echo "With PYTHON=python3.12, or the path of another Python, a target uses that one, in .venv-3.12 beside .venv."
	@echo "Packages are installed with uv if it is on the PATH, else with pip. With UV= it is always pip."

demo: setup-demo ## Open the sandbox in a browser: a Slack-like page, a Runs API server, and the bot between them
	@exec $(PY) -m bot demo

test: setup ## Run the tests this machine can run, but for those of minutes, and hold the coverage to its marks
	@rm -f .coverage .coverage.*
	@PYTHONHASHSEED=0 $(BYTECODE) $(PY) -m coverage run -m pytest -n $(WORKERS) --dist loadfile
	@$(PY) -m coverage combine --quiet
	@echo; echo "Branch coverage of bot/core (must be 100 %):"
	@$(PY) -m coverage report --include='bot/core/*' --fail-under=100
	@echo; echo "Branch coverage of bot and handlers without the sandbox (must be 95 %):"
	@$(PY) -m coverage report --fail-under=95

test-all: setup ## Run the tests on each Python, then what takes long: kills, races, odd payloads, and many more examples of each property
	@for each in $(PYTHONS); do echo; echo "== $$each"; $(MAKE) test PYTHON=$$each || exit 1; done
	@PYTHONHASHSEED=0 CHAOS_RUNS=60 CHAOS_KILLS=15 FREEZE_RACES=40 DOUBLE_CLICKS=100 ACK_KILLS=20 RUNBELL_TEST_FUZZ=2000 APPROVAL_EXAMPLES=100 FAULTS_TIMEOUT=900 \
	  $(PY) -m pytest -n $(WORKERS) --dist loadfile --hypothesis-profile=long --timeout=600

check: setup ## Lint, formatting, types and the layers
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

format: setup ## Format the code and mend what ruff can mend
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

mutants: setup ## Change the approval core in thousands of small ways, and count how many of them no test notices (half an hour)
	@$(PY) -m tests.mutants --workers $(WORKERS)

bench: setup ## Measure, in six tables and about five minutes
	@$(PY) -m tests.benchmarks

bench-faults: setup ## Kill, double-click, race freezes and send odd payloads, as often as one likes (hours): KILLS=1000 CLICKS=2000 ACKS=300 RACES=1000 FUZZ=100000 APPROVALS=2000
	@CHAOS_KILLS=$(KILLS) CHAOS_RUNS=$(KILLS) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA tests/scenes/test_chaos.py
	@DOUBLE_CLICKS=$(CLICKS) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA tests/scenes/test_double_clicks.py
	@ACK_KILLS=$(ACKS) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA tests/scenes/test_requests_killed.py
	@FREEZE_RACES=$(RACES) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA tests/test_freeze_races.py
	@APPROVAL_EXAMPLES=$(APPROVALS) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA tests/approvals/test_machine.py
	@RUNBELL_TEST_FUZZ=$(FUZZ) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA tests/handlers/test_fuzz.py

pictures: setup ## Take the pictures of the README and the guides from the running page (needs terraform, Chromium, a font with emoji)
	@$(PY) -m tests.browser.pictures

# The first constrains the second, so that tests run on the versions that production gets.
COMPILE = uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet
lock: ## Write requirements.txt and requirements-dev.txt from pyproject.toml, keeping versions that still fit (needs uv on the PATH)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	$(COMPILE) --extra build pyproject.toml -o requirements.txt
	$(COMPILE) --extra build --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

setup: ## Only install what runs and what tests
	$(SETUP) requirements-dev.txt

setup-demo: ## Only install what runs
	$(SETUP) requirements.txt

clean: ## Remove every environment and everything else that was made
	rm -rf .venv .venv-* build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

