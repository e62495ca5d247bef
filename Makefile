.DEFAULT_GOAL := help
.PHONY: help demo check test docs fmt lint deny test-instructions record-instructions microbench test-rust test-terraform test-scripts test-simulation test-fuzz simulate sabotage sabotage-policies fuzz bench bench-docs build bootstrap plan apply destroy build-and-deploy zoom-credentials reader-key feed status verify replay clean

# Where scripts/python-env puts the Python tools.
PYTHON_ENV ?= .venv
export PYTHON_ENV

help: ## Lists the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 28

demo: ## Runs the whole pipeline on this machine and checks what it promises; KEEP=1 leaves it running
	@scripts/prerequisites rust terraform python
	@scripts/python-env
	@# As the tests are built, so that what both need is built once.
	@cargo build --locked --workspace --bin demo --bin zoomlogs
	@"$${CARGO_TARGET_DIR:-target}/debug/demo"

check: fmt ## The short check while you write: format, clippy, unit tests, and that no two files import each other
	@scripts/prerequisites rust nextest
	cargo clippy --locked --workspace --lib --bins -- --deny warnings
	cargo nextest run --locked --workspace --lib --bins --test rules
	@scripts/deny bans licenses sources

test: fmt lint deny test-terraform test-scripts test-simulation test-instructions test-fuzz test-rust ## Runs all checks and tests

fmt: ## Checks the format of the Rust code
	cargo fmt --all --check
	cargo fmt --manifest-path tests/fuzz/Cargo.toml --check

lint: ## Runs clippy; a warning is an error
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	@# Nothing is linked, so libFuzzer need not be compiled.
	CUSTOM_LIBFUZZER_PATH=/dev/null cargo clippy --locked --manifest-path tests/fuzz/Cargo.toml --target-dir target/fuzz \
	  --all-targets -- --deny warnings

deny: ## Checks licenses, sources and known vulnerabilities of the crates, where cargo-deny is installed
	@scripts/deny

test-rust: ## Runs the unit, integration and end-to-end tests and those in the documentation
	@scripts/prerequisites rust nextest python audit
	@scripts/python-env
	cargo test --locked --workspace --doc
	@# Two more than there are processors: those that run Terraform mostly wait for S3.
	cargo nextest run --locked --workspace --test-threads $$(($$(getconf _NPROCESSORS_ONLN) + 2))

test-terraform: ## Checks and tests the Terraform code; needs no AWS account
	@scripts/prerequisites rust terraform python
	scripts/check-terraform

docs: ## Writes the tables of inputs and outputs into the README of each folder of Terraform code
	@scripts/prerequisites rust
	@scripts/program dev terraform-review interface --write \
	  $(wildcard terraform/modules/* terraform/environments/*/ terraform/bootstrap)

