# shellcheck shell=bash
# Fetching and unpacking a wheel, for scripts that use one as a carrier of libraries. Python is used for this alone.
# Needs messages.sh.

# fetch_wheel NAME VERSION FILE SHA256 SIZE FOLDER [INDEX]: leaves the wheel's path in $wheel_file. It comes from
# WINNOW_WHEELS where that is set, else from pip; from INDEX where pip's own has it not.
fetch_wheel() {
  local name=$1 version=$2 wheel=$3 sha256=$4 size=$5 folder=$6 index=${7:-} pip="" candidate
  if [ -n "${WINNOW_WHEELS:-}" ]; then
    [ -e "$WINNOW_WHEELS/$wheel" ] || die "$WINNOW_WHEELS holds no $wheel" \
      "put that file of $name $version there, or unset WINNOW_WHEELS"
    wheel_file="$WINNOW_WHEELS/$wheel"
  else
    say "fetching $name $version ($size)"
    for candidate in "python3 -m pip" pip3 "/usr/bin/python3 -m pip"; do
      if $candidate --version > /dev/null 2>&1; then pip=$candidate && break; fi
    done
    [ -n "$pip" ] || die "pip is missing" "apt-get install python3-pip"
    mkdir -p "$folder"
    printf '%s==%s --hash=sha256:%s\n' "$name" "$version" "$sha256" > "$folder/requirements.txt"
    download_wheel "$folder" || { [ -n "$index" ] && download_wheel "$folder" --index-url "$index"; } ||
      die "pip could not fetch $name $version" \
        "check the network and run this again, or fetch $wheel elsewhere and set WINNOW_WHEELS to its folder"
    wheel_file="$folder/$wheel"
  fi
  printf '%s  %s\n' "$sha256" "$wheel_file" | sha256sum --check --status ||
    die "$wheel_file is not the $name that Winnow was tested with: its SHA-256 differs" \
      "remove it and run this again; if it stays so, tell us: the published file has changed"
}

# download_wheel FOLDER [OPTION...]: what fetch_wheel asks of pip.
download_wheel() {
  $pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: --require-hashes \
    --implementation cp --python-version 3.11 --abi cp311 --platform manylinux_2_28_x86_64 \
    --dest "$1" --requirement "$1/requirements.txt" "${@:2}" >&2
}

# unpack_wheel FROM TO: copies the members of $wheel_file whose names match the pattern into the folder TO.
unpack_wheel() {
  python3 - "$wheel_file" "$1" "$2" <<'PYTHON'
import fnmatch, os, shutil, sys, zipfile
wheel, pattern, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
archive = zipfile.ZipFile(wheel)
names = [n for n in archive.namelist() if fnmatch.fnmatchcase(n, pattern) and not n.endswith("/")]
if not names:
    sys.exit(f"nothing in {wheel} matches {pattern}")
prefix = pattern.split("*")[0].rpartition("/")[0] + "/"
for name in names:
    path = os.path.join(folder, name.removeprefix(prefix))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with archive.open(name) as source, open(path, "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
PYTHON
}
