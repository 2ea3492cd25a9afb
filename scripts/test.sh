#!/usr/bin/env bash
# scripts/test.sh: every test of a built tree. The last line counts them: `N passed, N failed, N skipped`.
# Called by `make test`, which sets PKG_CONFIG_PATH.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/messages.sh

passed=0 failed=0 skipped=0

# count PASSED FAILED SKIPPED
count() {
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# part NAME COMMAND...: runs a part whose last line of output counts its tests. One that ends badly without saying so
# counts as a failed test.
part() {
  local name=$1 log status line
  shift
  say "--- $name"
  log=.build/test-$name.log
  "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  line=$(tail -n 1 "$log")
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
    count "${BASH_REMATCH[@]:1:3}"
    # Where tests failed, that is why the part did.
    [ "$status" -ne 0 ] && [ "${BASH_REMATCH[2]}" -eq 0 ] || return
  fi
  count 0 1 0
  say "error: the part $name ended with status $status before it had counted all its tests"
}

swift_tests() {
  local report=.build/test-report status
  rm -f "$report"*.xml
  # Our modules are testable by their own flags (Package.swift). Left to itself, swift test would build all of them,
  # and what they depend on, once more with other flags.
  swift test -c release --disable-testable-imports --xunit-output "$report.xml"
  status=$?
  [ -e "$report-swift-testing.xml" ] || return 1
  awk 'BEGIN { RS = "<testcase" } NR > 1 { if (/<failure/) failed++; else if (/<skipped/) skipped++; else passed++ }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$report-swift-testing.xml"
  return "$status"
}

watch_tests() {
  make --no-print-directory -C watch OUT="$PWD/.build/watch" tests || return
  .build/watch/watch-test .build/watch/winnow-watch
}

part swift swift_tests
part watch watch_tests
part boot Tests/SystemdTests/boot.sh
part package Tests/SystemdTests/package.sh

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
