#!/bin/sh
# Fuzzes the picture decoders with libFuzzer and AddressSanitizer.
#
#   scripts/fuzz.sh [SECONDS_EACH] [TARGET...]      default: 30 seconds, every target
#
# Starts from Tests/fuzz/seeds. A finding ends the run with status 1; the input that caused it and what was learnt
# lie in .build/fuzz. Without a clang that has the libFuzzer runtime (Swift's own has) it says so and ends with 77.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-30}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- jpeg png webp gif heif raw profile

sources=Sources/CWinnowImage
out=.build/fuzz
flags="-g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined"
mkdir -p "$out"

# The first clang that can link a target: the one beside swift, or Debian's.
find_clang() {
  echo 'int LLVMFuzzerTestOneInput(const char *b, long n) { return b[n - n] * 0; }' >"$out/try.c"
  for candidate in clang "$(command -v swiftc | xargs -r readlink -f | xargs -r dirname)/clang" clang-19 clang-16 clang-14; do
    if "$candidate" -fuse-ld=lld -fsanitize=fuzzer,address "$out/try.c" -o "$out/try" >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
}

clang=$(find_clang)
if [ -z "$clang" ]; then
  echo "fuzz.sh: no clang with the libFuzzer runtime; install Swift's toolchain, or clang, lld and libclang-rt-14-dev" >&2
  exit 77
fi

build() {
  case $1 in
  jpeg | raw) target="Tests/fuzz/decoder.c -DSCALES -DDECODER=cwinnow_image_decode_$1" ;;
  profile) target=Tests/fuzz/profile.c ;;
  png | webp | gif | heif) target="Tests/fuzz/decoder.c -DDECODER=cwinnow_image_decode_$1" ;;
  *)
    echo "fuzz.sh: no target $1; there are jpeg png webp gif heif raw profile" >&2
    exit 2
    ;;
  esac
  # shellcheck disable=SC2086 # the flags are words
  "$clang" -fuse-ld=lld $flags -I$sources/include $target "$sources"/*.c "$out/heif.o" "$out/raw.o" -o "$out/$1" \
    -ljpeg -lpng -lwebp -lwebpdemux -lheif -lgif -lraw_r -llcms2 -lstdc++ -lm
}

for shim in heif raw; do
  # shellcheck disable=SC2086
  "$clang" $flags -std=c++17 -I$sources/include -c "$sources/$shim.cpp" -o "$out/$shim.o"
done
for name; do
  build "$name"
  mkdir -p "$out/corpus/$name"
  echo "fuzz.sh: $name, $seconds s"
  # A library may ask for much memory and must live with getting none, as from the worker's limit: libheif 1.15 believes
  # the sizes of boxes, several of 700 MB in a file of 970 bytes. Over 2 GB in all is a finding. So is a leak,
  # but not for HEIF: libheif 1.15 and dav1d 1.0 lose memory for broken AV1 streams.
  leaks=1
  [ "$name" != heif ] || leaks=0
  if ! ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=256:detect_leaks=$leaks \
    "$out/$name" "$out/corpus/$name" "Tests/fuzz/seeds/$name" \
    -max_total_time="$seconds" -max_len=16384 -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=4096 \
    -artifact_prefix="$out/$name-" -print_final_stats=1 >"$out/$name.log" 2>&1; then
    tail -n 60 "$out/$name.log"
    echo "fuzz.sh: $name has a finding; the input lies in $out/$name-*" >&2
    exit 1
  fi
  grep -E 'number_of_executed_units|^#.*DONE' "$out/$name.log"
done
