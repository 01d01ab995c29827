#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# uienv.sh CMD…: runs CMD with its own display, session bus, accessibility bus and home folder.
# If possible, also with its own loopback, because devices of other tests would move the rows at which the pointer aims.
set -u
if [ -z "${NAMIDA_OWN_LOOPBACK-}" ] && unshare -rn true 2>/dev/null; then
  export NAMIDA_OWN_LOOPBACK=1
  exec unshare -rn sh -c 'ip link set lo up && exec "$@"' sh "$0" "$@"
fi
command -v Xvfb >/dev/null || { echo "1..0 # SKIP Xvfb is not installed"; exit 0; }
XDG_RUNTIME_DIR=$(mktemp -d)
chmod 700 "$XDG_RUNTIME_DIR"
export XDG_RUNTIME_DIR HOME=$XDG_RUNTIME_DIR/home
export XDG_CONFIG_HOME=$HOME/.config XDG_DATA_HOME=$HOME/.local/share XDG_CACHE_HOME=$HOME/.cache
mkdir -p "$XDG_CONFIG_HOME/gtk-4.0"
cat >"$XDG_CONFIG_HOME/gtk-4.0/settings.ini" <<'INI'
[Settings]
gtk-font-name=Cantarell 11
gtk-icon-theme-name=Adwaita
gtk-enable-animations=0
gtk-cursor-blink=0
INI
# Do not use the portal of this computer: it would answer instead of that of the test, and its file system would outlive the test.
mkdir -p "$XDG_DATA_HOME/dbus-1/services"
for name in portal.Desktop portal.Documents impl.portal.PermissionStore; do
  printf '[D-BUS Service]\nName=org.freedesktop.%s\nExec=/bin/false\n' $name >"$XDG_DATA_HOME/dbus-1/services/org.freedesktop.$name.service"
done
exec 6>"$XDG_RUNTIME_DIR/display"
Xvfb -displayfd 6 -screen 0 1280x1024x24 -nolisten tcp -noreset >"$XDG_RUNTIME_DIR/xvfb.log" 2>&1 &
xvfb=$!
for _ in $(seq 200); do [ -s "$XDG_RUNTIME_DIR/display" ] && break; sleep .05; done
[ -s "$XDG_RUNTIME_DIR/display" ] || { cat "$XDG_RUNTIME_DIR/xvfb.log"; kill $xvfb; rm -rf "$XDG_RUNTIME_DIR"; exit 1; }
DISPLAY=:$(cat "$XDG_RUNTIME_DIR/display")
export DISPLAY GDK_BACKEND=x11 GSK_RENDERER=cairo GSETTINGS_BACKEND=memory LIBGL_ALWAYS_SOFTWARE=1 LANG=C.UTF-8
export GTK_A11Y=${GTK_A11Y-atspi} ADW_DISABLE_PORTAL=1 GTK_USE_PORTAL=0
unset WAYLAND_DISPLAY
# NAMIDA_WAYLAND=1: a Wayland compositor in this display, which passes on the keys and the pointer. Its shell shows one window over the whole output.
if [ -n "${NAMIDA_WAYLAND-}" ]; then
  command -v weston >/dev/null || { echo "1..0 # SKIP weston is not installed"; kill $xvfb; rm -rf "$XDG_RUNTIME_DIR"; exit 0; }
  printf '[core]\nidle-time=0\n[keyboard]\nkeymap_layout=us\n' >"$XDG_RUNTIME_DIR/weston.ini"
  weston --backend=x11-backend.so --shell=kiosk-shell.so --width=1280 --height=1024 --socket=namida-wayland --config="$XDG_RUNTIME_DIR/weston.ini" \
    --log="$XDG_RUNTIME_DIR/weston.log" >/dev/null 2>&1 &
  weston=$!
  for _ in $(seq 200); do [ -S "$XDG_RUNTIME_DIR/namida-wayland" ] && break; sleep .05; done
  [ -S "$XDG_RUNTIME_DIR/namida-wayland" ] || { cat "$XDG_RUNTIME_DIR/weston.log"; kill $xvfb; exit 1; }
  # It passes on no keys before it has the focus for a moment.
  xdotool windowfocus --sync "$(xdotool search --class . | head -n 1)"
  export WAYLAND_DISPLAY=namida-wayland GDK_BACKEND=wayland
fi
# Services that the bus starts must not write between the lines of a test.
exec 7>&1
dbus-run-session -- bash -c 'exec "$@" >&7 7>&-' run "$@" >&2
rc=$?
[ -z "${weston-}" ] || kill $weston 2>/dev/null
kill $xvfb 2>/dev/null
wait $xvfb 2>/dev/null
rm -rf "$XDG_RUNTIME_DIR"
exit $rc
