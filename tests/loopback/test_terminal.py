# SPDX-License-Identifier: GPL-3.0-or-later
"""The program in every terminal and script: encodings, full and closed outputs, signals, narrow and dumb terminals. Speaks TAP."""
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

from namida_loopback import equal, environment, expect, main, write

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


def test_full_and_closed_output(lab):
    """what could not be printed ends with 1 and a sentence, and never gets into a file of the program"""
    device = lab.device("Device")
    with open("/dev/full", "wb") as full:
        code, _, err = run(device, "identity", STDOUT=full)
    equal(code, 1, err)
    assert "standard output" in err, err
    for closed in ("1>&-", "0<&- 1>&-", "0<&- 1>&- 2>&-"):
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", *device.command("--json", "identity")]
        equal(subprocess.run(command, env=environment(device.home), timeout=60, check=False).returncode, 1, closed)
    expect(0, device.run("identity"))
    expect(0, device.run("history"))


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


def on_terminal(command, env, columns, seconds=2.0):
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
    bars = re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", on_terminal(command, env, 30, 4))
    assert bars and all("%" in bar for bar in bars), bars
    assert max(map(len, bars)) < 30, bars
    for extra in ({"TERM": "dumb"}, {"NO_COLOR": "1"}):
        shown = on_terminal(command, dict(env, **extra), 80)
        assert "\x1b" not in shown and "█" not in shown, shown


main(test_names_in_c_locale, test_full_and_closed_output, test_usage_in_json, test_interrupted, test_nohup, test_bars)
