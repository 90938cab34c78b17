# Two commands do all the set-up: `make demo` starts the system, `make test` passes the tests.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
export LIANGTIAN_DATA ?= $(CURDIR)/liangtian-data

.PHONY: demo test dev lint types bench docs pictures clean

demo: $(VENV)/.run-installed
	$(BIN)/liangtian demo

test: $(VENV)/.test-installed
	bash tools/test.sh

dev: $(VENV)/.test-installed
	$(BIN)/liangtian demo & trap "kill $$!" EXIT INT TERM; $(BIN)/python tools/web.py run dev

lint: $(VENV)/.test-installed
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports && $(BIN)/python tools/web.py run lint

types: $(VENV)/.test-installed
	$(BIN)/mypy && $(BIN)/python tools/web.py run types

bench: $(VENV)/.test-installed
	$(BIN)/python benchmarks/overlay/run.py

docs: $(VENV)/.test-installed
	$(BIN)/python tools/dictionary.py

pictures: $(VENV)/.test-installed
	$(BIN)/python tools/pictures.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements/run.txt pyproject.toml hatch_build.py $(VENV)/bin/python $(shell find web/src web/package-lock.json -type f 2>/dev/null)
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-installed: requirements/test.txt $(VENV)/.run-installed
	$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

clean:
	rm -rf $(VENV) web/node_modules src/liangtian/site/webdist src/liangtian/press/fonts src/liangtian/platform/regions/register.txt.gz
