# Every target sets up what it needs: Python 3.11 with pip is all a fresh machine must have.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo test chaos faults machine mutants bench lint format lock clean

$(STAMP): requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(STAMP)  ## 10,000 devices from a third-party service into a local Assets server
	$(BIN)/assetferry demo

# A test that is red beside others is run once more, alone: red twice is red. What the first run
# printed stays to be read.
test: $(STAMP)  ## every test, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n auto --dist worksteal || \
	    $(BIN)/python -m pytest --last-failed --last-failed-no-failures none --maxfail 5

chaos: $(STAMP)  ## N kills of importer and Assets server in one import of 200,000 devices
	CHAOS_KILLS=$(or $(N),200) CHAOS_DEVICES=200000 $(BIN)/python -m pytest tests/chaos

faults: $(STAMP)  ## every fault of a network, at every place, with a server that knows repeats and one that does not
	FAULTS_WHOLE=1 $(BIN)/python -m pytest -n auto --dist worksteal \
	    tests/faults tests/integration/test_full_disk.py tests/integration/test_engine_outages.py

mutants: $(STAMP)  ## take guards away one by one: a test must notice each
	PYTHONPATH=tests/support $(BIN)/python -m mutants

machine: $(STAMP)  ## ledger and engine against a model: N examples on each database; SEED chooses others
	MACHINE_EXAMPLES=$(or $(N),300) $(if $(SEED),MACHINE_SEED=$(SEED)) $(BIN)/python -m pytest tests/machine

bench: $(STAMP)  ## speed and memory; ARGS="P1a P7 --quick" chooses
	$(BIN)/python -m bench $(ARGS)

lint: $(STAMP)  ## ruff and pyright strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:  ## lock versions and hashes anew; no download addresses are recorded
	uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	    --no-annotate --custom-compile-command "make lock" \
	    --extra postgres -o requirements/base.lock pyproject.toml
	uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	    --no-annotate --custom-compile-command "make lock" \
	    --extra postgres --group dev -o requirements/dev.lock pyproject.toml

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
