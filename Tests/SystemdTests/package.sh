#!/usr/bin/env bash
# Boots systemd as PID 1 over an overlay of this machine's root, and does with Winnow's Debian packages what an
# administrator does: install, upgrade while pictures are being sorted, remove, install again, purge. Nothing of the
# machine itself is changed.
#
#   Tests/SystemdTests/package.sh [MODEL.onnx LABELS.txt PICTURES]
#
# By default with SqueezeNet and the flowers in ../shared; without them nothing is sorted, which is counted as skipped.
# The packages are made of a built tree, without winnow-torch, which takes longest. The last line counts:
# `N passed, N failed, N skipped`.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

. Tests/SystemdTests/machine.sh
. Tests/SystemdTests/pictures.sh

for tool in dpkg-shlibdeps chrpath; do
  command -v $tool > /dev/null || skip_all "$tool is missing (scripts/setup-packages.sh deb)"
done

# --- The packages

packages="$machine/var/packages"

make_packages() { OUT="$packages" DPKG_DEB_COMPRESSOR_TYPE=gzip scripts/deb.sh winnow winnow-engine; }

# make_newer: as if there were a next version, with a comment more in its configuration.
make_newer() {
  local tree="$scratch/newer"
  dpkg-deb -R "$packages"/winnow_*.deb "$tree" || return
  sed -i 's/^Version: .*/&.1/' "$tree/DEBIAN/control"
  echo "## A line of the next version's." >> "$tree/etc/winnow/winnow.yaml"
  mkdir "$packages/newer"
  dpkg-deb --root-owner-group -Znone --build "$tree" "$packages/newer" && rm -r "$tree"
}

version_of() { inside dpkg-query -W -f '${Version}' winnow; }
state_of() { inside dpkg-query -W -f '${db:Status-Status}' winnow; }

