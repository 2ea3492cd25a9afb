# shellcheck shell=bash
# A machine of the tests' own: systemd as PID 1 over an overlay of this machine's root, of which nothing is changed.
# Sourced, never run, in the root of the repository and with the arguments of the script. Leaves the script in namespaces
# of its own; what it makes goes with it. Skips all where it cannot be had.

skip_all() {
  echo "skipped: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}

[ "$(id -u)" = 0 ] || skip_all "booting systemd needs root"
command -v systemd-nspawn > /dev/null || skip_all "systemd-nspawn is missing (apt-get install systemd-container)"
[ -x /lib/systemd/systemd ] || skip_all "this machine has no systemd"
# In namespaces of its own: whatever happens to this script, its mounts and processes go with it.
if [ -z "${WINNOW_BOOT_NAMESPACES:-}" ]; then
  export WINNOW_BOOT_NAMESPACES=1
  unshare --mount --pid --fork --mount-proc --kill-child true || skip_all "namespaces are not allowed here"
  exec unshare --mount --pid --fork --mount-proc --kill-child "Tests/SystemdTests/${0##*/}" "$@"
fi

passed=0 failed=0 skipped=0 init=""
scratch=$(mktemp -d /var/tmp/winnow-boot.XXXXXX)
machine="$scratch/root"
log="$scratch/console.log"

report_and_exit() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}

clean_up() {
  [ -z "$init" ] || inside systemctl poweroff --no-block > /dev/null 2>&1
  [ -z "${nspawn:-}" ] || within 20 not kill -0 "$nspawn" || kill -KILL "$nspawn"
  umount -l "$machine" "$scratch" 2> /dev/null
  rm -rf "$scratch"
}
trap clean_up EXIT

not() { ! "$@"; }

# within SECONDS COMMAND...: until the command succeeds, or the time is over.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}

# check SENTENCE COMMAND...: one test. Its output is shown where it fails.
check() {
  local sentence=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "ok  : $sentence"
  else
    failed=$((failed + 1))
    printf 'FAIL: %s\n%s\n' "$sentence" "$output"
    return 1
  fi
}

# must SENTENCE COMMAND...: a test without which the rest makes no sense.
must() {
  check "$@" && return
  echo "--- console"
  tail -n 20 "$log" 2> /dev/null
  if [ -n "$init" ]; then
    echo "--- systemctl status"
    inside systemctl --no-pager --full status winnowd.service winnowd.socket 2>&1 | head -n 40
    echo "--- journal"
    inside journalctl --no-pager -b -n 60 2>&1
  fi
  report_and_exit
}

# inside COMMAND...: in the booted machine.
inside() { nsenter -t "$init" -a -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

property() { inside systemctl show --value -p "$1" winnowd.service; }
daemon() { property MainPID; }
is() { [ "$1" = "$2" ] || { echo "\"$1\", not \"$2\"" && false; }; }
systemd_is_up() { [[ $(inside systemctl is-system-running) =~ ^(running|degraded)$ ]]; }
is_active() { is "$(property ActiveState)" active && is "$(property SubState)" running; }
# replaced PID: another daemon runs. Its number is read first: a state read before it may be the old one's last.
replaced() {
  local now
  now=$(daemon)
  [ "$now" != 0 ] && [ "$now" != "$1" ] && is_active
}

# --- Boot

prepare_machine() {
  mount -t tmpfs -o size=2g,mode=755 tmpfs "$scratch" || return
  mkdir "$scratch/upper" "$scratch/work" "$machine" "$scratch/srv" &&
    mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$machine" || return
  # Nothing of this machine's own services, and no ban on starting any, as images for containers have.
  rm -rf "$machine"/etc/systemd/system/*.wants "$machine"/var/log/journal "$machine"/var/lib/winnow \
    "$machine"/etc/winnow "$machine"/usr/sbin/policy-rc.d
  : > "$machine/etc/fstab"
  systemd-id128 new > "$machine/etc/machine-id"
}

boot_machine() {
  # /srv is a file system of its own, as where people keep pictures. Containers may not use Landlock by default, real
  # machines may.
  setsid systemd-nspawn -q -D "$machine" -b --register=no --keep-unit --machine=winnow-boot-$$ --private-network \
    --console=pipe --bind="$scratch/srv:/srv" \
    --system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" \
    systemd.unit=multi-user.target > "$log" 2>&1 < /dev/null &
  nspawn=$!
  within 20 init_is_found || { echo "nspawn started no systemd" && return 1; }
}

# nspawn has other children for a while: systemd is the one that is the first of its own namespace.
init_is_found() {
  local child
  for child in $(pgrep -P "$nspawn"); do
    [[ $(sed -n 's/^NSpid:\s*//p' "/proc/$child/status" 2> /dev/null) =~ [[:space:]]1$ ]] && init=$child && return
  done
  return 1
}
