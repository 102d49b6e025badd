# Sets itself up: every target that needs Python makes .venv first, and does nothing about it when it is up to date.

VENV := .venv
PY := $(VENV)/bin/python
WORKERS ?= 2
RUN_WITHOUT_PIP_NEWS := PIP_DISABLE_PIP_VERSION_CHECK=1

KILLS ?= 1000
CLICKS ?= 2000
FUZZ ?= 100000
RACES ?= 1000
ACKS ?= 300
APPROVALS ?= 2000

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench bench-faults pictures lock setup clean

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target words; do printf '%-18s %s\n' "$$target" "$$words"; done

demo: setup ## Open the sandbox in a browser: a Slack-like page, a Runs API server, and the bot between them
	@exec $(PY) -m bot demo

test: setup ## Run every test this machine can run, and hold the coverage to its marks
	@rm -f .coverage .coverage.*
	@PYTHONHASHSEED=0 $(PY) -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=
	@echo; echo "Branch coverage of bot/core (must be 100 %):"
	@$(PY) -m coverage report --include='bot/core/*' --fail-under=100
	@echo; echo "Branch coverage of bot and handlers without the sandbox (must be 95 %):"
	@$(PY) -m coverage report --fail-under=95

check: setup ## Lint, formatting, types and the layers
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

format: setup ## Format the code and mend what ruff can mend
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: setup ## Measure, in six tables and about five minutes
	@$(PY) -m tests.benchmarks

bench-faults: setup ## Kill, double-click, race freezes and send odd payloads, as often as one likes (hours): KILLS=1000 CLICKS=2000 ACKS=300 RACES=1000 FUZZ=100000 APPROVALS=2000
	@CHAOS_KILLS=$(KILLS) CHAOS_RUNS=$(KILLS) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA --no-cov tests/scenes/test_chaos.py
	@DOUBLE_CLICKS=$(CLICKS) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA --no-cov tests/scenes/test_double_clicks.py
	@ACK_KILLS=$(ACKS) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA --no-cov tests/scenes/test_requests_killed.py
	@FREEZE_RACES=$(RACES) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA --no-cov tests/test_freeze_races.py
	@APPROVAL_EXAMPLES=$(APPROVALS) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA --no-cov tests/approvals/test_machine.py
	@RUNBELL_TEST_FUZZ=$(FUZZ) FAULTS_TIMEOUT=36000 $(PY) -m pytest -rA --no-cov tests/handlers/test_fuzz.py

pictures: setup ## Take the pictures of the README and the guides from the running page (needs terraform, Chromium, a font with emoji)
	@$(PY) -m tests.browser.pictures

lock: ## Write requirements.txt anew from pyproject.toml (needs uv on the PATH)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
	  --extra dev pyproject.toml -o requirements.txt

clean: ## Remove .venv and everything else that was made
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The lock is whole, so nothing is resolved: an older pip looks for the newest coverage[toml] beside the pinned coverage and fails.
# The stamp holds a checksum of what .venv was made from and where it stands, so a moved clone is made anew as well.
setup:
	@key=$$({ pwd; cat requirements.txt pyproject.toml; } | cksum); \
	if [ "$$(cat $(VENV)/made-from 2>/dev/null)" = "$$key" ] && $(PY) -c '' 2>/dev/null; then exit 0; fi; \
	fits='import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; \
	if ! $(PY) -c "$$fits" 2>/dev/null || ! $(PY) -m pip --version >/dev/null 2>&1; then \
	  found=; \
	  for each in "$${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do \
	    if [ -n "$$each" ] && "$$each" -c "$$fits" 2>/dev/null; then found=$$each; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "Runbell needs Python 3.11, 3.12 or 3.13 with its venv module (on Debian: apt install python3-venv); none was found."; \
	    echo "If it stands somewhere unusual, name it: make PYTHON=/path/to/python $(firstword $(MAKECMDGOALS))"; \
	    exit 1; \
	  fi; \
	  echo "Setting up $(VENV) with $$("$$found" --version); this happens once and takes about a minute."; \
	  "$$found" -m venv --clear $(VENV) || exit 1; \
	else \
	  echo "Bringing $(VENV) up to date with requirements.txt and pyproject.toml."; \
	fi; \
	rm -f $(VENV)/made-from; \
	$(RUN_WITHOUT_PIP_NEWS) $(PY) -m pip install --no-deps --require-hashes -r requirements.txt \
	  && $(RUN_WITHOUT_PIP_NEWS) $(PY) -m pip install --quiet --no-deps --no-build-isolation -e . \
	  && $(PY) -m pip check \
	  && echo "$$key" >$(VENV)/made-from \
	  && echo "$(VENV) is ready."
