# Arrondi: how it is built, tried and checked.
#
#   make            the six programs, into build/bin
#   make deps       installs what the build and the tests need (Debian)
#   make demo       shows the ledger at work, from nothing
#   make test       every test; T=word runs those whose name holds the word
#   make asan tsan  the unit tests under the sanitizers
#   make fuzz       what reads strangers' bytes, under libFuzzer: FUZZ_S=10 seconds for
#                   each target, FUZZ=word those whose name holds the word
#   make lint       the rules that a compiler cannot see, and clang's opinion
#   make bench      measures
#   make torture    kills, clocks, full disks, hostile clients: TORTURE_S, TORTURE_SEED
#   make docs       the tables that README.md and ledger/FORMAT.md draw from kinds.def
#                   and rules.def
#   make install    PREFIX=/usr/local DESTDIR=
#
# To override: CC, B (the build folder), CFLAGS_EXTRA, LDFLAGS_EXTRA, OPT,
# SAN=address,undefined or thread (a whole build of its own), JOBS, V=1.
#
# What must never become false: a program is linked with its own job's libraries
# and no other. `make lint` reads it back from the finished files.

ifeq ($(origin CC),default)
CC := gcc
endif
B ?= build
JOBS ?= 2
PREFIX ?= /usr/local
comma := ,
O := $(B)$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
BIN := $(O)/bin
Q := $(if $(V),,@)

# --- flags ---------------------------------------------------------------

FOLDERS := keys ledger reports gateway
DRAWING := libqrencode pangocairo cairo fontconfig xlsxwriter zlib
PACKAGES := libcrypto sqlite3 jansson libmicrohttpd libcurl inih expat cmocka $(DRAWING)

# Fortification needs an optimiser, and would hide from a sanitizer the very
# calls that it watches. A sanitizer's instrumentation makes gcc warn of things
# that are not in the source, so there a warning is only a warning.
OPT ?= $(if $(SAN),-O1,-O2)
FORTIFY := $(if $(SAN)$(filter -O0,$(OPT)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANITIZE := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)

CPPFLAGS := -I. -D_GNU_SOURCE $(FORTIFY) -include keys/banned.h -MMD -MP \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
CFLAGS := -std=gnu17 $(OPT) -g -pthread -fPIE -fstack-protector-strong \
	-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla $(if $(SAN),,-Werror) $(SANITIZE) $(CFLAGS_EXTRA)
LDFLAGS := -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZE) $(LDFLAGS_EXTRA)

# --- what there is -------------------------------------------------------

SOURCES := $(wildcard $(FOLDERS:%=%/*.c) tests/*.c tests/model/*.c)
HEADERS := $(wildcard $(FOLDERS:%=%/*.h) tests/*.h tests/model/*.h)
UNITS := $(wildcard tests/test_*.c)
BENCHES := $(wildcard tests/bench_*.c)
FUZZES := $(wildcard tests/fuzz_*.c)
TORTURES := $(wildcard tests/torture_*.c)
# What forges exports for arrondi-verify to find (tests/t-42-forgeries.sh).
FORGERS := $(filter-out %_random.c,$(wildcard tests/test_books_*.c tests/test_audit*.c))
SCRIPTS := $(sort $(wildcard tests/t-*.sh tests/stories/t-*.sh))
# Where several threads share something, or may come to.
THREADED := $(wildcard tests/test_sequencer.c tests/test_audit.c tests/test_http*.c \
	tests/test_gateway*.c tests/test_notify.c tests/test_hook_work.c)

objects = $(patsubst %.c,$(O)/%.o,$(1))
chosen = $(if $(T),$(foreach t,$(1),$(if $(findstring $(T),$(notdir $(t))),$(t))),$(1))
test_program = $(patsubst %.c,$(O)/%,$(call chosen,$(1)))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: FORCE

$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# libxlsxwriter's headers name what keys/banned.h poisons, so there they come first.
$(O)/reports/render_xlsx.o: CPPFLAGS := -include xlsxwriter.h $(CPPFLAGS)

# A header is a contract: it must be readable alone. (There, nobody calls its
# inline functions.)
$(O)/%.h.ok: %.h $(O)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -MF $@.d -MT $@ $(CFLAGS) -fsyntax-only -Wno-unused-function -x c $<
	@touch $@

# Other flags, or other files in a folder, are a reason to build again.
remember = mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@

$(O)/flags: FORCE
	@$(call remember,$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS))
$(O)/%.list: FORCE
	@$(call remember,$(sort $(wildcard $*/*.c)))

