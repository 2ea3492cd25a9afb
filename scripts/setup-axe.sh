#!/usr/bin/env bash
# scripts/setup-axe.sh: puts axe-core into .deps/axe, with which the browser tests look for what keeps people from using
# the page. docs/decisions/0064 gives the reason.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh
. scripts/wheel.sh

# axe-core 4.12.1 lies in this wheel, which is taken for that one file.
name=axe-playwright-python
version=0.1.8
wheel=axe_playwright_python-$version-py3-none-any.whl
sha256=fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8
stamp=.deps/axe/stamp

[ "$(cat "$stamp" 2> /dev/null)" = "$sha256" ] && exit 0
work=.deps/axe.new
rm -rf "$work"
mkdir -p "$work"
fetch_wheel "$name" "$version" "$wheel" "$sha256" "0.2 MB" "$work/wheel"
unpack_wheel "axe_playwright_python/axe.min.js" "$work"
echo "$sha256" > "$work/stamp"
rm -rf "$work/wheel" .deps/axe
mv "$work" .deps/axe
