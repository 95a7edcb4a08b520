# What you can ask of this folder. `make help` lists it; everything sets up what it needs and nothing more.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run playground test check lint bench pictures audit lock tools

help: ## list what you can ask for
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | awk -F'|' '{printf "  make %-11s %s\n", $$1, $$2}'

run: .venv/run-stamp node ## start the bot and the desk on the fictional council, and say where to look
	@BOT_MODE=local $(BIN)/python -m bot desk

playground: .venv/run-stamp node ## the same council in Microsoft's own Agents Playground
	@BOT_MODE=local $(BIN)/python -m bot playground

test: .venv/dev-stamp node tools ## run every test that can run on this machine
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: lint test ## style, types, the rooms' imports and the tests: what CI runs

lint: .venv/dev-stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: .venv/dev-stamp ## measure the ratios of benchmarks/RESULTS.md again, side by side
	$(BIN)/python -m benchmarks

pictures: .venv/dev-stamp node tools ## take the pictures of the README again, from the running product
	PICTURES=docs/pictures $(BIN)/python -m pytest tests/e2e/test_playground.py tests/pictures
	$(BIN)/python -m tests.pictures.cards

audit: .venv/dev-stamp ## look the locked packages up in the public list of known vulnerabilities (needs the internet)
	$(BIN)/pip-audit -r requirements.lock --disable-pip --strict

lock: .venv/uv-stamp ## work out the lock files again after a change to pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --python-version 3.11 -o requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --python-version 3.11 -c requirements-dev.lock -o requirements.lock
	$(BIN)/uv pip compile --group pyproject.toml:bench --universal --generate-hashes --no-emit-index-url \
		--no-emit-find-links --python-version 3.11 -o benchmarks/requirements.lock

# -- setting up: each stamp is younger than the lock file it was made from --------------------------------------------

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed and '$(PYTHON)' is not (or is missing)."; \
		echo "Install it, or name another: make $(or $(MAKECMDGOALS),run) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo "'$(PYTHON)' cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@

# The development lock holds everything the running bot needs, so one that is installed serves for both.
.venv/run-stamp: requirements.lock | .venv/made
	@if [ ! -e .venv/dev-stamp ] || [ requirements.lock -nt .venv/dev-stamp ]; then \
		echo "Setting up Python packages (once, about a minute)..."; \
		$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@touch $@

.venv/dev-stamp: requirements-dev.lock | .venv/made
	@echo "Setting up Python packages for tests (once, about a minute)..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/uv-stamp: | .venv/made
	@$(BIN)/python -m pip install -qq --disable-pip-version-check uv
	@touch $@

# Node is wanted, not needed: without it the bot runs in the terminal and the browser tests are skipped.
.PHONY: node
node:
	@if ! node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null; then \
		echo "Node 18 or newer is not here: no desk, no Teams playground and no browser tests."; \
	elif [ ! -e node_modules/.stamp ] || [ package-lock.json -nt node_modules/.stamp ]; then \
		echo "Setting up Node packages (once)..."; \
		npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.stamp; fi

tools:
	@sh .ci/tools
