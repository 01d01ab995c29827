# SPDX-License-Identifier: GPL-3.0-or-later
# A whole Debian in a folder, for the checks that need newer libraries or a system of their own. Sourced by bash, after common.sh.

# Of root, where an ordinary user can read it: check-flatpak becomes one.
if [ -n "${NAMIDA_CACHE-}" ]; then cache=$NAMIDA_CACHE
elif [ "$(id -u)" -eq 0 ]; then cache=/var/cache/namida-sync
else cache=${XDG_CACHE_HOME:-$HOME/.cache}/namida-sync; fi
export NAMIDA_CACHE=$cache
debian13=$cache/debian13

# The project's own list (Debian 13 has all of it under the same names), and what flatpak-builder calls in a runtime.
debian13_packages ()
{
  awk '/^(build|run|test) / { print $2 }' "$root/build-aux/dependencies"
  printf '%s\n' appstream-util librsvg2-common locales
}

# skip REASON: this check cannot run here.
skip () { echo "$*"; exit 77; }

# project_files: a tar of what is under version control, as it is now.
project_files () { (cd "$root" && git ls-files -z | xargs -0 tar -c --ignore-failed-read); }

# need_tree NAME FOLDER SUITE PACKAGES: makes the folder when it is not there, or when the list of packages is another one by now.
need_tree ()
{
  local tool name=$1 folder=$2 suite=$3 packages mirror
  for tool in mmdebstrap bwrap; do
    command -v $tool >/dev/null 2>&1 || skip "$tool is not installed: build-aux/setup trees installs it."
  done
  bwrap --ro-bind / / --unshare-user true 2>/dev/null || skip "This computer allows no user namespaces."
  packages=$(sort -u <<<"$4" | tr '\n' ' ')
  [ -d "$folder/usr" ] && [ "$(cat "$folder.packages" 2>/dev/null)" = "$packages" ] && return 0
  say "Making a $name in $folder (about 1 GB, a few minutes)."
  [ ! -e "$folder" ] || remove_build "$folder"
  mkdir -p "$(dirname "$folder")"
  # From wherever this computer has its own packages.
  mirror=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -v security | head -n 1)
  mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io --include="$(echo $packages | tr ' ' ,)" \
    "$suite" "$folder" ${mirror:+"$mirror"} >"$folder.log" 2>&1 ||
    { tail -n 5 "$folder.log" >&2; remove_build "$folder"; skip "$name could not be fetched: see $folder.log"; }
  printf '%s' "$packages" >"$folder.packages"
}

need_debian13 () { need_tree "Debian 13" "$debian13" trixie "$(debian13_packages)"; }

# in_debian13 [BWRAP-OPTION…] COMMAND…: runs it in there as an ordinary user, with a loopback and processes of its own and nothing of this computer's
# home. Ordinary, since permissions stop only such a one, and no other user exists in there to become; with a name, since D-Bus wants one. /srv: the kernel lets the machines of
# netlab have a /proc each only where a whole one is to be seen, and bwrap covers parts of its own.
in_debian13 ()
{
  # A file that has a name: the machines of netlab put another one over it.
  { cat "$debian13/etc/passwd"; echo somebody:x:1000:1000::/home/somebody:/bin/sh; } >"$debian13.passwd"
  bwrap --bind "$debian13" / --dev /dev --unshare-pid --proc /proc --bind /proc /srv --ro-bind /sys /sys --tmpfs /run --tmpfs /tmp \
    --tmpfs /home --dir /home/somebody --unshare-user --uid 1000 --gid 1000 --unshare-net --unshare-ipc --die-with-parent \
    --clearenv --setenv PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --setenv HOME /home/somebody --setenv LANG C.UTF-8 \
    --ro-bind "$debian13.passwd" /etc/passwd "$@"
}
