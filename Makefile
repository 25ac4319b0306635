# Two commands matter: `make demo` and `make test`. Both set up whatever they need (ops/ does the work).
PYTHON ?= python3
PORT ?= 8000
export PORT ARGS

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset serve setup assets translations test test-all bench lint format lock docs

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Set up, start everything and print its address (PORT=8000); Ctrl-C stops all of it
	@exec $(PYTHON) -m ops demo

demo-reset: ## Remove the demo's database and files
	@$(PYTHON) -m ops demo-reset

serve: ## Web server, worker and beat with the settings of the environment, each started again when it ends
	@exec $(PYTHON) -m ops serve

setup: ## Only install: Python packages, PDF libraries, browser files
	@$(PYTHON) -m ops setup

assets: ## Build the style sheet, fonts and scripts into static/built
	@$(PYTHON) -m ops assets

translations: ## Compile the .po files
	@$(PYTHON) -m ops translations

test: ## Style, import contracts, start, types and the quick tests (ARGS="tests/audit -k trail": those alone, at once)
	@$(PYTHON) -m ops test

test-all: ## The slow tests: browser, broker, faults, load
	@$(PYTHON) -m ops test-all

bench: ## The benchmarks, each beside its reference
	@$(PYTHON) -m ops bench

lint: ## Only the style, the format, the import contracts, the start and the types
	@$(PYTHON) -m ops lint

format: ## Rewrite the Python files in the house's format
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

lock: ## Compile requirements.txt and the other locked files again
	@$(PYTHON) -m ops lock

docs: ## Draw docs/workflow.md again from the code
	@.venv/bin/python manage.py draw_workflows
