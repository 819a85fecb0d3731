# Each target is a script that runs without make as well: sh scripts/run, sh scripts/test …
.PHONY: run test check bench soak mutate screens lock

run: ## set up, migrate and serve on 127.0.0.1:8000
	@sh scripts/run

test: ## set up what the tests need and run them all
	@sh scripts/test

check: ## format, lint, types, layers, locks, migrations, coverage of the rows
	@sh scripts/check

bench: ## measure, as ratios within one run
	@sh scripts/bench

soak: ## kill servers and cut the power thousands of times
	@sh scripts/soak

mutate: ## alter the shipped plans one thing at a time; list what no scenario notices
	@sh scripts/mutate

screens: ## take the screenshots of the documentation
	@sh scripts/screens

lock: ## pin the newest versions that Python 3.11 takes
	@sh scripts/lock
