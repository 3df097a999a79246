# make demo, make test         make .venv if it is not there
# make test PYTHON=/path/to/python
# make demo DEMO_ARGS='--seeds 0 1 2'
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

VENV := .venv
BASE_PYTHON ?= python3
INSTALL := '.[all]' -c requirements/constraints.txt
TEST_ARGS ?=
DEMO_ARGS ?=
SOURCES := $(shell find mmaction_sampler configs tools -type f -not -name '*.pyc')

# Without PYTHON=, the targets use .venv and make it on demand.
ifeq ($(origin PYTHON),undefined)
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.installed
endif

.PHONY: install demo test clean

install: $(VENV)/.installed

$(VENV)/.dependencies: setup.py setup.cfg requirements/constraints.txt
	$(BASE_PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install $(INSTALL)
	$(VENV)/bin/python -m pip check
	touch $@

# The demo and mim run what is installed, so that it has to follow the sources.
$(VENV)/.installed: $(VENV)/.dependencies $(SOURCES)
	$(VENV)/bin/python -m pip install --quiet --no-deps --force-reinstall .
	touch $@

demo: $(READY)
	$(PYTHON) -W ignore tools/demo/needle.py $(DEMO_ARGS)

test: $(READY)
	PYTHONPATH="$(CURDIR)" $(PYTHON) -m pytest tests -n 2 --dist loadfile -q $(TEST_ARGS)

clean:
	rm -rf build dist *.egg-info .pytest_cache
