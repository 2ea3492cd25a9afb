#!/usr/bin/env bash
# benchmarks/train.sh TRAIN TEST: how long `winnowctl train` takes, and how good what comes of it is, beside a Python
# program for the same. Prints a table and writes it to benchmarks/last-train.md.
#
# TRAIN and TEST hold a folder a class. Both programs start from the same weights, learn from TRAIN alone, and are tested
# on TEST.
#
#   WINNOW_ARCH=NAME      default mobilenet_v2
#   WINNOW_WEIGHTS=FILE   default ../shared/models/NAME-imagenet.safetensors
#   WINNOW_PYTHON=FILE    a Python with torch, torchvision and scikit-learn; default python3
#   WINNOW_TRAIN_PEER=FILE   default ../shared/peer/train.py
#   WINNOW_METHODS=LIST   default "head finetune"
#   WINNOW_PROGRAMS=DIR   default .build/release
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

[ $# -eq 2 ] || die "two folders are wanted" "benchmarks/train.sh TRAIN TEST"
train=$(realpath "$1") test=$(realpath "$2")
programs=$(realpath "${WINNOW_PROGRAMS:-.build/release}")
arch=${WINNOW_ARCH:-mobilenet_v2}
weights=${WINNOW_WEIGHTS:-../shared/models/$arch-imagenet.safetensors}
python=${WINNOW_PYTHON:-python3}
peer=${WINNOW_TRAIN_PEER:-../shared/peer/train.py}
methods=${WINNOW_METHODS:-head finetune}

[ -x "$programs/winnowctl" ] || die "$programs/winnowctl is missing" "make build"
[ -e "$weights" ] || die "$weights is missing" "name the weights with WINNOW_WEIGHTS"
weights=$(realpath "$weights")

work=$(mktemp -d "${TMPDIR:-/tmp}/winnow-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
export WINNOW_STATE_DIR="$work/state" WINNOW_SOCKET="$work/none" WINNOW_CONFIG="$work/none.yaml"
mkdir "$work/state"

# field NAME: a figure of the JSON on standard input.
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

# winnow METHOD: seconds and accuracy.
winnow() {
  local begin end
  begin=$(date +%s.%N)
  "$programs/winnowctl" --local --json train "$train" --name "$1" --backbone "$arch" --method "$1" --test-share 0 \
    > "$work/trained.json" 2> "$work/log" || { cat "$work/log" >&2; return 1; }
  end=$(date +%s.%N)
  "$programs/winnowctl" --local --json evaluate "$1" "$test" --output "$work/report-$1" > "$work/tested.json" 2> /dev/null
  awk -v t0="$begin" -v t1="$end" -v accuracy="$(field '["accuracy"]["value"]' < "$work/tested.json")" \
    'BEGIN { printf "%.1f %.2f\n", t1 - t0, 100 * accuracy }'
}

# python_peer OPTION...: the same.
python_peer() {
  "$python" "$peer" "$train" "$test" --arch "$arch" --weights "$weights" "$@" 2> "$work/log" | tail -n 1 > "$work/peer.json"
  awk -v s="$(field '["seconds"]' < "$work/peer.json")" -v a="$(field '["test_accuracy"]' < "$work/peer.json")" \
    'BEGIN { printf "%.1f %.2f\n", s, 100 * a }'
}

"$programs/winnowctl" --local model pull "$arch" --from "$weights" > /dev/null 2>&1
has_peer=no
if [ -e "$peer" ] && "$python" -c 'import torch, sklearn, safetensors' 2> /dev/null; then
  has_peer=yes
else
  say "skipped: the Python program, since $peer or what it imports is missing (WINNOW_PYTHON)"
fi

{
  echo "| method | winnowctl, s | accuracy, % | Python, s | accuracy, % | Python / winnowctl |"
  echo "|---|---|---|---|---|---|"
  for method in $methods; do
    read -r seconds accuracy < <(winnow "$method")
    if [ "$has_peer" = yes ]; then
      read -r theirs their_accuracy < <(python_peer --method "$method")
      ratio=$(awk -v a="$theirs" -v b="$seconds" 'BEGIN { printf "%.2f", a / b }')
    else
      theirs=- their_accuracy=- ratio=-
    fi
    echo "| $method | $seconds | $accuracy | $theirs | $their_accuracy | $ratio |"
  done
} | tee benchmarks/last-train.md
