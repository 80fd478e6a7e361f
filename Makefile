# Builds stockd and stockctl, and runs what checks them. `make help` lists the targets.
#
#   BUILD=dir     where everything goes (default: build)
#   CC, CXX       the compilers (gcc and clang 14 both build without a warning)
#   SANITIZE=…    for instance address,undefined or thread

BUILD ?= build
CC = gcc
CXX = g++
OPTIMIZE ?= -O2

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
  -Wold-style-definition -Wvla -Wundef -Wformat=2 -Wwrite-strings -Wpointer-arith -Wcast-qual \
  -Wswitch-enum -Wimplicit-fallthrough -Wdouble-promotion -Werror -fno-common
HARDENING = -fstack-protector-strong -fPIE
LINK_HARDENING = -pie -Wl,-z,relro,-z,now
ifneq ($(SANITIZE),)
  INSTRUMENT = -fsanitize=$(SANITIZE) -fno-omit-frame-pointer
else
  HARDENING += -D_FORTIFY_SOURCE=3
endif

# Programs are linked with optimization across files, which is worth 8 % of a bulk PUT; objects carry
# plain code too, so that the many test programs link quickly.
ifeq ($(CC)$(SANITIZE),gcc)
  LTO_COMPILE = -flto -ffat-lto-objects
  LTO_LINK = -flto=auto $(OPTIMIZE)
endif

VERSION = $(shell cat VERSION)
CPPFLAGS += -D_GNU_SOURCE -Isrc -DSTOCKD_VERSION='"$(VERSION)"'
CFLAGS = -std=c17 $(OPTIMIZE) -g $(WARNINGS) $(HARDENING) $(INSTRUMENT) $(LTO_COMPILE)
CXXFLAGS = -std=c++17 $(OPTIMIZE) -g -Wall -Wextra -Werror $(HARDENING) $(INSTRUMENT)
LDFLAGS += $(LINK_HARDENING) $(INSTRUMENT)

BASE_LIBS = -lsimdjson -lxxhash -lgnutls -lm -lpthread
STOCKD_LIBS = -lmicrohttpd -lcurl $(BASE_LIBS)
STOCKCTL_LIBS = -lcurl -lcsv -lmicrohttpd $(BASE_LIBS)

sources = $(wildcard $(addprefix src/,$(addsuffix /*.c,$(1)))) \
          $(wildcard $(addprefix src/,$(addsuffix /*.cpp,$(1))))
objects = $(patsubst %,$(BUILD)/obj/%.o,$(basename $(1)))

# The simulated os is for tests; no program carries it.
SIM_OBJECTS = $(call objects,$(wildcard src/os/os_sim*.c))
BASE_OBJECTS = $(filter-out $(SIM_OBJECTS),$(call objects,$(call sources,base os wire)))
CORE_OBJECTS = $(BASE_OBJECTS) \
  $(call objects,$(call sources,ledger journal registry store call api push operator))
STOCKD_OBJECTS = $(CORE_OBJECTS) $(call objects,$(call sources,server))
STOCKCTL_OBJECTS = $(BASE_OBJECTS) $(call objects,$(call sources,ctl))

UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
TEST_PARTS = $(SIM_OBJECTS) $(call objects,$(wildcard tests/support/*.c))
BENCHES = $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))

all: $(BUILD)/stockd $(BUILD)/stockctl

$(BUILD)/stockd: $(STOCKD_OBJECTS)
	$(CXX) $(LDFLAGS) $(LTO_LINK) -o $@ $^ $(STOCKD_LIBS)

$(BUILD)/stockctl: $(STOCKCTL_OBJECTS)
	$(CXX) $(LDFLAGS) $(LTO_LINK) -o $@ $^ $(STOCKCTL_LIBS)

# Unit tests of src/ctl link its objects but the one with main().
$(BUILD)/tests/unit/ctl/%: $(BUILD)/obj/tests/unit/ctl/%.o $(TEST_PARTS) \
    $(filter-out %/stockctl.o,$(STOCKCTL_OBJECTS))
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -o $@ $^ -lcmocka $(STOCKCTL_LIBS)

# Unit tests of src/server link its objects but the one with main().
$(BUILD)/tests/unit/server/%: $(BUILD)/obj/tests/unit/server/%.o $(TEST_PARTS) \
    $(filter-out %/stockd.o,$(STOCKD_OBJECTS))
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -o $@ $^ -lcmocka $(STOCKD_LIBS)

$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o $(TEST_PARTS) $(CORE_OBJECTS)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -o $@ $^ -lcmocka $(STOCKD_LIBS)

$(BUILD)/bench/%: $(BUILD)/obj/bench/%.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lmicrohttpd -lpthread

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

unit: $(UNIT_TESTS)
# Those that run several threads: what the thread sanitizer is for.
threaded: $(filter %threads %/push/test_push $(BUILD)/tests/unit/api/%,$(UNIT_TESTS))
benches: $(BENCHES)

# The whole test run, as CI has it.
check:
	./test

bench: all benches
	. tools/packages.sh && packages_install $$PACKAGES_TO_BUILD $$PACKAGES_TO_BENCH
	bench/run

fmt:
	clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h' '*.cpp')

lint:
	clang-format --dry-run --Werror $$(git ls-files -co --exclude-standard '*.c' '*.h' '*.cpp')

# clang-tidy reads everything once more; minutes, not seconds.
analyze: cppcheck
	clang-tidy --quiet $$(git ls-files 'src/*.c') -- -std=c17 $(CPPFLAGS)

cppcheck:
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
	  --inline-suppr --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE -Isrc src

asan:
	$(MAKE) BUILD=build/asan SANITIZE=address,undefined OPTIMIZE=-O1 all unit
tsan:
	$(MAKE) BUILD=build/tsan SANITIZE=thread OPTIMIZE=-O1 all threaded
clang:
	$(MAKE) BUILD=build/clang CC=clang CXX=clang++ all unit benches

clean:
	rm -rf $(BUILD)

help:
	@echo 'all        stockd and stockctl, into $(BUILD)/'
	@echo 'check      every test (./test)'
	@echo 'unit       the unit tests, built but not run'
	@echo 'bench      measure, and print a table'
	@echo 'asan tsan  builds under sanitizers, into build/asan and build/tsan'
	@echo 'clang      a build with clang, into build/clang'
	@echo 'fmt lint   format the sources; check that they are formatted'
	@echo 'analyze    clang-tidy and cppcheck'
	@echo 'clean      remove $(BUILD)/'

all_targets = all unit threaded benches check bench fmt lint analyze cppcheck asan tsan clang clean help force
.PHONY: $(all_targets)
.SECONDARY:

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
