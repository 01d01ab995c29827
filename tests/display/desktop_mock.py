#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""desktop_mock.py LOG yes
no
never [portal] [session]: simulates services of a desktop on the session bus. Writes one JSON line for each call to LOG.

portal: org.freedesktop.portal.Desktop with Background, Inhibit and Notification; background requests get the given
answer. session: the session manager, which can inhibit suspend. Progress that programs report to docks and task bars is
also logged."""
import json
import sys

import gi
from gi.repository import Gio, GLib

LOG, ANSWER, PARTS = sys.argv[1], sys.argv[2], sys.argv[3:]
PORTAL = "/org/freedesktop/portal/desktop"
DESCRIPTION = """<node>
<interface name="org.freedesktop.portal.Background">
  <method name="RequestBackground"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
  <method name="SetStatus"><arg type="a{sv}" direction="in"/></method>
  <property name="version" type="u" access="read"/>
</interface>
<interface name="org.freedesktop.portal.Inhibit">
  <method name="Inhibit"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
  <property name="version" type="u" access="read"/>
</interface>
<interface name="org.freedesktop.portal.Notification">
  <method name="AddNotification"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method>
  <method name="RemoveNotification"><arg type="s" direction="in"/></method>
  <property name="version" type="u" access="read"/>
</interface>
<interface name="org.freedesktop.portal.Request"><method name="Close"/></interface>
<interface name="org.gnome.SessionManager">
  <method name="Inhibit"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="u" direction="in"/>
    <arg type="u" direction="out"/></method>
  <method name="Uninhibit"><arg type="u" direction="in"/></method>
</interface></node>"""
NODE = Gio.DBusNodeInfo.new_for_xml(DESCRIPTION)


def log(name, *arguments):
    with open(LOG, "a") as file:
        file.write(json.dumps([name, *arguments]) + "\n")


def request_path(sender, options):
    return f"{PORTAL}/request/{sender[1:].replace('.', '_')}/{options.get('handle_token', 'none')}"


def answer_background(bus, sender, path, options):
    if ANSWER == "never":
        return
    allowed = ANSWER == "yes"
    results = {"background": GLib.Variant("b", allowed), "autostart": GLib.Variant("b", allowed and options.get("autostart", False))}
    bus.emit_signal(sender, path, "org.freedesktop.portal.Request", "Response", GLib.Variant("(ua{sv})", (0 if allowed else 1, results)))


def on_call(bus, sender, path, interface, method, parameters, invocation):
    arguments = parameters.unpack()
    log(f"{interface.rsplit('.', 1)[1]}.{method}", *arguments)
    result = None
    if method == "RequestBackground":
        handle = request_path(sender, arguments[1])
        result = GLib.Variant("(o)", (handle,))
        GLib.idle_add(answer_background, bus, sender, handle, arguments[1])
    elif interface == "org.gnome.SessionManager" and method == "Inhibit":
        result = GLib.Variant("(u)", (42,))
    elif method == "Inhibit":
        handle = f"{PORTAL}/request/inhibit"
        result = GLib.Variant("(o)", (handle,))
    invocation.return_value(result)


def on_property(bus, sender, path, interface, name):
    return GLib.Variant("u", 2)


def register(bus, path, interface):
    bus.register_object(path, NODE.lookup_interface(interface), on_call, on_property, None)


def on_progress(bus, sender, path, interface, signal, parameters):
    log("LauncherEntry.Update", *parameters.unpack())


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
bus.signal_subscribe(None, "com.canonical.Unity.LauncherEntry", "Update", None, None, Gio.DBusSignalFlags.NONE, on_progress)
wanted = []
if "portal" in PARTS:
    for name in ("Background", "Inhibit", "Notification"):
        register(bus, PORTAL, f"org.freedesktop.portal.{name}")
    register(bus, f"{PORTAL}/request/inhibit", "org.freedesktop.portal.Request")
    wanted.append("org.freedesktop.portal.Desktop")
if "session" in PARTS:
    register(bus, "/org/gnome/SessionManager", "org.gnome.SessionManager")
    wanted.append("org.gnome.SessionManager")
for name in wanted:
    bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", (name, 0)), None,
                  Gio.DBusCallFlags.NONE, -1, None)
log("ready")
GLib.MainLoop().run()
