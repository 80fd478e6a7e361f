# Builds stockd and stockctl, and runs what checks them. `make help` lists the targets.
#
#   BUILD=dir     where everything goes (default: build)
#   CC, CXX       the compilers (gcc and clang 14 both build without a warning)
#   SANITIZE=…    for instance address,undefined or thread
#   PREFIX, DESTDIR, SYSCONFDIR   where `make install` puts things (/usr/local, nothing, /etc)

BUILD ?= build
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
CC = gcc
CXX = g++
OPTIMIZE ?= -O2
# Of what tests consist of: the compiler takes longer than they run.
OPTIMIZE_TESTS ?= -O1
DEBUG ?= -g

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
  -Wold-style-definition -Wvla -Wundef -Wformat=2 -Wwrite-strings -Wpointer-arith -Wcast-qual \
  -Wswitch-enum -Wimplicit-fallthrough -Wdouble-promotion -Werror -fno-common
# tests/harness/test_hardening.py looks for each of these in the programs.
HARDENING = -fstack-protector-strong -fstack-clash-protection -fPIE
ifeq ($(shell uname -m),x86_64)
  HARDENING += -fcf-protection=full
endif
LINK_HARDENING = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed
ifneq ($(SANITIZE),)
  INSTRUMENT = -fsanitize=$(SANITIZE) -fno-omit-frame-pointer $(INSTRUMENT_MORE)
else
  HARDENING += -D_FORTIFY_SOURCE=3
endif

# Programs are linked with optimization across files, which is worth 8 % of a bulk PUT; objects carry
# plain code too, and the many test programs are linked from that.
ifeq ($(CC)$(SANITIZE),gcc)
  LTO_COMPILE = -flto -ffat-lto-objects
  LTO_LINK = -flto=auto $(OPTIMIZE)
  PLAIN_LINK = -fno-lto
endif

VERSION = $(shell cat VERSION)
CPPFLAGS += -D_GNU_SOURCE $(addprefix -I,$(INCLUDE_FIRST)) -Isrc -DSTOCKD_VERSION='"$(VERSION)"'
# Hidden: a library that has a function of the same name would call ours instead of its own.
NAMES = -fvisibility=hidden
CFLAGS = -std=c17 $(OPTIMIZE) $(DEBUG) $(WARNINGS) $(HARDENING) $(NAMES) $(INSTRUMENT) $(LTO_COMPILE)
CXXFLAGS = -std=c++17 $(OPTIMIZE) $(DEBUG) -Wall -Wextra -Werror $(HARDENING) $(NAMES) $(INSTRUMENT)
LDFLAGS += $(LINK_HARDENING) $(INSTRUMENT)

BASE_LIBS = -lsimdjson -lxxhash -lgnutls -lm -lpthread
STOCKD_LIBS = -lmicrohttpd -lcurl -lpq -lcsv -lzip -lexpat $(BASE_LIBS)
STOCKCTL_LIBS = -lcurl -lcsv -linih -lsqlite3 -lzip -lexpat -lpq -lmicrohttpd $(BASE_LIBS)

