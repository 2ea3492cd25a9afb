#!/usr/bin/env bash
# scripts/demo.sh: shows Winnow at work on pictures and a model that it makes itself, in a temporary folder that goes
# afterwards. Called by `make demo`, which builds first.
#
#   WINNOW_PROGRAMS=DIR   where the programs are; default .build/release
#   WINNOW_DEMO_KEEP=1    leave the folder and say where it is
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

programs=$(realpath "${WINNOW_PROGRAMS:-.build/release}")
for program in winnowd winnowctl winnow-worker winnow-lab winnow-trainer; do
  [ -x "$programs/$program" ] || die "$programs/$program is missing" "make build"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/winnow-demo.XXXXXX")
daemon='' watcher=''
finish() {
  status=$?
  trap - EXIT INT TERM
  [ -z "$watcher" ] || kill "$watcher" 2> /dev/null || true
  if [ -n "$daemon" ]; then
    kill "$daemon" 2> /dev/null || true
    wait "$daemon" 2> /dev/null || true
  fi
  if [ "$status" -ne 0 ] && [ -s "$work/winnowd.log" ]; then
    say "winnowd said:"
    cat "$work/winnowd.log" >&2
  fi
  if [ -n "${WINNOW_DEMO_KEEP:-}" ]; then say "left in $work"; else rm -rf "$work"; fi
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

strong='' quiet='' good='' warning='' bad='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  strong=$'\e[1m' quiet=$'\e[2m' good=$'\e[32m' warning=$'\e[33m' bad=$'\e[31m' plain=$'\e[0m'
fi

tell() { printf '\n%s%s%s\n' "$strong" "$*" "$plain"; }

# run COMMAND...: shows a command and runs it in the demonstration's folder, which its output names as `.`.
run() {
  printf '%s$ %s%s\n' "$quiet" "$*" "$plain"
  (cd "$work" && "$@" 2>&1) | sed "s|$work/||g"
}

winnowctl() { "$programs/winnowctl" "$@"; }
export WINNOW_SOCKET="$work/control.sock" WINNOW_STATE_DIR="$work/state" WINNOW_CONFIG="$work/winnow.yaml"

# Lines of `winnowctl watch` in a pipe: time, event, inbox, class, probability, rest, with tabs between them.
shorten() {
  awk -F '\t' -v here="$work/" -v good="$good" -v warning="$warning" -v bad="$bad" -v plain="$plain" '{
    gsub(here, "", $6)
    colour = $2 == "sorted" ? good : $2 == "quarantined" ? bad : warning
    printf "  %s%-11s%s  %-6s  %s\n", colour, $2, plain, $4, $6
    fflush()
  }'
}

# Waits, without the progress bar that would run through the lines of `watch`.
everything_sorted() {
  winnowctl wait --idle --timeout 60 > "$work/wait.log" 2>&1 && return
  cat "$work/wait.log" >&2
  exit 1
}

tree() { (cd "$work" && find inbox sorted -type f -not -name '.*' | LC_ALL=C sort | sed 's|^|  |'); }

cat << TEXT

This is Winnow, a service that keeps folders of pictures sorted. What you see is the real
service with its real worker. The pictures, though, are painted by a small program, and the
first model learnt nothing: it tells which colour most of a picture has. Everything happens in
$work and goes away at the end.
TEXT

"$programs/winnow-lab" --demonstration-model "$work"
"$programs/winnow-lab" --demonstration-pictures "$work/pictures"
mkdir "$work/inbox"
echo '# Nothing is configured here: the inbox is added while the service runs.' > "$WINNOW_CONFIG"

"$programs/winnowd" --foreground 2> "$work/winnowd.log" &
daemon=$!
for _ in $(seq 100); do
  [ -S "$WINNOW_SOCKET" ] && break
  kill -0 "$daemon" 2> /dev/null || die "winnowd did not start" "see what it said, below"
  sleep 0.1
done

tell "A model, from an ONNX file and a list of labels"
run winnowctl model import colours.onnx --labels colours.txt --name colours \
  --mean 0,0,0 --std 1,1,1 --resize 64 --crop 64

tell "A folder to keep sorted"
run winnowctl inbox add inbox --name demo --output sorted --model colours --threshold 0.8

tell "Twelve pictures arrive, one after the other, then another forest.png, a broken file and a text"
printf '%s$ winnowctl watch%s   (times and long folder names left out)\n' "$quiet" "$plain"
# Not the function: its process has to be the one that is ended.
"$programs/winnowctl" watch > >(shorten) &
watcher=$!
for picture in "$work"/pictures/*.png; do
  cp "$picture" "$work/inbox/"
  sleep 0.3
done
# Another picture with a name that is taken by now, one whose checksum is wrong, and a file that is no picture.
mkdir "$work/inbox/phone"
cp "$work/pictures/meadow.png" "$work/inbox/phone/forest.png"
head -c 20000 "$work/pictures/fog.png" > "$work/inbox/broken.png"
printf 'wrong' >> "$work/inbox/broken.png"
tail -c +20006 "$work/pictures/fog.png" >> "$work/inbox/broken.png"
echo 'Buy milk.' > "$work/inbox/note.jpg"
everything_sorted
kill "$watcher" 2> /dev/null || true
wait "$watcher" 2> /dev/null || true
watcher=''

tell "Where everything is now"
tree

tell "Why?"
run winnowctl history inbox/flag.png

tell "Put it all back"
run winnowctl undo --all
tree

tell "Every byte as it was?"
(cd "$work/pictures" && sha256sum -- *.png) > "$work/sums"
(cd "$work/inbox" && sha256sum --check --quiet "$work/sums") && echo "  yes, all twelve"

tell "A model of your own, from a folder of pictures for each class"
"$programs/winnow-lab" --demonstration-lessons "$work"
(cd "$work" && for class in lessons/*; do echo "  $class: $(ls "$class" | wc -l) pictures"; done)
run winnowctl train lessons --name places --backbone colours

tell "How good is it, on pictures that it has never seen?"
run winnowctl evaluate places test --output report

tell "And it sorts"
run winnowctl inbox add new --name places --output places --model places --threshold 0.5
for picture in beach/1 sunset/2 wood/3; do cp "$work/test/$picture.png" "$work/new/${picture%/*}-${picture#*/}.png"; done
everything_sorted
(cd "$work" && find places -name '*.png' | sort | sed 's|^|  |')

tell "That was the demonstration. README.md says how to go on with a folder of your own."
