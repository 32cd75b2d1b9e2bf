# make report, make test, make lab, make student: each sets up .venv by itself.   CODE=1 shows the code in the PDF
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN = .venv/Scripts
else
BIN = .venv/bin
endif
READY = .venv/ready
REPORT_FLAGS = $(if $(filter-out 0,$(CODE)),--code)
COVER = --cov --cov-report=term-missing:skip-covered
QUICK = not attack and not faults and not browser and not slow
# the tests of Python; nbval takes a second to load
PYTEST = $(BIN)/python -m pytest -q -p no:nbval
# side by side, for the last of several runs leaves a core idle
TWO_NOTEBOOKS = -n 2 --dist loadfile

.PHONY: report test test-python test-fast test-all test-anew test-attacks test-faults test-browser \
    test-slow test-kernel test-oldest lint lab notebooks student bench clean

report: $(READY)
	$(BIN)/python -m kit report --execute -o build/report.pdf $(REPORT_FLAGS)

# nbval takes the finished runs in build/runs, as after make report, and says how many
test: test-python
	$(BIN)/python -m pytest -q $(TWO_NOTEBOOKS) --nbval notebooks

test-python: $(READY)
	$(PYTEST) -n logical tests/scripts tests/kit/test_runs.py $(COVER)
	$(PYTEST) -n logical tests -m "$(QUICK)" \
	    --ignore=tests/scripts --ignore=tests/kit/test_runs.py

# scripts and checks, for daily work
test-fast: $(READY)
	$(PYTEST) -n logical tests/scripts tests/assignment -m "$(QUICK)"

test-all: test-python test-anew test-attacks test-faults test-browser test-kernel test-oldest

# the notebooks again, every run computed anew
test-anew: $(READY)
	$(BIN)/python -m pytest -q $(TWO_NOTEBOOKS) --nbval --empty-runs notebooks

# hostile input that takes time
test-attacks: $(READY)
	$(PYTEST) -n logical tests -m attack

# planted faults, which the checks must find, and what else takes long
test-faults: $(READY)
	$(PYTEST) -n logical --dist loadfile tests -m faults

# mutants of the scripts, which the checks must find: on demand, and before an issue is closed
test-slow: $(READY)
	$(PYTEST) -n logical tests -m slow

# a student's walk through JupyterLab, and the pages, in Chromium
test-browser: $(READY)
	$(PYTEST) -rs tests -m browser

# three notebooks on another matrix kernel, without fused multiply-add, so that it rounds otherwise,
# and with one thread; of task 4's long runs most are chaotic, not compared
test-kernel: $(READY)
	OPENBLAS_CORETYPE=Sandybridge OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -q \
	    $(TWO_NOTEBOOKS) --nbval $(foreach task,1 2 3,notebooks/task$(task).ipynb)

# a check, a grading and a report with the oldest versions that requirements.txt allows
test-oldest: $(READY)
	$(BIN)/python tests/try_oldest.py

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
