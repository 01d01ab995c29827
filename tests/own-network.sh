#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# own-network.sh CMD…: runs CMD in its own network, which has an interface in addition to the loopback and is isolated. If this computer does not allow
# that, CMD uses the computer's network. --check only tests whether it is possible; the caller then sets NAMIDA_OWN_NETWORK to avoid further attempts.
inside='printf "%s\n" "link set lo up" "link add namida0 type veth peer name namida1" "address add 192.168.1.5/24 dev namida0" \
  "link set namida0 up" "link set namida1 up" | ip -batch -'
if [ -z "$NAMIDA_OWN_NETWORK" ]; then
  if ! unshare -rn sh -c "$inside" 2>/dev/null; then
    [ "$1" != --check ] || exit 1
    exec "$@"
  fi
fi
[ "$1" != --check ] || exit 0
exec unshare -rn sh -c "$inside"' && exec "$@"' sh "$@"
