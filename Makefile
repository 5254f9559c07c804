# make run: a running service from nothing. make test: every test but the slow drills.
# Needs Python 3.11 or newer with venv; `make run PYTHON=python3.13` chooses one.

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
CODE := $(wildcard booking tests benchmarks tools hatch_build.py)

# On CI a test that is skipped for want of a browser or a database is an error (tests/conftest.py).
export REQUIRE_ALL := $(if $(filter true,$(CI)),1)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests start servers by the dozen: without compiled files each would compile the whole program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test drill check bench lock browser clean

run: .venv/ready
	$(BIN)/booking run

test: .venv/ready browser
	$(BIN)/pytest -n $(WORKERS)

drill: .venv/ready browser
	$(BIN)/pytest -n $(WORKERS) -m drill

check: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo

bench: .venv/ready
	$(BIN)/booking bench browse --json
	$(BIN)/booking bench book --json
	$(BIN)/booking bench checkin --json
	$(BIN)/booking bench assign --json
	$(BIN)/booking bench draw --json
	$(BIN)/booking bench stays --json

# For maintainers: writes the two lock files anew. `make lock UPGRADE=--upgrade` also takes newer versions.
lock: .venv/ready
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header --quiet $(UPGRADE) --output-file requirements.lock
	$(BIN)/python tools/lock_browser_files.py

clean:
	rm -rf .venv booking/web/static/vendor

.venv/ready: .venv/locked pyproject.toml hatch_build.py booking/web/package.json booking/web/package-lock.json
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@

.venv/locked: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	touch $@

# What page tests need from the system; only a CI machine installs it by itself.
browser:
ifeq ($(CI),true)
	command -v chromium >/dev/null && fc-list :lang=zh | grep -q . || \
	    { apt-get update -q && apt-get install -qy --no-install-recommends chromium fontconfig fonts-noto-cjk; }
endif
