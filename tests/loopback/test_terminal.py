# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the program in every terminal and script: encodings, full and closed outputs, signals, narrow and dumb
terminals. Prints TAP."""
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
import unicodedata

from namida_loopback import Skip, equal, environment, expect, free_port, main, make_backup, on_terminal, write

MIB = 1 << 20


def run(device, *arguments, **environ):
    env = dict(environment(device.home), **environ)
    stdout = env.pop("STDOUT", subprocess.PIPE)
    done = subprocess.run(device.command(*arguments), stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, env=env, timeout=90)
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


def test_names_in_c_locale(lab):
    """a device whose name is not ASCII is found by its name in the C locale, and in one that is not installed"""
    receiver = lab.device("Jürgens NAS 音楽")
    receiver.receive("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    music = write(lab.folder("source") / "Björk" / "Jóga.flac", b"1" * 1000).parent
    for locale in ("C", "POSIX", "xx_YY.UTF-8", ""):
        code, out, err = run(sender, "send", "--to", receiver.alias, music, LC_ALL=locale)
        equal(code, 0, f"LC_ALL={locale}: {out} {err}")
        assert receiver.alias in out, out
    equal((receiver.music / "Björk" / "Jóga.flac").read_bytes(), b"1" * 1000)


def test_names_in_iso_8859_1(lab):
    """in ISO-8859-1 names are read and written in it, what it does not have is written alike, and JSON stays UTF-8"""
    if shutil.which("localedef") is None:
        raise Skip("localedef is not installed")
    locales = lab.folder("locales")
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "ISO-8859-1", str(locales / "de_DE.ISO-8859-1")], capture_output=True, check=False)
    if not (locales / "de_DE.ISO-8859-1").exists():
        raise Skip(f"a locale could not be made: {made.stderr.decode().strip()}")
    device = lab.device("Device")
    env = dict(environment(device.home), LOCPATH=str(locales), LC_ALL="de_DE.ISO-8859-1", LANGUAGE="en")
    print_of = "AB" * 32

    def latin(*arguments):
        done = subprocess.run([argument.encode("latin-1") for argument in device.command(*arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                              env=env, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    # Arguments, of each kind: a name, an option, a path, a text to look for.
    equal(latin("trust", "add", print_of, "Küche")[0], 0)
    code, out, err = latin("trust", "list")
    equal((code, out.decode("latin-1").split()[0]), (0, "Küche"), err)
    equal(json.loads(latin("--json", "trust", "list")[1].decode())["alias"], "Küche")
    equal(json.loads(latin("--json", "--alias", "Süd", "identity")[1].decode())["alias"], "Süd")
    code, _, err = latin("trust", "rename", "Küche", "Gäste")
    equal((code, json.loads(latin("--json", "trust", "list")[1].decode())["alias"]), (0, "Gäste"), err)
    for arguments, shown in ((("trust", "remove", "Zoë"), "Zoë"), (("inspect", "Jóga.zip"), "Jóga.zip"), (("pair", "--json", "Zoë:99999"), "Zoë:99999"),
                             (("backups", "list", "Zoë"), "Zoë"), (("send", "--to", "Zoë:99999", "x"), "Zoë:99999")):
        code, out, err = latin(*arguments)
        said = err.decode("latin-1")
        assert code != 0 and shown in said, (arguments, code, out, said)
        assert "?" not in said and "\x80" not in said, said
    # What ISO-8859-1 does not have.
    equal(run(device, "trust", "rename", "Gäste", "音楽")[0], 0)
    code, out, err = latin("trust", "list")
    equal((code, out.decode("latin-1").split()[0]), (0, "??"), err)
    equal(json.loads(latin("--json", "trust", "list")[1].decode())["alias"], "音楽")
    # The sentences of an inspection have quotation marks that are written alike.
    backup = write(lab.path / "no backup.zip", b"none")
    code, out, err = latin("--json", "inspect", str(backup))
    equal((code, json.loads(out.decode())["sentence"][:15]), (1, "“no backup.zip”"), err)
    said = latin("send", "--help")[1].decode("latin-1")
    assert "?" not in said and "--exclude" in said, said


def columns_before(line, pattern):
    """How many columns of a terminal stand before what matches; None: nothing does."""
    found = re.search(pattern, line)
    return found and sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line[:found.start()])


def test_columns(lab):
    """wide, combining and other characters do not shift the column that follows a name, in any table"""
    names = ["Pixel", "音楽プレーヤー", "Zoe\u0308 Q\u0302", "🎵 Küche", "Ж"]
    nas = lab.receiver("--accept", "all", "--as", "backup", "--keep", "1", name="NAS")
    music = write(lab.folder("source") / "Music" / "1.flac", b"1" * 5000).parent
    senders = []
    for number, name in enumerate(names):
        senders.append(lab.device())
        senders[-1].alias = name
        equal(run(nas, "trust", "add", expect(0, senders[-1].run("--json", "identity")).events[0]["fingerprint"], name)[0], 0)
        if number < 3:  # the first versions of these go to the trash
            expect(0, senders[-1].send(nas, music))
    write(music / "2.flac", b"2" * 5000)
    for sender in senders:
        expect(0, sender.send(nas, music))
        code, _, err = run(nas, "schedule", "add", "--to", sender.alias, "--every", "day", music)
        equal(code, 0, err)
    big = write(lab.folder("big") / "Music" / "big.flac", os.urandom(8 * MIB)).parent
    for sender in senders[:2]:
        sender.start("send", "--to", nas.alias, "--limit", "1MB/s", big)
    for sender in senders[:2]:
        sender.wait_event("progress", where=lambda event: event["sent"] > 0)
    tables = {("transfers",): ("Music, ", 2), ("trust", "list"): ("[0-9A-F]{64}", 5), ("backups", "list"): ("Music", 5), ("backups", "usage"): ("[0-9.]+.[kM]?B, only", 5),
              ("backups", "trash"): ("Music", 3), ("backups", "list", "--stale", "0"): ("no backup from", 5), ("schedule", "list"): ("Every day", 5)}
    for arguments, (pattern, rows) in tables.items():
        code, out, err = run(nas, *arguments)
        assert code in (0, 9), (arguments, code, err)
        found = [at for at in (columns_before(line, pattern) for line in out.splitlines()) if at is not None]
        assert len(found) == rows and len(set(found)) == 1, (arguments, found, out)
    for sender in senders[:2]:
        sender.process.send_signal(signal.SIGINT)
        equal(sender.wait(30), 130)
    for sender in senders[:3]:
        sender.receive("--accept", "all")
    found = {}
    for line in run(nas, "devices", "--timeout", "2")[1].splitlines():
        if any(line.startswith(unicodedata.normalize("NFC", name)) for name in names[:3]):
            found[line] = columns_before(line, "127.0.0.1")
    assert len(found) >= 3 and len(set(found.values())) == 1, found


def test_full_and_closed_output(lab):
    """what could not be printed ends with 1 and a sentence, and never gets into a file of the program"""
    device = lab.device("Device")
    with open("/dev/full", "wb") as full:
        code, _, err = run(device, "identity", STDOUT=full)
    equal(code, 1, err)
    assert "standard output" in err, err
    # What GOption prints and ends by itself, and what would else go on until it is stopped.
    device.home.joinpath("one.flac").write_bytes(b"1")
    for arguments in (("--help",), ("send", "--help"), ("help",), ("link", "--minutes", "1", device.home / "one.flac"), ("backups", "usage")):
        with open("/dev/full", "wb") as full:
            code, _, err = run(device, *arguments, STDOUT=full)
        equal(code, 1, f"{arguments}: {err}")
        assert "standard output" in err, err
    for closed in ("1>&-", "0<&- 1>&-", "0<&- 1>&- 2>&-"):
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", *device.command("--json", "identity")]
        equal(subprocess.run(command, env=environment(device.home), timeout=60, check=False).returncode, 1, closed)
    expect(0, device.run("identity"))
    expect(0, device.run("history"))


def test_watch_into_closed_pipe(lab):
    """a watch whose reader is gone ends at the next thing it has to say"""
    watch = subprocess.Popen(lab.device("Watch").command("devices", "--watch", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=environment(lab.folder("home")))
    time.sleep(0.3)
    watch.stdout.close()
    receiver = lab.receiver("--accept", "all")
    equal(watch.wait(30), 1)
    assert "standard output" in watch.stderr.read().decode()
    receiver.stop()


def test_odd_environments(lab):
    """debug messages stay out of --json; an empty HOME makes no data in the folder of the moment; a TLS module that is missing is what is blamed"""
    device = lab.device("Device")
    code, out, err = run(device, "--json", "identity", G_MESSAGES_DEBUG="all")
    equal(code, 0, err)
    json.loads(out)
    assert "DEBUG" in err, err
    folder = lab.folder("here")
    for home in ("", "."):
        done = subprocess.run([device.cli, "--json", "trust", "--help"], env=dict(environment(device.home), HOME=home), cwd=folder, capture_output=True,
                              check=True, timeout=60)
        code = subprocess.run([device.cli, "--json", "identity"], cwd=folder, capture_output=True, timeout=60, check=False,
                              env=dict(environment(device.home), HOME=home, XDG_DATA_HOME="")).stdout
        assert json.loads(code)["dataFolder"].startswith("/"), (done, code)
        equal(list(folder.iterdir()), [])
    code, _, err = run(lab.device("Bare"), "identity", GIO_MODULE_DIR="/nonexistent")
    equal(code, 1, err)
    assert "glib-networking" in err, err


def test_kind_of_device(lab):
    """a device with a display is a desktop, one without is headless, when it receives and when it sends"""
    receiver = lab.receiver("--accept", "ask")
    music = write(lab.folder("source") / "Music" / "1.flac", b"1").parent
    for display, kind in (("", "headless"), (":77", "desktop")):
        sender = lab.device("Sender")
        env = dict(environment(sender.home), **({"DISPLAY": display} if display else {}))
        sending = subprocess.Popen(sender.command("send", "--to", f"127.0.0.1:{receiver.listening['port']}", music), env=env, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        offer = receiver.wait_event("offer")
        receiver.answer(decline=offer["id"])
        equal(offer["type"], kind)
        equal(sending.wait(30), 3)
    code, out, err = run(lab.device("Looker"), "--json", "devices", "--timeout", "1")
    equal(code, 0, err)
    equal([device["type"] for device in map(json.loads, out.splitlines()) if device["fingerprint"] == receiver.listening["fingerprint"]], ["headless"])


def test_pair_events(lab):
    """with --json, pairing is asked about whatever --accept is; a closed standard input takes no answer back, and refuses the next request"""
    sender = lab.device("Sender")
    for accept in ("trusted", "all"):
        receiver = lab.receiver("--accept", accept)
        sender.start("pair", f"127.0.0.1:{receiver.listening['port']}")
        here, there = sender.wait_event("pair"), receiver.wait_event("pair")
        receiver.answer(pair=True, digits=there["digits"] or here["digits"])
        receiver.process.stdin.close()
        time.sleep(0.3)
        sender.answer(pair=True)
        equal(receiver.wait_event("pair-closed")["paired"], True)
        equal(sender.wait(30), 0)
        sender.start("pair", f"127.0.0.1:{receiver.listening['port']}")
        equal(sender.wait(30), 3, sender.errors)
        receiver.stop()


def test_usage_in_json(lab):
    """a mistake on the command line is one JSON object when --json is given, wherever it stands"""
    device = lab.device("Device")
    for arguments in (("--json", "send"), ("send", "--json", "--limit", "x", "--to", "a", "b"), ("--json", "no-such-command"), ("--json",),
                      ("devices", "--json", "--no-such-option")):
        code, out, err = run(device, *arguments)
        equal(code, 2, err)
        event = json.loads(out)
        equal((event["event"], event["code"]), ("end", "usage"), out)
        assert event["message"] in err, err


def start_slow(lab):
    receiver = lab.receiver("--accept", "all", "--as", "library", "--limit", "2MB/s")
    sender = lab.device("Sender")
    big = write(lab.folder("source") / "Music" / "big.flac", os.urandom(60 * MIB))
    return receiver, sender, big.parent


def test_interrupted(lab):
    """Ctrl+C ends with 130, SIGHUP as SIGTERM does, and both leave an end event; the receiver hears of it at once"""
    receiver, sender, music = start_slow(lab)
    for number, code in ((signal.SIGINT, 130), (signal.SIGHUP, 1), (signal.SIGTERM, 1)):
        sender.start("send", "--to", receiver.alias, music)
        sender.wait_event("progress", where=lambda event: event["sent"] > 0)
        sender.process.send_signal(number)
        equal(sender.wait(30), code, sender.errors)
        equal([event["result"] for event in sender.seen if event["event"] == "end"], ["cancelled"])
        assert any("the same command resumes" in line for line in sender.errors), sender.errors
        states = [json.loads(line) for line in run(sender, "--json", "history")[1].splitlines()]
        equal({row["state"] for row in states} - {"cancelled", "interrupted"}, set())


def test_nohup(lab):
    """under nohup a SIGHUP is ignored"""
    receiver, sender, music = start_slow(lab)
    sender.start("send", "--to", receiver.alias, music, wrap=("nohup",))
    sender.wait_event("progress", where=lambda event: event["sent"] > 0)
    sender.process.send_signal(signal.SIGHUP)
    sender.wait_event("progress")
    equal(sender.process.poll(), None)
    sender.process.send_signal(signal.SIGINT)
    equal(sender.wait(30), 130)


def screen_of(command, env, columns, seconds=2.0):
    """What a command prints on a terminal of @columns within a while."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, env)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    output, deadline = b"", time.monotonic() + seconds
    os.set_blocking(master, False)
    while time.monotonic() < deadline:
        try:
            output += os.read(master, 65536)
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:
            break
    os.kill(pid, signal.SIGINT)
    os.waitpid(pid, 0)
    os.close(master)
    return output.decode(errors="replace")


