# Wendan (稳单). 'make' alone prints this help.
# One set of build flags for everything: changing them means compiling Fyne's C parts again (10 minutes).
export GOFLAGS := -buildvcs=false -tags=x11,migrated_fynedo
export LANG ?= C.UTF-8
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0

.DEFAULT_GOAL := help
.PHONY: help setup run build test check vuln race fuzz bench pictures clean

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the Debian packages that building needs (does nothing when they are there)
	@packaging/packages.sh build

run: setup ## the register with a demo restaurant, virtual devices and a local head office
	@go build -o build/ ./cmd/register
	@build/register -demo

build: setup ## build/register, build/registerctl, build/headoffice
	go build -o build/ ./cmd/register ./cmd/registerctl ./cmd/headoffice

test: setup check ## everything: formatting, import rules, vet, staticcheck, every test, a sale by real clicks under Xvfb
	go test -timeout 20m ./...

check: setup ## formatting, vet, staticcheck, tidy modules
	@bad=$$(gofmt -s -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "gofmt -s would change: $$bad"; exit 1; }
	go vet ./...
	go mod tidy -diff
	@mkdir -p build; if GOBIN="$(CURDIR)/build" go install $(STATICCHECK); then build/staticcheck ./...; \
	  else echo "SKIPPED: staticcheck could not be downloaded"; fi
	go test -count=1 ./cmd

vuln: ## known holes in what is linked (needs the vulnerability database; says so when it cannot be reached)
	@go run $(GOVULNCHECK) ./... || echo "govulncheck did not finish: without network to vuln.go.dev this check is SKIPPED"

race: setup ## the tests of store, devices and sync under the race detector
	go test -race -timeout 30m ./store/... ./devices/... ./sync/...

FUZZTIME ?= 20s
fuzz: setup ## every fuzz target for FUZZTIME (20s)
	@for p in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
	  echo "== $$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; done; done

bench: setup ## the speed table: prints it and writes build/bench.json
	@mkdir -p build
	go run ./cmd/internal/bench/run -out build/bench.json

pictures: setup ## the pictures of README, from the real window and the virtual printers
	@mkdir -p packaging/pictures
	go test -count=1 ./cmd/register -run RealClicks -args -pictures $(CURDIR)/packaging/pictures

clean: ## remove build/ and the demo's data
	rm -rf build demo
