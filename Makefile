# The targets are named for the question they answer.

GO ?= go
STATICCHECK = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME ?= 20s
BENCHTIME ?= 1s

.PHONY: help
help: ## What can be made?
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "%-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## What does it do?
	$(GO) run ./cmd/voronoi demo

.PHONY: build
build: ## Where is the binary? In ./voronoi.
	$(GO) build -o voronoi ./cmd/voronoi

.PHONY: setup
setup: ## What do the tests need that this machine does not have?
	scripts/setup

# With everything installed no test may be skipped for want of it.
.PHONY: test
test: setup datasets lint ## Does it work? Installs what it needs first.
	VORONOI_REQUIRE_ORACLE=1 $(GO) test -timeout 15m ./...
	$(MAKE) test-race
	$(MAKE) test-arm64

# The packages in which goroutines meet; the others only take longer.
RACE = ./wire ./exec ./exec/lock ./exec/storage ./exec/index/... ./vectorops ./pq

.PHONY: test-race
test-race: ## Does it work without data races?
	$(GO) test -race -short -timeout 15m $(RACE)

.PHONY: test-purego
test-purego: ## Do the kernels give the same without assembly?
	$(GO) test -tags purego ./vectorops/... ./pq/... ./exec/index/...

# The parser is C, so that the whole binary takes a cross compiler; what depends
# on the processor does not. Emulation is slow: the tests are those that build,
# search, save and load.
ARM64 = GOOS=linux GOARCH=arm64 $(GO)
ARM64TEST = $(ARM64) test -short -exec qemu-aarch64-static

.PHONY: test-arm64
test-arm64: ## Do kernels and indexes work on arm64? Emulated.
	$(ARM64) vet ./internal/float16 ./vectorops/... ./pq/... ./exec/index/...
	$(ARM64TEST) ./internal/float16 ./vectorops ./exec/index/flat
	$(ARM64TEST) -run 'TestPackedCodes|TestMarshal' ./pq
	$(ARM64TEST) -run 'TestFormats|TestSegment' ./exec/index
	$(ARM64TEST) -run 'TestSaveAndLoad|TestCodesFollowTheTable' ./exec/index/ivf ./exec/index/hnsw

.PHONY: lint
lint: ## Is it tidy?
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'not formatted'; exit 1; }
	$(GO) vet ./...
	$(STATICCHECK) ./...
	$(GO) test ./internal/lint/...

.PHONY: generate
generate: ## Are the generated files what their generators make?
	$(GO) generate ./...
	git diff --exit-code

.PHONY: bench
bench: ## How fast is it?
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) ./...

.PHONY: bench-kernels
bench-kernels: ## How fast are the distance kernels?
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) ./vectorops/... ./pq/...

.PHONY: bench-report
bench-report: datasets ## Does it do what is asked of it? Wants the machine for itself; see docs/benchmarks.md.
	@mkdir -p docs/rows
	$(GO) run ./cmd/vecbench report --rows docs/rows --table docs/benchmarks-asked.md

.PHONY: bench-plots
bench-plots: ## What do the rows of bench-report look like? Draws docs/recall-*.svg again.
	for set in words mnist; do \
		$(GO) run ./cmd/vecbench plot --title $$set --out docs/recall-$$set.svg docs/rows/$$set-*.csv || exit 1; \
	done

.PHONY: fuzz
fuzz: ## What do strange bytes break?
	scripts/fuzz $(FUZZTIME)

.PHONY: rewrite
rewrite: ## What do the recorded answers look like now?
	scripts/rewrite

.PHONY: datasets
datasets: ## Where are the vectors to measure with? In ./datasets.
	$(GO) run ./scripts/datasets
