# Everything a newcomer needs: `make run`, `make test`; `make help` for the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup train run test check bench format

UV_VERSION := 0.13.8
UV := $(shell command -v uv || echo .uv/bin/uv)
# Rasa needs Python 3.10; the rest 3.11 or newer. pyenv may hide both from the PATH.
PYTHON310 := $(shell command -v python3.10 >/dev/null && python3.10 -c 'import sys; print(sys.executable)' 2>/dev/null || ls -d $$HOME/.pyenv/versions/3.10.*/bin/python 2>/dev/null | tail -1)
PYTHON311 := $(shell for v in 3.13 3.12 3.11; do p=$$(command -v python$$v) && $$p -c '' 2>/dev/null && echo $$p && exit; done; python3 -c 'import sys; sys.version_info >= (3, 11) and print(sys.executable)' 2>/dev/null || ls -d $$HOME/.pyenv/versions/3.1[1-3].*/bin/python 2>/dev/null | tail -1)
PYTHON_OF_RASA := RASA_TELEMETRY_ENABLED=false SQLALCHEMY_SILENCE_UBER_WARNING=1 TF_CPP_MIN_LOG_LEVEL=2 PYTHONPATH=. PYTHONWARNINGS=ignore bot/.venv/bin/python
RASA := $(PYTHON_OF_RASA) -m bot.light
MODEL := models/rdv.tar.gz
MODEL_SOURCES := config.yml $(shell find bot/data bot/domain bot/nlu french -name '*.py' -o -name '*.yml')

help: ## Show what can be done
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready bot/.venv/.ready ## Install what is missing, in both environments

.uv/bin/uv:
	@echo "→ uv"
	@python3 -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: pyproject.toml uv.lock $(filter .uv/bin/uv,$(UV))
	@test -n "$(PYTHON311)" || { echo "Python 3.11 or newer is missing. Type: apt install python3.11, or: pyenv install 3.11"; exit 1; }
	@echo "→ the environment of the gateway, actions and core"
	@$(UV) sync --frozen --compile-bytecode --python "$(PYTHON311)" && touch $@

bot/.venv/.ready: bot/pyproject.toml bot/uv.lock $(filter .uv/bin/uv,$(UV))
	@test -n "$(PYTHON310)" || { echo "Python 3.10 is missing (Rasa needs it). Type: apt install python3.10, or: pyenv install 3.10"; exit 1; }
	@echo "→ the environment of Rasa"
	@cd bot && $(if $(findstring /,$(filter-out /%,$(UV))),../)$(UV) sync --frozen --compile-bytecode --python "$(PYTHON310)" && touch .venv/.ready

train: $(MODEL) ## Train the model when its data changed

$(MODEL): bot/.venv/.ready $(MODEL_SOURCES)
	@echo "→ training"
	@set -o pipefail; $(RASA) train --domain bot/domain --data bot/data -c config.yml --out models --fixed-model-name rdv 2>&1 | tr '\r' '\n' | grep -v '^Processed\|^$$\|pyparsing\|fontconfig'
	@touch $@

run: setup train ## Start everything; Ctrl-C stops it
	@$(UV) run --frozen rdv db upgrade
	@$(UV) run --frozen rdv demo load
	@$(UV) run --frozen rdv up

test: setup train ## Run every test
	@$(UV) run --frozen pytest

check: setup ## Lint, types, imports, the bot's data
	@$(UV) run --frozen ruff check .
	@$(UV) run --frozen ruff format --check .
	@$(UV) run --frozen mypy
	@$(UV) run --frozen lint-imports
	@$(PYTHON_OF_RASA) -m bot.validate

bench: setup train ## Run every benchmark, quickly
	@for b in benchmarks/*.py; do echo "→ $$b"; $(UV) run --frozen --group bench python $$b --quick || exit 1; done

format: setup ## Format the code
	@$(UV) run --frozen ruff check --fix . && $(UV) run --frozen ruff format .