def test_bars(lab):
    """a bar fits 30 columns, and there is none for TERM=dumb and NO_COLOR"""
    receiver, sender, music = start_slow(lab)
    command = sender.command("send", "--to", receiver.alias, music)
    env = dict(environment(sender.home), TERM="xterm")
    bars = re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", screen_of(command, env, 30, 4))
    assert bars and all("%" in bar for bar in bars), bars
    assert max(map(len, bars)) < 30, bars
    for extra in ({"TERM": "dumb"}, {"NO_COLOR": "1"}):
        shown = screen_of(command, dict(env, **extra), 80)
        assert "\x1b" not in shown and "█" not in shown, shown


def test_plain_lines(lab):
    """verifying and restoring draw over no line either where TERM=dumb or NO_COLOR asks for plain ones"""
    receiver, sender = lab.receiver("--accept", "all", "--as", "backup"), lab.device("Sender")
    archive, music = make_backup(lab.folder("source"), files=1)
    expect(0, sender.send(receiver, archive, music))
    version = expect(0, receiver.run("--json", "backups", "list")).events[0]["id"]
    for number, (extra, drawn) in enumerate((({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1"}, False))):
        env = dict(environment(receiver.home), **dict({"TERM": "xterm"}, **extra))
        place = lab.folder(f"there-{number}")
        for arguments in (("verify", version), ("restore", version, "--here", "--yes", "--into", place)):
            code, shown = on_terminal(receiver.command("backups", *arguments), env)
            equal((code, b"\x1b" in shown), (0, drawn), (arguments, extra, shown))


def test_typed_ahead(lab):
    """what was typed before a question could be read does not answer it"""
    receiver, sender = lab.receiver("--accept", "all", "--as", "backup"), lab.device("Sender")
    archive, _ = make_backup(lab.folder("source"), files=1)
    expect(0, sender.send(receiver, archive))
    version = expect(0, receiver.run("--json", "backups", "list")).events[0]["id"]
    code, shown = on_terminal(receiver.command("backups", "remove", version), environment(receiver.home), (b"[y/n]", b"n\n"), ahead=b"y\n")
    equal(code, 3, shown)
    assert b"Nothing was removed." in shown, shown
    equal([one["id"] for one in expect(0, receiver.run("--json", "backups", "list")).events], [version])


class Terminal:
    """A command on a terminal of its own, which is typed at step by step."""

    def __init__(self, device, *arguments, port=None):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            command = device.command(*arguments, port=port)
            os.execvpe(command[0], command, environment(device.home))
        self.shown = b""

    def type(self, keys):
        os.write(self.master, keys)
        time.sleep(0.3)  # the line discipline has it, and a program that reads has read it

    def wait_for(self, words, seconds=30):
        deadline = time.monotonic() + seconds
        while words not in self.shown and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    self.shown += os.read(self.master, 65536)
        assert words in self.shown, self.shown.decode(errors="replace")
        return self.shown

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.master)


def receive_on_terminal(lab):
    receiver, port = lab.device("Receiver"), free_port()
    terminal = Terminal(receiver, "receive", "--accept", "ask", "--backups", receiver.backups, "--music", receiver.music, port=port)
    terminal.wait_for(receiver.alias.encode())
    return receiver, terminal, f"127.0.0.1:{port}"


def test_typed_ahead_of_an_offer(lab):
    """a yes, whole or half, that was typed before another device asked accepts nothing"""
    receiver, terminal, place = receive_on_terminal(lab)
    sender = lab.device("Sender")
    music = write(lab.folder("source") / "Music" / "1.flac", b"1" * 1000).parent
    try:
        terminal.type(b"y\ny\ny")
        sender.start("send", "--to", place, music)
        terminal.wait_for(b"Accept? [y/n")
        terminal.type(b"\n")
        equal(sender.wait(), 3, terminal.shown)
        equal([path for path in receiver.backups.rglob("*.flac")], [], terminal.shown)
    finally:
        terminal.end()


def test_typed_ahead_of_pairing(lab):
    """what was typed before the digits could be compared confirms no pairing, on either side, and spoils none"""
    receiver, terminal, place = receive_on_terminal(lab)
    sender = lab.device("Sender")
    try:
        # The side that begins.
        code, shown = on_terminal(sender.command("pair", place), environment(sender.home), (b"[y/n]", b"n\n"), ahead=b"y\n")
        equal(code, 3, shown)
        assert b"Waiting for the other device" not in shown, shown
        # The side that is asked: a half answer does not become a part of the digits, which are entered after it. Its question about the first
        # pairing has to be read before, or the digits would be typed too early.
        terminal.wait_for(b"enter it here")
        terminal.shown = b""
        terminal.type(b"n")
        sender.start("pair", place)
        digits = sender.wait_event("pair")["digits"]
        terminal.wait_for(b"enter it here")
        terminal.type(digits.encode() + b"\n")
        sender.answer(pair=True)
        equal(sender.wait(), 0, terminal.shown)
    finally:
        terminal.end()


# A run under nohup passes on that SIGHUP is ignored.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
main(test_names_in_c_locale, test_names_in_iso_8859_1, test_columns, test_full_and_closed_output, test_watch_into_closed_pipe, test_odd_environments, test_kind_of_device,
     test_pair_events, test_usage_in_json, test_interrupted, test_nohup, test_bars, test_plain_lines, test_typed_ahead, test_typed_ahead_of_an_offer,
     test_typed_ahead_of_pairing)
