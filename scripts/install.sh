#!/usr/bin/env bash
# scripts/install.sh: copies a built tree under DESTDIR, for PREFIX and SYSCONFDIR. Called by `make install`.
#
# The names of all files, and of the folders that had to be made (with a / at the end), go into
# PREFIX/share/winnow/installed, which `make uninstall` reads. The configuration is not among them: it is installed where
# there is none, and then it is the administrator's.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

prefix=${PREFIX:-/usr/local} sysconfdir=${SYSCONFDIR:-/etc} root=${DESTDIR:-}
[[ $prefix == /* && $sysconfdir == /* ]] ||
  die "PREFIX and SYSCONFDIR have to be absolute paths" "for example: make install PREFIX=/usr/local"
programs=.build/release
libraries=.deps/openvino
torch=.deps/torch
for built in "$programs/winnowd" "$programs/winnowctl" "$programs/winnow-worker" "$programs/winnow-lab" \
  "$programs/winnow-trainer" .build/watch/winnow-watch .build/torch/libwinnow-torch.so "$libraries/stamp"; do
  [ -e "$built" ] || die "$built is missing" "make build"
done

umask 022
manifest="$root$prefix/share/winnow/installed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
list="$work/list"
if [ -e "$manifest" ]; then cp "$manifest" "$work/before"; else : > "$work/before"; fi
# Folders that an earlier installation made are still ours.
grep '/$' "$work/before" > "$list" || true

# make_folder FOLDER: with its parents, and noted where it is new.
make_folder() {
  [ -d "$root$1" ] && return
  [ "$1" = / ] || [ -z "$1" ] || make_folder "${1%/*}"
  mkdir -p "$root$1"
  echo "$1/" >> "$list"
}

# put MODE SOURCE TARGET [-s]: one file, replaced in one step, so that what runs from it goes on; -s leaves out debug
# information.
put() {
  make_folder "${3%/*}"
  install "${@:4}" -m "$1" "$2" "$root$3.new"
  mv -f "$root$3.new" "$root$3"
  echo "$3" >> "$list"
}

put_program() { put 755 "$1" "$2" -s; }

# put_text SOURCE TARGET: with the paths of this installation.
put_text() {
  sed -e "s|/usr/local|$prefix|g" -e "s|/etc/winnow|$sysconfdir/winnow|g" "$1" > "$work/text"
  put 644 "$work/text" "$2"
}

put_program "$programs/winnowd" "$prefix/bin/winnowd"
put_program "$programs/winnowctl" "$prefix/bin/winnowctl"
put_program "$programs/winnow-worker" "$prefix/lib/winnow/winnow-worker"
put_program "$programs/winnow-lab" "$prefix/lib/winnow/winnow-lab"
put_program "$programs/winnow-trainer" "$prefix/lib/winnow/winnow-trainer"
put_program .build/watch/winnow-watch "$prefix/lib/winnow/winnow-watch"
for file in "$libraries"/lib/*; do put 755 "$file" "$prefix/lib/winnow/${file##*/}"; done
put 755 .build/torch/libwinnow-torch.so "$prefix/lib/winnow/libwinnow-torch.so"
# A LibTorch given by hand stays where it is: libwinnow-torch.so knows the place.
if [ -z "${WINNOW_LIBTORCH:-}" ]; then
  for file in "$torch"/lib/*; do put 755 "$file" "$prefix/lib/winnow/${file##*/}"; done
fi

put_text systemd/winnowd.service "$prefix/lib/systemd/system/winnowd.service"
put_text systemd/winnowd.socket "$prefix/lib/systemd/system/winnowd.socket"
put_text systemd/user/winnowd.service "$prefix/lib/systemd/user/winnowd.service"
put_text systemd/uploads.conf "$prefix/share/winnow/systemd/uploads.conf"
put 644 systemd/winnow.sysusers "$prefix/lib/sysusers.d/winnow.conf"
put 644 systemd/winnow.tmpfiles "$prefix/lib/tmpfiles.d/winnow.conf"

for file in web/*; do put 644 "$file" "$prefix/share/winnow/web/${file##*/}"; done
put 644 etc/winnow.yaml "$prefix/share/winnow/winnow.yaml"
put 644 LICENSE "$prefix/share/doc/winnow/LICENSE"
put 644 watch/COPYING "$prefix/share/doc/winnow/winnow-watch/COPYING"
while read -r file; do
  put 644 "$libraries/licenses/$file" "$prefix/share/doc/winnow/openvino/$file"
done < <(cd "$libraries/licenses" && find . -type f -printf '%P\n' | sort)
while read -r file; do
  put 644 "$torch/licenses/$file" "$prefix/share/doc/winnow/libtorch/$file"
done < <(cd "$torch/licenses" 2> /dev/null && find . -type f -printf '%P\n' | sort)
for file in README.md CHANGELOG.md docs/*.md docs/*.yaml; do
  [ -e "$file" ] && put 644 "$file" "$prefix/share/doc/winnow/${file##*/}"
done
for file in docs/man/*.[1-8]; do
  [ -e "$file" ] && put 644 "$file" "$prefix/share/man/man${file##*.}/${file##*/}"
done

# put_completion SHELL TARGET
put_completion() {
  "$programs/winnowctl" completions "$1" > "$work/completion"
  put 644 "$work/completion" "$2"
}
put_completion bash "$prefix/share/bash-completion/completions/winnowctl"
put_completion zsh "$prefix/share/zsh/site-functions/_winnowctl"
put_completion fish "$prefix/share/fish/vendor_completions.d/winnowctl.fish"

# What an earlier version had and this one has not.
while read -r file; do
  if [ -n "$file" ] && ! grep -qxF -- "$file" "$list"; then rm -f "$root$file"; fi
done < "$work/before"
echo "$prefix/share/winnow/installed" >> "$list"
install -m 644 "$list" "$manifest"

mkdir -p "$root$sysconfdir/winnow/inboxes.d"
if [ ! -e "$root$sysconfdir/winnow/winnow.yaml" ]; then
  install -m 644 etc/winnow.yaml "$root$sysconfdir/winnow/winnow.yaml"
fi

# Straight onto this machine: make the user known now, not at the next boot.
if [ -z "$root" ] && [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ]; then
  systemd-sysusers "$prefix/lib/sysusers.d/winnow.conf"
  systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/winnow.conf"
  systemctl daemon-reload
  say "installed; start it with: systemctl enable --now winnowd"
fi
