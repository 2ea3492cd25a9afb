#!/usr/bin/env bash
# benchmarks/race.sh: how fast Winnow sorts a folder, end to end through winnowd, beside Python programs for the same
# job. Called by `make bench`, which builds first. Prints a table and writes it to benchmarks/last.md.
#
#   WINNOW_PICTURES=DIR   pictures; default ../shared/data/flowers
#   WINNOW_ONNX=FILE      an ImageNet-like classifier (256, 224); default ../shared/models/mobilenet_v2-imagenet.onnx
#   WINNOW_LABELS=FILE    its labels; default ../shared/models/imagenet_labels.txt
#   WINNOW_PEER=FILE      predict_batch.py; default ../shared/peer/predict_batch.py
#   WINNOW_PYTHON=FILE    a Python with numpy, pillow, onnxruntime and openvino; default python3
#   WINNOW_ROUNDS=N       default 3; the median counts
#   WINNOW_PROGRAMS=DIR   default .build/release
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

programs=$(realpath "${WINNOW_PROGRAMS:-.build/release}")
pictures=${WINNOW_PICTURES:-../shared/data/flowers}
onnx=${WINNOW_ONNX:-../shared/models/mobilenet_v2-imagenet.onnx}
labels=${WINNOW_LABELS:-../shared/models/imagenet_labels.txt}
peer=${WINNOW_PEER:-../shared/peer/predict_batch.py}
python=${WINNOW_PYTHON:-python3}
rounds=${WINNOW_ROUNDS:-3}

[ -x "$programs/winnowd" ] || die "$programs/winnowd is missing" "make build"
for wanted in "$pictures" "$onnx" "$labels"; do
  if [ ! -e "$wanted" ]; then
    say "skipped: $wanted is not there; name pictures and a model with WINNOW_PICTURES, WINNOW_ONNX and WINNOW_LABELS"
    exit 0
  fi
done
pictures=$(realpath "$pictures") onnx=$(realpath "$onnx") labels=$(realpath "$labels")

peers=()
if [ ! -e "$peer" ]; then
  say "skipped: the Python programs, since $peer is not there (WINNOW_PEER)"
else
  for module in onnxruntime openvino; do
    if "$python" -c "import numpy, PIL, $module" 2> /dev/null; then
      peers+=("$module")
    else
      say "skipped: the Python program on $module, since $python cannot import it, numpy and PIL (WINNOW_PYTHON)"
    fi
  done
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/winnow-bench.XXXXXX")
daemon=''
stop_daemon() {
  [ -n "$daemon" ] || return 0
  kill "$daemon" 2> /dev/null || true
  wait "$daemon" 2> /dev/null || true
  daemon=''
}
trap 'status=$?; stop_daemon; [ "$status" -eq 0 ] || cat "$work"/*.log >&2 2> /dev/null || true; rm -rf "$work"; exit "$status"' EXIT
trap 'exit 130' INT TERM

export WINNOW_SOCKET="$work/control.sock" WINNOW_STATE_DIR="$work/state" WINNOW_CONFIG="$work/winnow.yaml"
ctl() { "$programs/winnowctl" "$@"; }

# lay_out DIR: a copy of the pictures, all in one folder, each under a name of its own.
lay_out() {
  rm -rf "$1"
  mkdir "$1"
  find "$pictures" -type f -printf '%P\0' | while IFS= read -r -d '' file; do
    cp "$pictures/$file" "$1/${file//\//-}"
  done
  sync -f "$1"
}

# int8: whether winnowd serves int8 after a quantisation on these pictures; says why not.
int8() {
  ctl model quantize race --data "$pictures" > "$work/quantize.log" 2>&1 || { cat "$work/quantize.log" >&2 && return 1; }
  ctl classify "$1" > /dev/null
  ctl status | grep -q int8 || { say "winnowd does not serve int8" && cat "$work/quantize.log" >&2 && return 1; }
}

