#!/usr/bin/env bash
# scripts/setup.sh build|test: installs what building, or building and testing, needs. Does nothing where all is there.
#
#   WINNOW_WHEELS=DIR   take the wheels of OpenVINO and PyTorch from DIR instead of fetching them with pip
#   WINNOW_LIBTORCH=DIR take LibTorch from DIR, for a CPU or CUDA, instead of that wheel
#
# Safe to interrupt and to run again at any point: every step looks at what is there, and what it makes appears under
# its final name only when it is whole.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

purpose=${1:-build}
case $purpose in
  build | test) ;;
  *) die "'$purpose' is not a purpose of the set-up" "scripts/setup.sh build, or scripts/setup.sh test" ;;
esac

machine=$(uname -m)
[ "$(uname -s)" = Linux ] || die "Winnow runs on Linux only" "build it on a Debian 12 machine"
[ "$machine" = x86_64 ] || die "no OpenVINO is pinned for $machine yet" \
  "build on x86_64, or add the wheel for $machine with its SHA-256 to scripts/setup-openvino.sh"

mkdir -p .deps
# Two set-ups at once wait for one another.
exec 9> .deps/lock
flock 9

scripts/setup-packages.sh "$purpose"
scripts/setup-swift.sh
scripts/setup-openvino.sh
scripts/setup-torch.sh
if [ "$purpose" = test ]; then scripts/setup-axe.sh; fi