sources = $(wildcard $(addprefix src/,$(addsuffix /*.c,$(1)))) \
          $(wildcard $(addprefix src/,$(addsuffix /*.cpp,$(1))))
objects = $(patsubst %,$(BUILD)/obj/%.o,$(basename $(1)))

# The simulated os is for tests; no program carries it.
SIM_OBJECTS = $(call objects,$(wildcard src/os/os_sim*.c))
BASE_OBJECTS = $(filter-out $(SIM_OBJECTS),$(call objects,$(call sources,base os wire)))
CORE_OBJECTS = $(BASE_OBJECTS) \
  $(call objects,$(call sources,ledger journal registry store call sheet api push operator))
STOCKD_OBJECTS = $(CORE_OBJECTS) $(call objects,$(call sources,server))
STOCKCTL_OBJECTS = $(BASE_OBJECTS) $(call objects,$(call sources,ledger journal store admin sheet book ctl))

UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
TEST_PARTS = $(SIM_OBJECTS) $(call objects,$(wildcard tests/support/*.c))
BENCHES = $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))

# All targets of the fuzzer in one program (tests/fuzz/README.md): with libFuzzer, or with a main
# that replays the corpus. They see no log, and of ctl only what has no socket.
FUZZ_OBJECTS = $(SIM_OBJECTS) $(filter-out %/os/log.o %/call/worker.o %/stockd.o,$(STOCKD_OBJECTS)) \
  $(call objects,$(filter-out %/driver.c %/mutate.c %/replay.c,$(wildcard tests/fuzz/*.c)) \
  $(addprefix tests/support/,exchange_case.c json_case.c store_fake.c) \
  $(addprefix src/ctl/,batch.c guess.c options.c refusal.c reply_head.c serve_answer.c stock_table.c))
FUZZ_LIBS = $(STOCKD_LIBS)

all: web $(BUILD)/stockd $(BUILD)/stockctl

# The cabinet: npm fetches what web/package-lock.json pins, once; after that no network is needed.
WEB_SOURCES = web/package.json web/build.mjs web/tsconfig.json \
  $(shell find web/src -type f 2>/dev/null)
WEB_PACKAGES = web/node_modules/.package-lock.json
web: web/dist/index.html

web/dist/index.html: $(WEB_PACKAGES) $(WEB_SOURCES)
	cd web && node build.mjs

$(WEB_PACKAGES): web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Types of the cabinet; and the unit tests of what it computes.
web-types: $(WEB_PACKAGES)
	cd web && node_modules/.bin/tsc --noEmit
web-check: web-types
	node web/test.mjs

# What drives chromium in tests/browser, pinned like the above.
BROWSER_PACKAGES = tests/browser/node_modules/.package-lock.json
browser-packages: $(BROWSER_PACKAGES)

$(BROWSER_PACKAGES): tests/browser/package-lock.json
	cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILD)/stockd: $(STOCKD_OBJECTS) $(BUILD)/web/files.o
	$(CXX) $(LDFLAGS) $(LTO_LINK) -o $@ $^ $(STOCKD_LIBS)

# What the operator's listener serves as it is: the cabinet, and openapi.yaml. Optimization across
# files does not see the labels in it.
$(BUILD)/web/files.c: tools/embed openapi.yaml web/dist/index.html
	tools/embed $(BUILD)/web web/dist openapi.yaml

$(BUILD)/web/files.o: $(BUILD)/web/files.c src/operator/web_files.h $(BUILD)/flags
	$(CC) $(CPPFLAGS) $(filter-out $(LTO_COMPILE),$(CFLAGS)) -c -o $@ $<

$(BUILD)/stockctl: $(STOCKCTL_OBJECTS)
	$(CXX) $(LDFLAGS) $(LTO_LINK) -o $@ $^ $(STOCKCTL_LIBS)

# Test programs take what they need out of thin archives: to link all objects into each of them took
# ten times as long.
$(BUILD)/core.a: $(CORE_OBJECTS)
$(BUILD)/admin.a: $(CORE_OBJECTS) $(call objects,$(call sources,admin))
$(BUILD)/ctl.a: $(filter-out %/stockctl.o,$(STOCKCTL_OBJECTS))
$(BUILD)/server.a: $(filter-out %/stockd.o,$(STOCKD_OBJECTS))
$(BUILD)/%.a:
	@mkdir -p $(@D)
	rm -f $@
	ar rcsT $@ $^

# Unit tests of what stockctl consists of link its objects but the one with main().
CTL_TESTS = $(filter $(addprefix $(BUILD)/tests/unit/,sheet/% book/% ctl/%),$(UNIT_TESTS))
$(CTL_TESTS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(TEST_PARTS) $(BUILD)/ctl.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ -lcmocka $(STOCKCTL_LIBS)

# Those of src/admin link what stands above the store in neither program.
$(BUILD)/tests/unit/admin/%: $(BUILD)/obj/tests/unit/admin/%.o $(TEST_PARTS) $(BUILD)/admin.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ -lcmocka $(STOCKD_LIBS)

# Unit tests of src/server link its objects but the one with main().
$(BUILD)/tests/unit/server/%: $(BUILD)/obj/tests/unit/server/%.o $(TEST_PARTS) $(BUILD)/server.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ -lcmocka $(STOCKD_LIBS)

$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o $(TEST_PARTS) $(BUILD)/core.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ -lcmocka $(STOCKD_LIBS)

# Programs of tests/store_pg are told of a database that they may write to (STOCKD_TEST_PG).
PG_TESTS = $(addprefix $(BUILD)/tests/store_pg/,conformance edges pool race)

$(BUILD)/tests/store_pg/%: $(BUILD)/obj/tests/store_pg/%.o \
    $(call objects,$(addprefix tests/store_pg/,edge_world.c pair.c pair_history.c search.c \
    world.c)) \
    $(TEST_PARTS) $(BUILD)/core.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ -lcmocka $(STOCKD_LIBS)

FAULT_TESTS = $(patsubst tests/fault/%.c,$(BUILD)/tests/fault/%,$(wildcard tests/fault/test_*.c))

# Programs of tests/fault see every allocation of our code, but not those of the simulated machine.
FAULT_WRAPPED = malloc calloc realloc reallocarray strdup free
FAULT_LINK = $(foreach name,$(FAULT_WRAPPED),-Wl,--wrap=$(name))
FAULT_PARTS = $(patsubst $(BUILD)/obj/%,$(BUILD)/unseen/%,$(TEST_PARTS)) \
  $(call objects,$(filter-out tests/fault/test_% tests/fault/preload.c,$(wildcard tests/fault/*.c)))

$(BUILD)/unseen/%.o: $(BUILD)/obj/%.o
	@mkdir -p $(@D)
	objcopy $(foreach name,$(FAULT_WRAPPED),--redefine-sym $(name)=__real_$(name)) $< $@

$(BUILD)/tests/fault/%: $(BUILD)/obj/tests/fault/%.o $(FAULT_PARTS) $(BUILD)/core.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(PLAIN_LINK) $(FAULT_LINK) -o $@ $^ -lcmocka $(STOCKD_LIBS)

# Functions with the names of the C library's: nothing of these may be known to the compiler.
$(BUILD)/tests/fault/preload.so: tests/fault/preload.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O1 -g $(WARNINGS) -Wno-pedantic -fPIC -fno-builtin -shared -o $@ $<

# The local store and the SQL of the other one, for tests/store_pg; no pool of connections.
PG_SESSION_PARTS = $(patsubst %,src/store/pg_%.c,session connection address result)
PG_DRIVER_PARTS = $(filter-out src/store/pg_% src/store/store_pg%, \
  $(call sources,base os ledger journal store)) \
  $(wildcard src/store/pg_schema*.c) $(PG_SESSION_PARTS) \
  src/store/pg_statement.c src/store/pg_moving.c \
  tests/store_pg/driver.c
$(BUILD)/tests/store_pg/driver: $(filter-out $(SIM_OBJECTS),$(call objects,$(PG_DRIVER_PARTS)))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ -lpq -lxxhash -lgnutls -lm -lpthread

# The auditor of histories of several nodes: the rules are the simulator's.
AUDIT_PARTS = $(wildcard tests/nodes/*.c tests/sim/model*.c) $(call sources,base)
$(BUILD)/tests/nodes/audit: $(call objects,$(AUDIT_PARTS))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ -lxxhash -lgnutls -lm -lpthread

$(BUILD)/tests/fuzz/replay: $(BUILD)/obj/tests/fuzz/replay.o $(FUZZ_OBJECTS)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ $(FUZZ_LIBS)

# With clang alone; a build without SANITIZE only shows that it links.
$(BUILD)/tests/fuzz/fuzz: $(call objects,tests/fuzz/driver.c tests/fuzz/mutate.c) $(FUZZ_OBJECTS)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS)

$(BUILD)/bench/shelf: $(BUILD)/obj/bench/shelf.o $(call objects,$(call sources,base ledger)) \
    $(call objects,src/store/record.c src/store/record_apply.c)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LTO_LINK) -o $@ $^ -lxxhash -lgnutls

$(BUILD)/bench/flood: $(BUILD)/obj/bench/flood.o $(call objects,$(call sources,base))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LTO_LINK) -o $@ $^ -lxxhash -lgnutls

# Linked as stockd is: what is counted there is what stockd executes.
$(BUILD)/bench/paths: $(BUILD)/obj/bench/paths.o $(CORE_OBJECTS) $(SIM_OBJECTS) \
    $(call objects,tests/support/exchange_case.c)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(LTO_LINK) -o $@ $^ $(STOCKD_LIBS)

$(BUILD)/bench/redis_load: $(BUILD)/obj/bench/redis_load.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lhiredis

$(BUILD)/bench/sql_front: $(BUILD)/obj/bench/sql_front.o $(BASE_OBJECTS)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $(LTO_LINK) -o $@ $^ -lpq -lmicrohttpd $(BASE_LIBS)

$(BUILD)/bench/sql_load: $(call objects,bench/sql_load.c src/store/pg_statement.c)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lpq -lpthread

$(BUILD)/bench/%: $(BUILD)/obj/bench/%.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lmicrohttpd -lpthread

# What tests consist of is in no program that is linked so.
$(BUILD)/obj/tests/%: private LTO_COMPILE =
$(BUILD)/obj/tests/%: private OPTIMIZE = $(OPTIMIZE_TESTS)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.cpp $(BUILD)/flags
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

# Changes when the flags do, and then everything is built anew.
FLAGS_TEXT = $(CC) $(CXX) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
$(BUILD)/flags: force
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(FLAGS_TEXT))' | cmp -s - $@ || \
	  echo '$(subst ','\'',$(FLAGS_TEXT))' > $@

# The simulator twice: with the limits as they are, and with small ones (tests/sim/README.md). It
# has no database.
SIM_SMALL = $(BUILD)/sim/small
SIM_LIBS = -lcmocka -lxxhash -lgnutls -lm -lpthread
SIM_FOLDERS = base os ledger journal store
SIM_SOURCES = $(filter-out src/store/pg_% src/store/store_pg%,$(call sources,$(SIM_FOLDERS))) \
  $(wildcard tests/sim/*.c) tests/support/chance.c
SIM_HEADERS = $(wildcard $(addprefix src/,$(addsuffix /*.h,$(SIM_FOLDERS)))) \
  $(wildcard tests/sim/*.h) tests/support/chance.h
SIM_PARTS = $(call objects,$(SIM_SOURCES))
SIM_SMALL_PARTS = $(patsubst %.c,$(SIM_SMALL)/%.o,$(SIM_SOURCES))

$(BUILD)/sim/large: $(SIM_PARTS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(PLAIN_LINK) -o $@ $^ $(SIM_LIBS)

$(SIM_SMALL)/sim: $(SIM_SMALL_PARTS)
	$(CC) $(LDFLAGS) -o $@ $^ $(SIM_LIBS)

# The copies; what did not change in them keeps its time.
$(SIM_SMALL)/made: $(SIM_SOURCES) $(SIM_HEADERS) tests/sim/shrink.py
	@mkdir -p $(@D)
	python3 tests/sim/shrink.py $(SIM_SMALL)
	@touch $@
$(SIM_SMALL_PARTS:.o=.c) $(addprefix $(SIM_SMALL)/,$(SIM_HEADERS)): $(SIM_SMALL)/made ;

SIM_CFLAGS = $(filter-out -Isrc -O2,$(CPPFLAGS) $(filter-out $(LTO_COMPILE),$(CFLAGS))) -O1
$(SIM_SMALL)/%.o: $(SIM_SMALL)/%.c $(BUILD)/flags
	$(CC) -I$(SIM_SMALL)/src $(SIM_CFLAGS) -MMD -MP -c -o $@ $<

sims: $(BUILD)/sim/large $(SIM_SMALL)/sim

# One seed with its trace (VERBOSE=1) or without, or many on all processors.
sim: sims
	@python3 tests/sim/run.py $(BUILD) $(if $(SEED),$(SEED),$(if $(SEEDS),$(SEEDS),1..200)) \
	  $(if $(VERBOSE),--verbose)

# Each planted fault, or PLANTS="name …", has to be found.
sim-plants: $(SIM_SMALL)/sim
	@python3 tests/sim/plants.py $(SIM_SMALL) '$(CC) -I$(SIM_SMALL)/src $(SIM_CFLAGS)' \
	  '$(CC) $(LDFLAGS)' '$(SIM_LIBS)' $(PLANTS)

unit: $(UNIT_TESTS)
unit-objects: $(call objects,$(wildcard tests/unit/*/test_*.c)) $(TEST_PARTS)
pg-tests: $(PG_TESTS)
faults: $(FAULT_TESTS) $(BUILD)/tests/fault/preload.so
# Those that run several threads: what the thread sanitizer is for.
threaded: $(filter %threads %/push/test_push %/push/test_push_give %/operator/test_uploads $(BUILD)/tests/unit/api/%,$(UNIT_TESTS))
benches: $(BENCHES)

# The whole test run, as CI has it.
check:
	./test

# Every call of every kind fails once; ./test takes a sample. Some 20 minutes on two processors.
fault: all faults
	for program in $(FAULT_TESTS); do $$program || exit 1; done
	FAULT_ALL=1 python3 -m tests.harness.tap tests.fault

# What is compared has to be there first: its libraries are built against.
bench:
	. tools/packages.sh && \
	  packages_install $$PACKAGES_TO_BUILD $$PACKAGES_TO_TEST $$PACKAGES_TO_BENCH
	$(MAKE) all benches browser-packages
	bench/run --report $(if $(RUNS),--runs $(RUNS))

# Instructions of the hot paths against bench/instructions.txt; UPDATE=1 writes that anew.
UPDATE ?=
bench-check: $(BUILD)/bench/paths $(BUILD)/bench/flood
	. tools/packages.sh && packages_install $$PACKAGES_TO_BUILD $$PACKAGES_TO_TEST
	bench/check $(if $(UPDATE),--update)

# Each attack of the load tests for SECONDS with CONNECTIONS.
SECONDS ?= 10
CONNECTIONS ?= 1000
load: all
	LOAD_S=$(SECONDS) LOAD_CONNECTIONS=$(CONNECTIONS) python3 -m tests.harness.tap tests.load

# The crash tests with ROUNDS kills; CRASH_SEED=n plays a run again.
ROUNDS ?= 100
crash: all
	CRASH_ROUNDS=$(ROUNDS) python3 -m tests.harness.tap tests.crash.test_kill

# Three nodes over one database: ROUNDS times SECONDS of load and faults; TEST_SEED=n plays it again.
nodes: all $(BUILD)/tests/nodes/audit
	NODES_S=$(SECONDS) NODES_ROUNDS=$(ROUNDS) python3 -m tests.harness.tap tests.nodes.test_nodes.Nodes

fmt:
	clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h' '*.cpp')

lint:
	clang-format --dry-run --Werror $$(git ls-files -co --exclude-standard '*.c' '*.h' '*.cpp')

# clang-tidy reads everything once more; minutes, not seconds.
analyze: cppcheck
	clang-tidy --quiet $$(git ls-files 'src/*.c') -- -std=c17 $(CPPFLAGS)

cppcheck:
	cppcheck -j "$$(nproc)" --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
	  --inline-suppr --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE -Isrc src

# Lines of the frames that a report names; nobody steps through these.
FRAMES = OPTIMIZE_TESTS=-O0 DEBUG=-g1
ASAN = BUILD=build/asan SANITIZE=address,undefined OPTIMIZE=-O1 $(FRAMES)
asan:
	$(MAKE) $(ASAN) all unit faults
asan-replay:
	$(MAKE) $(ASAN) build/asan/tests/fuzz/replay
tsan:
	$(MAKE) BUILD=build/tsan SANITIZE=thread OPTIMIZE=-O1 $(FRAMES) build/tsan/stockd threaded
# Another compiler's warnings; nothing of it is run but one input of the fuzzer.
CLANG = BUILD=build/clang CC=clang CXX=clang++ OPTIMIZE=-O0 OPTIMIZE_TESTS=-O0 DEBUG=-g0
clang:
	$(MAKE) $(CLANG) all unit-objects benches
fuzzer:
	$(MAKE) $(CLANG) build/clang/tests/fuzz/fuzz

# What is made from the tables of stockctl's subcommands.
man: all
	$(BUILD)/stockctl --help-man > packaging/man/stockctl.1
	$(BUILD)/stockctl completion bash > packaging/completion/stockctl.bash
	$(BUILD)/stockctl completion zsh > packaging/completion/_stockctl

# A registry that is there already is left alone; the first one names nobody.
INSTALLED = $(DESTDIR)$(PREFIX)
install: all
	install -D -m 0755 -t $(INSTALLED)/bin $(BUILD)/stockd $(BUILD)/stockctl
	install -D -m 0644 -t $(INSTALLED)/share/man/man1 packaging/man/stockd.1 packaging/man/stockctl.1
	install -D -m 0644 packaging/completion/stockctl.bash \
	  $(INSTALLED)/share/bash-completion/completions/stockctl
	install -D -m 0644 packaging/completion/_stockctl \
	  $(INSTALLED)/share/zsh/site-functions/_stockctl
	install -D -m 0644 packaging/stockd.sysusers $(INSTALLED)/lib/sysusers.d/stockd.conf
	install -d $(INSTALLED)/lib/systemd/system
	sed 's|/usr/bin/stockd|$(PREFIX)/bin/stockd|' packaging/stockd.service \
	  > $(INSTALLED)/lib/systemd/system/stockd.service
	chmod 0644 $(INSTALLED)/lib/systemd/system/stockd.service
	install -d $(INSTALLED)/lib/systemd/user
	sed 's|/usr/bin/stockctl|$(PREFIX)/bin/stockctl|' packaging/stockctl-watch@.service \
	  > $(INSTALLED)/lib/systemd/user/stockctl-watch@.service
	chmod 0644 $(INSTALLED)/lib/systemd/user/stockctl-watch@.service
	install -d -m 0755 $(DESTDIR)$(SYSCONFDIR)/stockd
	test -e $(DESTDIR)$(SYSCONFDIR)/stockd/registry.json || \
	  (umask 077 && echo '{}' > $(DESTDIR)$(SYSCONFDIR)/stockd/registry.json)

# Everything from outside once more, under the unit's filter of system calls, and through TLS.
sandboxed: all
	for part in contract e2e crash; do \
	  STOCKD=tests/harness/sandbox.py python3 -m tests.harness.tap tests.$$part || exit 1; done
over-tls: all
	STOCKD_TLS=1 python3 -m tests.harness.tap tests.contract

# Lets libFuzzer look for inputs that break a TARGET of tests/fuzz, or each of them, for so many
# SECONDS; fuzz-merge brings what it found that is new into the corpus.
TARGET ?=
SECONDS ?= 60
FUZZ = $(MAKE) BUILD=build/fuzz CC=clang CXX=clang++ OPTIMIZE=-O1 INCLUDE_FIRST=build/fuzz/small \
  SANITIZE=fuzzer-no-link,address,undefined INSTRUMENT_MORE=-fno-sanitize-recover=undefined
fuzz-build:
	tests/fuzz/small-limits build/fuzz/small
	+$(FUZZ) build/fuzz/tests/fuzz/fuzz
fuzz fuzz-merge: fuzz-build
	tests/fuzz/run $@ '$(TARGET)' $(SECONDS)
fuzz-replay: $(BUILD)/tests/fuzz/replay
	$(BUILD)/tests/fuzz/replay tests/fuzz/corpus $(TARGET)

# Which lines of src the corpus reaches.
COVERAGE = -fprofile-instr-generate -fcoverage-mapping
fuzz-coverage:
	+$(MAKE) BUILD=build/coverage CC=clang CXX=clang++ OPTIMIZE='-O1 $(COVERAGE)' \
	  PLAIN_LINK='$(COVERAGE)' build/coverage/tests/fuzz/replay
	LLVM_PROFILE_FILE=build/coverage/raw build/coverage/tests/fuzz/replay tests/fuzz/corpus
	llvm-profdata merge -o build/coverage/merged build/coverage/raw
	llvm-cov report build/coverage/tests/fuzz/replay -instr-profile=build/coverage/merged src/

clean:
	rm -rf $(BUILD) web/dist

help:
	@echo 'all        stockd and stockctl, into $(BUILD)/'
	@echo 'web        the cabinet, into web/dist; web-check: its types and unit tests'
	@echo 'check      every test (./test)'
	@echo 'unit       the unit tests, built but not run'
	@echo 'fault      lets every single call of both programs fail (tests/fault)'
	@echo 'sim        the simulator: SEED=n [VERBOSE=1], or SEEDS=a..b'
	@echo 'sim-plants planted faults: each has to be found'
	@echo 'crash      kill -9 under load, ROUNDS=n times'
	@echo 'nodes      three nodes over one database that all fail, ROUNDS=n times SECONDS=n'
	@echo 'load       floods and slow clients: SECONDS=n each, CONNECTIONS=n'
	@echo 'bench      measure RUNS times (1), print a table, write docs/benchmarks.md'
	@echo 'bench-check  tells when a hot path takes more instructions than it did; UPDATE=1 keeps them'
	@echo 'asan tsan  builds under sanitizers, into build/asan and build/tsan'
	@echo 'clang      a build with clang, into build/clang'
	@echo 'man        the manual page and the completion of stockctl, from its tables'
	@echo 'install    programs, man pages, unit; PREFIX, DESTDIR and SYSCONFDIR say where'
	@echo 'sandboxed  tests from outside under the filter of system calls; over-tls: through TLS'
	@echo 'fuzz       fuzz TARGET, or each target, for SECONDS; fuzz-replay runs the corpus alone'
	@echo 'fmt lint   format the sources; check that they are formatted'
	@echo 'analyze    clang-tidy and cppcheck'
	@echo 'clean      remove $(BUILD)/ and web/dist/'

all_targets = all web web-types web-check browser-packages unit unit-objects pg-tests faults \
  fault threaded benches check crash load nodes fuzz fuzz-build fuzz-merge fuzz-replay \
  fuzz-coverage sims sim sim-plants bench bench-check fmt lint analyze cppcheck asan asan-replay tsan clang \
  fuzzer sandboxed over-tls man install clean help force
.PHONY: $(all_targets)
.SECONDARY:

-include $(shell find $(BUILD)/obj $(BUILD)/sim -name '*.d' 2>/dev/null)
