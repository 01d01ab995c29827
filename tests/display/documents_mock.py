#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""documents_mock.py LOG KEY PATH…: the FileTransfer portal of org.freedesktop.portal.Documents, which returns PATH… for KEY and nothing for
any other key. Writes one JSON line for each call to LOG."""
import json
import sys

from gi.repository import Gio, GLib

LOG, KEY, PATHS = sys.argv[1], sys.argv[2], sys.argv[3:]
NODE = Gio.DBusNodeInfo.new_for_xml("""<node><interface name="org.freedesktop.portal.FileTransfer">
  <method name="RetrieveFiles"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="as" direction="out"/></method>
  <property name="version" type="u" access="read"/>
</interface></node>""")


def log(*words):
    with open(LOG, "a") as file:
        file.write(json.dumps(words) + "\n")


def on_call(bus, sender, path, interface, method, parameters, invocation):
    key, _ = parameters.unpack()
    log(method, key)
    if key == KEY:
        invocation.return_value(GLib.Variant("(as)", (PATHS,)))
    else:
        invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "Invalid transfer")


def on_property(bus, sender, path, interface, name):
    return GLib.Variant("u", 1)


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
bus.register_object("/org/freedesktop/portal/documents", NODE.interfaces[0], on_call, on_property, None)
bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
              GLib.Variant("(su)", ("org.freedesktop.portal.Documents", 0)), None, Gio.DBusCallFlags.NONE, -1, None)
log("ready")
GLib.MainLoop().run()
