.DEFAULT_GOAL := help
SAMPLES := storm healthy down

help: ## What can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

check: ## Every check and test, as CI runs them
	scripts/test

uncompiled: ## Test the kernels as plain Python, with branch coverage (minutes: no machine code)
	NUMBA_DISABLE_JIT=1 python -m coverage run --branch --source pcapinspect/capture,pcapinspect/packets,pcapinspect/tcp -m pytest tests/capture tests/packets tests/tcp
	python -m coverage report --skip-covered

format: ## Put the code into its form
	ruff format . && ruff check --fix .
	npx prettier --write pcapinspect/report/assets/*.js tests/scripts eslint.config.mjs

described: ## Make schema, types and reference pages again from what describes the report
	python -m scripts.describe

site: ## Make a site of docs/, which opens from disk (pip install ".[docs]")
	NO_MKDOCS_2_WARNING=1 python -m mkdocs build --strict --quiet

captures: ## Make the sample captures again, byte for byte
	for name in $(SAMPLES); do pcapinspect simulate $$name -w captures/$$name.pcap --force || exit 1; done

bundle: ## Fetch the plotly.js of pages into a checkout, as installing does (needs npm)
	python -m scripts.plotly_bundle

dashboards: ## Make the example pages again
	for name in $(SAMPLES); do pcapinspect analyze captures/$$name.pcap --quiet --force --html dashboards/$$name.html || exit 1; done

screenshot: ## Take the picture of the README again
	scripts/screenshot

fuzz: ## Half a million executions of the readers on damaged input, for an hour or more
	nice python -m tests.fuzz --executions 500000

fuzz-guided: ## The same for a TARGET, guided by coverage (pip install atheris), for HOURS
	nice python -m tests.fuzz.guided $(or $(TARGET),capture) -max_total_time=$$(( 3600 * $(or $(HOURS),4) ))

benchmark: ## Measure against other tools on generated captures
	python benchmarks/run.py
	python benchmarks/page.py

matrix: ## Compare reports with simulated truth, and write the page of it
	python -m tests.verdict_matrix --write docs/verdict-matrix.md

mutants: ## Change the judging code in small ways, and ask whether the tests notice
	scripts/mutate --number 150 --at-least 0.9 load.judgement

.PHONY: help check uncompiled format described site captures bundle dashboards screenshot benchmark fuzz fuzz-guided matrix mutants
