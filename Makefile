# Targets with a comment behind "##" are the ones that `make help` shows.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := node_modules/.bin
NODE := $(CURDIR)/node_modules/node/bin/node
SOURCES := $(shell find src -name '*.ts' -not -name '*.test.ts')
UNIT_TESTS := $(shell find src lab test bench scripts deploy -name '*.test.ts' \
	-not -path 'test/real/*' -not -path 'test/real-image/*' -not -path 'test/cluster/*')
REAL_TESTS := $(shell find test/real test/real-image -name '*.test.ts')
CLUSTER_TESTS := $(sort $(shell find test/cluster -name '*.test.ts'))

.PHONY: help demo test check types lint unit real cluster docs-check bench lab-up lab-down dist update clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do \
		printf '  make %-10s %s\n' "$$name" "$$text"; done

demo: ## bring up a containerd and a registry, fetch 12 images, show what the runtime has
	@lab/demo

test: check real cluster ## all set-up, then every test, on real containerds and a real cluster
	@$(NODE) test/run.ts --sum $(SUMMARY)

check: types lint docs-check unit ## types, lint, import rule, generated files, unit tests

bench: export PRESTOW_LAB_STATE = /tmp/prestow-bench-lab
bench: dist ## measure against image-prefetcher and image-syncer (PRESTOW_PEERS=DIR) and bare CRI calls
	@$(NODE) bench/run.ts
	@trap lab/down EXIT; lab/up --cluster; \
		lab/exec $(NODE) bench/agent/run.ts; lab/exec $(NODE) bench/hold/run.ts

lab-up: dist ## start the lab: a Kubernetes cluster with two real nodes, registries, seeded images
	@lab/up --cluster

lab-down: node_modules ## stop the lab and remove what it left
	@lab/down

update: node_modules ## write generated files anew: codecs, docs, deploy/install-agent*.yaml
	$(BIN)/buf generate
	$(NODE) scripts/docs.ts
	$(BIN)/biome check --write .

dist: dist/prestow.cjs dist/agent.cjs ## build the bundles

clean: ## remove what was built in the checkout
	rm -rf dist node_modules bench/out

SUMMARY := dist/test-summary.jsonl

types: node_modules
	@$(BIN)/tsc -p .

lint: node_modules
	@$(BIN)/biome check --error-on-warnings .

docs-check: node_modules
	@$(NODE) scripts/docs.ts --check

unit: node_modules
	@mkdir -p dist && rm -f $(SUMMARY)
	@$(NODE) test/run.ts --summary-file $(SUMMARY) --concurrency 3 --together 8 $(UNIT_TESTS)

real: dist
	@$(NODE) test/run.ts --summary-file $(SUMMARY) $(REAL_TESTS)

# A lab of its own, so that one that is up for other work is not touched. Tools are built before: inside the cluster's
# network there is no way to where they come from.
cluster: export PRESTOW_LAB_STATE = /tmp/prestow-test-lab
cluster: dist
	@lab/tool helm > dist/helm.path; lab/tool kwok > dist/kwok.path
	@trap lab/down EXIT; lab/up --cluster; \
		lab/exec $(NODE) test/run.ts --summary-file $(SUMMARY) --concurrency 1 --timeout 15m $(CLUSTER_TESTS)

dist/prestow.cjs dist/agent.cjs &: node_modules scripts/bundle.ts package.json $(SOURCES)
	@$(NODE) scripts/bundle.ts

# npm writes this file last; a package.json that is newer asks for a new installation.
node_modules: node_modules/.package-lock.json
node_modules/.package-lock.json: package.json package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@
