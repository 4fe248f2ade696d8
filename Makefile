# The stages, wired by the files that they make. `make help` lists what can be asked for.

NAME ?= charts
SIZE ?= 10000
SEED ?= 42
NEGATIVES ?= 3000
BUILD_ARGS ?= --test-fraction 0.2
RECIPE ?= default
# a directory, or a dataset on the Hub: hub:user/name@revision
DATASET ?= data/$(NAME)
PYTHON ?= python3
# the directory that holds it; the virtual environment need not be there to ask
CHARTS := $(if $(filter hub:%,$(DATASET)),$(or $(shell $(PYTHON) -m cryptoai_common.hub_names '$(DATASET)'),$(error \
	DATASET=$(DATASET) has no directory)),$(DATASET))
RUN ?= models/$(notdir $(CHARTS))-$(RECIPE)
SPLIT ?= test
# more options of `train`: TRAIN_ARGS="--dataset my_charts" learns from a folder of your own pictures too
TRAIN_ARGS ?=
# for push-dataset, push-model and push-space: user/name on the Hub, and for example PUSH_ARGS="--private --revision v1"
REPO ?=
PUSH_ARGS ?=
# one process on all cores, of which accelerate would use half or one; `accelerate config` and LAUNCH="accelerate launch"
# for several GPUs
LAUNCH ?= accelerate launch --num_processes 1 --num_machines 1 --mixed_precision no --dynamo_backend no \
	--num_cpu_threads_per_process $(shell getconf _NPROCESSORS_ONLN)
# for `make scan`: files and folders, or an exchange (a name of ccxt) with markets and interval; the directory for the
# results, which `scan` names itself if none is given; more options of `scan`, such as SCAN_ARGS="--latest" or "--follow"
PRICES ?= prices.csv
EXCHANGE ?=
SYMBOLS ?=
TIMEFRAME ?= 1h
SCAN_ARGS ?=
SCAN ?=
# options of `make renderers`: RENDERERS_ARGS="--charts 60 --library plotly"
RENDERERS_ARGS ?=
# more options of `predict`, such as PREDICT_ARGS="--cut"
PREDICT_ARGS ?=
WINDOWS ?= 30 45 60 90 120
STRIDE ?= 6
PIP_ARGS ?=
MUTATE ?= --most 40
# options of pytest: TESTS="-x tests/trainer/scan"; by default the tests run in two processes, a whole file in one of them
TESTS ?= -n 2 --dist loadfile
VENV ?= .venv

BIN := $(VENV)/bin
PY := $(BIN)/python
RECIPE_FILE := $(if $(filter %.yaml %.yml,$(RECIPE)),$(RECIPE),trainer/recipes/$(RECIPE).yaml)
# RUN's model where it is exported, else the base that is shipped
SCAN_MODEL = $(if $(wildcard $(RUN)/crypto_chart_classifier_quantized.onnx),$(RUN),models/chart-vit)
# the same for whole screenshots, which need a finder
FINDER_MODEL = $(if $(wildcard $(RUN)/crypto_pattern_model_quantized.onnx),$(RUN),models/chart-vit)
INT8 := $(RUN)/onnx/model_quantized.onnx
BUILD = $(if $(filter hub:%,$(DATASET)),$(PY) -m trainer fetch $(DATASET),$(PY) -m dataset_builder build \
	--output $(DATASET) --size $(SIZE) --seed $(SEED) --negatives $(NEGATIVES) $(BUILD_ARGS))
# for `make serve`: a directory with deployable files
MODEL ?= $(FINDER_MODEL)
# minutes that plain `make` took on a fresh machine, which `make figures` writes into the README
MINUTES ?=
RENDERERS := benchmarks/renderers
# where `make measured` puts what its instruments found
MEASURED := benchmarks/results
PORT ?= 8000
# the folder that `make site` writes
SITE ?= site

.DELETE_ON_ERROR:
.PHONY: all help setup setup-dev setup-node dataset audit train export evaluate serve site predict scan baselines experiments pretrain finder renderers measured setup-renderers push-dataset push-model push-space figures test mutate lint package bench clean distclean

all: $(RUN)/summary.txt  ## everything below, from set-up to summary (the default)
	@cat $<

help:  ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo "Variables: NAME=$(NAME) SIZE=$(SIZE) SEED=$(SEED) RECIPE=$(RECIPE) DATASET=$(DATASET) RUN=$(RUN) PRICES=$(PRICES) SCAN SCAN_ARGS TRAIN_ARGS BUILD_ARGS REPO PUSH_ARGS"

setup: $(VENV)/installed  ## virtual environment with pinned packages
setup-dev: $(VENV)/installed-dev  ## the same with what tests and linters need

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable '.[train,serve]'
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable '.[train,serve,ray,exchange,baselines,heic,dev]'
	@touch $@

