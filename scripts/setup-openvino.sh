#!/usr/bin/env bash
# scripts/setup-openvino.sh: unpacks what Winnow needs of OpenVINO's wheel into .deps/openvino and describes it to
# pkg-config in .deps/pkgconfig. Python is used here alone, as the way to fetch and unzip a wheel.
set -euo pipefail
umask 022 # the worker reads the libraries as another user
cd "$(dirname "$0")/.."
. scripts/messages.sh

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

if [ -n "${WINNOW_WHEELS:-}" ]; then
  [ -e "$WINNOW_WHEELS/$wheel" ] || die "$WINNOW_WHEELS holds no $wheel" \
    "put that file of OpenVINO $version there, or unset WINNOW_WHEELS"
  file="$WINNOW_WHEELS/$wheel"
else
  say "fetching OpenVINO $version (57 MB)"
  pip=""
  for candidate in "python3 -m pip" pip3 "/usr/bin/python3 -m pip"; do
    if $candidate --version > /dev/null 2>&1; then pip=$candidate && break; fi
  done
  [ -n "$pip" ] || die "pip is missing" "apt-get install python3-pip"
  printf 'openvino==%s --hash=sha256:%s\n' "$version" "$sha256" > "$work/requirements.txt"
  $pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: --require-hashes \
    --implementation cp --python-version 3.11 --abi cp311 --platform manylinux_2_28_x86_64 \
    --dest "$work/wheel" --requirement "$work/requirements.txt" >&2 ||
    die "pip could not fetch OpenVINO $version" \
      "check the network and run this again, or fetch $wheel elsewhere and set WINNOW_WHEELS to its folder"
  file="$work/wheel/$wheel"
fi

printf '%s  %s\n' "$sha256" "$file" | sha256sum --check --status ||
  die "$file is not the OpenVINO that Winnow was tested with: its SHA-256 differs" \
    "remove it and run this again; if it stays so, tell us: the published file has changed"

# unpack FROM TO: copies the members of the wheel whose names match the pattern into the folder TO.
unpack() {
  python3 - "$file" "$1" "$2" <<'PYTHON'
import fnmatch, os, shutil, sys, zipfile
wheel, pattern, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
archive = zipfile.ZipFile(wheel)
names = [n for n in archive.namelist() if fnmatch.fnmatchcase(n, pattern) and not n.endswith("/")]
if not names:
    sys.exit(f"nothing in {wheel} matches {pattern}")
prefix = pattern.split("*")[0].rpartition("/")[0] + "/"
for name in names:
    path = os.path.join(folder, name.removeprefix(prefix))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with archive.open(name) as source, open(path, "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
PYTHON
}

tree="$work/tree"
unpack 'openvino/include/openvino/c/*.h' "$tree/include/openvino/c"
for library in libopenvino_intel_cpu_plugin.so "libopenvino.so.$soname" "libopenvino_c.so.$soname" \
  "libopenvino_onnx_frontend.so.$soname" "libopenvino_ir_frontend.so.$soname" libtbb.so.12; do
  unpack "openvino/libs/$library" "$tree/lib"
done
unpack "openvino-$version.dist-info/licenses/*" "$tree/licenses"
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
