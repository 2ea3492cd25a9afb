#!/usr/bin/env bash
# scripts/setup-openvino.sh: unpacks what Winnow needs of OpenVINO's wheel into .deps/openvino and describes it to
# pkg-config in .deps/pkgconfig.
set -euo pipefail
umask 022 # the worker reads the libraries as another user
cd "$(dirname "$0")/.."
. scripts/messages.sh
. scripts/wheel.sh

version=2026.4.1
soname=2641
wheel=openvino-2026.4.1-22982-cp311-cp311-manylinux_2_28_x86_64.whl
sha256=2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf
layout=2 # counts up when what is unpacked, or how, changes

target=.deps/openvino
stamp="openvino $version $sha256 layout $layout"
if [ -e "$target/stamp" ] && [ "$(cat "$target/stamp")" = "$stamp" ] && [ -e .deps/pkgconfig/openvino-c.pc ]; then
  exit 0
fi

work=.deps/openvino.new
rm -rf "$work"
mkdir -p "$work/wheel"
trap 'rm -rf "$work"' EXIT

fetch_wheel openvino "$version" "$wheel" "$sha256" "57 MB" "$work/wheel"

tree="$work/tree"
unpack_wheel 'openvino/include/openvino/c/*.h' "$tree/include/openvino/c"
for library in libopenvino_intel_cpu_plugin.so "libopenvino.so.$soname" "libopenvino_c.so.$soname" \
  "libopenvino_onnx_frontend.so.$soname" "libopenvino_ir_frontend.so.$soname" libtbb.so.12; do
  unpack_wheel "openvino/libs/$library" "$tree/lib"
done
unpack_wheel "openvino-$version.dist-info/licenses/*" "$tree/licenses"
printf '%s\n' "$stamp" > "$tree/stamp"

mkdir -p .deps/pkgconfig
# Relative to the file itself, so that the folder may be moved.
cat > "$work/openvino-c.pc" <<PC
prefix=\${pcfiledir}/../openvino
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: openvino-c
Description: OpenVINO's C interface
Version: $version
Libs: -L\${libdir} -l:libopenvino_c.so.$soname
Cflags: -I\${includedir}
PC
mv "$work/openvino-c.pc" .deps/pkgconfig/openvino-c.pc
sync "$tree"/lib/*
rm -rf "$target"
mv "$tree" "$target"
