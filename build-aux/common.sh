# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by the scripts of this folder: the paths, and checking and recreating build folders. Sourced by bash.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$root/build

say () { printf '%s\n' "$*" >&2; }
die () { say "$*"; exit 1; }

# as_root COMMAND…: runs it as root; fails without a message if that is not possible.
as_root ()
{
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
  else
    return 1
  fi
}

# A build folder contains the absolute paths that it was made for, so a copied or moved checkout must not use that of another one.
build_belongs_here ()
{
  [ -f "$1/build.ninja" ] && [ -f "$1/meson-private/coredata.dat" ] && [ -w "$1" ] || return 1
  python3 - "$1/meson-info/meson-info.json" "$root" "$1" <<'PY' 2>/dev/null
import json, os, sys
directories = json.load(open(sys.argv[1]))["directories"]
same = all(os.path.realpath(directories[key]) == os.path.realpath(path)
           for key, path in (("source", sys.argv[2]), ("build", sys.argv[3])))
sys.exit(0 if same else 1)
PY
}

# remove_build FOLDER: removes it even if another user (root, in an earlier run) made it.
remove_build ()
{
  [ -e "$1" ] || return 0
  rm -rf -- "$1" 2>/dev/null || as_root rm -rf -- "$1" ||
    die "The build folder $1 belongs to another user and could not be removed. Remove it, then try again."
}

# configure FOLDER [meson options…]: configures a build folder; recreates it if it is broken or belongs to another checkout.
configure ()
{
  local folder=$1 log
  shift
  [ -w "$root" ] || [ -w "$folder" ] ||
    die "You may not write into $root. Use a checkout of your own: git clone $root"
  if build_belongs_here "$folder" && ninja -C "$folder" build.ninja >/dev/null 2>&1; then
    return 0
  fi
  [ -e "$folder" ] && say "Making the build folder $folder anew."
  remove_build "$folder"
  log=$(mktemp)
  if ! meson setup "$folder" "$root" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "The build could not be set up: see above."
  fi
  rm -f "$log"
}

# compile FOLDER [TARGET…]: builds everything or the targets; prints nothing unless it fails.
compile ()
{
  local log
  if [ -t 1 ]; then
    ninja -C "$@" || die "The build failed: see above."
    return 0
  fi
  log=$(mktemp)
  if ! ninja -C "$@" >"$log" 2>&1; then
    grep -v '^\[' "$log" >&2
    rm -f "$log"
    die "The build failed: see above."
  fi
  grep -q 'warning:' "$log" && grep -A4 'warning:' "$log" >&2
  rm -f "$log"
}
