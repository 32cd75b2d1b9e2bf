# make report, make test, make lab, make student: each sets up .venv by itself.   CODE=1 shows the code in the PDF
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN = .venv/Scripts
else
BIN = .venv/bin
endif
READY = .venv/ready
REPORT_FLAGS = $(if $(filter-out 0,$(CODE)),--code)
QUICK = not attack and not faults and not report and not browser and not slow
# the tests of Python; nbval takes a second to load
PYTEST = $(BIN)/python -m pytest -q -p no:nbval -n logical
# with notebooks/conftest.py: the notebooks one after the other, and tests beside them
NBVAL = $(BIN)/python -m pytest -q --nbval -n logical --no-loadscope-reorder

.PHONY: report test test-fast test-all test-anew test-report test-attacks test-faults \
    test-browser test-oldest test-slow lint lab notebooks student bench clean

report: $(READY)
	$(BIN)/python -m kit report --execute -o build/report.pdf $(REPORT_FLAGS)

# The quick tests, and the notebooks again. Their finished runs are taken from build/runs, as after
# make report; it says how many.
test: $(READY)
	$(NBVAL) notebooks tests -m "$(QUICK)"

# scripts and checks, for daily work
test-fast: $(READY)
	$(PYTEST) tests/scripts tests/assignment -m "$(QUICK)"

test-all: test-anew test-report test-attacks test-faults test-browser test-oldest

# make test with every run computed anew
test-anew: $(READY)
	$(NBVAL) --empty-runs notebooks tests -m "$(QUICK)"

# the report's contents, kind by kind
test-report: $(READY)
	$(PYTEST) tests -m report

# hostile input that takes time
test-attacks: $(READY)
	$(PYTEST) tests -m attack

# planted faults, which the checks must find, and what else takes long
test-faults: $(READY)
	$(PYTEST) --dist loadfile tests -m "faults and not slow"

# a student's walk through JupyterLab, and the pages, in Chromium
test-browser: $(READY)
	$(PYTEST) --dist loadfile -rs tests -m browser

# a check, a grading and a report with the oldest versions that requirements.txt allows
test-oldest: $(READY)
	$(BIN)/python tests/try_oldest.py

# On demand, and before an issue is closed: mutants of the scripts and two thirds of the planted
# faults, which the checks must find; then three notebooks on another matrix kernel, without fused
# multiply-add, so that it rounds otherwise, and with one thread. Of task 4's long runs most are
# chaotic, not compared.
test-slow: $(READY)
	$(PYTEST) tests -m slow
	OPENBLAS_CORETYPE=Sandybridge OPENBLAS_NUM_THREADS=1 $(NBVAL) \
	    $(foreach task,1 2 3,notebooks/task$(task).ipynb)

lint: $(READY)
	$(BIN)/python -m ruff check .

lab: $(READY)
	$(BIN)/python -m jupyter lab

# execute the reference notebooks in place and store their outputs, which nbval then compares
notebooks: $(READY)
	$(BIN)/python -m kit run

# how fast, against what; its peers are in benchmarks/requirements.txt, each may be left out
bench: $(READY)
	$(BIN)/python -m benchmarks

# what a student is handed, from the same files: build/student and build/student.zip
student: $(READY)
	$(BIN)/python -m staff release -o build/student

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 10) and \
	    'error: $(PYTHON) is Python ' + sys.version.split()[0] + ', 3.10 or newer is needed: make PYTHON=...')"
	@echo Setting up .venv: Python packages are downloaded and installed, one to three minutes ...
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $(READY)

clean:
	rm -rf .venv build
