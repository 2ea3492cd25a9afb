# shellcheck shell=bash
# How the scripts speak. Sourced, never run.

# say TEXT: one line of progress on stderr.
say() { printf '%s\n' "$*" >&2; }

# die TEXT REMEDY: says what is wrong and what helps, then ends the script.
die() {
  printf 'error: %s\n' "$1" >&2
  printf '  remedy: %s\n' "$2" >&2
  exit 1
}
