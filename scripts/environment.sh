# shellcheck shell=bash
# For calling swift by hand: `. scripts/environment.sh`, then `swift build -c release`. The Makefile sets the same.
winnow_clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PKG_CONFIG_PATH="$winnow_clone/.deps/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
unset winnow_clone
