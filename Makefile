# The tool chain in one place: every target is one call; the work is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help build lint format test test-long mutants digests model soak soak-meters node-versions demo bench evaluate clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

build: ## install the npm packages where needed, compile to build/
	@bash scripts/setup-npm.sh && bash scripts/build.sh

lint: ## format and lint rules, unused files, exports and dependencies
	@bash scripts/setup-npm.sh && bash scripts/lint.sh

format: ## rewrite the sources in the house format
	@bash scripts/setup-npm.sh && npm run --silent format

test: ## everything: packages, build, lint, tests with coverage
	@bash scripts/test.sh

test-long: ## the same with many more runs of the random tests (EVENKEEL_RUNS=n)
	@EVENKEEL_RUNS=$${EVENKEEL_RUNS:-2000} EVENKEEL_MINUTES=$${EVENKEEL_MINUTES:-10} EVENKEEL_SITES=$${EVENKEEL_SITES:-10000} EVENKEEL_FUZZ=$${EVENKEEL_FUZZ:-100000} TAP_TIMEOUT=7200 bash scripts/test.sh

mutants: build ## break each rule of the leases once: a test must notice it
	@node scripts/mutants.mjs

digests: build ## do revisions behave the same? 50 drawn sites with faults on each (REVISIONS="main~3..main")
	@bash scripts/digests.sh $(REVISIONS)

model: ## the lease protocol, model-checked in every order of events (docs/model.md)
	@bash scripts/setup-debian.sh && bash scripts/model.sh

soak: build ## 10,000 hours of drawn sites and faults in virtual time, on all cores (EVENKEEL_HOURS=n, EVENKEEL_SEED=n)
	@node --single-threaded-gc --max-semi-space-size=32 scripts/soak.mjs

soak-meters: build ## 24 hours of all faults of meters in time lapse (EVENKEEL_METER_HOURS=n, EVENKEEL_SEED=n)
	@EVENKEEL_METER_HOURS=$${EVENKEEL_METER_HOURS:-24} TAP_TIMEOUT=7200 node build/test/meters/soak.js

node-versions: build ## the same seed gives the same run on Node 22 and 24 (fetched by npm)
	@bash scripts/check-node-versions.sh

demo: build ## a site with virtual slaves and meters on this machine
	@bin/evenkeel demo

bench: build ## measure speed and memory
	@node build/bench/main.js

evaluate: build ## does it serve the drivers? months of real charging behind small fuses: docs/evaluation.md
	@node build/evaluation/main.js

clean: ## remove everything that is generated
	@rm -rf build .tap coverage
