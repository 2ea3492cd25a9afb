#!/usr/bin/env bash
# scripts/setup-packages.sh build|test|deb: installs the Debian packages that are missing. docs/decisions/0010 gives the
# reason for each.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/messages.sh

build_packages=(
  gcc libc6-dev libstdc++-12-dev make binutils pkg-config git ca-certificates    # tools
  libjpeg-dev libpng-dev libwebp-dev libheif-dev libgif-dev libraw-dev liblcms2-dev # pictures, in winnow-worker
  libcurl4-openssl-dev                                                           # crawling, in winnow-lab
  libinotifytools0-dev                                                           # winnow-watch
  libsqlite3-dev                                                                 # the ledger
  nettle-dev                                                                     # SHA-256
  libopenblas-dev                                                                # fitting heads, in winnow-trainer
  librsvg2-bin                                                                   # plots of reports as PNG
  python3 python3-pip                                                            # fetch and unpack the wheel
)
deb_packages=(dpkg-dev chrpath) # dependencies and run paths, for scripts/deb.sh
test_packages=(
  systemd systemd-sysv systemd-container dbus util-linux iproute2                # the boot test
  strace attr acl procps                                                         # faults, attributes, memory
  bindfs ntfs-3g libfuse3-dev fuse3                                              # odd file systems, in user space
  btrfs-progs                                                                    # one whose files share their bytes
  chromium fonts-noto-cjk                                                        # the page, in both languages
  lintian                                                                        # Debian's rules for packages
)

wanted=("${build_packages[@]}")
case ${1:-build} in
  deb) wanted+=("${deb_packages[@]}") ;;
  test) wanted+=("${deb_packages[@]}" "${test_packages[@]}") ;;
esac

command -v dpkg-query > /dev/null || die "this is no Debian: dpkg-query is missing" \
  "install the equivalents of these by hand and put a dpkg-query on the path, or use Debian 12: ${wanted[*]}"

missing=()
installed=" $(dpkg-query -W -f '${db:Status-Abbrev}${Package} ' "${wanted[@]}" 2> /dev/null || true)"
for package in "${wanted[@]}"; do
  case $installed in *" ii $package "* | "ii $package "*) ;; *) missing+=("$package") ;; esac
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=(env DEBIAN_FRONTEND=noninteractive)
elif command -v sudo > /dev/null; then
  as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
else
  die "packages are missing, and only root may install them: ${missing[*]}" \
    "as root: apt-get install --no-install-recommends ${missing[*]}"
fi

install_missing() {
  "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}" >&2
}

say "installing ${missing[*]}"
if ! install_missing; then
  # Either the lists are missing or old, or an earlier installation was cut off.
  say "once more, after refreshing the lists of packages"
  "${as_root[@]}" dpkg --configure -a >&2 || true
  "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 update >&2 || true
  install_missing || die "apt-get could not install ${missing[*]}" \
    "see apt-get's message above; then: apt-get update && apt-get install ${missing[*]}"
fi
