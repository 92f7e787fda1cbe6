# Recipes for development; `just` lists them. They use `.venv`, or whatever `just python=... RECIPE` names.

python := if os_family() == "windows" { ".venv/Scripts/python" } else { ".venv/bin/python" }

_default:
    @just --list

# make the environment that the other recipes use
setup:
    python3 -m venv .venv
    {{ python }} -m pip install -q -e '.[dev]'

# all tests but the slow ones
test *arguments:
    {{ python }} -m pytest -m "not slow" {{ arguments }}

# only the slow tests
slow *arguments:
    {{ python }} -m pytest -m slow {{ arguments }}

# style, format and types
lint:
    {{ python }} -m ruff check
    {{ python }} -m ruff format --check
    {{ python }} -m mypy

# the quality figures of reading and of answering; `just eval --update` pins them as floors
eval *arguments:
    {{ python }} -m tests.gate {{ arguments }}
    {{ python }} -m tests.judged {{ arguments }}

# the model that compares meanings, from two packages: see tests/make_model.py
model teacher statutes:
    {{ python }} -m tests.make_model {{ teacher }} {{ statutes }}

# questions in 50,000 statements, warm and cold
bench-questions *statements:
    {{ python }} bench/questions.py {{ statements }}

# 10,000 small dumps beside a bare loop over the same readers
bench-ingest *files:
    {{ python }} bench/ingest.py {{ files }}

# a folder of any files: states, seconds, memory
bench-foreign folder *options:
    {{ python }} bench/foreign.py {{ folder }} {{ options }}

# bring the output shown in the READMEs up to date
docs $UPDATE_DOCS="1":
    {{ python }} -m pytest -q tests/test_docs.py

# cold start of a search beside starting jieba
bench-cold *runs:
    {{ python }} bench/cold_start.py {{ runs }}

# reading pages of PDF files beside pdfplumber; `just bench-pages FILE ...` for other files than the specimens
bench-pages *arguments:
    {{ python }} bench/pages.py {{ arguments }}

# making an index, adding, asking, starting cold, exporting, beside other engines; needs `pip install -e '.[bench]'`
bench-indexing *arguments:
    {{ python }} bench/indexing.py {{ arguments }}

bench-adding *arguments:
    {{ python }} bench/adding.py {{ arguments }}

bench-asking *arguments:
    {{ python }} bench/asking.py {{ arguments }}

bench-peers-cold *arguments:
    {{ python }} bench/cold.py {{ arguments }}

bench-exporting *arguments:
    {{ python }} bench/exporting.py {{ arguments }}

# the figures that were kept, as one page
bench-report folder:
    {{ python }} bench/report.py {{ folder }}
