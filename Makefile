# Winnow: what people and CI call. `make test` and `make demo` install what they need, build, and do their job.

PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
export PREFIX DESTDIR SYSCONFDIR

export PKG_CONFIG_PATH := $(CURDIR)/.deps/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))

SWIFT_SOURCES = Sources Tests Package.swift

.PHONY: build setup test demo bench install uninstall deb format lint clean

build: setup
	swift build -c release
	$(MAKE) --no-print-directory -C watch OUT=$(CURDIR)/.build/watch
	$(MAKE) --no-print-directory -C torch OUT=$(CURDIR)/.build/torch

setup:
	scripts/setup.sh build

test:
	scripts/setup.sh test
	$(MAKE) --no-print-directory build
	scripts/test.sh

demo: build
	scripts/demo.sh

# Races Winnow against the Python programs in ../shared/peer, where those are.
bench: build
	benchmarks/race.sh
	benchmarks/clean.sh

# Under DESTDIR, for PREFIX. Builds only where nothing was built.
install:
	test -x .build/release/winnowd -a -x .build/watch/winnow-watch || $(MAKE) build
	scripts/install.sh

uninstall:
	scripts/uninstall.sh

# Debian packages, in .build/deb.
deb: build
	scripts/setup-packages.sh deb
	scripts/deb.sh

format:
	swift format -i -r $(SWIFT_SOURCES)

lint:
	swift format lint --strict -r $(SWIFT_SOURCES)

# Keeps .deps, which is slow to fetch.
clean:
	rm -rf .build
