#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the installed program as a service, on a machine that boots its own systemd. Usage: service_cases.py TREE
INSTALLED FOLDER

TREE: a complete system. INSTALLED: the files of `meson install`, which are mounted over it. FOLDER: an empty folder for
the files that the machine writes. Called by build-aux/check-service as root in its own mount and network namespaces,
which contain the other end of the machine's cable."""
import json
import os
import pathlib
import re
import sys

from service_machine import SERVICE, Machine, Phone, Talk, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = f"/usr/lib/systemd/user/{SERVICE}.service"


def readme(pattern):
    """What README.md tells a person to type."""
    found = re.search(pattern, (ROOT / "README.md").read_text(), re.S | re.M)
    assert found, f"README.md has no longer what this check types: {pattern}"
    return found[1]


def landed(machine, content, below="Namida/Backups"):
    return any(path.is_file() and path.read_bytes() == content for path in (machine.home / below).rglob("*.flac"))


def arrives(machine, phone, number, below="Namida/Backups"):
    result, content = phone.send(number)
    assert result.returncode == 0, (result.stdout, result.stderr, machine.journal()[-1500:])
    assert landed(machine, content, below), f"sent, but it is not there: {list(machine.home.rglob('*.flac'))}"


def case_verify(machine, phones):
    """systemd finds nothing to say about the unit"""
    done = machine.ana(f"systemd-analyze --user --man=no verify {UNIT}", check=False)
    assert done.returncode == 0 and not done.stdout + done.stderr, (done.returncode, done.stdout, done.stderr)
    machine.ana(f"systemd-analyze --user --no-pager --threshold=25 security {SERVICE}")


def case_enable(machine, phones):
    """README's two lines start it, paired while it runs it takes what the paired device sends, and nothing of a stranger"""
    machine.ana(readme(r"^(systemctl --user enable --now \S+)$"))
    machine.ana(readme(r"^(loginctl enable-linger)$"))
    assert machine.systemctl("is-active").stdout.strip() == "active"
    phone, stranger = phones
    receiver = Talk(phone.command("--json", "receive", "--accept", "ask"))
    receiver.event("listening")
    asker = Talk(machine.entering("su", "-l", "ana", "-c", "namida-sync-cli --json pair Phone"))
    digits = asker.event("pair")["digits"]
    assert receiver.event("pair")["digits"] == digits
    asker.say('{"pair": true}')
    receiver.say('{"pair": true}')
    assert asker.event("end")["result"] == "paired", asker.lines
    until("the phone trusts it too", lambda: "NAS" in phone.run("trust", "list").stdout)
    receiver.end()
    asker.end()
    arrives(machine, phone, "first")
    result, content = stranger.send("strange")
    assert result.returncode == 3 and "trusted devices only" in result.stdout + result.stderr, (result.stdout, result.stderr)
    assert not landed(machine, content)
    said = machine.journal()
    for words in ("Listening as", "Receiving from Phone", "stored and verified", "Saved in /home/ana/Namida/Backups/Phone/"):
        assert words in said, said


def case_restarts(machine, phones):
    """it stops, starts, and comes back when it was killed"""
    machine.systemctl("stop")
    assert machine.systemctl("is-active", check=False).stdout.strip() == "inactive"
    machine.systemctl("start")
    machine.restart()
    before = machine.main_pid()
    machine.systemctl("kill --signal=KILL")
    until("it is back", lambda: machine.systemctl("is-active").stdout.strip() == "active" and machine.main_pid() != before)
    arrives(machine, phones[0], "after a kill")


def case_folders(machine, phones):
    """a folder that the unit shuts is told of when it starts, and named in the unit it is used; wrong options end it"""
    machine.do("install", "-d", "-o", "ana", "/srv/drive")
    try:
        folders(machine, phones[0])
    finally:
        machine.drop_in(None)
        machine.ana("rm -f Drive; if test -h Namida; then rm Namida && mv Namida.kept Namida; fi")
        machine.restart()


def folders(machine, phone):
    receive = "ExecStart=\nExecStart=/usr/bin/namida-sync-cli receive --accept trusted --as backup"
    machine.drop_in(f"[Service]\n{receive} --backups=/srv/drive/Namida\n")
    done = machine.restart(check=False)
    assert done.returncode != 0, "systemctl says that it started"
    assert "ReadWritePaths=" in machine.journal()[-1500:], machine.journal()[-1500:]
    machine.ana("mkdir /srv/drive/Namida")
    machine.drop_in(f"[Service]\n{receive} --backups=/srv/drive/Namida\nReadWritePaths=/srv/drive/Namida\n")
    machine.restart()
    arrives(machine, phone, "elsewhere", "../../srv/drive/Namida")
    machine.drop_in(f"[Service]\n{receive} --no-such-option\n")
    assert machine.restart(check=False).returncode != 0
    until("it is given up", lambda: machine.systemctl("show --property ActiveState --value").stdout.strip() == "failed")
    machine.drop_in(None)
    # A link of the person's own to such a drive.
    machine.ana("ln -s /srv/drive Drive")
    machine.drop_in(f"[Service]\n{receive} --backups=/home/ana/Drive/Backups\n")
    assert machine.restart(check=False).returncode != 0, machine.journal()[-1500:]
    assert "ReadWritePaths=" in machine.journal()[-700:], machine.journal()[-1500:]
    # The folder of what it has stored leads to another drive: it waits for the right one, and says so.
    machine.drop_in(None)
    machine.ana("mv Namida Namida.kept && ln -s /srv/drive Namida")
    machine.restart()
    assert "/home/ana/Namida/Backups” are not here" in machine.journal()[-700:], machine.journal()[-1500:]


