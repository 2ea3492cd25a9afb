#!/usr/bin/env bash
# scripts/uninstall.sh: removes what `make install` put under DESTDIR for PREFIX. The configuration, the state and the
# pictures stay.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

prefix=${PREFIX:-/usr/local} root=${DESTDIR:-}
manifest="$root$prefix/share/winnow/installed"
[ -e "$manifest" ] || die "nothing is installed under $root$prefix: $manifest is missing" \
  "name the PREFIX and DESTDIR that it was installed with"
if [ -z "$root" ] && [ -d /run/systemd/system ] && systemctl --quiet is-active winnowd.service winnowd.socket; then
  die "winnowd runs" "systemctl disable --now winnowd.service winnowd.socket"
fi

mapfile -t installed < "$manifest"
for file in "${installed[@]}"; do
  # Only what lies below the prefix: somebody may have edited the list.
  [[ $file == "$prefix"/* && $file != *..* ]] || continue
  [[ $file == */ ]] || rm -f "$root$file"
done
# The folders that the installation made, the deepest first, where nobody else has put anything into them.
while read -r folder; do
  if [[ $folder == /*/ && $folder != *..* ]]; then rmdir "$root${folder%/}" 2> /dev/null || true; fi
done < <(printf '%s\n' "${installed[@]}" | grep '/$' | sort -ru)
if [ -z "$root" ] && [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
say "removed; configuration, state and pictures stay where they are"