$(VENV)/installed-exchange: $(VENV)/installed
	$(BIN)/pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable '.[exchange]'
	@touch $@

setup-node: tests/node/node_modules/.package-lock.json  ## transformers.js, for the test that runs a model in Node
setup-renderers: $(VENV)/installed-renderers  ## charting libraries for `make renderers`; Chromium is yours to install

$(VENV)/installed-renderers: $(VENV)/installed-dev $(RENDERERS)/package.json
	$(BIN)/pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable '.[renderers]'
	if command -v npm > /dev/null; then $(MAKE) $(RENDERERS)/node_modules/.package-lock.json; fi
	@touch $@

%/node_modules/.package-lock.json: %/package.json
	npm install --prefix $* --ignore-scripts --no-audit --no-fund
	@touch $@

dataset: $(VENV)/installed  ## draw charts into DATASET, or fetch it; a finished one is frozen
	$(BUILD)

$(CHARTS)/manifest.json: | $(VENV)/installed
	$(BUILD)

audit: $(CHARTS)/manifest.json  ## measure whether DATASET is good
	$(PY) -m dataset_builder audit $(CHARTS)

train: $(RUN)/model.safetensors  ## fine-tune by RECIPE on DATASET into RUN; goes on after a kill

$(RUN)/model.safetensors: $(CHARTS)/manifest.json $(RECIPE_FILE) | $(VENV)/installed
	$(BIN)/$(LAUNCH) -m trainer train --recipe $(RECIPE) --dataset $(DATASET) --output $(RUN) --resume --overwrite $(TRAIN_ARGS)

export: $(INT8)  ## RUN to ONNX and INT8, for pixels and for pictures, each held against the checkpoint

$(INT8): $(RUN)/model.safetensors
	$(PY) -m trainer export $(RUN) --dataset $(DATASET)

$(RUN)/evaluation.json: $(INT8)
	$(PY) -m trainer evaluate $(RUN) --onnx $(INT8) --dataset $(DATASET) --json $@

$(RUN)/summary.txt: $(RUN)/evaluation.json
	@$(PY) -m trainer summary $(RUN) > $@

evaluate: $(INT8)  ## score RUN's INT8 model on SPLIT of DATASET
	$(PY) -m trainer evaluate $(RUN) --onnx $(INT8) --dataset $(DATASET) --split $(SPLIT)

baselines: $(INT8) $(VENV)/installed-dev  ## score simpler answers on the same charts, into RUN's card
	$(PY) -m trainer baselines $(RUN) --dataset $(DATASET)

predict: $(INT8)  ## find the patterns in PICTURES="a.png b.png"; PREDICT_ARGS="--picture found", or --cut for cut charts
	$(PY) -m trainer predict $(PICTURES) --model $(if $(findstring --cut,$(PREDICT_ARGS)),$(RUN),$(FINDER_MODEL)) $(PREDICT_ARGS)

# an option of `scan` with the value of its variable, unless SCAN_ARGS names that option: it may be given once
scan_option = $(if $(filter $(1) $(1)=%,$(SCAN_ARGS)),,$(1) $(2))

scan: $(VENV)/installed$(if $(EXCHANGE),-exchange)  ## find patterns in PRICES="a.csv folder", or EXCHANGE=binance SYMBOLS=top:200, into SCAN
	$(if $(EXCHANGE),$(if $(SYMBOLS)$(filter --symbols --symbols=%,$(SCAN_ARGS)),,$(error \
		say which markets of $(EXCHANGE): SYMBOLS="BTC/USDT ETH/USDT", or SYMBOLS=top:200)))
	@set -- $(if $(EXCHANGE),--exchange '$(EXCHANGE)' $(call scan_option,--symbols,$(SYMBOLS)) \
		$(call scan_option,--timeframe,'$(TIMEFRAME)'),$(PRICES)); \
	if [ -z '$(EXCHANGE)' ] && [ -e "$(PRICES)" ]; then set -- "$(PRICES)"; fi; \
	$(PY) -m trainer scan "$$@" $(call scan_option,--window,$(WINDOWS)) $(call scan_option,--stride,$(STRIDE)) \
		$(call scan_option,--model,$(SCAN_MODEL)) $(if $(SCAN),$(call scan_option,--output,"$(SCAN)")) $(SCAN_ARGS)

serve: $(VENV)/installed  ## a page and an HTTP port on localhost:PORT with MODEL, which answer pictures and candles
	$(PY) -m trainer serve --model $(MODEL) --port $(PORT)

site: $(VENV)/installed  ## the page of `make serve` as static files in SITE, with the model in them; needs npm
	$(PY) -m trainer site --model $(MODEL) --out $(SITE)

