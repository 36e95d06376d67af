# make run | rehearse | test | check | bench | format | messages | docs | lock
# Needs python3.11, pip and make; no python3-venv, no uv, no Node, no Docker.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check
LOCKED := $(PIP) install --quiet --require-hashes --no-build-isolation --use-pep517

.DEFAULT_GOAL := help
.PHONY: help run rehearse test check bench format messages docs lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# The environment: the build tools, then what the software needs to run, then what its developers need.
# `pip --python` installs into an environment that has no pip of its own (pip 22.3 or later).
.venv/run.stamp: requirements/build.txt requirements/run.txt pyproject.toml
	@echo "Preparing .venv (a few minutes the first time)"
	$(PYTHON) -m venv --without-pip .venv
	$(LOCKED) -r requirements/build.txt
	$(LOCKED) -r requirements/run.txt
	$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src  # as pip does for everything else: the first command starts no slower than the next
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.txt
	@echo "Adding the tools for tests and checks"
	$(LOCKED) -r requirements/dev.txt
	@touch $@

run: .venv/run.stamp ## screen the bundled sample records for the BEAM trial
	@mkdir -p out
	$(BIN)/trialwright screen beam studies/beam/sample --on 2026-11-01 --format html --out out/beam-sample.html
	@echo "The report lies in $(CURDIR)/out/beam-sample.html"

# The report is made anew each time: simulating refuses a folder that holds something.
rehearse: .venv/run.stamp ## simulate the BEAM trial, verify it, report it, walk one number back
	@rm -rf out/rehearsal out/report
	$(BIN)/trialwright simulate beam --participants 53 --seed 1 --out out/rehearsal
	$(BIN)/trialwright verify out/rehearsal
	$(BIN)/trialwright report out/rehearsal --out out/report
	$(BIN)/trialwright trace out/rehearsal T3.r1.c2 --most 1
	@echo "The report lies in $(CURDIR)/out/report, as a page and as a PDF"

test: .venv/dev.stamp ## the whole suite
	$(BIN)/python -m pytest -n 2

check: .venv/dev.stamp ## format, style, types, imports, stale generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@for tool in tools/*.py; do echo "$$tool --check"; $(BIN)/python $$tool --check || exit 1; done

bench: .venv/dev.stamp ## measure, side by side; figures go to docs/reference/benchmarks.md
	$(BIN)/python -m benchmarks

format: .venv/dev.stamp ## put the code into the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: .venv/dev.stamp ## collect the sentences shown to people; lists those without Chinese
	$(BIN)/python tools/messages.py

# Every script in tools/ writes something that is committed; all but the locks work without a network.
docs: .venv/dev.stamp ## write everything generated: reference pages, schemas, catalogue
	@for tool in $(filter-out tools/lock.py,$(wildcard tools/*.py)); do \
		echo "$$tool"; $(BIN)/python $$tool || exit 1; done

lock: .venv/dev.stamp ## resolve the dependencies anew; UPGRADE=--upgrade takes newer versions
	$(PYTHON) -m venv --without-pip build/lock
	$(PYTHON) -m pip --python build/lock/bin/python install --quiet pip pip-tools==7.6.2
	PATH="$(CURDIR)/build/lock/bin:$$PATH" $(BIN)/python tools/lock.py $(UPGRADE)

clean: ## remove everything that was made
	rm -rf .venv build out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
