# `make demo` and `make test` are enough on a fresh Debian 12 with git, make and Swift 6.3.
export PATH := $(PATH):/opt/swift/usr/bin
export IMGVERIFY := $(CURDIR)/imgverify
export IMGVERIFY_GUESTS := $(CURDIR)/.cache/guests

STRICT := --explicit-target-dependency-import-check error
DEBUG := --scratch-path .build-debug $(STRICT)
RELEASE := -c release --scratch-path .build-release $(STRICT)

.PHONY: build demo test quick faults mutation fuzz bench guests fmt lint clean distclean

build: ## the release program, linked as ./imgverify
	tools/deps.sh build
	swift build $(RELEASE) --product imgverify
	ln -sfn "$$(swift build $(RELEASE) --show-bin-path)/imgverify" imgverify

demo: build ## verify the tiny guest, from nothing to the verdict
	tools/deps.sh run guests
	guest=$$(fixtures/build-guest tiny) && \
	  ./imgverify "$$guest/tiny.zfs.gz" "$$guest/tiny.json" --output imgverify-out

guests: build ## the good guests; the tests build those with defects as they need them
	tools/deps.sh guests
	for name in $$(fixtures/build-guest --list); do fixtures/build-guest $$name || exit; done

test: ## everything that CI holds: format, scripts, all tests with real boots
	tools/deps.sh build run guests test
	$(MAKE) lint
	tools/test $(DEBUG) --skip BootTests
	$(MAKE) fuzz SECONDS=20
	$(MAKE) guests
	tools/test $(DEBUG) --filter BootTests

faults: build ## boots every fault of the layouts and looks for its cause; `make test` does so with a few of them
	tools/deps.sh run guests
	IMGVERIFY_ALL_FAULTS=1 tools/test $(DEBUG) --filter LayoutFaults

mutation: build ## every fault of fixtures/ through the gate, and which checks caught it (docs/mutation.md); 60 min
	tools/deps.sh run guests test
	tools/mutation --good 6 --write docs/mutation.md

fuzz: ## fuzzes what reads strangers' bytes, for SECONDS in all
	tools/fuzz $(or $(SECONDS),60)

quick: ## the tests that boot nothing
	tools/deps.sh build
	tools/test $(DEBUG) --skip BootTests

bench: build ## intake as ratios to igzip, gzip and cat; rows of covering arrays; the checks of a boot over SSH
	tools/deps.sh bench
	IMGVERIFY_BENCH=1 swift build $(RELEASE) --product covering-bench
	IMGVERIFY_BENCH=1 swift build $(RELEASE) --product batching-bench
	tools/bench

fmt:
	swift format -i -r Sources Tests Fuzzing Benchmarks Package.swift

lint:
	tools/lint.sh

clean:
	rm -rf .build .build-debug .build-release imgverify imgverify-out

distclean: clean
	rm -rf .cache
