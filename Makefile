# Two commands are all the set-up: `make run` serves the API, `make test` passes the tests.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
PORT ?= $(or $(shell sed -n 's/^PORT=//p' .env 2>/dev/null | tail -n 1),8000)
export PORT

.PHONY: help install install-dev lock coverage run worker database-start database-stop test check report lint types format bench fuzz clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# $(1): the lock to install. uv where it is present, else pip; hashes are required by both.
define install-lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Specward needs Python 3.11 or newer; set PYTHON=/path/to/it.")'
	@echo "Setting up $(VENV) from $(1), which takes a minute or two."
	@if [ -n "$(UV)" ]; then \
		$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
		$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) && \
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

# Printed by `make run`: where the API is, and how to get a token.
define RUN_NOTE
  API      http://127.0.0.1:$(PORT)
  Docs     http://127.0.0.1:$(PORT)/docs
  A token, from another shell:

    ME='{"email": "me@example.org", "password": "correct horse battery"}'
    API=http://127.0.0.1:$(PORT) JSON='content-type: application/json'
    curl -s $$API/v1/auth/register -H "$$JSON" -d "$$ME"
    TOKEN=$$(curl -s $$API/v1/auth/login -H "$$JSON" -d "$$ME" | sed 's/.*"access_token": *"\([^"]*\).*/\1/')
    curl -s $$API/v1/profile -H "Authorization: Bearer $$TOKEN"

endef
export RUN_NOTE

run: export RUN_WORKER ?= true
run: install ## serve the API and do its jobs, with a database of its own unless DATABASE_URL is set
	@printf "%s\n" "$$RUN_NOTE"
	@exec $(BIN)/specward database run -- uvicorn app.main:app --app-dir backend \
		--http app.core.protocol:BoundedHttp --port $(PORT)

worker: install ## do jobs beside the API: mails, deletion of what is past its time
	@PYTHONPATH=backend exec $(BIN)/specward database run -- python -m app.worker

database-start: install ## keep the database running, for plain uvicorn
	@$(BIN)/specward database start

database-stop: install ## stop it again; its data stays
	@$(BIN)/specward database stop

# Extras stand in the lock, or an older pip asks for the newest release of a package that somebody wants with one.
lock: ## write the locks anew from pyproject.toml (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras \
		--no-header \
		pyproject.toml --group app --group database --group build -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras \
		--no-header \
		pyproject.toml --group app --group database --group build --group dev -c requirements.txt -o requirements-dev.txt

# A process for each processor; whoever has nothing left to do takes from the others.
AT_ONCE := -n auto --dist worksteal

# The gate's tests promise what it imports, and coverage would come with it: only the backend's are measured.
ifeq ($(strip $(ARGS)),)
test: coverage ## run the tests, with the coverage of the backend; ARGS="..." runs some of them, without
	$(BIN)/python -m pytest $(AT_ONCE) --ignore=tests/app
else
test: install-dev
	$(BIN)/python -m pytest $(ARGS)
endif

coverage: install-dev ## run the tests of the backend; print what of it they miss, which may be 5 %
	$(BIN)/python -m pytest $(AT_ONCE) tests/app --cov

check: install-dev ## hold this repository against its own gate
	$(BIN)/specward check

report: install-dev ## write the report, one page, to .specward/report.html
	$(BIN)/specward report --database

lint: install-dev ## ruff and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: install-dev ## mypy, strict
	$(BIN)/mypy

bench: install-dev ## print what is promised in figures: ratios and round trips
	$(BIN)/python -m bench.hook
	$(BIN)/python -m bench.check
	$(BIN)/python -m bench.round_trips
	$(BIN)/python -m bench.throughput
	$(BIN)/python -m bench.volume
	$(BIN)/python bench/isolation/run.py
	$(BIN)/python -m bench.proof
	$(BIN)/python -m bench.mutation.run --sample 200

# Atheris has wheels for Linux on x86-64 alone, so it stands in no lock that everybody installs.
fuzz: install-dev ## fuzz every reader of the gate; FUZZ_SECONDS=60 for each of them
	@$(BIN)/python -c 'import atheris' 2>/dev/null || \
		if [ -n "$(UV)" ]; then $(UV) pip install --quiet --python $(BIN)/python --only-binary :all: atheris; \
		else $(BIN)/python -m pip install --quiet --only-binary :all: atheris; fi
	$(BIN)/python -m bench.fuzz.run --seconds $(or $(FUZZ_SECONDS),20)

format: install-dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment, the embedded database with its data, and every cache
	@! [ -d .data ] || ! [ -x $(BIN)/specward ] || $(BIN)/specward database stop --remove
	rm -rf $(VENV) .data .specward .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
