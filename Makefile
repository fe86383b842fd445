# Two commands matter: "make run" and "make test". Both make what they need and are quick the second time.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --no-input --quiet --retries 10 --timeout 60
UV := $(VENV)/bin/uv
WEB := build/web/manifest.json
MODULES := node_modules/.package-lock.json
# Handed on to the program: make run ARGS="--port 9000 --data /srv/queue"
ARGS ?=
# Handed on to pytest: make test TESTS="tests/test_hours.py -x"
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help run demo test lint check-long audit lock ready ready-dev machine

help:
	@echo 'make run         serve the demo office and print the addresses of its screens'
	@echo 'make demo        play a busy morning in the office that "make run" serves'
	@echo 'make test        lint, types and all tests (what every change must pass)'
	@echo 'make check-long  the tests that take minutes, 100 bad days, and the lowest allowed versions'
	@echo 'make lint        ruff and mypy only'
	@echo 'make audit       ask the package index for known vulnerabilities in the locked versions'
	@echo 'make lock        renew the exact versions (UPGRADE=1: take newer ones)'

run: ready
	@exec $(PY) -m queue_server serve --demo $(ARGS)

demo: ready
	@exec $(PY) -m queue_server demo $(ARGS)

test: ready-dev machine lint
	$(PY) -m pytest -p tests.noskips -n 4 --dist loadfile $(TESTS)

lint: ready-dev
	$(PY) -m ruff check .
	$(PY) -m mypy

check-long: ready-dev machine .cache/floors/.installed
	$(PY) -m pytest -p tests.noskips -m long $(TESTS)
	$(PY) -m tests.crash --rounds 100
	.cache/floors/bin/python -m pytest -q tests

# Says loudly when nobody could be asked; fails when a version is known to be vulnerable.
audit: .cache/audit/.installed
	$(PY) .ci/audit .cache/audit/bin/pip-audit

# ---- What the targets above need --------------------------------------------------------------------

ready: $(VENV)/.installed $(WEB)
ready-dev: $(VENV)/.installed-dev $(WEB) $(MODULES)

# Python 3.11 or newer under any of its usual names; make PYTHON=/path/to/python names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

$(PY):
	@test -n "$(PYTHON)" || { echo 'error: Python 3.11 or newer is needed and was not found' \
	"(python3 here: $$(python3 --version 2>&1)). Install it from your system or python.org," \
	'or name it: make run PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else \
	"error: Python 3.11 or newer is needed; $(PYTHON) is %d.%d" % v[:2])'
	@echo "Making $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); echo 'error: Python could not make an environment.' \
	'On Debian and Ubuntu its module is a package of its own: sudo apt-get install python3-venv' >&2; exit 1; }

$(VENV)/.installed: requirements.lock | $(PY)
	@echo 'Installing what the server needs (once, a minute or so) …'
	@$(PIP) --require-hashes -r requirements.lock || { echo 'error: pip could not install everything; is the' \
	'package registry reachable? Running the same command again goes on where this one stopped.' >&2; exit 1; }
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(PY)
	@echo 'Installing what the tests need (once, some minutes) …'
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

# The browser libraries. Fetching looks for itself whether something is missing.
$(WEB): package-lock.json queue_server/assets.py queue_server/icons.py | $(PY)
	@$(PY) -m queue_server.assets
	@touch $@

# The tests also need what is not copied (acorn); npm empties node_modules when it fails half-way.
$(MODULES): package-lock.json | $(WEB)
	@test -f node_modules/acorn/dist/acorn.js || $(PY) -m queue_server.assets --force
	@touch $@

# A real browser, what the old one needs of the system, PostgreSQL, Redis, and a C compiler; never for "make run".
machine: $(VENV)/.installed-dev
	@PY=$(PY) .ci/machine

lock: | $(VENV)/.installed-dev
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) requirements.txt -o requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) -c requirements.lock \
	requirements-dev.txt -o requirements-dev.lock

# The auditor has an environment of its own: it is no part of the tests. Where it cannot be had, .ci/audit says so.
.cache/audit/.installed: | $(VENV)/.installed-dev
	@$(UV) venv --quiet --clear --python $(PY) .cache/audit
	@$(UV) pip install --quiet --python .cache/audit/bin/python 'pip-audit>=2.9' && touch $@ || true

# The lowest versions that requirements.txt allows must do as well.
.cache/floors/.installed: requirements.txt requirements-dev.lock
	$(UV) venv --quiet --clear --python $(PY) .cache/floors
	$(UV) pip install --quiet --python .cache/floors/bin/python --resolution lowest-direct -r requirements.txt
	$(UV) pip install --quiet --python .cache/floors/bin/python -r requirements-dev.txt
	@touch $@