EPERM, ENOENT, EACCES, EROFS, EAFNOSUPPORT, NOBODY = 1, 2, 13, 30, 97, 65534
# In the unit, and without it. None: no ordinary user may do it anyway, or a machine in a container.
TAKEN = {
    "ReadWritePaths=%h": (0, 0),
    "ProtectSystem=strict": (EROFS, 0),
    "PrivateTmp=yes": (ENOENT, 0),
    "PrivateDevices=yes": (ENOENT, 0),
    "PrivateUsers=yes": (NOBODY, 0),
    "NoNewPrivileges=yes": (1, 0),
    "ProtectControlGroups=yes": (os.ST_RDONLY, None),
    "ProtectKernelTunables=yes": (EACCES, 0),
    "ProtectKernelModules=yes": (EACCES, 0),
    "ProtectHostname=yes": (EPERM, None),
    "ProtectClock=yes": (EPERM, None),
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK": (EAFNOSUPPORT, EPERM),
    "RestrictNamespaces=yes": (EPERM, 0),
    "RestrictRealtime=yes": (EPERM, None),
    "RestrictSUIDSGID=yes": (EPERM, 0),
    "LockPersonality=yes": (EPERM, 0),
    "MemoryDenyWriteExecute=yes": (EPERM, 0),
    "SystemCallFilter=@system-service": (EPERM, 0),
    "the kernel's log": (EPERM, None),
    "CapabilityBoundingSet=": (False, True),
    "UMask=0027": (0o027, None),
}
UNTRIED = {"SystemCallArchitectures=native",  # there is no program of another kind in there
           "SystemCallErrorNumber=EPERM"}  # each EPERM above


def case_hardening(machine, phones):
    """each line of the unit takes away what it says"""
    text = (machine.root / UNIT[1:]).read_text()
    lines = [line for line in re.search(r"^PrivateUsers=.*?(?=\n\[Install\])", text, re.S | re.M)[0].splitlines() if line and line[0] != "#"]
    (machine.home / "probe.py").write_text(pathlib.Path(__file__).with_name("service_probe.py").read_text())
    probe = "[Service]\nType=oneshot\nExecStart=/usr/bin/python3 /home/ana/probe.py\n"
    machine.do("install", "-d", "/usr/lib/modules", "/srv/drive", "-o", "ana")
    machine.do("touch", "/tmp/of-others", "/dev/of-others")
    results = []
    for name, more in (("inside", "\n".join(lines)), ("outside", "")):
        machine.ana(f"cat >.config/systemd/user/{name}.service && systemctl --user daemon-reload && systemctl --user start {name}", input=probe + more + "\n", stdin=None)
        said = until("its result", lambda: machine.ana(f"journalctl --user --unit {name} --output cat --no-pager --quiet | grep '^{{'").stdout)
        results.append(json.loads(said))
    inside, outside = results
    assert set(lines) - UNTRIED <= set(TAKEN), f"untried: {set(lines) - UNTRIED - set(TAKEN)}"
    assert set(TAKEN) - {"the kernel's log"} <= set(lines), f"no longer there: {set(TAKEN) - set(lines)}"
    wrong = [(line, inside[line], outside[line]) for line, (kept, free) in TAKEN.items()
             if inside[line] != kept or free is not None and outside[line] != free]
    assert not wrong, f"not as it says (what came of it, and without the unit): {wrong}"


def case_reboot(machine, phones):
    """after the machine was switched off and on it receives without a login, though its network came up later"""
    machine.reboot()
    until("it runs", lambda: machine.do("pgrep", "-u", "ana", "-f", "namida-sync-cli receive").stdout)
    assert not machine.do("loginctl", "--no-legend", "list-sessions").stdout
    machine.plug_in()
    until("it is seen", phones[0].sees_it)
    arrives(machine, phones[0], "after the reboot")
    assert not machine.do("loginctl", "--no-legend", "list-sessions").stdout


