#!/usr/bin/env bash
# Boots systemd as PID 1 over an overlay of this machine's root, installs Winnow into it with `make install`, and uses it
# as its users would: start, sort, kill, reload, stop. Nothing of the machine itself is changed.
#
#   Tests/SystemdTests/boot.sh [MODEL.onnx LABELS.txt PICTURES]
#
# By default with SqueezeNet and the flowers in ../shared; without them pictures are left out and counted as skipped.
# Needs root, systemd-nspawn and a built tree. The last line counts: `N passed, N failed, N skipped`.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

. Tests/SystemdTests/machine.sh
. Tests/SystemdTests/pictures.sh

# field PID NAME: a line of /proc/PID/status.
field() { inside sed -n "s/^$2:\\s*//p" "/proc/$1/status"; }

# --- Boot

must "an overlay of this machine is made" prepare_machine
must "make install puts everything there" make --no-print-directory install DESTDIR="$machine" PREFIX=/usr/local
boot_machine
must "systemd comes up" within 60 systemd_is_up

# --- Start

must "winnowd starts and says that it is ready" inside systemctl enable --now winnowd.service
must "it is active" is_active
check "it runs as the user winnow" is "$(inside stat -c %U "/proc/$(daemon)")" winnow
check "it has CAP_LEASE and no other right" is "$(field "$(daemon)" CapEff)" 0000000010000000
check "it is under a system call filter" is "$(field "$(daemon)" Seccomp)" 2
check "it may not change /usr" inside nsenter -t "$(daemon)" -m -- sh -c '! touch /usr/touched'
check "others come first where they want the processor or the disk" is \
  "$(inside systemctl show -p CPUWeight -p IOWeight winnowd | sort | tr '\n' ' ')" "CPUWeight=50 IOWeight=50 "
check "its state folder is its own" is "$(inside stat -c '%U %a' /var/lib/winnow)" "winnow 750"
check "its socket is for root and its group" is "$(inside stat -c '%U %G %a' /run/winnow/control.sock)" "winnow winnow 660"
check "the exposure is 2.5 at most" inside sh -c \
  'systemd-analyze --no-pager --threshold=25 security winnowd.service > /dev/null'
check "the units have no mistakes" inside systemd-analyze verify winnowd.service winnowd.socket \
  /usr/local/lib/systemd/user/winnowd.service
must "winnowctl status answers" inside winnowctl --json status