define archive
$(O)/$(1).a: $(call objects,$(filter-out %_main.c,$(wildcard $(1)/*.c))) $(O)/$(1).list
endef
$(foreach f,$(FOLDERS),$(eval $(call archive,$(f))))
$(FOLDERS:%=$(O)/%.a):
	$(Q)rm -f $@ && $(AR) rcsD $@ $(filter %.o,$^)

# $(1) program, $(2) objects, $(3) archives from the upper layer to the lower,
# $(4) packages. An archive gives only the members that are referred to.
define program
$(1): $(call objects,$(2)) $(3:%=$(O)/%.a)
	@mkdir -p $$(@D)
	$(if $(V),,@echo "  LINK  $(notdir $(1))")
	$(Q)$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$$$(pkg-config --libs $(4))
endef

# --- the six programs: a job each, and its libraries ---------------------

PROGRAMS :=
define ours
ifneq ($(wildcard $(2)),)
PROGRAMS += $(BIN)/$(1)
$(call program,$(BIN)/$(1),$(2),$(3),$(4))
endif
endef

$(eval $(call ours,arrondi-keys,keys/keys_main.c,keys,libcrypto))
$(eval $(call ours,arrondi-ledger,ledger/ledger_main.c,ledger keys,sqlite3 jansson libcrypto))
$(eval $(call ours,arrondi-verify,ledger/verify_main.c,ledger keys,libcrypto))
$(eval $(call ours,arrondi-report,reports/report_main.c,reports ledger keys,sqlite3 jansson libcrypto $(DRAWING)))
$(eval $(call ours,arrondi-gateway,gateway/gateway_main.c,gateway ledger keys,libmicrohttpd libcurl jansson sqlite3 inih expat libcrypto))
$(eval $(call ours,arrondi-post,gateway/post_main.c,gateway ledger keys,libcurl jansson libcrypto))

# --- tests ---------------------------------------------------------------

# A test is linked with what the tests share if it includes it, and with the
# layers whose headers it or they include and those below: money can be tested
# while the gateway does not compile. INCLUDES is words like "test_x>ledger/x".
INCLUDES := $(shell grep -HoE '^\#include "[a-z]+/[a-z0-9_]+' tests/*.[ch] 2>/dev/null | \
	sed -E 's,^tests/([^.]*)\.[ch]:\#include ",\1>,')
# One test replays what all of the fuzz targets have met.
INCLUDES += $(FUZZES:tests/%.c=test_fuzz_corpus>tests/%)
includes_of = $(foreach f,$(1),$(patsubst $(f)>%,%,$(filter $(f)>%,$(INCLUDES))))
shared_by = $(patsubst tests/%,%,$(filter tests/%,$(call includes_of,$(1))))
# Up to eight steps: a test, the world, its forger, the archive, its story...
two_shared_by = $(sort $(call shared_by,$(1)) $(call shared_by,$(call shared_by,$(1))))
four_shared_by = $(sort $(call two_shared_by,$(1)) $(call two_shared_by,$(call two_shared_by,$(1))))
all_shared_by = $(sort $(call four_shared_by,$(1)) $(call four_shared_by,$(call four_shared_by,$(1))))
rooms_of = $(sort $(dir $(call includes_of,$(1) $(call all_shared_by,$(1)))))
layers_of = $(filter gateway reports,$(1:%/=%)) \
	$(if $(filter ledger/ gateway/ reports/,$(1)),ledger) keys
$(foreach t,$(patsubst tests/%.c,%,$(UNITS) $(BENCHES) $(TORTURES) $(FUZZES)),$(eval $(call program,$(O)/tests/$(t),\
	tests/$(t).c $(wildcard $(patsubst %,tests/%.c,$(call all_shared_by,$(t)))) \
	$(if $(filter model,$(call all_shared_by,$(t))),$(wildcard tests/model/*.c)),\
	$(call layers_of,$(call rooms_of,$(t))),$(PACKAGES))))

# What torture puts between a program and the system (LD_PRELOAD).
SHIMS := $(patsubst %.c,$(O)/%.so,$(wildcard tests/shim_*.c))
$(O)/tests/shim_%.so: tests/shim_%.c $(O)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(filter-out $(SANITIZE),$(CFLAGS)) -fPIC -shared -o $@ $<

run = B='$(O)' JOBS=$(JOBS) tests/run.sh

# Parallel by itself, unless the caller has said how parallel.
again = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

.PHONY: all objects headers units deps deps-lint demo test test-now asan tsan lint \
	lint-now bench bench-now torture torture-now docs install clean

all: $(FOLDERS:%=$(O)/%.a) $(PROGRAMS)
objects: $(call objects,$(SOURCES))
headers: $(HEADERS:%=$(O)/%.ok)
units: $(call test_program,$(UNITS))

deps:
	@.ci/deps build
deps-lint:
	@.ci/deps build lint

# These begin on a machine that may have nothing yet, so the packages come
# first and a second make, which can see them, does the work.
demo:
	@.ci/deps build
	+@$(again) all
	@B='$(O)' BIN='$(abspath $(BIN))' tests/demo.sh

test:
	@.ci/deps build
	+@$(again) test-now

# The programs are only needed when a black-box script was chosen.
test-now: $(call test_program,$(UNITS)) $(if $(call chosen,$(SCRIPTS)),$(PROGRAMS) \
	$(patsubst %.c,$(O)/%,$(TORTURES) $(FORGERS)) $(SHIMS))
	@$(run) $(call test_program,$(UNITS)) $(call chosen,$(SCRIPTS))

asan:
	@.ci/deps build
	+@$(again) SAN=address,undefined sanitized UNITS_RUN='$(UNITS)'

tsan:
	@.ci/deps build
	+@$(again) SAN=thread sanitized UNITS_RUN='$(THREADED)'

.PHONY: sanitized
sanitized: $(call test_program,$(UNITS_RUN))
	@$(run) $(call test_program,$(UNITS_RUN))

# libFuzzer is clang's, and its objects are of no other use: a folder of their own.
FUZZ ?=
FUZZ_S ?= 10
fuzz_chosen = $(foreach f,$(FUZZES:tests/fuzz_%.c=%),\
	$(if $(FUZZ),$(if $(findstring $(FUZZ),$(f)),$(f)),$(f)))
# FUZZ_KEEP=1 writes the corpora of tests/fuzz/ anew from what was found.
FUZZ_KEEP ?=
fuzz:
	@.ci/deps build fuzz
	+@$(again) CC=clang O='$(B)/fuzz' SAN=fuzzer,address,undefined \
		CFLAGS_EXTRA='-DFUZZ_ALONE $(CFLAGS_EXTRA)' fuzz-now
.PHONY: fuzz fuzz-now
fuzz-now: $(fuzz_chosen:%=$(O)/tests/fuzz_%)
	@B='$(O)' JOBS='$(JOBS)' FUZZ_S='$(FUZZ_S)' \
		tests/fuzz.sh $(if $(FUZZ_KEEP),--keep) $(fuzz_chosen)

lint:
	@.ci/deps build lint
	+@$(again) lint-now
	+@$(again) CC=clang OPT=-O0 B='$(B)/clang' objects headers
	@echo "lint: clean"

lint-now: all
	@BIN='$(BIN)' tests/lint/lint.sh
	@tests/lint/selftest.sh

bench:
	@.ci/deps build
	+@$(again) bench-now
bench-now: all $(patsubst %.c,$(O)/%,$(BENCHES))
	@B='$(O)' BIN='$(abspath $(BIN))' tests/bench.sh

torture:
	@.ci/deps build
	+@$(again) torture-now
torture-now: all $(patsubst %.c,$(O)/%,$(TORTURES)) $(SHIMS)
	@B='$(O)' BIN='$(abspath $(BIN))' tests/torture.sh

# Draws the tables of README.md and ledger/FORMAT.md anew from ledger/*.def.
docs: $(call test_program,tests/test_docs.c)
	DOCS_WRITE=1 $(call test_program,tests/test_docs.c)

install: all
	install -d '$(DESTDIR)$(PREFIX)/bin'
	install -m 755 $(PROGRAMS) '$(DESTDIR)$(PREFIX)/bin'
	$(if $(wildcard gateway/*.conf*),install -d '$(DESTDIR)$(PREFIX)/share/arrondi')
	$(if $(wildcard gateway/*.conf*),install -m 644 $(wildcard gateway/*.conf*) \
		'$(DESTDIR)$(PREFIX)/share/arrondi')

clean:
	rm -rf '$(B)'

-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d)
