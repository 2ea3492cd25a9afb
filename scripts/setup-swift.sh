#!/usr/bin/env bash
# scripts/setup-swift.sh: checks that Swift 6.3 is there. The answer is kept, since asking the compiler is slow.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

remedy="install Swift 6.3 from https://www.swift.org/install/linux/ and put its usr/bin on the PATH"
swift=$(command -v swift) || die "the program swift is missing" "$remedy"
compiler=$(realpath "$swift")
stamp=".deps/swift.stamp"
found="$compiler $(stat -c '%Y %s' "$compiler")"
[ -e "$stamp" ] && [ "$(cat "$stamp")" = "$found" ] && exit 0

version=$("$swift" --version 2> /dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
case $version in
  6.[3-9] | 6.[1-9][0-9] | [7-9].*) ;;
  *) die "Swift 6.3 is needed, and $swift is ${version:-not a Swift compiler}" "$remedy" ;;
esac
printf '%s\n' "$found" > "$stamp"