as_member() { inside HOME=/ setpriv --reuid=65534 --regid=65534 --groups "$(inside id -g winnow)" "$@"; }
as_stranger() { inside HOME=/ setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
check "a member of the group may look" as_member winnowctl --socket /run/winnow/control.sock --json status
check "a stranger may not" not as_stranger winnowctl --socket /run/winnow/control.sock --json status

# --- Reload: an inbox, by the configuration

write_configuration() {
  inside install -d -o winnow -g winnow /srv/camera
  cat > "$machine/etc/winnow/winnow.yaml"
}

has_inbox() { inside winnowctl --json inbox list | grep -q '"camera"'; }

if has_pictures; then
  cp "$model" "$machine/var/model.onnx"
  cp "$labels" "$machine/var/labels.txt"
  must "a model is imported" inside winnowctl model import /var/model.onnx --labels /var/labels.txt --name small
  write_configuration << 'YAML'
inboxes:
  camera:
    path: /srv/camera/inbox
    output: /srv/camera/sorted
    model: small
    threshold: 0.05
YAML
  before=$(daemon)
  must "systemctl reload succeeds" inside systemctl reload winnowd.service
  must "the new inbox is there" within 10 has_inbox
  check "the daemon is the same process" is "$(daemon)" "$before"
  write_configuration <<< "inboxes: {camera: {pth: /nowhere}}"
  inside systemctl reload winnowd.service > /dev/null 2>&1
  check "a configuration with a mistake changes nothing" has_inbox
  check "and does not stop the daemon" is_active
  check "the journal tells of it, with fields of its own" within 10 inside sh -c \
    'journalctl -u winnowd.service -o json | grep -q "\"WINNOW_CODE\":"'
  write_configuration << 'YAML'
inboxes:
  camera:
    path: /srv/camera/inbox
    output: /srv/camera/sorted
    model: small
    threshold: 0.05
YAML
  must "a mended one is taken" inside systemctl reload winnowd.service

  # --- Sort

  mkdir "$scratch/srv/incoming"

  cp --no-preserve=mode "${sources[0]}" "$scratch/srv/incoming/first.jpg"
  chown --reference="$scratch/srv/camera" "$scratch/srv/incoming/first.jpg"
  inode=$(stat -c %i "$scratch/srv/incoming/first.jpg")
  mv "$scratch/srv/incoming/first.jpg" "$inbox/first.jpg"
  must "a picture is sorted" idle
  must "it is whole and in its place" all_sorted 1
  check "it is the same inode as before" is "$(find "$sorted" -name first.jpg -exec stat -c %i {} +)" "$inode"
  drop 1 9
  must "ten pictures are sorted" idle
  must "they are whole and in their places" all_sorted 10

  worker() { inside pgrep -x winnow-worker | head -n 1; }
  check "the worker has no rights" is "$(field "$(worker)" CapEff)" 0000000000000000
  check "winnow-watch has no rights" is "$(field "$(inside pgrep -x winnow-watch)" CapEff)" 0000000000000000

  # --- Train

  # Ten pictures of each of two classes, with all that the unit forbids forbidden.
  for class in daisy tulips; do
    mkdir -p "$scratch/srv/lessons/$class"
    find "$pictures/$class" -name '*.jpg' -type f | sort | head -n 10 |
      xargs -I {} cp --no-preserve=mode {} "$scratch/srv/lessons/$class/"
  done
  check "a network is fine-tuned" inside winnowctl train /srv/lessons --name mine --backbone small \
    --method finetune --epochs 1 --side 64 --precision fp32 --test-share 0
  check "and classifies" inside winnowctl classify --model mine "/srv/camera/sorted/$(
    cd "$sorted" && find . -name first.jpg)"
  check "its trainer is gone" not inside pgrep -x winnow-trainer

  # --- Kill

  before=$(daemon)
  drop 10 10
  inside kill -KILL "$(worker)"
  must "pictures are sorted after the worker was killed" idle
  must "they are all there" all_sorted 20
  check "by the same daemon" is "$(daemon)" "$before"

  drop 20 10
  inside systemctl kill --kill-whom=main --signal=KILL winnowd.service
  must "a killed daemon comes back" within 20 replaced "$before"
  must "pictures are sorted by the new one" idle
  must "they are all there, once" all_sorted 30

  # --- Uploads of many users: the drop-in

  use_uploads_drop_in() {
    inside mkdir -p /run/systemd/system/winnowd.service.d &&
      inside cp /usr/local/share/winnow/systemd/uploads.conf /run/systemd/system/winnowd.service.d/ &&
      inside systemctl daemon-reload && inside systemctl restart winnowd.service
  }
  must "the drop-in for uploads is taken" use_uploads_drop_in
  cp --no-preserve=mode "${sources[30]}" "$scratch/srv/incoming/upload.jpg"
  chown 65534:65534 "$scratch/srv/incoming/upload.jpg"
  chmod 600 "$scratch/srv/incoming/upload.jpg"
  chmod +t "$inbox"
  mv "$scratch/srv/incoming/upload.jpg" "$inbox/upload.jpg"
  must "with it, a picture that only its owner may read is sorted" idle
  check "and is its owner's still" is "$(find "$sorted" -name upload.jpg -exec stat -c '%u %a' {} +)" "65534 600"
  check "the worker has no rights then either" is "$(field "$(worker)" CapEff)" 0000000000000000
  inside rm /run/systemd/system/winnowd.service.d/uploads.conf
else
  skipped=$((skipped + 1))
  echo "skip: sorting real pictures ($model, $labels or $pictures is missing)"
fi

# --- Mounts, watchdog, stop

mount_arrives() {
  inside mkdir -p /srv/later && inside mount -t tmpfs tmpfs /srv/later &&
    inside nsenter -t "$(daemon)" -m -- mountpoint -q /srv/later
}
check "a mount made later is seen by the daemon" mount_arrives

# set_watchdog TIME
set_watchdog() {
  inside mkdir -p /run/systemd/system/winnowd.service.d &&
    inside sh -c "printf '[Service]\nWatchdogSec=$1\n' > /run/systemd/system/winnowd.service.d/watchdog.conf" &&
    inside systemctl daemon-reload && inside systemctl restart winnowd.service
}
check "it restarts" set_watchdog 3s
before=$(daemon)
sleep 7 # two watchdog times and a half: whoever says nothing is killed by then
check "it tells the watchdog that it is alive" is "$(daemon)" "$before"
inside kill -STOP "$before"
check "a daemon that hangs is replaced" within 30 replaced "$before"

stop_in_time() {
  local began=$SECONDS
  inside systemctl stop winnowd.service && is "$(property Result)" success && [ $((SECONDS - began)) -le 10 ]
}
check "it stops in ten seconds" stop_in_time
check "nothing of it is left" not inside pgrep -u winnow
check "a request starts it again" inside winnowctl --json status
check "it is active again" within 10 is_active

report_and_exit
