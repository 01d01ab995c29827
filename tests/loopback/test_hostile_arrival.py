# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests malicious zips that are received as backups: receiving, listing, verifying, finding and restoring reports them,
needs little memory, and never relies on one."""
import json
import pathlib
import sys

from namida_loopback import CLI, equal, expect, main

FIXTURES = sys.argv.pop(2)
sys.path.insert(0, FIXTURES)
import namida_hostile_zips  # noqa: E402

SANITIZED = b"__asan_init" in pathlib.Path(CLI).read_bytes()
NAMES = ("zeros_as_lists", "overlapping_outside", "million_inside", "leads_out", "huge_cells", "trigger")


def test_arrival(lab):
    """each is told when it arrives, none is restorable, and nothing is found in one that could not be found by inspect"""
    keeper = lab.receiver("--accept", "all", "--as", "backup", name="NAS")
    phone = lab.device("Phone")
    for name in NAMES:
        path = namida_hostile_zips.CASES[name](lab.folder("made"))
        expect(0, phone.send(keeper, path))
        told = keeper.wait_event("contents")
        equal((name, told["restorable"]), (name, False), told)
        path.unlink()
    status = pathlib.Path(f"/proc/{keeper.process.pid}/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
    assert SANITIZED or peak < 96, f"{peak} MB for a receiver"  # 64 beside what a receiver needs
    rows = expect(0, keeper.run("--json", "backups", "list")).events
    equal(len(rows), len(NAMES), rows)
    for arguments in (["backups", "verify"], ["backups", "find", "evil"], ["backups", "show", rows[0]["id"]]):
        result = keeper.run("--json", *arguments)
        assert result.code in (0, 1, 7) and "Traceback" not in result.err, (arguments, result.code, result.err)
    for row in rows[:2]:
        result = keeper.run("backups", "restore", row["id"], "--here", "--fit", "--yes", "--into", lab.folder("into"))
        assert result.code != 0 and result.err.strip().endswith("."), (result.code, result.out, result.err)
    equal([str(p) for p in lab.path.rglob("evil*")], [])


main(test_arrival)