# winnow PRECISION: pictures a second, from the first rename into the inbox to the last durable outcome. The 200 ms for
# which a renamed file has to be quiet count.
winnow() {
  local count begin end one
  rm -rf "$work/state" "$work/inbox" "$work/sorted"
  mkdir "$work/inbox"
  # int8 is chosen by itself, where it keeps its promise.
  cat > "$WINNOW_CONFIG" << YAML
engine: {precision: $(if [ "$1" = int8 ]; then echo auto; else echo "$1"; fi)}
YAML
  "$programs/winnowd" 2> "$work/winnowd.log" &
  daemon=$!
  for _ in $(seq 100); do [ -S "$WINNOW_SOCKET" ] && break || sleep 0.1; done
  ctl model import "$onnx" --labels "$labels" --name race > /dev/null 2>&1
  ctl inbox add "$work/inbox" --name race --output "$work/sorted" --model race --threshold 0 > /dev/null
  lay_out "$work/arriving"
  one=$(find "$work/arriving" -type f -print -quit)
  count=$(find "$work/arriving" -type f | wc -l)
  # The peers load their model before the clock starts.
  ctl classify "$one" > /dev/null
  if [ "$1" = int8 ]; then int8 "$one" || { stop_daemon && return 1; }; fi
  begin=$(date +%s.%N)
  find "$work/arriving" -type f -exec mv -t "$work/inbox" {} +
  ctl wait --idle --timeout 3600 > /dev/null 2>&1 || die "the pictures were not sorted" "see what winnowd said, below"
  end=$(date +%s.%N)
  stop_daemon
  [ "$(find "$work/sorted" -type f | wc -l)" = "$count" ] && [ -z "$(find "$work/inbox" -type f)" ] ||
    die "not every picture was sorted" "see what winnowd said, below"
  awk -v n="$count" -v t0="$begin" -v t1="$end" 'BEGIN { printf "%.1f\n", n / (t1 - t0) }'
}

# python_program MODE: as it measures itself, from the first file to the last move.
python_program() {
  lay_out "$work/arriving"
  rm -rf "$work/sorted"
  "$python" "$peer" "$1" "$work/arriving" "$work/sorted" --arch mobilenet_v2 --onnx "$onnx" --labels "$labels" \
    2> "$work/peer.log" | sed -n 's/.*"img_per_s": *\([0-9.]*\).*/\1/p'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

contests=(fp32 int8)
if grep -qwE 'avx512_bf16|amx_bf16' /proc/cpuinfo; then
  contests+=(bf16)
else
  say "skipped: bf16, which this processor does not compute by itself"
fi

for round in $(seq "$rounds"); do
  for precision in "${contests[@]}"; do
    say "round $round of $rounds, $precision"
    if ! winnow "$precision" >> "$work/winnow-$precision"; then
      [ "$precision" = int8 ] || exit 1
      say "skipped: int8, which this model does not bear on these pictures"
      continue
    fi
    case $precision in fp32) module=onnxruntime mode=ort ;; *) module=openvino mode=openvino ;; esac
    if [[ " ${peers[*]} " == *" $module "* ]]; then python_program "$mode" >> "$work/peer-$precision"; fi
  done
done

{
  echo "$(find "$pictures" -type f | wc -l) pictures, ${onnx##*/}, $(nproc) processors" \
    "($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)), median of $rounds rounds, in pictures a second:"
  echo
  echo "| precision | winnowd, end to end | Python program | ratio |"
  echo "|---|---|---|---|"
  for precision in "${contests[@]}"; do
    [ -s "$work/winnow-$precision" ] || continue
    ours=$(median < "$work/winnow-$precision") name=- ratio=-
    if [ -s "$work/peer-$precision" ]; then
      theirs=$(median < "$work/peer-$precision")
      case $precision in fp32) name="ONNX Runtime, $theirs" ;; *) name="OpenVINO, $theirs" ;; esac
      ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')
    fi
    echo "| $precision | $ours | $name | $ratio |"
  done
} | tee benchmarks/last.md.new
mv benchmarks/last.md.new benchmarks/last.md
