# make test                    makes .venv if it is not there
# make test PYTHON=/path/to/python
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

VENV := .venv
BASE_PYTHON ?= python3
INSTALL := '.[all]' -c requirements/constraints.txt
TEST_ARGS ?=

# Without PYTHON=, the targets use .venv and make it on demand.
ifeq ($(origin PYTHON),undefined)
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.installed
endif

.PHONY: install test clean

install: $(VENV)/.installed

$(VENV)/.installed: setup.py setup.cfg requirements/constraints.txt
	$(BASE_PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install $(INSTALL)
	$(VENV)/bin/python -m pip check
	touch $@

test: $(READY)
	PYTHONPATH="$(CURDIR)" $(PYTHON) -m pytest tests -n 2 --dist loadfile -q $(TEST_ARGS)

clean:
	rm -rf build dist *.egg-info .pytest_cache
