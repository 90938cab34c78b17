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

# The engines compared with go into an environment of their own; PostGIS joins in where it is installed.
bench: .venv-bench/.installed
	if ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; \
	then .venv-bench/bin/python tools/postgres.py .venv-bench/bin/python benchmarks/overlay/run.py --rivals $(BENCH); \
	else .venv-bench/bin/python benchmarks/overlay/run.py --rivals $(BENCH); fi

.venv-bench/.installed: requirements/run.txt benchmarks/overlay/requirements.txt $(VENV)/.run-installed
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	.venv-bench/bin/pip install --quiet --disable-pip-version-check -r benchmarks/overlay/requirements.txt
	echo "$(CURDIR)/src" > $$(.venv-bench/bin/python -c "import site; print(site.getsitepackages()[0])")/liangtian.pth
	@touch $@

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
	rm -rf $(VENV) .venv-bench web/node_modules src/liangtian/site/webdist src/liangtian/press/fonts src/liangtian/platform/regions/register.txt.gz
