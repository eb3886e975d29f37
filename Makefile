PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.complete
PIP := $(PY) -m pip --disable-pip-version-check
COMPILE := $(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header -q

.DEFAULT_GOAL := help
.PHONY: help demo test test-compose faults bench screens run up down check lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## one job in a real browser, from the form to the ZIP in the mail, on this machine alone
	@$(PY) -m deploy.local.demo

test: check ## lint, types, import contracts, then every test on real parts
	@$(PY) -m deploy.local.setup
	@$(PY) -m pytest -n 2 tests/unit tests/contract tests/integration tests/e2e tests/faults tests/deploy --ignore=tests/deploy/compose

test-compose: $(READY) ## docker-compose.yml on a real Docker Engine, started if none answers: build, journey, scaling, kills
	@$(PY) -m tests.deploy.compose

faults: check ## break everything that can break, under full load, and print the table of docs/reliability.md; an hour
	@$(PY) -m deploy.local.setup
	@$(PY) -m pytest tests/unit/gateway/test_malformed.py --long
	@$(PY) -m tests.faults.restoring
	@$(PY) -m pytest tests/faults --long --verdicts .local/faults.jsonl
	@$(PY) -m tests.faults.table .local/faults.jsonl

bench: $(READY) ## one published figure, measured here: BENCH=search, packing, gateway, release, pending, mail, scaling, footprint, waiting
	@$(PY) -m bench.$(BENCH)

screens: $(READY) ## the pictures in docs/screens, of the real pages, taken anew
	@$(PY) -m deploy.local.setup
	@$(PY) -m tests.integration.gateway.screens

run: $(READY) ## the whole system in the foreground, until Ctrl-C; ENGINES=local searches this machine only
	@$(PY) -m deploy.local.run

up: $(READY) ## the same in the background; again: start what is missing
	@$(PY) -m deploy.local.up

down: $(READY) ## stop what up or run started
	@$(PY) -m deploy.local.down

check: $(READY) ## lint, types, import contracts
	@$(PY) -m ruff format --check -q .
	@$(PY) -m ruff check -q .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports --no-logo

lock: $(READY) ## pin every requirement anew, with hashes
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) pyproject.toml --extra gateway --extra scheduler --extra packager --extra notifier \
		-c requirements.txt -o requirements-app.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) deploy/local/maildump.in -o deploy/local/maildump.txt
	$(COMPILE) bench/packing/peers.in -o bench/packing/peers.txt

# Written last, so an interrupted one is begun anew; a finished one is brought up to date in place.
$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo \
		"Python 3.11 or newer with venv is missing: apt-get install python3-venv, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@echo "making $(VENV), once"
	@rm -f $@
	@$(PYTHON) -m venv $(if $(wildcard $@),,--clear) $(VENV)
	@$(PIP) install -q --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@