test-scripts: ## Runs shellcheck on the scripts
	@scripts/python-env
	$(PYTHON_ENV)/bin/shellcheck $$(grep -slE '^#!.*bash' scripts/* .ci/*)

# Some two minutes on two processors. Each sabotage of `make sabotage` is noticed within as many.
CI_SEEDS = 50000

simulate: ## Lets SEEDS simulated worlds happen (10000), from FIRST (0); or shows the one of SEED; CAMPAIGN=eager-feed, shuffled-rows
	@scripts/prerequisites rust
	@scripts/program simulation simulation \
	  --campaign $(or $(CAMPAIGN),guarantee) \
	  $(if $(SEED),--replay $(SEED),--seeds $(or $(SEEDS),10000) --first $(or $(FIRST),0))

test-simulation: ## Lets as many worlds happen as CI does
	@$(MAKE) --no-print-directory simulate SEEDS=$(CI_SEEDS)

# Built as the simulation is, which is quick, and has no rule for what is inlined where that a few lines could upset.
instructions = scripts/program simulation instructions

test-instructions: ## Counts the instructions of the hot path's steps and compares them with what is recorded
	@scripts/prerequisites rust valgrind
	@$(instructions)

record-instructions: ## Records them anew; commit tests/hot-path/instructions.json with what changed them
	@scripts/prerequisites rust valgrind
	@$(instructions) --record

microbench: ## Measures the hot path's steps in records per second of one core; ONLY=part of a name
	@scripts/prerequisites rust
	cargo bench --locked --package hot-path --bench hot_path -- $(if $(ONLY),"$(ONLY)")

sabotage: ## Breaks each rule of the protocol and looks whether that is noticed; writes docs/sabotage.md; ONLY=part of a name
	@scripts/prerequisites rust nextest python
	@scripts/python-env
	@scripts/program simulation sabotage --seeds $(CI_SEEDS) \
	  $(if $(ONLY),--only "$(ONLY)",--write docs/sabotage.md)

sabotage-policies: ## Breaks each statement of each policy, on ministack and in the source, and looks whether that is noticed
	@scripts/prerequisites rust nextest terraform python
	@scripts/python-env
	cargo nextest run --locked --workspace --run-ignored all --success-output immediate \
	  --filterset 'binary(infrastructure) and test(/^privileges::/)'

test-fuzz: ## Fuzzes what reads foreign bytes, each target for ten seconds
	@scripts/prerequisites rust fuzz
	SECONDS_EACH=10 scripts/fuzz

fuzz: ## The same for ten minutes each; SECONDS_EACH=3600 for an hour
	@scripts/prerequisites rust fuzz
	scripts/fuzz

# The simulated Zoom is part of the harness: it is built to be fast, so that it is not what is measured.
benchmark = scripts/program simulation bench

bench: ## Measures this function and a Python one as the guide has it, side by side; writes docs/benchmark; ONLY=quiet,day ROUNDS= QUICK=1
	@scripts/prerequisites rust python
	@scripts/python-env
	@ARCH=$(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64) scripts/build
	@$(benchmark) $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(if $(LONG_ROUNDS),--long-rounds $(LONG_ROUNDS)) $(if $(QUICK),--quick)

bench-docs: ## Writes tables and plots of docs/benchmark anew from its results.json
	@scripts/prerequisites rust
	@$(benchmark) --publish

build: ## Builds the function's zip for Lambda; ARCH=arm64 for arm64
	@scripts/prerequisites rust python
	scripts/build

# What follows needs AWS: credentials as the AWS CLI takes them, and AWS_REGION.

bootstrap: ## Makes the bucket for Terraform's states, once for an AWS account; BUCKET=name takes one that is there
	@scripts/prerequisites terraform
	@scripts/bootstrap $(BUCKET)

plan: ## Shows what apply would change in ENV (dev unless set), and what that costs
	@scripts/prerequisites terraform
	@scripts/deploy $(or $(ENV),dev) plan

apply: ## Shows that, asks, and does exactly that; YES=1 does not ask
	@scripts/prerequisites terraform
	@scripts/deploy $(or $(ENV),dev) apply

destroy: ## Takes all of ENV away; of prod only what was emptied: BUCKET="its buckets"
	@scripts/prerequisites rust terraform
	@scripts/deploy $(or $(ENV),dev) destroy $(BUCKET)

build-and-deploy: build ## Builds, shows the plan for ENV, asks, applies, runs the function once and says what arrived
	@scripts/prerequisites rust terraform
	@$(MAKE) --no-print-directory apply
	@$(zoomlogs) run --env $(or $(ENV),dev)

# The building has its say first, so that it does not talk into the questions.
zoomlogs = scripts/zoomlogs
where = --env $(or $(ENV),dev) $(if $(ACCOUNT),--account $(ACCOUNT))
of_report = $(if $(REPORT),--report $(REPORT))
days = $(if $(FROM),--from $(FROM)) $(if $(TO),--to $(TO))

zoom-credentials: ## Asks for the Zoom app's credentials, tries them and stores them for ENV; or reads JSON from standard input; ACCOUNT=, CHECK=no
	@scripts/prerequisites rust terraform
	@$(zoomlogs) credentials $(where) $(if $(filter no,$(CHECK)),--no-check)

reader-key: ## Makes the feed's access key for ENV and shows it once; DO=rotate, revoke (KEY=id), list; STORE=1 puts it in a secret; ACCOUNT=
	@scripts/prerequisites rust terraform
	@$(zoomlogs) reader-key $(or $(DO),issue) $(where) $(if $(STORE),--store $(filter-out 1,$(STORE))) $(if $(KEY),--key-id $(KEY))

feed: ## What to enter in the SecOps feeds of ENV; API=1, CREATE=1, STATE=1, with PROJECT=, LOCATION=, INSTANCE=: docs/feed.md; ACCOUNT=, REPORT=
	@scripts/prerequisites rust terraform
	@$(zoomlogs) feed $(where) $(of_report) $(if $(API),--api) $(if $(CREATE),--create) $(if $(STATE),--state) \
	  $(if $(SUBJECT_ID),--subject-id) $(if $(UPDATE),--update) $(if $(ROTATE_KEY),--rotate-key) $(if $(YES),--yes) \
	  $(if $(PROJECT),--project $(PROJECT)) $(if $(LOCATION),--location $(LOCATION)) $(if $(INSTANCE),--instance $(INSTANCE)) \
	  $(if $(ENDPOINT),--endpoint $(ENDPOINT))

status: ## Says whether ENV is healthy, and what to do if it is not; ACCOUNT=, REPORT=
	@scripts/prerequisites rust terraform
	@$(zoomlogs) status $(where) $(of_report)

verify: ## Compares Zoom with the bucket of ENV, record by record; FROM=, TO= (the last week), FILE= for the signed-off report, SIGN= the KMS key for it, ACCOUNT=, REPORT=
	@scripts/prerequisites rust terraform
	@$(zoomlogs) verify $(where) $(of_report) $(days) $(if $(FILE),--report-file $(FILE)) $(if $(SIGN),--sign $(SIGN))

replay: ## Delivers what the bucket of ENV lacks of the days FROM= to TO=; goes on where it was interrupted; ACCOUNT=, REPORT=
	@scripts/prerequisites rust terraform
	@$(zoomlogs) replay $(where) $(of_report) $(days)

clean: ## Removes what was built
	rm -rf target/lambda
	cargo clean
