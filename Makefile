# On a fresh machine (Python 3.11 or later, make): `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SECONDS_EACH ?= 20

.PHONY: demo test lint bench fuzz generate clean

$(BIN)/opskit: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	# setuptools warns of folders called like the package; this one is the package.
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/dev: $(BIN)/opskit
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

## Walk through the groups on bundled examples.
demo: $(BIN)/opskit
	$(BIN)/opskit demo

## Run the tests; those whose component is missing are skipped with the reason.
test: $(VENV)/dev
	# Seven minutes once, where Go is there and the cache is empty; without Go its tests are skipped.
	-$(BIN)/python -m tests.controlplane.build
	$(BIN)/python -m pytest -n auto

## ruff, mypy, import-linter, and our queries against the catalog of system views.
lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	# mypy and import-linter want the package as it is installed: commands inside opskit.
	rm -rf build/tree && mkdir -p build/tree/opskit
	ln -s $(CURDIR)/opskit/* $(CURDIR)/commands $(CURDIR)/completions $(CURDIR)/queries build/tree/opskit/
	cd build/tree && ../../$(BIN)/mypy --config-file ../../pyproject.toml
	cd build/tree && ../../$(BIN)/lint-imports --config ../../pyproject.toml
	$(BIN)/opskit redshift queries lint

## Ratios against named baselines, measured in the same run.
bench: $(VENV)/dev
	$(BIN)/python -m tests.bench

## Fuzz the readers and the patcher for a bounded time each.
fuzz: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group fuzz
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS_EACH)

## Write what is generated: the compiled catalog, completion scripts, the command reference, the list of rules.
generate: $(VENV)/dev
	$(BIN)/python -m opskit.storage.catalog.compile
	$(BIN)/python completions/generate.py
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
