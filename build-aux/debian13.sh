# SPDX-License-Identifier: GPL-3.0-or-later
# A complete Debian in a folder, for the checks that need newer libraries or a separate system. Sourced by bash after common.sh.

# Owned by root, in a place that ordinary users can read, because check-flatpak becomes one.
if [ -n "${NAMIDA_CACHE-}" ]; then cache=$NAMIDA_CACHE
elif [ "$(id -u)" -eq 0 ]; then cache=/var/cache/namida-sync
else cache=${XDG_CACHE_HOME:-$HOME/.cache}/namida-sync; fi
export NAMIDA_CACHE=$cache
debian13=$cache/debian13

# The packages of the project (Debian 13 has all of them under the same names), and what flatpak-builder calls in a runtime.
debian13_packages ()
{
  awk '/^(build|run|test) / { print $2 }' "$root/build-aux/dependencies"
  # The last two make another run of check-debian13 short.
  printf '%s\n' appstream-util librsvg2-common locales ccache mold
}

# skip REASON: exits because this check cannot run here.
skip () { echo "$*"; exit 77; }

# project_files: writes a tar archive of the files under version control, in their current state.
project_files () { (cd "$root" && git ls-files -z | xargs -0 tar -c --ignore-failed-read); }

# need_tree NAME FOLDER SUITE PACKAGES: creates the folder if it does not exist or if the list of packages has changed.
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
  # Use the package sources of this computer.
  mirror=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -v security | head -n 1)
  mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io --include="$(echo $packages | tr ' ' ,)" \
    "$suite" "$folder" ${mirror:+"$mirror"} >"$folder.log" 2>&1 ||
    { tail -n 5 "$folder.log" >&2; remove_build "$folder"; skip "$name could not be fetched: see $folder.log"; }
  printf '%s' "$packages" >"$folder.packages"
}

need_debian13 () { need_tree "Debian 13" "$debian13" trixie "$(debian13_packages)"; }

# in_debian13 [BWRAP-OPTION…] COMMAND…: runs it there as an ordinary user, with its own loopback and processes and without this computer's home.
# Permissions do not restrict root, and there is no other user to become. The user has a name, because D-Bus needs one. /srv: the kernel only
# lets the machines of netlab mount a /proc each if a complete one is visible, and bwrap covers parts of its own.
in_debian13 ()
{
  # A file with a name, because the machines of netlab mount another one over it.
  { cat "$debian13/etc/passwd"; echo somebody:x:1000:1000::/home/somebody:/bin/sh; } >"$debian13.passwd"
  bwrap --bind "$debian13" / --dev /dev --unshare-pid --proc /proc --bind /proc /srv --ro-bind /sys /sys --tmpfs /run --tmpfs /tmp \
    --tmpfs /home --dir /home/somebody --unshare-user --uid 1000 --gid 1000 --unshare-net --unshare-ipc --die-with-parent \
    --clearenv --setenv PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --setenv HOME /home/somebody --setenv LANG C.UTF-8 \
    --ro-bind "$debian13.passwd" /etc/passwd "$@"
}
