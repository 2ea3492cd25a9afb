#!/usr/bin/env bash
# benchmarks/clean.sh: how long `winnowctl dataset clean` takes beside the Python tools that one would use instead.
# Called by `make bench`. Prints a table and writes it to benchmarks/last-clean.md.
#
#   WINNOW_PICTURES=DIR   class folders of pictures; default ../shared/data/flowers
#   WINNOW_PYTHON=FILE    a Python with pillow, imagehash and cleanvision; default python3
#   WINNOW_ROUNDS=N       default 3; the median counts
#   WINNOW_PROGRAMS=DIR   default .build/release
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

programs=$(realpath "${WINNOW_PROGRAMS:-.build/release}")
pictures=${WINNOW_PICTURES:-../shared/data/flowers}
python=${WINNOW_PYTHON:-python3}
rounds=${WINNOW_ROUNDS:-3}

[ -x "$programs/winnowctl" ] || die "$programs/winnowctl is missing" "make build"
if [ ! -e "$pictures" ]; then
  say "skipped: $pictures is not there; name pictures with WINNOW_PICTURES"
  exit 0
fi
modes=()
for mode in pillow imagehash cleanvision; do
  module=$mode
  [ "$mode" = pillow ] && module=PIL
  if "$python" -c "import $module" 2> /dev/null; then
    modes+=("$mode")
  else
    say "skipped: $mode, since $python cannot import it (WINNOW_PYTHON)"
  fi
done

work=$(mktemp -d "${TMPDIR:-/tmp}/winnow-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp -r "$(realpath "$pictures")" "$work/set"
export WINNOW_STATE_DIR="$work/state" WINNOW_SOCKET="$work/none" WINNOW_CONFIG="$work/none.yaml"

# seconds COMMAND...: how long it takes.
seconds() {
  local begin end
  begin=$(date +%s.%N)
  "$@" > /dev/null 2> "$work/log" || { cat "$work/log" >&2; return 1; }
  end=$(date +%s.%N)
  awk -v t0="$begin" -v t1="$end" 'BEGIN { printf "%.3f\n", t1 - t0 }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for round in $(seq "$rounds"); do
  say "round $round of $rounds"
  sync
  seconds "$programs/winnowctl" dataset clean "$work/set" --local >> "$work/winnow-whole"
  rm -rf "$work/set_cleaned"
  seconds "$programs/winnowctl" dataset clean "$work/set" --local --dry-run >> "$work/winnow-find"
  for mode in "${modes[@]}"; do
    rm -rf "$work/rewritten"
    sync
    case $mode in pillow) set -- "$work/rewritten" ;; *) set -- ;; esac
    "$python" benchmarks/peers/clean_pictures.py "$mode" "$work/set" "$@" 2> "$work/log" | tail -n 1 >> "$work/peer-$mode"
  done
done

time_of() { [ -s "$work/$1" ] && median < "$work/$1" || echo -; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a == "-" || b == "-") print "-"; else printf "%.1f", a / b }'; }
sum() { awk -v a="$1" -v b="$2" -v c="$3" 'BEGIN { if (a == "-" || b == "-" || c == "-") print "-"; else printf "%.3f", a + b + c }'; }

whole=$(time_of winnow-whole) find=$(time_of winnow-find)
pillow=$(time_of peer-pillow) imagehash=$(time_of peer-imagehash) cleanvision=$(time_of peer-cleanvision)
all=$(sum "$pillow" "$imagehash" "$cleanvision")
{
  echo "$(find "$work/set" -type f | wc -l) pictures, $(nproc) processors" \
    "($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)), median of $rounds rounds, in seconds:"
  echo
  echo "| work | winnowctl | Python | Python / winnowctl |"
  echo "|---|---|---|---|"
  echo "| near duplicates (imagehash) | $find | $imagehash | $(ratio "$imagehash" "$find") |"
  echo "| near duplicates and faulty pictures (cleanvision) | $find | $cleanvision | $(ratio "$cleanvision" "$find") |"
  echo "| a clean copy (Pillow reads and writes, imagehash, cleanvision) | $whole | $all | $(ratio "$all" "$whole") |"
} | tee benchmarks/last-clean.md
