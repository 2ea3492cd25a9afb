#!/usr/bin/env bash
# scripts/deb.sh [PACKAGE...]: makes Debian packages of a built tree, all three unless some are named, in .build/deb.
# Called by `make deb`. docs/decisions/0070 says why there are three, and why without debhelper.
#
#   OUT=.build/deb                where they go
#   REVISION=1                    what follows the version's hyphen
#   DEBFULLNAME= DEBEMAIL=        who maintains the packages, instead of debian/control's entry
#   DPKG_DEB_COMPRESSOR_TYPE=xz   and DPKG_DEB_COMPRESSOR_LEVEL=1: dpkg-deb's own, which say more in its manual
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh
umask 022

packages=("$@")
[ $# -gt 0 ] || packages=(winnow winnow-engine winnow-torch)
for package in "${packages[@]}"; do
  [ -e "debian/$package.copyright" ] || die "there is no package $package" "winnow, winnow-engine, or winnow-torch"
done
for tool in dpkg-deb dpkg-shlibdeps dpkg-gencontrol chrpath strip; do
  command -v $tool > /dev/null || die "$tool is missing" "scripts/setup-packages.sh deb"
done

out=${OUT:-.build/deb}
mkdir -p "$out"
out=$(realpath "$out")
work="$out/work"
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT

# The versions: of what was built, and of what its libraries were unpacked from. Packages of libraries change with their
# libraries alone, so that an upgrade of Winnow does not fetch them anew.
version="$(.build/release/winnowctl --version)-${REVISION:-1}"
engine_upstream=$(cut -d ' ' -f 2 .deps/openvino/stamp)
engine_version="$engine_upstream-1"
torch_upstream=""
if [ -z "${WINNOW_LIBTORCH:-}" ]; then
  torch_upstream=$(cut -d ' ' -f 2 .deps/torch/stamp)
  torch_version="$torch_upstream-1"
fi

# The same sources give the same packages.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2> /dev/null) || SOURCE_DATE_EPOCH=$(stat -c %Y CHANGELOG.md)
fi
export SOURCE_DATE_EPOCH
export DPKG_DEB_COMPRESSOR_TYPE=${DPKG_DEB_COMPRESSOR_TYPE:-xz}
export DPKG_DEB_COMPRESSOR_LEVEL=${DPKG_DEB_COMPRESSOR_LEVEL:-1}

maintainer=$(sed -n 's/^Maintainer: //p' debian/control)
[ -z "${DEBEMAIL:-}" ] || maintainer="${DEBFULLNAME:-$DEBEMAIL} <$DEBEMAIL>"

# wanted PACKAGE: whether it is to be made.
wanted() { [[ " ${packages[*]} " == *" $1 "* ]]; }

# exactly PACKAGE UPSTREAM: any revision of one upstream version, as a dependency.
exactly() { echo "$1 (>= $2), $1 (<< $2.0~)"; }

# move FROM TO FILE...: out of the staged installation, into a package.
move() {
  mkdir -p "$2"
  local file
  for file in "${@:3}"; do mv "$1/$file" "$2/"; done
}

# licences FILE...: their texts, each once, behind the names of all that have it.
licences() {
  local file sum name
  local -A names=() first=()
  local -a order=()
  for file in "$@"; do
    sum=$(sha256sum < "$file")
    [ -n "${first[$sum]:-}" ] || { first[$sum]=$file && order+=("$sum"); }
    name=${file#.build/checkouts/}
    names[$sum]+="--- ${name#.deps/*/licenses/}"$'\n'
  done
  for sum in "${order[@]}"; do
    printf '\n\n%s\n' "${names[$sum]}"
    cat "${first[$sum]}"
  done
}

# finish PACKAGE VERSION CHANGE LICENCE...: the documents and the control files of what lies in $work/PACKAGE, then the
# package itself.
finish() {
  local package=$1 version=$2 change=$3 tree="$work/$1" script deb
  local documents="$tree/usr/share/doc/$1" control="$tree/DEBIAN"
  mkdir -p "$documents" "$control" "$tree/usr/share/lintian/overrides"

  { cat "debian/$package.copyright" && licences "${@:4}"; } > "$documents/copyright"
  printf 'winnow (%s) unstable; urgency=medium\n\n  * %s\n\n -- %s  %s\n' "$version" "$change" "$maintainer" \
    "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" > "$work/changelog"
  gzip -9nc "$work/changelog" > "$documents/changelog.Debian.gz"
  install -m 644 "debian/$package.lintian-overrides" "$tree/usr/share/lintian/overrides/$package"
  for script in postinst prerm postrm; do
    [ ! -e "debian/$package.$script" ] || install -m 755 "debian/$package.$script" "$control/$script"
  done
  if [ -d "$tree/etc" ]; then (cd "$tree" && find etc -type f -printf '/%p\n' | sort) > "$control/conffiles"; fi
  (cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | sort | xargs -d '\n' md5sum) > "$control/md5sums"

  dependencies "$package"
  dpkg-gencontrol -p"$package" -v"$version" -P"$tree" -T"$work/$package.substvars" -l"$work/changelog" \
    -f"$work/files" -DMaintainer="$maintainer" \
    "-Vtorch:Recommends=${torch_upstream:+$(exactly winnow-torch "$torch_upstream")}"

  deb="$out/${package}_${version}_$(dpkg --print-architecture).deb"
  rm -f "$out/${package}"_*.deb
  dpkg-deb --root-owner-group --build "$tree" "$deb" > /dev/null
  say "${deb#"$PWD"/} ($(($(stat -c %s "$deb") / 1000000)) MB)"
}

# dependencies PACKAGE: by the libraries that its programs need. One that no package has is an error; LibTorch's, whose
# names have no version, do not count.
dependencies() {
  local -a programs itself=()
  # Not for winnow: that would leave out what only begins with its name.
  [ "$1" = winnow ] || itself=(-x"$1")
  mapfile -t programs < <(find "$work/$1" -type f \( -perm -u=x -o -name '*.so*' \) -path '*/usr/*' | sort)
  : > "$work/$1.substvars"
  dpkg-shlibdeps "${itself[@]}" -L"$work/shlibs" -T"$work/$1.substvars" -l"$work/winnow/usr/lib/winnow" \
    -l"$work/winnow-engine/usr/lib/winnow" -l"$work/winnow-torch/usr/lib/winnow" "${programs[@]}" \
    2> "$work/shlibdeps.log" || { cat "$work/shlibdeps.log" >&2 && return 1; }
}

# --- The installation, divided

stage="$work/winnow"
PREFIX=/usr SYSCONFDIR=/etc DESTDIR="$stage" scripts/install.sh
private=usr/lib/winnow
mapfile -t engine_libraries < <(ls .deps/openvino/lib)
move "$stage/$private" "$work/winnow-engine/$private" "${engine_libraries[@]}"
# Who needs the engine's libraries depends on their package, in the format of deb-shlibs(5).
for library in "${engine_libraries[@]}"; do
  [[ $library == *.so ]] || echo "${library%%.so.*} ${library##*.so.} $(exactly winnow-engine "$engine_upstream")"
done > "$work/shlibs"
if [ -n "$torch_upstream" ]; then
  mapfile -t torch_libraries < <(ls .deps/torch/lib)
  move "$stage/$private" "$work/winnow-torch/$private" "${torch_libraries[@]}"
fi
# Installed, all lie beside one another; the build tree's places are nobody's business.
chrpath -r '$ORIGIN' "$stage/$private/winnow-worker" > /dev/null
chmod 644 "$work"/*/"$private"/*.so*
if [ -n "$torch_upstream" ]; then chrpath -r '$ORIGIN' "$stage/$private/libwinnow-torch.so" > /dev/null; fi
for program in winnowd winnowctl; do chrpath -d "$stage/usr/bin/$program" > /dev/null; done
strip --strip-unneeded "$stage/$private/libwinnow-torch.so"

mkdir -p "$stage/lib/systemd"
mv "$stage/usr/lib/systemd/system" "$stage/lib/systemd/"
# dpkg knows what is installed.
rm "$stage/usr/share/winnow/installed"
documents="$stage/usr/share/doc/winnow"
rm -r "$documents/LICENSE" "$documents/openvino" "$documents/winnow-watch"
rm -rf "$documents/libtorch"
gzip -9nc CHANGELOG.md > "$documents/changelog.gz"
rm "$documents/CHANGELOG.md"
sed -i 's|/usr/local/share/winnow|/usr/share/winnow|g' "$documents/operations.md"
gzip -9n "$stage"/usr/share/man/man*/*
# Where Debian's zsh looks; and bash reads its completions, it does not run them.
mv "$stage/usr/share/zsh/site-functions" "$stage/usr/share/zsh/vendor-completions"
sed -i '1{/^#!/d}' "$stage/usr/share/bash-completion/completions/winnowctl"
# The GPL asks that its source go with the program.
tar --sort=name --owner=0 --group=0 --mtime="@$SOURCE_DATE_EPOCH" -c watch | gzip -9n > "$documents/winnow-watch.tar.gz"

if wanted winnow; then
  mapfile -t parts < <(find .build/checkouts -mindepth 2 \( -name 'LICENSE*' -o -name 'NOTICE*' \) -type f | sort)
  finish winnow "$version" "Version ${version%-*}; /usr/share/doc/winnow/changelog.gz has what is new." "${parts[@]}"
fi
if wanted winnow-engine; then
  mapfile -t parts < <(find .deps/openvino/licenses -type f | sort)
  finish winnow-engine "$engine_version" "The libraries of OpenVINO $engine_upstream." "${parts[@]}"
fi
if wanted winnow-torch; then
  if [ -z "$torch_upstream" ]; then
    say "winnow-torch is left out: LibTorch is in $WINNOW_LIBTORCH, and stays there"
  else
    strip --strip-unneeded "$work/winnow-torch/$private"/*.so*
    mapfile -t parts < <(find .deps/torch/licenses -type f | sort)
    finish winnow-torch "$torch_version" "The libraries of LibTorch $torch_upstream." "${parts[@]}"
  fi
fi
