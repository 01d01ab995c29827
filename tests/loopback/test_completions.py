# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the completions of bash, zsh and fish: every option in the help of a command, and the names of devices, with
any characters."""
import contextlib
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import subprocess
import time

from namida_loopback import CLI, LIMIT, Skip, main

DATA = pathlib.Path(__file__).resolve().parents[2] / "data" / "completions"
COMMANDS = ["receive", "devices", "send", "schedule", "pair", "trust", "backups", "inspect", "fit", "merge", "compare", "extract", "link", "transfers", "history", "identity", "demo"]
NAMES = ["Cupboard of Zoë's \"big\" one", "Wohnzimmer (Süd) $HOME", "NAS: 2 [a]*", "back\\slash", "Küche"]
# What stands on the command line before the key, and the word that it becomes.
TYPED = [("send --to Cup", NAMES[0]), ("send --to=Wohn", "--to=" + NAMES[1]), ("pair \"NA", NAMES[2]), ("pair 'Cup", NAMES[0]),
         ("trust remove ba", NAMES[3]), ("send --to Kü", NAMES[4])]


def options(command):
    said = subprocess.run([CLI, command, "--help"], capture_output=True, text=True, timeout=LIMIT, check=True,
                          env=dict(os.environ, LC_ALL="C.UTF-8")).stdout
    return set(re.findall(r"^  (?:-\w, )?(--[a-z][a-z-]*)", said, re.MULTILINE))


def stand_in(lab):
    """The program as the shells call it: its own help, and devices that no network has to have."""
    folder = lab.folder("bin")
    script = folder / "namida-sync-cli"
    lines = "\n".join('{"alias":"%s","trusted":true}' % name.replace("\\", "\\\\").replace('"', '\\"') for name in NAMES)
    script.write_text(f"#!/bin/sh\ncase \"$*\" in\n*--help*) exec {shlex.quote(CLI)} \"$@\" ;;\n"
                      f"\"devices --timeout 1 --json\") cat <<'END'\n{lines}\nEND\n;;\nesac\n")
    script.chmod(0o755)
    home = lab.folder("home")
    return dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}", LC_ALL="C.UTF-8", TERM="dumb", HOME=str(home), ZDOTDIR=str(home))


def test_options(lab):
    """every option of every command is in each shell's file, and none that is not"""
    zsh = (DATA / "_namida-sync-cli").read_text()
    fish = (DATA / "namida-sync-cli.fish").read_text()
    in_all = set(re.findall(r"--[a-z][a-z-]*", zsh[zsh.index("global=("):zsh.index("commands=(")]))
    for command in COMMANDS:
        wanted = options(command) | {"--help", "--version"}
        block = re.search(rf"^      {command}\)(.*?);;", zsh, re.DOTALL | re.MULTILINE)
        offered = in_all | set(re.findall(r"['\"{,*](--[a-z][a-z-]*)[=\[}]", block[1] if block else ""))
        assert offered == wanted, ("zsh", command, offered ^ wanted)
        offered = {"--" + option for line in fish.splitlines() if line.startswith("complete ")
                   and command in (re.search(r"-n '__fish_seen_subcommand_from ([a-z ]*)", line) or [0, command])[1].split()
                   for option in re.findall(r" -l ([a-z-]+)", line)}
        assert offered == wanted, ("fish", command, offered ^ wanted)


def test_bash_options(lab):
    """bash asks the program itself"""
    for command in COMMANDS:
        done = subprocess.run(["bash", "-c", f"source {DATA}/namida-sync-cli.bash; COMP_WORDS=(namida-sync-cli {command} --); COMP_CWORD=2; "
                               "_namida_sync_cli; echo ${COMPREPLY[*]}"], capture_output=True, text=True, timeout=LIMIT, env=stand_in(lab))
        assert options(command) <= set(done.stdout.split()), (command, done)


def test_fish(lab):
    """fish offers the names, and the options with what they are for"""
    if shutil.which("fish") is None:
        raise Skip("fish is not installed")

    def complete(line):
        done = subprocess.run(["fish", "-c", f"source {DATA}/namida-sync-cli.fish; complete -C {shlex.quote('namida-sync-cli ' + line)}"],
                              capture_output=True, text=True, timeout=LIMIT, env=stand_in(lab))
        return {row.split("\t")[0] for row in done.stdout.splitlines()}

    for line in ("send --to ", "pair ", "trust remove ", "backups --from "):
        assert complete(line) >= set(NAMES), (line, complete(line))
    for command in COMMANDS:
        assert complete(command + " --") >= options(command), command


class Terminal:
    """A shell as a person has it, with a key to complete."""

    def __init__(self, env, arguments):
        self.said = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(arguments[0], arguments, env)

    def type(self, text, until):
        """@until: what then stands on the screen."""
        self.said = ""
        os.write(self.fd, text.encode())
        end = time.monotonic() + LIMIT
        while not re.search(until, self.said, re.DOTALL):
            assert time.monotonic() < end, (text, until, self.said)
            if select.select([self.fd], [], [], 1)[0]:
                self.said += os.read(self.fd, 65536).decode(errors="replace").replace("\r", "")
        return self.said

    def close(self):
        with contextlib.suppress(OSError):
            os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def complete_in(lab, arguments, prepare):
    """The line with the completed word is run by printf, so that what the shell would pass on is seen."""
    terminal = Terminal(stand_in(lab), arguments)
    try:
        terminal.type(f"{prepare}; PS1='> '; echo rea''dy\n", "ready\n")
        for typed, wanted in TYPED:
            # Typed ahead: the shell reads the rest when it has completed. Ctrl+A and Ctrl+E: the line's beginning and end.
            said = terminal.type(f"namida-sync-cli {typed}\t\x01printf '<%s>\\n' \x05 ; echo do''ne\n", "done\n")
            words = re.findall(r"^<(.*)>$", said, re.MULTILINE)
            assert words and words[-1] == wanted, (typed, words, said)
    finally:
        terminal.close()


def test_bash(lab):
    """names at bash's prompt, with and without quotes"""
    complete_in(lab, ["bash", "--norc", "--noprofile", "-i"], f"source {DATA}/namida-sync-cli.bash")


def test_zsh(lab):
    """names at zsh's prompt, with and without quotes"""
    if shutil.which("zsh") is None:
        raise Skip("zsh is not installed")
    complete_in(lab, ["zsh", "-f", "-i"],
                f"fpath=({DATA} $fpath); autoload -U compinit; compinit -u -D; bindkey '^I' complete-word; bindkey '^A' beginning-of-line; "
                "bindkey '^E' end-of-line")


main(test_options, test_bash_options, test_fish, test_bash, test_zsh)
