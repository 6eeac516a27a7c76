PYTHON ?= python3
RUNS ?= 100
JOBS ?= 2
MINUTES ?= 10
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
COMPILED := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/$(VENV)/bytecode
NPM := $(shell command -v npm 2>/dev/null)
GRAPHIQL_PAGE := edge/graphiql/dist/manifest.json
E2E := tests/e2e/node_modules/.package-lock.json
GRAPHIQL_SOURCES := $(wildcard edge/graphiql/package*.json edge/graphiql/*.mjs edge/graphiql/*.js edge/graphiql/*.jsx edge/graphiql/*.css)
PEERS := tests/benchmarks/peers/node_modules/.package-lock.json
LOCK := .venv-lock/bin/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-annotate --custom-compile-command 'make lock'
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

.PHONY: help install run test lint schema contracts bench bench-peers soak torture docs pictures lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

install: $(RUNTIME) $(GRAPHIQL_PAGE) ## Make .venv and build GraphiQL

run: install ## Start the gateway on the sandbox at http://localhost:8000 (HOST, PORT)
	@exec $(BIN)/python -m app

test: lint $(GRAPHIQL_PAGE) $(E2E) ## Format, lint, types, import contracts and all tests (JOBS at once)
	@sh tests/e2e/chromium.sh
	$(COMPILED) $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --durations=15

lint: $(DEVELOPMENT) ## Formatting, lint, strict types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/check.py

schema: $(DEVELOPMENT) ## Print schema/schema.graphql from the code again
	$(BIN)/python -m schema.graph

contracts: $(DEVELOPMENT) ## Fetch the official Shopify schemas and print schema/schema.graphql again
	$(BIN)/python -m clients.contracts
	$(BIN)/python -m schema.graph

bench: $(DEVELOPMENT) ## Compare the gateway's own work with plain Strawberry's, in one run
	$(BIN)/python -m pytest -m benchmark -s tests/benchmarks

bench-peers: $(DEVELOPMENT) $(PEERS) ## Compare it with graphql-yoga, Hive Gateway and bare uvicorn, in one run; results in .bench/
	$(BIN)/python -m tests.benchmarks.peers

soak: $(DEVELOPMENT) ## Load one process with twice what it can do, for MINUTES (10), while upstreams fail and recover
	$(BIN)/python -m tests.benchmarks.soak --minutes $(MINUTES)

torture: $(DEVELOPMENT) ## Kill a gateway RUNS times, also with workers, Redis and PostgreSQL, let 1,000 orders in at once, and try many more random cases than `make test`
	RUNS=$(RUNS) $(BIN)/python -m pytest -s tests/e2e/test_killed_gateway.py tests/e2e/test_killed_stores.py
	RUSH_ORDERS=1000 $(BIN)/python -m pytest -s tests/gateway/test_order_rush.py
	FLOODS=$$((20 * $(RUNS))) $(BIN)/python -m pytest -s tests/gateway/test_floods.py
	EQUIVALENCE_EXAMPLES=$(RUNS) EQUIVALENCE_SEED=$$(date +%s) STRICTER_EXAMPLES=$$((20 * $(RUNS))) STRICTER_SEED=$$(date +%s) \
		$(BIN)/python -m pytest -s tests/contract/test_equivalence.py tests/contract/test_never_stricter.py
	SCHEDULES=$$((15 * $(RUNS))) SCHEDULES_SEED=random $(BIN)/python -m pytest -s tests/orders

docs: $(DEVELOPMENT) ## Write the generated pages of docs/ and build them all as a site, in .site
	$(BIN)/python -m edge.documentation
	test -x .venv-docs/bin/mkdocs || { $(PYTHON) -m venv .venv-docs && .venv-docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.txt; }
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet --strict

pictures: $(DEVELOPMENT) $(GRAPHIQL_PAGE) $(E2E) ## Take the pictures of README again, with the browser tests
	@sh tests/e2e/chromium.sh
	$(BIN)/python -m pytest tests/e2e/test_graphiql.py tests/e2e/test_order_in_browser.py tests/e2e/test_staff_desk.py
	cp tests/e2e/screenshots/order-08-shipped.png docs/images/order.png
	cp tests/e2e/screenshots/graphiql-tab-ProductPage.png docs/images/graphiql.png
	cp tests/e2e/screenshots/staff-02-today-1280.png docs/images/staff-today.png
	cp tests/e2e/screenshots/staff-10-refused-390.png docs/images/staff-refused-on-a-phone.png
	cp tests/e2e/screenshots/staff-13-cost-390.png docs/images/staff-cost-on-a-phone.png
	cp tests/e2e/screenshots/staff-07-parcel-1280.png docs/images/staff-parcel.png
	cp tests/e2e/screenshots/staff-17-health-1280.png docs/images/staff-health.png

$(PEERS): tests/benchmarks/peers/package.json tests/benchmarks/peers/package-lock.json
ifdef NPM
	cd tests/benchmarks/peers && $(NPM_CI) && touch node_modules/.package-lock.json
else
	@echo "npm is not installed: the peers cannot be measured" && false
endif

lock: ## Pin all dependencies of pyproject.toml with their hashes, keeping the pins that still fit
	test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9; }
	$(LOCK) pyproject.toml --all-extras -o requirements.txt
	$(LOCK) --group dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) --group docs -o requirements-docs.txt
	{ echo '-r requirements.txt'; cat requirements-dev.txt; } >requirements-dev.lock && mv requirements-dev.lock requirements-dev.txt

clean: ## Remove everything that set-up made
	rm -rf $(VENV) .venv-docs .venv-lock .site edge/graphiql/dist edge/graphiql/node_modules tests/e2e/node_modules tests/e2e/screenshots

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3")'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(GRAPHIQL_PAGE): $(GRAPHIQL_SOURCES)
ifdef NPM
	@(cd edge/graphiql && $(NPM_CI) && npm run --silent build) || echo "npm could not build GraphiQL: /graphql will show Strawberry's own page, which needs the internet"
else
	@echo "npm is not installed: /graphql will show Strawberry's own GraphiQL page, which needs the internet"
endif

$(E2E): tests/e2e/package.json tests/e2e/package-lock.json
ifdef NPM
	cd tests/e2e && $(NPM_CI) && touch node_modules/.package-lock.json
else
	@echo "npm is not installed: the tests with client libraries and the browser will be skipped"
endif