must "an overlay of this machine is made" prepare_machine
mkdir "$packages"
must "packages are made of the built tree" make_packages
if command -v lintian > /dev/null; then
  check "lintian finds no error in them" lintian --allow-root --fail-on error "$packages"/*.deb
else
  skipped=$((skipped + 1))
  echo "skip: lintian is missing (apt-get install lintian)"
fi
must "a newer package is made" make_newer
boot_machine
must "systemd comes up" within 60 systemd_is_up

# --- Install

install_packages() { inside sh -c 'dpkg -i /var/packages/*.deb'; }
# Whoever is not there cannot be asked what becomes of an edited configuration.
install_newer() { inside sh -c 'dpkg --force-confdef -i /var/packages/newer/*.deb'; }
is_enabled() { is "$(inside systemctl is-enabled "$@" 2>&1 | sort -u)" enabled; }
answers() { inside winnowctl --json version | grep -q '"daemon"'; }

needs_engine() { dpkg-deb -f "$packages"/winnow_*.deb Depends | grep -q "winnow-engine (>= "; }
check "winnow depends on its engine" needs_engine
must "they are installed" install_packages
must "the daemon runs" within 10 is_active
check "it runs as the user winnow" is "$(inside stat -c %U "/proc/$(daemon)")" winnow
check "it and its socket are started at boot" is_enabled winnowd.service winnowd.socket
check "winnowctl version is answered" answers
check "nothing differs from the packages" is "$(inside dpkg -V winnow winnow-engine)" ""
check "the units have no mistakes" inside systemd-analyze verify winnowd.service winnowd.socket \
  /usr/lib/systemd/user/winnowd.service
check "the manual is found" inside man -w winnowctl winnowd winnow.yaml
check "bash completes winnowctl" inside bash -c \
  '. /usr/share/bash-completion/completions/winnowctl && complete -p winnowctl'
check "the worker's libraries are all there, the engine's in Winnow's own folder" inside sh -c \
  'ldd /usr/lib/winnow/winnow-worker > /tmp/libraries && ! grep "not found" /tmp/libraries &&
   grep -q "=> /usr/lib/winnow/libopenvino_c" /tmp/libraries'

# --- Sort

edited="# The administrator's line."
echo "$edited" >> "$machine/etc/winnow/winnow.yaml"
inside install -d -o winnow -g winnow /srv/camera
mkdir "$scratch/srv/incoming"
# history OUTCOME: how many rows of it the ledger has.
history() { inside winnowctl --json history --limit 1000 | grep -c "\"outcome\":\"$1\""; }
has_inbox() { inside winnowctl --json inbox list | grep -q '"camera"'; }

if has_pictures; then
  cp "$model" "$machine/var/model.onnx"
  cp "$labels" "$machine/var/labels.txt"
  must "a model is imported" inside winnowctl model import /var/model.onnx --labels /var/labels.txt --name small
  must "an inbox is added" inside winnowctl inbox add /srv/camera/inbox --name camera --output /srv/camera/sorted \
    --model small --threshold 0
  drop 0 10
  must "ten pictures are sorted" idle
  must "they are whole and in their places" all_sorted 10
else
  skipped=$((skipped + 1))
  echo "skip: sorting real pictures ($model, $labels or $pictures is missing)"
fi

# --- Upgrade, while pictures arrive

# is_new: the daemon runs from the installed program, and not from one that was replaced.
is_new() { is "$(inside stat -L -c %i "/proc/$(daemon)/exe")" "$(inside stat -c %i /usr/bin/winnowd)"; }
is_kept() { grep -qxF "$edited" "$machine/etc/winnow/winnow.yaml"; }

# is_sorting: something of what arrives is sorted already.
is_sorting() { [ "$(find "$sorted" -type f | wc -l)" -gt 10 ]; }

old=$(version_of) before=$(daemon)
if has_pictures; then
  (for number in {10..29}; do drop "$number" 1 && sleep 0.3; done) &
  arriving=$!
  must "pictures are being sorted" within 30 is_sorting
fi
must "the newer package is installed over it" install_newer
check "it is the newer one" is "$(version_of)" "$old.1"
must "another daemon runs" within 10 replaced "$before"
check "from the new program" is_new
check "the administrator's line is still in the configuration" is_kept
check "the new version's configuration lies beside it" grep -q "next version's" \
  "$machine/etc/winnow/winnow.yaml.dpkg-dist"
if has_pictures; then
  wait "$arriving"
  must "what arrived is sorted" idle
  must "all pictures are there, once" all_sorted 30
  check "the ledger went on" is "$(history sorted)" 30
fi

stop_at_boot() { inside systemctl disable --now winnowd.service winnowd.socket && install_newer; }
check "a disabled service stays stopped over an installation" stop_at_boot
check "it is stopped" is "$(property ActiveState)" inactive
check "it is enabled and started again" inside systemctl enable --now winnowd.socket winnowd.service

# --- Pictures where nobody expects them

# put_pictures FOLDER...: a picture in each, in a folder for itself and beside what is Winnow's.
put_pictures() {
  local folder
  for folder in "$@"; do
    inside sh -c "mkdir -p $folder/holiday && head -c 100000 /dev/urandom > $folder/holiday/beach.jpg &&
      head -c 100000 /dev/urandom > $folder/lone.jpg"
  done
}

# everything FOLDER...: names and contents of all files, and folders and links.
everything() {
  local folder
  for folder in "$@"; do
    inside find "$folder" -type f -exec sha256sum {} + | sort -k 2
    inside find "$folder" ! -type f -printf '%p %l\n' | sort
  done
}

# all_pictures: of the whole machine, wherever they were put.
all_pictures() { inside find /srv /etc/winnow /var/lib/winnow -name '*.jpg' -exec sha256sum {} + | sort -k 2; }

put_pictures /etc/winnow /etc/winnow/inboxes.d /var/lib/winnow /var/lib/winnow/cache /var/lib/winnow/inboxes.d \
  /var/lib/winnow/models /var/lib/winnow/spool /srv
inside mkdir -p /srv/elsewhere
inside cp /srv/lone.jpg /srv/elsewhere/picture.yaml
inside ln -s /srv/elsewhere /etc/winnow/linked
pictures_before=$(all_pictures) people_before=$(everything /srv)
check "there are pictures to look after" test "$(wc -l <<< "$pictures_before")" -ge 16

# --- Remove

service_is_gone() {
  not inside pgrep -u winnow && not inside test -e /usr/bin/winnowd -o -e /usr/lib/winnow/winnow-watch
}
no_picture_is_touched() { diff <(echo "$pictures_before") <(all_pictures); }
no_one_is_touched() { diff <(echo "$people_before") <(everything /srv); }
has_state() { inside test -s /var/lib/winnow/ledger.sqlite; }

must "winnow is removed" inside dpkg -r winnow
check "service and programs are gone" service_is_gone
check "the configuration is there" is_kept
check "the ledger is there" has_state
check "no picture is touched" no_picture_is_touched
check "nor anything else beside them" no_one_is_touched

# --- Install again

if has_pictures; then drop 30 5; fi
must "it is installed again" install_newer
must "the daemon runs again" within 10 is_active
if has_pictures; then
  check "its inbox is there" has_inbox
  must "what arrived meanwhile is sorted" idle
  must "all pictures are there, once, and the earlier ones too" all_sorted 35
  check "the ledger went on from where it was" is "$(history sorted)" 35
  check "one of the first pictures can be taken back" inside winnowctl --json undo --all --dry-run
fi

# --- Purge

inside systemctl stop winnowd.service winnowd.socket
# Only now: a link to a picture is no configuration that a daemon starts with.
inside ln -s /srv/elsewhere/picture.yaml /etc/winnow/inboxes.d/link.yaml
pictures_before=$(all_pictures) people_before=$(everything /srv)
# What the state folder is to keep: all but caches, inboxes and the lock.
work() {
  inside find /var/lib/winnow -type f ! -path '*/cache/*' ! -name lock ! -name '*.yaml' -exec sha256sum {} + |
    sort -k 2
}
work_before=$(work)
purge() { inside dpkg -P winnow winnow-engine > "$scratch/purge.log" 2>&1 || { cat "$scratch/purge.log" && false; }; }
is_gone() {
  local left
  left=$(inside sh -c 'ls -d /etc/winnow/winnow.yaml* /etc/winnow/inboxes.d/winnow* /usr/lib/winnow /usr/share/winnow \
    /usr/share/doc/winnow /usr/bin/winnow* /lib/systemd/system/winnow* /etc/systemd/system/*.wants/winnow* \
    /var/lib/winnow/cache/*.blob /var/lib/winnow/cache/*.sha256 /var/lib/winnow/inboxes.d/*.yaml /run/winnow \
    /var/lib/winnow/lock /var/lib/systemd/deb-systemd-helper-enabled/winnow* 2> /dev/null')
  [ -z "$left" ] || { echo "$left" && false; }
}
has_kept_work() { diff <(echo "$work_before") <(work); }

if has_pictures; then check "there is a cache" inside sh -c 'ls /var/lib/winnow/cache/*.blob'; fi
must "winnow is purged" purge
check "it is not known any more" not state_of
check "programs, configuration and caches are gone" is_gone
check "no picture is touched, wherever it lies" no_picture_is_touched
check "nor anything else beside them" no_one_is_touched
check "links are where they were" inside test -L /etc/winnow/linked -a -L /etc/winnow/inboxes.d/link.yaml
check "history, models and reports are kept" has_kept_work
check "the purge says so" grep -q "/var/lib/winnow stays" "$scratch/purge.log"

# --- And once more

inside rm /etc/winnow/inboxes.d/link.yaml
knows_no_inbox() { not has_inbox; }
must "it is installed after a purge" install_packages
must "the daemon runs then" within 10 is_active
check "enabled" is_enabled winnowd.service winnowd.socket
check "it sorts nothing unasked" knows_no_inbox
if has_pictures; then check "it still knows what it did" is "$(history sorted)" 35; fi

report_and_exit