experiments: $(VENV)/installed  ## hold all runs in models against each other
	$(PY) -m trainer compare models/*

pretrain: $(VENV)/installed  ## remake the base in models/chart-vit, from the one that is there: an hour on 2 cores
	$(PY) -m dataset_builder build --recipe pretrain --output data/pretrain
	$(BIN)/$(LAUNCH) -m trainer train --recipe pretrain-on --dataset data/pretrain --output models/pretrain --resume
	$(BIN)/$(LAUNCH) -m trainer train --recipe pretrain-whole --base models/pretrain --dataset data/pretrain \
		--output models/chart-vit --resume --overwrite
	$(PY) -m trainer export models/chart-vit --dataset data/pretrain

finder: $(VENV)/installed  ## remake the finder of whole screenshots in models/chart-vit: three hours on 2 cores
	$(PY) -m dataset_builder build --output data/screens --size 100 --seed 7 --screenshots 14000
	$(PY) -m trainer train-finder --recipe finder-reader --dataset data/screens --output models/finder-reader --resume
	$(PY) -m dataset_builder markets --output data/long-markets --count 40000 --seed 1007
	$(PY) -m trainer train-finder --recipe finder-spans --dataset data/screens --markets data/long-markets \
		--output models/finder-spans --resume
	$(PY) -m trainer export-finder models/chart-vit --reader models/finder-reader --spans models/finder-spans --dataset data/screens

renderers: $(VENV)/installed-renderers  ## name patterns on charts of other libraries, with RUN's model or the base
	$(PY) -m benchmarks.renderers --model $(SCAN_MODEL) $(RENDERERS_ARGS)

push-dataset: $(CHARTS)/manifest.json  ## publish DATASET as REPO=user/name on the Hub
	$(PY) -m dataset_builder push $(CHARTS) --repo '$(REPO)' $(PUSH_ARGS)

push-model: $(RUN)/evaluation.json  ## publish RUN as REPO=user/name on the Hub
	$(PY) -m trainer push $(RUN) --dataset $(DATASET) --repo '$(REPO)' $(PUSH_ARGS)

push-space: site  ## publish SITE as the static Space REPO=user/name on the Hub
	$(PY) -m trainer push-space $(SITE) --repo '$(REPO)' $(PUSH_ARGS)

measured: $(INT8) $(VENV)/installed-renderers  ## measure RUN on everything at once, into its card: SETS_ARGS="--crops DIR", SCREENS=data/screens, BOXES=DIR
	$(PY) -m benchmarks.sets $(RUN) --dataset $(DATASET) $(SETS_ARGS) --json $(MEASURED)/sets.json
	$(PY) -m benchmarks.renderers --model $(RUN) $(RENDERERS_ARGS) --json $(MEASURED)/renderers.json
	$(if $(SCREENS),$(PY) -m benchmarks.finder $(RUN) --dataset $(SCREENS) --boxes $(BOXES) --json $(MEASURED)/finder.json)
	$(PY) -m benchmarks.measured $(RUN) --sets $(MEASURED)/sets.json --renderers $(MEASURED)/renderers.json \
		$(if $(SCREENS),--finder $(MEASURED)/finder.json)

figures: $(RUN)/evaluation.json $(VENV)/installed-dev  ## write the README's tables from RUN and the speed of drawing; MINUTES=8.6
	$(PY) benchmarks/bench_charts.py --json benchmarks/results/charts.json
	$(PY) benchmarks/figures.py $(RUN) --speed benchmarks/results/charts.json --minutes $(or $(MINUTES),$(error \
		say how many minutes plain `make` took: make figures MINUTES=8.6))

test: $(VENV)/installed-dev  ## the tests, in two processes; TESTS="-x tests/trainer/scan" for some
	$(PY) -m pytest $(TESTS)

mutate: $(VENV)/installed-dev  ## which small faults would the tests let pass? MUTATE="--most 40 trainer/scan/hits.py"
	$(PY) tests/mutation/mutate.py $(MUTATE)

lint: $(VENV)/installed-dev  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p cryptoai_common -p dataset_builder -p trainer

package: $(VENV)/installed-dev  ## source distribution and wheel, into dist
	$(PY) -m build --no-isolation

bench: $(VENV)/installed-dev  ## measure speed and memory
	for bench in benchmarks/bench_*.py; do $(PY) $$bench || exit 1; done

clean:  ## delete runs, scans and caches; datasets stay
	find models -mindepth 1 -maxdepth 1 ! -name chart-vit ! -name README.md -exec rm -r {} +
	rm -rf scans site build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis

distclean: clean  ## delete datasets and the virtual environment too
	find data -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -r {} +
	rm -rf $(VENV) deploy *.egg-info
