# shellcheck shell=bash
# Pictures for a machine of the tests to sort, in /srv/camera. Sourced, never run, after machine.sh and with the arguments
# of the script: [MODEL.onnx LABELS.txt PICTURES].

model=${1:-../shared/models/squeezenet1_1-imagenet.onnx}
labels=${2:-../shared/models/imagenet_labels.txt}
pictures=${3:-../shared/data/flowers}

inbox="$scratch/srv/camera/inbox" sorted="$scratch/srv/camera/sorted"
sources=()
[ ! -d "$pictures" ] ||
  mapfile -t sources < <(find "$pictures" -name '*.jpg' -type f | sort | awk 'NR % 7 == 1' | head -n 40)

has_pictures() { [ -e "$model" ] && [ -e "$labels" ] && [ -d "$pictures" ]; }

# drop FIRST COUNT: pictures of the list arrive, every second by a rename.
drop() {
  local number=0 source name
  for source in "${sources[@]:$1:$2}"; do
    name=$(basename "$source")
    if ((number++ % 2)); then
      cp --no-preserve=mode "$source" "$inbox/$name"
    else
      cp --no-preserve=mode "$source" "$scratch/srv/incoming/$name"
      mv "$scratch/srv/incoming/$name" "$inbox/$name"
    fi
  done
  chown -R --reference="$scratch/srv/camera" "$inbox"
}

idle() { inside winnowctl --json wait --idle --timeout 120; }

# Whole and exactly once, in the output tree: the first COUNT pictures of the list.
all_sorted() {
  local wanted found
  wanted=$(sha256sum "${sources[@]:0:$1}" | cut -d ' ' -f 1 | sort)
  found=$(find "$sorted" -type f -exec sha256sum {} + | cut -d ' ' -f 1 | sort)
  [ "$wanted" = "$found" ] && return
  echo "$(wc -l <<< "$found") of $1 pictures are in the output tree; in the inbox:"
  ls -la "$inbox"
  return 1
}
