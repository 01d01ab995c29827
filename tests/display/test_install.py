#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs the build into a folder and starts the installed programs as a desktop does. Prints TAP.

test_install.py UIENV BUILD: installs with DESTDIR, then runs itself again with that folder in place of the system's
own. The menu entry, the bus and the user's service unit start the program as the installed files say. Afterwards,
uninstalling must remove everything."""
import gzip
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import types

DEVEL = os.environ.get("NAMIDA_DEVEL") == "1"
APP_ID = "io.github.namida_sync.Desktop" + (".Devel" if DEVEL else "")
UNIT = f"namida-sync{'-devel' if DEVEL else ''}-receive.service"
NAME = "Namida Sync (Development)" if DEVEL else "Namida Sync"
LIMIT = 60  # seconds that no single step may need


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def point(number, name, function):
    try:
        function()
    except Exception:
        for line in traceback.format_exc().splitlines():
            print("#", line)
        print(f"not ok {number} - {name}", flush=True)
        return 1
    print(f"ok {number} - {name}", flush=True)
    return 0


# ---- outside: install, run the rest inside, uninstall ----

def prefix_of(build):
    options = subprocess.run(["meson", "introspect", "--buildoptions", build], capture_output=True, check=True, text=True)
    import json
    return next(option["value"] for option in json.loads(options.stdout) if option["name"] == "prefix")


def outside(uienv, build):
    for tool in ("bwrap", "meson", "glib-compile-schemas"):
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="namida-install-"))
    try:
        prefix = prefix_of(build)
        root = folder / "root"
        subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root], check=True, stdout=subprocess.DEVNULL,
                       timeout=LIMIT)
        installed = root / prefix.lstrip("/")
        # What a package does after its files are there.
        subprocess.run(["glib-compile-schemas", installed / "share" / "glib-2.0" / "schemas"], check=True, timeout=LIMIT)
        bind = ["bwrap", "--dev-bind", "/", "/", "--bind", installed, prefix, "--die-with-parent"]
        if subprocess.run([*bind, "true"], capture_output=True, timeout=LIMIT).returncode != 0:
            skip(f"this computer allows no folder to take the place of {prefix}")
        env = dict(os.environ, NAMIDA_PREFIX=prefix, PATH=f"{prefix}/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                   XDG_DATA_DIRS=f"{prefix}/share:/usr/share")
        print("1..9", flush=True)
        status = subprocess.run([*bind, uienv, "/usr/bin/python3", "-B", os.path.abspath(__file__), "inside"], env=env, timeout=170).returncode
        return status | point(9, "uninstalling leaves nothing", lambda: uninstall(build, root, installed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def uninstall(build, root, installed):
    """By build-aux/uninstall, among lists as they are after an install without DESTDIR, and beside another program that has a file there."""
    applications = installed / "share" / "applications"
    (applications / "other.desktop").write_text("[Desktop Entry]\nType=Application\nName=Other\nExec=true\nMimeType=text/plain;\n")
    subprocess.run(["update-desktop-database", "-q", applications], check=True, timeout=LIMIT)
    subprocess.run(["gtk4-update-icon-cache", "-q", "-t", "-f", installed / "share" / "icons" / "hicolor"], check=True, timeout=LIMIT)
    cache = applications / "mimeinfo.cache"
    assert APP_ID in cache.read_text()
    # What ninja does; but ninja itself is what other tests are using.
    ninja = root.parent / "bin" / "ninja"
    ninja.parent.mkdir()
    ninja.write_text('#!/bin/sh\ncd "$2" && exec meson --internal uninstall\n')
    ninja.chmod(0o755)
    subprocess.run([pathlib.Path(__file__).parents[2] / "build-aux" / "uninstall", build], check=True, timeout=LIMIT, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, PATH=f"{ninja.parent}:{os.environ['PATH']}"))
    left = {path for path in root.rglob("*") if not path.is_dir() or not any(path.iterdir())}  # no empty folder either
    assert left == {cache, applications / "other.desktop"}, left
    assert "other.desktop" in cache.read_text() and APP_ID not in cache.read_text()


# ---- inside: a display, a bus and the installed program ----

def inside():
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, Gio, GLib

    prefix = pathlib.Path(os.environ["NAMIDA_PREFIX"])
    home = pathlib.Path(os.environ["HOME"])
    processes = []
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)

    def wait_for(what, look):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                found = look()
            except Exception:  # widgets vanish while they are looked at
                found = None
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"waited {LIMIT} s in vain for {what}; on the screen: {[name for name in names() if name]}")

    def names():
        def walk(node, depth=0):
            yield node.get_name() or ""
            for i in range(node.get_child_count() if depth < 60 else 0):
                child = node.get_child_at_index(i)
                if child is not None:
                    yield from walk(child, depth + 1)

        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(i)
            if application is not None and "namida-sync" in (application.get_name() or ""):
                yield from walk(application)

    def owned():
        return bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                             GLib.Variant("(s)", (APP_ID,)), None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]

    def call(method, arguments):
        bus.call_sync(APP_ID, "/" + APP_ID.replace(".", "/"), "org.freedesktop.Application", method, arguments, None,
                      Gio.DBusCallFlags.NONE, LIMIT * 1000, None)

    def quit_it():
        bus.call_sync(APP_ID, "/" + APP_ID.replace(".", "/"), "org.freedesktop.Application", "ActivateAction",
                      GLib.Variant("(sava{sv})", ("quit", [], {})), None, Gio.DBusCallFlags.NONE, LIMIT * 1000, None)
        wait_for("the program's end", lambda: not owned())

    def entry(group, key):
        file = GLib.KeyFile()
        file.load_from_file(str(prefix / "share" / "applications" / f"{APP_ID}.desktop"), GLib.KeyFileFlags.NONE)
        return file.get_string(group, key)

    backup = home / "Namida Backup - 2026-07-19 18.30.00.zip"
    backup.write_bytes(b"PK\5\6" + bytes(18))
    if "NAMIDA_OWN_LOOPBACK" not in os.environ:
        for number in range(1, 9):
            print(f"ok {number} # SKIP a started program would speak to this computer's own network: no namespace for it")
        return 0

    def menu_entry():
        """The Exec line, with a file in the place of its %F: the file waits for a device to be chosen."""
        command = [str(backup) if word == "%F" else word for word in shlex.split(entry("Desktop Entry", "Exec"))]
        processes.append(subprocess.Popen(command, stdout=sys.stderr))
        wait_for("the file in the window", lambda: "Choose a Device" in names() and any("1 backup" in name for name in names()))
        quit_it()

    def activation():
        assert entry("Desktop Entry", "DBusActivatable") == "true" and entry("Desktop Entry", "Name") == NAME
        assert not owned()
        call("Activate", GLib.Variant("(a{sv})", ({},)))
        wait_for("the window", lambda: NAME in names())
        call("Open", GLib.Variant("(asa{sv})", ([backup.as_uri()], {})))
        wait_for("the file in the window", lambda: "Choose a Device" in names())
        quit_it()

    def file_managers():
        """The entry of the context menu opens what is selected; the file manager is a stand-in."""
        class Item:
            def __init__(self, name, label):
                self.label = label

            def connect(self, signal, callback, *data):
                self.press = lambda: callback(self, *data)

        class Selected:
            get_uri = staticmethod(backup.as_uri)

            def __init__(self, scheme):
                self.get_uri_scheme = lambda: scheme

        path, = (prefix / "share" / "nautilus-python" / "extensions").iterdir()
        gi.repository.Nautilus = types.SimpleNamespace(MenuProvider=type("MenuProvider", (), {}), MenuItem=Item)
        scope = {}
        exec(compile(path.read_text(), path, "exec"), scope)
        menu = scope["NamidaSyncMenu"]()
        assert menu.get_file_items([]) == [] and menu.get_file_items([Selected("sftp")]) == []
        item, = menu.get_file_items(None, [Selected("file")])
        assert item.label == "Send with Namida Sync"
        assert not owned()
        item.press()
        wait_for("the file in the window", lambda: "Choose a Device" in names() and any("1 backup" in name for name in names()))
        quit_it()

    def unit():
        """What the unit starts receives, and is seen."""
        path = prefix / "lib" / "systemd" / "user" / UNIT
        command = next(line.split("=", 1)[1] for line in path.read_text().splitlines() if line.startswith("ExecStart="))
        processes.append(subprocess.Popen([*shlex.split(command), "--alias", "Cupboard", "--interface", "lo"], stdout=sys.stderr))
        wait_for("the receiver", lambda: '"Cupboard"' in subprocess.run(
            ["namida-sync-cli", "--data-dir", home / "other", "--interface", "lo", "--json", "devices", "--timeout", "3"],
            capture_output=True, text=True, timeout=LIMIT).stdout)
        processes[-1].terminate()
        assert processes[-1].wait(LIMIT) in (0, 1)
        if shutil.which("systemd-analyze"):
            # Whether the manual is found is up to man, which not every computer has.
            said = subprocess.run(["systemd-analyze", "--user", "--man=no", "verify", path], capture_output=True, text=True, timeout=LIMIT).stderr
            assert "namida" not in said or "Failed to" in said, said

    def helps():
        """Manual pages and completions are where the shells and man look for them."""
        for name in ("share/man/man1/namida-sync.1", "share/man/man1/namida-sync-cli.1", "share/bash-completion/completions/namida-sync-cli",
                     "share/zsh/site-functions/_namida-sync-cli", "share/fish/vendor_completions.d/namida-sync-cli.fish"):
            assert (prefix / name).exists() or (prefix / (name + ".gz")).exists(), name
        done = subprocess.run(["bash", "-c", f"source {prefix}/share/bash-completion/completions/namida-sync-cli; COMP_WORDS=(namida-sync-cli se); "
                               "COMP_CWORD=1; _namida_sync_cli; echo ${COMPREPLY[*]}"], capture_output=True, text=True, timeout=LIMIT)
        assert done.stdout.split() == ["send"], done
        options_in_the_manual()
        for page in (prefix / "share" / "man" / "man1").glob("namida-sync*.1*"):
            if shutil.which("man"):
                # As lintian asks: without tbl, which the page names in its first line, and with tables that fit 80 columns.
                done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page], capture_output=True, text=True, timeout=LIMIT,
                                      check=True, env=dict(os.environ, MANROFFSEQ="", MANWIDTH="80", LC_ALL="C.UTF-8"))
                assert not done.stderr, done.stderr

    def options_in_the_manual():
        said = subprocess.run(["namida-sync", "--help"], capture_output=True, text=True, timeout=LIMIT, check=True).stdout
        options = set(re.findall(r"^  (?:-\w, )?(--[a-z][a-z-]*)", said, re.MULTILINE)) - {"--help-all", "--help-gapplication"}
        page = next((prefix / "share" / "man" / "man1").glob("namida-sync.1*"))
        manual = (gzip.decompress(page.read_bytes()) if page.suffix == ".gz" else page.read_bytes()).decode().replace("\\-", "-")
        assert "FOLDER" in said and len(options) > 4 and not [option for option in options if option not in manual], (said, options)

    def elsewhere():
        """In a prefix that the desktop does not know, started by its path."""
        processes.append(subprocess.Popen([prefix / "bin" / "namida-sync", "--interface", "lo"], stdout=sys.stderr,
                                          env=dict(os.environ, XDG_DATA_DIRS="/usr/share" if str(prefix) != "/usr" else "/nowhere")))
        wait_for("the window", lambda: NAME in names())
        quit_it()

    def names_of_its_own():
        """Nothing of it bears the other profile's name: both can be there at once."""
        for folder, name in [("applications", ".desktop"), ("dbus-1/services", ".service"), ("glib-2.0/schemas", ".gschema.xml"),
                             ("metainfo", ".metainfo.xml"), ("icons/hicolor/scalable/apps", ".svg"),
                             ("icons/hicolor/symbolic/apps", "-symbolic.svg")]:
            found = [path.name for path in (prefix / "share" / folder).glob("io.github.namida_sync.*")]
            assert found == [APP_ID + name], (folder, found)
        assert entry("Desktop Entry", "Icon") == APP_ID
        path = "/" + APP_ID.replace(".", "/") + "/"
        assert Gio.Settings.new(APP_ID).get_property("path") == path
        data = home / ".local" / "share"
        assert [folder.name for folder in data.glob("namida-sync*")] == ["namida-sync-devel" if DEVEL else "namida-sync"], list(data.iterdir())

    def completions():
        """Each shell completes the name of a device that is near, by its own file and the real program."""
        share = prefix / "share"
        beside = home / "bin"
        beside.mkdir()
        script = beside / "namida-sync-cli"
        script.write_text(f'#!/bin/sh\nexec {prefix}/bin/namida-sync-cli --data-dir {home}/third --interface lo "$@"\n')
        script.chmod(0o755)
        env = dict(os.environ, PATH=f"{beside}:{os.environ['PATH']}", LC_ALL="C.UTF-8")
        name = "Cupboard of Zoë's \"big\" one"
        near = subprocess.Popen(["namida-sync-cli", "--data-dir", home / "near", "--interface", "lo", "--alias", name, "receive"],
                                stdout=sys.stderr, stderr=sys.stderr)
        processes.append(near)
        shells = {
            "bash": (f"source {share}/bash-completion/completions/namida-sync-cli; COMP_WORDS=(namida-sync-cli send --to Cupb); COMP_CWORD=3; "
                     "_namida_sync_cli; eval \"printf '%s\\n' ${COMPREPLY[*]}\"", name),
            # What completes is zsh's own; which names it is given is ours.
            "zsh": (f"_arguments () {{ : }}; compadd () {{ print -rl -- ${{(P)argv[-1]}} }}; source {share}/zsh/site-functions/_namida-sync-cli; "
                    "_namida_sync_devices", name),
            "fish": (f"source {share}/fish/vendor_completions.d/namida-sync-cli.fish; complete -C 'namida-sync-cli send --to Cupb'",
                     name),
        }
        for shell, (commands, wanted) in shells.items():
            if shutil.which(shell) is None:
                print(f"# {shell} is not installed: not tried", flush=True)
                continue
            said = None

            def look():
                nonlocal said
                said = subprocess.run([shell, "-c", commands], capture_output=True, text=True, env=env, timeout=LIMIT)
                return wanted in [line.split("\t")[0] for line in said.stdout.splitlines()]

            try:
                wait_for(f"the name in {shell}", look)
            except AssertionError as error:
                raise AssertionError(f"{error}; {shell} said {said}")
        near.terminate()
        near.wait(LIMIT)

    failed = 0
    for number, (name, function) in enumerate([("the menu entry opens a file", menu_entry), ("the bus starts the program", activation),
                                               ("file managers send what is selected", file_managers),
                                               ("the unit's command receives", unit), ("manuals and completions are there", helps),
                                               ("names of its own", names_of_its_own), ("a prefix of its own", elsewhere), ("shells complete devices", completions)], 1):
        failed |= point(number, name, function)
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()
    return failed


sys.exit(inside() if sys.argv[1] == "inside" else outside(*sys.argv[1:3]))
