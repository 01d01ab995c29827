# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests one file of more than 4 GiB, and the demo."""
import os
import shutil
import signal
import subprocess

from namida_loopback import ALL, CLI, Skip, environment, equal, expect, main

SIZE = 5 << 30 if ALL else (1 << 30) + 3


def test_large_file(lab):
    """a sparse file of 5 GiB (1 GiB without --all) arrives whole"""
    if shutil.disk_usage(lab.path).free < SIZE + (2 << 30):
        raise Skip("not enough room in the temporary folder")
    big = lab.folder("source") / "Music" / "big.flac"
    big.parent.mkdir()
    with big.open("wb") as file:
        file.write(b"begin")
        file.seek(SIZE - 3)
        file.write(b"end")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    result = expect(0, lab.device("Sender").send(receiver, big.parent, seconds=600))
    equal(result.end()["bytes"], SIZE)
    equal(subprocess.run(["cmp", str(big), str(receiver.music / "Music" / "big.flac")]).returncode, 0)
    print(f"# {SIZE} bytes in {result.seconds:.1f} s")


def test_demo(lab):
    """the demo ends with 0, without a display, a bus or anything left behind"""
    env = environment(lab.path)
    env["TMPDIR"] = str(lab.folder("tmp"))
    done = subprocess.run([CLI, "demo"], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, env=env)
    equal(done.returncode, 0, done.stdout.decode() + done.stderr.decode())
    assert b"compared every byte" in done.stdout, done.stdout.decode()
    equal(os.listdir(env["TMPDIR"]), [], "left behind")


def test_demo_interrupted(lab):
    """SIGINT ends the demo, its second device, and leaves nothing behind"""
    env = environment(lab.path)
    env["TMPDIR"] = str(lab.folder("tmp"))
    process = subprocess.Popen([CLI, "demo", "--json", "--files", "3000"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=env)
    try:
        while b'"progress"' not in process.stdout.readline():
            assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        equal(process.returncode, 130)
        equal(os.listdir(env["TMPDIR"]), [], "left behind")
    finally:
        process.kill()
        process.wait(30)


main(*[test for name, test in list(globals().items()) if name.startswith("test_")])
