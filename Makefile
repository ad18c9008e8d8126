# Fixgate's commands; `make help` lists them. The build itself is CMake's (CMakePresets.json).
PRESET ?= release
SHARED ?=
PEER_PYTHON ?= $(FIXGATE_PEER_PYTHON)
FUZZ_SECONDS ?= 60
RANDOM_NETWORKS ?= 300

.PHONY: help install install-developer configure program build demo test test-all reproduce verify verify-random area bench real real-speed fuzz format tidy clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

install: ## Install the missing Debian packages (root or sudo)
	@scripts/install

install-developer:
	@scripts/install --developer

configure: install
	@mkdir -p build
	@cmake --preset $(PRESET) >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }

program: configure ## Build build/PRESET/fixgate alone (PRESET=release|debug|asan|tsan|clang)
	@cmake --build --preset $(PRESET) --target fixgate

build: configure ## Build everything, the tests too
	@cmake --build --preset $(PRESET)

demo: program ## Quantise and evaluate the networks that come with Fixgate; digits as hardware
	@build/$(PRESET)/fixgate sweep examples/demo.toml -o build/demo
	@scripts/demo-hardware build/$(PRESET)/fixgate build/demo

test: build ## Run all tests; SHARED=FOLDER names the data that cannot be shipped
	@FIXGATE_SHARED="$(or $(abspath $(SHARED)),$(FIXGATE_SHARED))" scripts/test $(PRESET)

test-all: build ## Run all tests, those that take minutes too
	@FIXGATE_LONG_TESTS=1 FIXGATE_SHARED="$(or $(abspath $(SHARED)),$(FIXGATE_SHARED))" scripts/test $(PRESET)

reproduce: program ## The figures of docs/results.md: make reproduce SHARED=../shared
	@build/$(PRESET)/fixgate sweep examples/reproduce.toml $(if $(SHARED),--data-root $(SHARED)) -o build/reproduce

verify: program ## Accelerators against the simulator on real data: make verify SHARED=../shared
	@build/$(PRESET)/fixgate verify --suite examples/verify.toml $(if $(SHARED),--data-root $(SHARED)) -o build/verify

verify-random: configure ## RANDOM_NETWORKS (300) random accelerators against the simulator; RESUME=1 goes on
	@cmake --build --preset $(PRESET) --target verify_random
	@build/$(PRESET)/tests/hardware/verify_random --count $(RANDOM_NETWORKS) $(if $(RESUME),--resume)

area: program ## The area tables of docs/hardware.md: make area SHARED=../shared
	@scripts/area-table build/$(PRESET)/fixgate build/area $(SHARED)

bench: configure ## Measure the fast simulator: make bench SHARED=../shared PEER_PYTHON=... (bench/make_peers makes one)
	@cmake --build --preset $(PRESET) --target bench_programs
	@build/$(PRESET)/bench/compare_simulators $(if $(SHARED),--shared $(SHARED)) $(if $(PEER_PYTHON),--peer-python $(PEER_PYTHON))

real: program ## Public networks against ONNX Runtime, in all simulators: make real SHARED=../shared PEER_PYTHON=...
	@$(PEER_PYTHON) bench/real_networks.py build/$(PRESET)/fixgate $(SHARED)/real -o build/real

real-speed: program ## Public networks, one stream and one thread, against ONNX Runtime: make real-speed SHARED=../shared PEER_PYTHON=...
	@cmake --build --preset $(PRESET) --target stream_speed
	@$(PEER_PYTHON) bench/real_speed.py build/$(PRESET)/fixgate build/$(PRESET)/bench/stream_speed $(SHARED)/real -o build/real-speed

fuzz: install-developer ## Fuzz each reader for FUZZ_SECONDS (60)
	@scripts/fuzz $(FUZZ_SECONDS)

format: install-developer ## Apply .clang-format
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

tidy: install-developer build ## Run clang-tidy over src/ and apps/
	@git ls-files 'src/*.cpp' 'apps/*.cpp' | grep -v _test.cpp | xargs -P $$(nproc) -n 4 clang-tidy --quiet -p build/$(PRESET)

clean: ## Remove build/
	@rm -rf build