def case_schedule(machine, phones):
    """a schedule runs on the service after a reboot, without a login, as soon as its device is back within the day; and what is verified each month can be read"""
    phone = phones[0]
    receiver = Talk(phone.command("--json", "receive", "--accept", "trusted"))
    receiver.event("listening")
    machine.ana("mkdir -p Music && head -c 300000 /dev/urandom >'Music/01 Jóga.flac'")
    machine.ana("namida-sync-cli schedule add --to Phone --every day ~/Music")
    receiver.end()
    machine.reboot()
    machine.plug_in()
    until("it runs", lambda: machine.do("pgrep", "-u", "ana", "-f", "namida-sync-cli receive").stdout)
    receiver = Talk(phone.command("--json", "receive", "--accept", "trusted"))
    ended = receiver.event("end")
    assert ended["result"] == "done" and ended["files"] == 1, ended
    assert not machine.do("loginctl", "--no-legend", "list-sessions").stdout
    until("the schedule says so", lambda: json.loads(machine.ana("namida-sync-cli --json schedule list").stdout)["result"] == "done")
    receiver.end()
    for manager, unit in (("--user", "/usr/lib/systemd/user"), ("--system", "/usr/lib/systemd/system")):
        done = machine.ana(f"systemd-analyze {manager} --man=no verify {unit}/namida-sync-verify.service {unit}/namida-sync-verify.timer", check=False)
        assert done.returncode == 0 and not done.stdout + done.stderr, (done.returncode, done.stdout, done.stderr)
    machine.do("systemd-sysusers")
    machine.do("systemctl", "start", "namida-sync-verify.service")
    machine.do("systemctl", "enable", "--now", "namida-sync-verify.timer")


def case_window(machine, phones):
    """the window is started by its name on the bus of Ana's session"""
    machine.ana("systemd-run --quiet --user --unit=display gtk4-broadwayd :7; systemctl --user set-environment GDK_BACKEND=broadway BROADWAY_DISPLAY=:7 GSK_RENDERER=cairo GTK_A11Y=none; "
                "dbus-update-activation-environment --systemd GDK_BACKEND=broadway BROADWAY_DISPLAY=:7 GSK_RENDERER=cairo GTK_A11Y=none; "
                "gdbus call --session --timeout 60 --dest io.github.namida_sync.Desktop --object-path /io/github/namida_sync/Desktop "
                "--method org.freedesktop.Application.Activate '{}'")
    machine.do("pkill", "--exact", "-u", "ana", "namida-sync")


def kept_away(machine, phones, word, command):
    """With a firewall: nobody finds it, the program names the command, and with it (as README has it) all is well."""
    phone, stranger = phones
    # That it is seen is not ruled out: what it announces by itself passes its firewall.
    result, content = phone.send(f"kept away ({command[:12]}, {word})", "10.88.0.1")
    assert result.returncode != 0 and not landed(machine, content), f"the firewall lets it pass: {result.stdout} {result.stderr}"
    hints = machine.ana("namida-sync-cli --json devices", check=False).stdout
    told = [hint for line in hints.splitlines() for hint in json.loads(line).get("hints", [])]
    assert [hint["kind"] for hint in told] == ["firewall"], hints
    assert word in told[0]["title"], told
    assert told[0]["body"].splitlines()[-1].replace(" --zone=public", "") == command, (told, command)
    machine.ana(command)
    until("it is seen again", stranger.sees_it)
    arrives(machine, phone, f"through the firewall ({command[:12]}, {word})")


def case_ufw(machine, phones):
    """README's command for ufw, and the program's own, open it"""
    machine.do("ufw", "--force", "enable")
    kept_away(machine, phones, "may keep", readme(r"with ufw `([^`]*)`"))
    machine.do("ufw", "disable")


def case_firewalld(machine, phones):
    """the same with firewalld, which tells what it lets pass, or (as servers have it) does not"""
    command = readme(r"with firewalld\s+`([^`]*)`")
    policy = "org.fedoraproject.FirewallD1"
    machine.do("systemctl", "start", "firewalld")
    until("its rules are there", lambda: machine.do("firewall-cmd", "--state").returncode == 0)
    kept_away(machine, phones, "may keep", command)
    machine.do("sh", "-c", f"update-alternatives --set {policy}.policy /usr/share/polkit-1/actions/{policy}.desktop.policy.choice && systemctl restart polkit")
    hints = machine.ana("namida-sync-cli --json devices", check=False).stdout
    assert "firewall" not in hints, hints
    machine.do("sh", "-c", "firewall-cmd --permanent --remove-port=53317/udp --remove-port=53317-53327/tcp && firewall-cmd --reload")
    kept_away(machine, phones, "keeps", command)
    machine.do("systemctl", "stop", "firewalld")


def main():
    machine = Machine(*sys.argv[1:4])
    failed = 0
    try:
        machine.switch_on()
        machine.plug_in()
        phones = [Phone(machine, name) for name in ("Phone", "Stranger")]
        for case in (case_verify, case_enable, case_restarts, case_folders, case_hardening, case_reboot, case_schedule, case_window, case_ufw, case_firewalld):
            try:
                case(machine, phones)
                print(f"ok: {case.__doc__}", flush=True)
            except Exception as error:  # each is this one's failure; the others are tried too
                failed = 1
                print(f"FAILED: {case.__doc__}: {type(error).__name__}: {error}", flush=True)
    finally:
        machine.switch_off()
    return failed


sys.exit(main())
