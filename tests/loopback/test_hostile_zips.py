# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests every command that reads a backup with malicious zips: also receiving, verify, find and the list. Each command
ends with a message, with little time and memory, writes nothing outside of its folder, and never uses such a zip as a
good backup. Prints TAP."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

CLI, FIXTURES = sys.argv[1:3]
sys.path.insert(0, FIXTURES)
import namida_hostile_zips  # noqa: E402

SECONDS, MEGABYTES = 5, 64
# A build with sanitizers keeps freed memory and is many times slower: there the figures say nothing.
SANITIZED = b"__asan_init" in pathlib.Path(CLI).read_bytes()
# Which make no harm when their lists are not looked into: fit and merge carry them as they are, or say what is wrong.
CARRIED = {"deep_list", "endless_listens", "hostile_wal", "many_large_cells"}
# Lists of any size are no fault of a backup: their commands say that they are too large to be read.
LARGE_LISTS = {"endless_list", "endless_listens", "long_text"}
# Refused before anything in them is looked into, by what all commands share: two commands in turn get each of these.
OPENING = {"zeros_as_lists", "zeros_as_part", "overlapping", "overlapping_outside", "million_outside", "million_inside", "long_names", "nested", "part_twice", "leads_out",
           "names_of_parts_lead_out", "offsets_out", "directory_loops", "huge_settings", "empty", "text", "cut"}
# The largest memory of a child counts what its parent had when it was forked: so a small process of its own starts all of them.
LAUNCHER = """import json, os, sys
for line in sys.stdin:
    job = json.loads(line)
    actions = [(os.POSIX_SPAWN_OPEN, 1, job["out"], os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), (os.POSIX_SPAWN_DUP2, 1, 2)]
    pid = os.posix_spawn(job["argv"][0], job["argv"], {**os.environ, **job["env"]}, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]), flush=True)"""


class Runner:
    def __init__(self, folder):
        self.folder = folder
        self.work = folder / "work"
        self.home = self.work / "home"
        (self.home / "Music").mkdir(parents=True)
        self.process = subprocess.Popen([sys.executable, "-S", "-c", LAUNCHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments):
        """Returns (exit code, what was said), within the limits."""
        said = self.folder / "said"
        env = {"HOME": str(self.home), "LC_ALL": "C.UTF-8", "TMPDIR": str(self.work), "XDG_DATA_HOME": str(self.home / "share"), "XDG_CACHE_HOME": str(self.home / "cache")}
        self.process.stdin.write(json.dumps({"argv": [CLI, *map(str, arguments)], "env": env, "out": str(said)}) + "\n")
        self.process.stdin.flush()
        code, seconds, megabytes = json.loads(self.process.stdout.readline())
        text = said.read_bytes().decode(errors="replace")
        assert code in (0, 1, 7), (arguments, code, text[-2000:])
        assert SANITIZED or (seconds < SECONDS and megabytes < MEGABYTES), (arguments[0], arguments[-1], seconds, megabytes, text[-300:])
        assert text.strip(), arguments
        return code, text

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if ".cache" not in path.parts and "cache" not in path.parts)


def test_commands(runner):
    """inspect, fit with and without a search, merge, compare and extract on each of them"""
    inputs = runner.folder / "inputs"
    inputs.mkdir()
    partner = namida_hostile_zips.partner(inputs)
    before = files(runner.work)
    music = runner.home / "Music"
    for number, (name, make) in enumerate(namida_hostile_zips.CASES.items()):
        path = make(inputs)
        _, text = runner.run("inspect", "--json", path)
        answer = json.loads(text)
        assert answer["restorable"] == (name in CARRIED or name in LARGE_LISTS), (name, answer["kind"], answer["restorable"], answer["sentence"])
        out = runner.work / "out.zip"
        commands = [["fit", path, "--out", out, "--here", "--music", music], ["fit", path, "--out", out, "--map", namida_hostile_zips.ROOT + "=/x"],
                    ["merge", partner, path, "--out", out], ["compare", partner, path],
                    ["extract", path, "--playlists", runner.work / "lists", "--listens", runner.work / "l.csv", "--listenbrainz", runner.work / "l.jsonl"]]
        if name in OPENING:
            commands = [commands[number % 5], commands[(number + 2) % 5]]
        for arguments in commands:
            code, text = runner.run(*arguments)
            last = text.strip().splitlines()[-1]
            assert code == 1 or name in CARRIED, (name, arguments, text)
            if code == 1:
                assert last.endswith((".", "”")) and "Traceback" not in text, (name, last)
                assert not out.exists(), (name, arguments)
            for made in (out, runner.work / "l.csv", runner.work / "l.jsonl", *(runner.work / "lists").glob("*")):
                made.unlink(missing_ok=True)
            (runner.work / "lists").rmdir() if (runner.work / "lists").exists() else None
        path.unlink()
        assert files(runner.work) == before, (name, files(runner.work))
    assert sorted(p.name for p in inputs.iterdir()) == [partner.name]


def main():
    cases = [test_commands]
    failed = 0
    print(f"1..{len(cases)}", flush=True)
    for number, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory(prefix="namida-hostile-") as folder:
            runner = Runner(pathlib.Path(folder))
            try:
                case(runner)
                print(f"ok {number} {case.__name__}", flush=True)
            except Exception:
                failed += 1
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
                print(f"not ok {number} {case.__name__}", flush=True)
            runner.close()
    return 1 if failed else 0


sys.exit(main())
