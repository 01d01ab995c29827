#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""power_mock.py: simulates UPower and NetworkManager of a laptop on the bus at DBUS_SYSTEM_BUS_ADDRESS.

Prints "ready". Each line of standard input changes a property: "battery 0
1" or "metered 0
1"."""
import os
import sys

from gi.repository import Gio, GLib

UPOWER = """<node><interface name="org.freedesktop.UPower"><property name="OnBattery" type="b" access="read"/></interface></node>"""
MANAGER = """<node><interface name="org.freedesktop.NetworkManager">
<property name="Connectivity" type="u" access="read"/><property name="State" type="u" access="read"/><property name="Metered" type="u" access="read"/>
</interface></node>"""
values = {"OnBattery": ("b", True), "Connectivity": ("u", 4), "State": ("u", 70), "Metered": ("u", 2)}
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
paths = {"org.freedesktop.UPower": "/org/freedesktop/UPower", "org.freedesktop.NetworkManager": "/org/freedesktop/NetworkManager"}


def value_of(_bus, _sender, _path, _interface, name):
    return GLib.Variant(*values[name])


def change(interface, name, value):
    values[name] = (values[name][0], value)
    bus.emit_signal(None, paths[interface], "org.freedesktop.DBus.Properties", "PropertiesChanged",
                    GLib.Variant("(sa{sv}as)", (interface, {name: GLib.Variant(*values[name])}, [])))


def on_lines(source, _condition):
    lines = os.read(source.fileno(), 1000).decode().splitlines()
    if not lines:
        loop.quit()
        return False
    for name, value in (line.split() for line in lines):
        if name == "battery":
            change("org.freedesktop.UPower", "OnBattery", value == "1")
        else:
            # NM_METERED_YES and NM_METERED_NO of NetworkManager's nm-dbus-interface.h.
            change("org.freedesktop.NetworkManager", "Metered", 1 if value == "1" else 2)
    return True


for interface, text in (("org.freedesktop.UPower", UPOWER), ("org.freedesktop.NetworkManager", MANAGER)):
    bus.register_object(paths[interface], Gio.DBusNodeInfo.new_for_xml(text).interfaces[0], None, value_of, None)
    bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                  GLib.Variant("(su)", (interface, 0)), None, Gio.DBusCallFlags.NONE, -1, None)
loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, on_lines)
print("ready", flush=True)
loop.run()
