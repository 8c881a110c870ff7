# Each target works from a fresh clone; Python 3.11 to 3.13 and make are all it needs.
#   make book      build the site into _build/html
#   make serve     build it and show it at http://127.0.0.1:8000/
#   make test      test the library and the built site
#   make lint      check style
#   make weights   NAME=...: train a model of the zoo again
#   make clean     remove everything that make made

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: book serve test lint weights clean
.DEFAULT_GOAL := book

PYTHON ?= python3
PORT ?= 8000
PYTEST ?=
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export JUPYTER_PLATFORM_DIRS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

INSTALLED := $(VENV)/.installed
NODE_MODULES := book/_runtime/node_modules/.installed
RUNTIME := book/_runtime/dist/.built
RUNTIME_SOURCES := $(wildcard vae_lib/widgets/*.js vae_lib/widgets/*.css) \
	$(shell find book/_runtime -type f -not -path '*/node_modules/*' -not -path '*/dist/*')

# Sphinx warns about a page only when it reads it. Were a failed build's state kept, the
# next build would read nothing, warn of nothing and pass.
book: $(INSTALLED) $(RUNTIME)
	$(BIN)/jupyter-book build . -W -n --keep-going || { rm -rf _build/.doctrees; exit 1; }

serve: book
	$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

# The site is built if it is missing, not if it is old: `make book` does that.
test: $(INSTALLED) $(RUNTIME)
	test -e _build/html/index.html || $(MAKE) book
	$(BIN)/npm --prefix book/_runtime test
	$(BIN)/python -m pytest $(PYTEST)

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

weights: $(INSTALLED)
	@test -n "$(NAME)" || { echo "Say which: make weights NAME=..."; exit 2; }
	$(BIN)/python -m vae_lib.zoo $(NAME)

clean:
	rm -rf _build $(VENV) book/_runtime/node_modules book/_runtime/dist *.egg-info
	rm -rf .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
		sys.exit(None if (3, 11) <= v < (3, 14) else f"Python 3.11 to 3.13 is needed, \
	$(PYTHON) is {v[0]}.{v[1]}; say make PYTHON=python3.x")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@# In JupyterLab, a click on a page opens it as a notebook.
	$(BIN)/jupytext-config --settings-file \
		$(VENV)/etc/jupyter/labconfig/default_setting_overrides.json \
		set-default-viewer markdown myst
	touch $@

$(NODE_MODULES): $(INSTALLED) book/_runtime/package-lock.json
	$(BIN)/npm --prefix book/_runtime ci --no-audit --no-fund
	touch $@

$(RUNTIME): $(NODE_MODULES) $(RUNTIME_SOURCES)
	$(BIN)/npm --prefix book/_runtime run build
	touch $@
