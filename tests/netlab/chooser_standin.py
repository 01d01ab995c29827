#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""chooser_standin.py FILE: replaces the dialog behind xdg-desktop-portal's FileChooser, and the user, who chooses the
folder whose path is in FILE.

Only the dialog is replaced: the portal itself handles the request, grants the access and mounts the folder."""
import pathlib
import sys

from gi.repository import Gio, GLib

NODE = Gio.DBusNodeInfo.new_for_xml("""<node><interface name="org.freedesktop.impl.portal.FileChooser">
  <method name="OpenFile"><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="u" direction="out"/><arg type="a{sv}" direction="out"/></method>
</interface></node>""")


def on_call(bus, sender, path, interface, method, parameters, invocation):
    _, _, _, _, options = parameters.unpack()
    folder = pathlib.Path(sys.argv[1]).read_text()
    if not options.get("directory") or not folder:
        invocation.return_value(GLib.Variant("(ua{sv})", (1, {})))
        return
    results = {"uris": GLib.Variant("as", [Gio.File.new_for_path(folder).get_uri()]), "writable": GLib.Variant("b", True)}
    invocation.return_value(GLib.Variant("(ua{sv})", (0, results)))


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
bus.register_object("/org/freedesktop/portal/desktop", NODE.interfaces[0], on_call, None, None)
bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
              GLib.Variant("(su)", ("org.freedesktop.impl.portal.desktop.standin", 0)), None, Gio.DBusCallFlags.NONE, -1, None)
GLib.MainLoop().run()
