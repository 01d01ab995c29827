#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# netlab.sh - N "machines" (network+mount namespaces) on one bridge, each with its own
# dbus system bus and avahi-daemon. Needs NO root: all inside one user+pid namespace.
#   up [N]                 create hub (bridge) + nodes 1..N with dbus+avahi
#   exec I CMD...          run CMD in node I        (hub CMD... : in the hub)
#   link I down|up         cable pull (carrier loss seen by node)
#   link I unplug|plug    like down|up, but addresses vanish and return too (what avahi reacts to)
#   link I cut|heal        silent blackhole (port leaves the bridge; carrier stays)
#   rate I 8mbit|off       tbf in both directions
#   loss I PCT|off         random drop in both directions (nft numgen)
#   delay I MS [LOSS%]|off userspace cable with delay+loss (AF_PACKET, netcable.py)
#   avahi I start|stop     restart discovery on a node
#   down                   kill hub: pid namespace takes everything with it
set -eu
S=${NETLAB_DIR:?set NETLAB_DIR to an empty folder of your own}
PATH=$PATH:/usr/sbin:/sbin
hubpid() { cat "$S/hub.outer"; }
hub() { nsenter -t "$(hubpid)" -U --preserve-credentials -m -n -p -- "$@"; }
node() { local i=$1; shift
  hub nsenter -t "$(cat "$S/n$i.pid")" -n -m -- env -C "$PWD" DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket NETLAB_NODE="$i" "$@"; }
waitfor() { local n=0; until [ -s "$1" ]; do n=$((n+1)); [ $n -gt 200 ] && { echo "timeout $1" >&2; exit 1; }; sleep 0.02; done; }

conf() { local i=$1
cat > "$S/dbus$i.conf" <<X
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="signal"/><allow receive_type="method_return"/><allow receive_type="error"/></policy></busconfig>
X
cat > "$S/avahi$i.conf" <<X
[server]
host-name=node$i
use-ipv4=yes
use-ipv6=yes
allow-interfaces=eth0
disallow-other-stacks=no
ratelimit-interval-usec=1000000
ratelimit-burst=1000
[wide-area]
enable-wide-area=no
[publish]
publish-hinfo=no
publish-workstation=no
[rlimits]
X
}
avahi() { local i=$1
 case $2 in
 start) node "$i" avahi-daemon -D --no-drop-root --no-chroot --no-rlimits --no-proc-title -f "$S/avahi$i.conf";;
 # daemon 0.8 without the 'avahi' user must be told not to drop root
 stop) node "$i" avahi-daemon -k || true;;
 esac; }

