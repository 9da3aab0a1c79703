# The commands of the project. `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

ifdef RAW
export PODCAST_RAW := $(abspath $(RAW))
endif
ifdef WAREHOUSE
export PODCAST_WAREHOUSE := $(abspath $(WAREHOUSE))
endif
# Compiled bytecode halves the time that a small run takes; some machines switch it off.
unexport PYTHONDONTWRITEBYTECODE
export DAGSTER_DBT_PARSE_PROJECT_ON_LOAD := 0
export DO_NOT_TRACK := 1

.PHONY: help setup warehouse status rollback dev check test test-all soak test-spark evaluate docs dbt-docs superset audit bench fuzz clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.complete ## install the locked packages into .venv (the other targets do it themselves)

$(VENV)/.complete: requirements.lock
	@echo "Setting up $(VENV): a minute or two, once"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@

warehouse: setup ## build warehouse/podcasts.duckdb from raw/ (RAW=<folder> WAREHOUSE=<folder>; SOURCE=<folder in raw>; ACCEPT_FALL=1 after a refusal)
	@$(RUN) -m orchestration build $(if $(ACCEPT_FALL),--accept-fall) $(if $(SOURCE),--source '$(SOURCE)')

status: setup ## what is served, who is at work, and what a run would do and why (JSON=1)
	@$(RUN) -m orchestration status $(if $(JSON),--json)

rollback: setup ## serve the release before the present one again, or another: make rollback TO=000041
	@$(RUN) -m orchestration rollback $(TO)

dev: setup ## open the Dagster UI on 127.0.0.1:3000
	@$(RUN) -m orchestration dev

check: setup ## lint and type-check
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@# Side by side, since the one uses one core and the other not always two.
	@$(RUN) -m mypy & types=$$!; \
		$(RUN) -m sqlfluff lint --processes 2 dbt_project/models dbt_project/tests dbt_project/macros; \
		sql=$$?; wait $$types && exit $$sql

test: check ## run the checks and the tests
	@$(RUN) -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder

test-all: check ## run all tests, the slow ones too
	@$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

soak: setup ## run the long tests: faults at every step, a killed daemon run, many files (FILES=100000), releases under readers (about 3/4 hour)
	@$(if $(FILES),PODCAST_SOAK_FILES=$(FILES)) $(RUN) -m pytest -m slow -n 2 --dist loadfile --no-loadscope-reorder

SPARK := .venv-spark
SPARK_LOCK := orchestration/spark/requirements.lock
test-spark: $(SPARK)/.complete ## compare Spark's lake with the local one, in local mode (needs Java 17; installs 0.5 GB, once)
	@$(SPARK)/bin/python -m pytest tests/spark

$(SPARK)/.complete: requirements.lock $(SPARK_LOCK)
	@echo "Setting up $(SPARK): a few minutes, once"
	@test -x $(SPARK)/bin/python || $(PYTHON) -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(SPARK_LOCK)
	@touch $@

evaluate: setup ## measure all areas: make evaluate RAW=<folder> GOLD=<labels: file or folder> (more in docs/accuracy.md)
	@$(RUN) -m orchestration evaluate $(if $(GOLD),--gold "$(GOLD)") $(if $(AMBIGUOUS),--ambiguous "$(AMBIGUOUS)") \
		$(if $(EPISODES),--episodes "$(EPISODES)") $(if $(SAME),--same "$(SAME)") $(if $(PAID),--paid "$(PAID)") \
		$(if $(TOPICS),--topics "$(TOPICS)") $(if $(TOPIC_MAP),--topic-map "$(TOPIC_MAP)") $(if $(JSON),--json) \
		$(if $(DIFFERENCES),--differences) \
		$(if $(WRITE),--write "$(WRITE)" --measured-on "$(or $(MEASURED_ON),$(notdir $(abspath $(RAW))),sample corpus)")

docs: setup ## write the data dictionary from the contracts
	@$(RUN) -m orchestration docs

dbt-docs: setup ## write the lineage and columns of all models as one page: warehouse/dbt-docs/index.html
	@$(RUN) -m orchestration dbt-docs

SUPERSET := .venv-superset
superset: setup $(SUPERSET)/.complete ## open Superset on 127.0.0.1:8088 (PORT=<port>), see bi/superset/README.md
	@$(RUN) -m bi.superset.datasets $(or $(PODCAST_WAREHOUSE),warehouse)/.superset/assets
	@$(SUPERSET)/bin/python bi/superset/start.py $(or $(PODCAST_WAREHOUSE),warehouse)/.superset --port $(or $(PORT),8088)

$(SUPERSET)/.complete: bi/superset/requirements.lock
	@echo "Setting up $(SUPERSET): several minutes, once"
	@test -x $(SUPERSET)/bin/python || $(PYTHON) -m venv $(SUPERSET)
	@$(SUPERSET)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r bi/superset/requirements.lock
	@touch $@

AUDIT := .venv-audit
AUDITED := requirements.lock bi/superset/requirements.lock orchestration/benchmarks/others/requirements.lock orchestration/spark/requirements.lock
audit: $(AUDIT)/.complete ## ask for known vulnerabilities of all locked packages (needs the service of PyPI, or SERVICE=osv)
	@set -e; ignored=$$(awk '!/^#/ && NF { print "--ignore-vuln " $$1 }' deploy/audit-ignore.txt); \
	for file in $(AUDITED); do echo "$$file"; \
		$(AUDIT)/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off \
			--vulnerability-service $(or $(SERVICE),pypi) $$ignored -r $$file \
		|| { echo "Nothing of $$file counts as audited. Where it says that packages are not found on PyPI or that there" \
		"is no connection, the service of advisories is not reached from here; else handle what was found: raise" \
		"the version in the lock, or put the advisory into deploy/audit-ignore.txt with day and reason."; exit 1; }; \
	done

$(AUDIT)/.complete: Makefile
	@test -x $(AUDIT)/bin/python || $(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@touch $@

BENCH := .venv-bench
OTHERS := orchestration/benchmarks/others/requirements.lock
bench: warehouse $(BENCH)/.complete ## measure the pipeline and its parts: make bench SIZES="10 100 1000" (MB), see docs/performance.md
	@$(RUN) -m orchestration.benchmarks.pipeline --megabytes $(or $(SIZES),10 100)
	@$(RUN) -m orchestration.benchmarks.parsers
	@$(RUN) -m orchestration.benchmarks.matcher
	@$(RUN) -m orchestration.benchmarks.mentions
	@$(RUN) -m orchestration.benchmarks.alignment
	@$(RUN) -m orchestration.benchmarks.identity
	@$(RUN) -m orchestration.benchmarks.queries

$(BENCH)/.complete: $(OTHERS)
	@echo "Setting up $(BENCH), what the pipeline is compared with: a minute, once"
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r $(OTHERS)
	@touch $@

fuzz: setup ## feed mutated documents to all parsers: make fuzz SECONDS=600 CORPUS=<folder>
	@$(RUN) -m tests.fuzz --seconds $(or $(SECONDS),60) $(if $(CORPUS),--corpus $(CORPUS))

clean: ## remove what was built, and the virtual environment
	rm -rf $(VENV) $(BENCH) $(SPARK) warehouse/bench warehouse/lake warehouse/releases warehouse/scratch warehouse/history warehouse/.dagster warehouse/.dbt dbt_project/target
	rm -f warehouse/current warehouse/podcasts.duckdb
