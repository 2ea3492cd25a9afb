#!/usr/bin/env bash
# scripts/setup-torch.sh: unpacks what Winnow needs of PyTorch's wheel, the C++ library LibTorch, into .deps/torch.
#
# With WINNOW_LIBTORCH=DIR nothing is fetched: the build takes that LibTorch, of 2.11 to 2.13, for a CPU or CUDA.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
. scripts/messages.sh
. scripts/wheel.sh

[ -z "${WINNOW_LIBTORCH:-}" ] || exit 0

version=2.13.0+cpu
wheel=torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl
sha256=6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
layout=1 # counts up when what is unpacked, or how, changes

target=.deps/torch
stamp="torch $version $sha256 layout $layout"
if [ -e "$target/stamp" ] && [ "$(cat "$target/stamp")" = "$stamp" ]; then exit 0; fi

work=.deps/torch.new
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
fetch_wheel torch "$version" "$wheel" "$sha256" "192 MB" "$work/wheel" https://download.pytorch.org/whl/cpu

tree="$work/tree"
for part in ATen c10 torch/headeronly torch/csrc/inductor/aoti_torch; do
  unpack_wheel "torch/include/$part/*.h" "$tree/include/$part"
done
for library in libtorch_cpu.so libc10.so libgomp.so.1; do unpack_wheel "torch/lib/$library" "$tree/lib"; done
unpack_wheel "torch-$version.dist-info/licenses/*" "$tree/licenses"
printf '%s\n' "$stamp" > "$tree/stamp"
sync "$tree"/lib/*
rm -rf "$target"
mv "$tree" "$target"