case ${1:-} in
up) N=${2:-2}; mkdir -p "$S"; rm -f "$S"/*.pid "$S"/hub.outer
  # avahi-daemon insists that its runtime dir belongs to user 'avahi': only uid 0 is mapped
  # in an unprivileged user namespace, so give it a passwd where avahi IS uid 0
  printf 'root:x:0:0:root:%s:/bin/sh\navahi:x:0:0::/:/bin/false\nmessagebus:x:0:0::/:/bin/false\n' "$HOME" > "$S/passwd"
  printf 'root:x:0:\navahi:x:0:\nnetdev:x:0:\nmessagebus:x:0:\n' > "$S/group"
  setsid unshare -U -r -n -m -p --fork --kill-child --mount-proc sh -c 'sleep infinity & wait' </dev/null >/dev/null 2>&1 &
  u=$!; sleep 0.2
  # the child of unshare(1) is init of the new pid namespace
  n=0; until c=$(cat /proc/$u/task/$u/children 2>/dev/null) && [ -n "$c" ]; do n=$((n+1)); [ $n -gt 100 ] && exit 1; sleep 0.02; done
  echo "${c%% *}" > "$S/hub.outer"; echo "$u" > "$S/unshare.outer"
  until hub true 2>/dev/null && hub ip link show lo >/dev/null 2>&1 && hub sh -c 'test -e /proc/1/comm'; do sleep 0.02; done
  hub ip link set lo up
  hub ip link add br0 type bridge mcast_snooping 0 forward_delay 0
  hub ip link set br0 up
  for i in $(seq 1 "$N"); do conf "$i"
    hub setsid unshare -n -m sh -c "mount -t tmpfs tmpfs /run && mkdir -p /run/dbus && mount --bind '$S/passwd' /etc/passwd && mount --bind '$S/group' /etc/group && echo \$\$ > '$S/n$i.pid'; exec sleep infinity" </dev/null >/dev/null 2>&1 &
    waitfor "$S/n$i.pid"; p=$(cat "$S/n$i.pid")
    hub ip link add "h$i" type veth peer name eth0 netns "$p"
    hub ip link set "h$i" master br0 up
    node "$i" sh -c "ip link set lo up; ip link set eth0 up; ip addr add 10.77.0.$i/24 dev eth0; ip -6 addr add fd77::$i/64 dev eth0 nodad; ip route add 224.0.0.0/4 dev eth0; ip route add default via 10.77.0.254 2>/dev/null || true"
    node "$i" dbus-daemon --fork --nopidfile --config-file="$S/dbus$i.conf"
    avahi "$i" start
  done;;
exec) shift; node "$@";;
hub) shift; hub "$@";;
link) case $3 in down|up) hub ip link set "h$2" "$3";; cut) hub ip link set "h$2" nomaster;; heal) hub ip link set "h$2" master br0;;
  # like NetworkManager on carrier loss: addresses go too (avahi 0.8 ignores carrier alone: use-iff-running=no)
  unplug) hub ip link set "h$2" down; node "$2" ip addr flush dev eth0;;
  plug) hub ip link set "h$2" up; node "$2" sh -c "ip addr add 10.77.0.$2/24 dev eth0; ip -6 addr add fd77::$2/64 dev eth0 nodad; ip route replace 224.0.0.0/4 dev eth0; ip route replace default via 10.77.0.254; ip link set eth0 down; ip link set eth0 up; ip -6 addr replace fd77::$2/64 dev eth0 nodad;ip route replace 224.0.0.0/4 dev eth0; ip route replace default via 10.77.0.254";; esac;;
rate) hub tc qdisc del dev "h$2" root 2>/dev/null || true; node "$2" tc qdisc del dev eth0 root 2>/dev/null || true
  if [ "$3" != off ]; then b=${4:-64kb}
   hub tc qdisc add dev "h$2" root tbf rate "$3" burst "$b" latency 200ms
   node "$2" tc qdisc add dev eth0 root tbf rate "$3" burst "$b" latency 200ms; fi;;
loss) node "$2" ip link set eth0 gso_max_segs 1; hub ip link set "h$2" gso_max_segs 1; node "$2" nft delete table inet loss 2>/dev/null || true
  [ "$3" = off ] || node "$2" nft -f - <<X
table inet loss { chain i { type filter hook prerouting priority -300; iifname "eth0" numgen random mod 1000 < $(( $3 * 10 )) drop; };
                  chain o { type filter hook postrouting priority 300; oifname "eth0" numgen random mod 1000 < $(( $3 * 10 )) drop; }; }
X
  ;;
delay) # delay I MS [LOSSPCT] | off : userspace cable (no netem in this kernel)
  if [ "$3" = off ]; then kill "$(cat "$S/cable$2.outer")" 2>/dev/null || true; hub ip link del "x$2" 2>/dev/null || true; hub ip link set "h$2" master br0
  else node "$2" ip link set eth0 gso_max_segs 1; hub ip link set "h$2" nomaster gso_max_segs 1; hub ip link add "x$2" type veth peer name "b$2"; hub ip link set "x$2" gso_max_segs 1 up; hub ip link set "b$2" gso_max_segs 1 master br0 up
   hub setsid /usr/bin/python3 "$(dirname "$(readlink -f "$0")")/netcable.py" "h$2" "x$2" "$3" "${4:-0}" </dev/null >/dev/null 2>"$S/cable$2.log" & echo $! > "$S/cable$2.outer"; sleep 0.3; fi;;
avahi) avahi "$2" "$3";;
down) [ -e "$S/hub.outer" ] && kill -9 "$(hubpid)" 2>/dev/null; rm -rf "$S";;
*) sed -n 3,15p "$0"; exit 2;;
esac
