# Two commands are all the set-up: `make run` serves the API, `make test` passes the tests.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

.PHONY: help install install-dev lock run database-stop test check lint types format bench clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# $(1): the lock to install. uv where it is present, else pip; hashes are required by both.
define install-lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Specward needs Python 3.11 or newer; set PYTHON=/path/to/it.")'
	@if [ -n "$(UV)" ]; then \
		$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
		$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(1) && \
		$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		$(PYTHON) -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@
endef

$(VENV)/.run: requirements.txt pyproject.toml
	$(call install-lock,requirements.txt)

$(VENV)/.dev: requirements-dev.txt pyproject.toml
	$(call install-lock,requirements-dev.txt)
	@touch $(VENV)/.run

install: $(VENV)/.run ## make the environment in .venv, with the specward command

install-dev: $(VENV)/.dev ## the same, with everything the tests need

lock: ## write the locks anew from pyproject.toml (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group app --group database --group build -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group app --group database --group build --group dev -c requirements.txt -o requirements-dev.txt

test: install-dev ## run the tests
	$(BIN)/python -m pytest $(ARGS)

check: install-dev ## hold this repository against its own gate
	$(BIN)/specward check

lint: install-dev ## ruff and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: install-dev ## mypy, strict
	$(BIN)/mypy

format: install-dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment, the embedded database and every cache
	rm -rf $(VENV) .data .specward .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
