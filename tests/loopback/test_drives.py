# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests drives with other file systems, as images: the program compensates for what they do not support, and every name
is restored as it was."""
import os
import pathlib
import subprocess
import sys
import time

from namida_loopback import Skip, equal, expect, main, write

NAMES = [b"AC\\DC.flac", b"E: song.flac", b"What?.flac", b"Song.flac", b"song.flac", b"dot.", b"latin-\xe9.flac", "Björk ☃.flac".encode(),
         b"n\nl.flac", b"l" * 250 + b".flac"]
KINDS = {
    "ext2 with times of a second": ("mkfs.ext2 -q -F -I 128 {image}", "mount -o loop {image} {folder}"),
    "btrfs": ("mkfs.btrfs -q {image}", "mount -o loop {image} {folder}"),
    "FAT": ("mkfs.vfat {image}", "mount -t vfat -o loop,utf8 {image} {folder}", "fat"),
    "exFAT by FUSE": ("mkfs.exfat {image}", "mount.exfat-fuse $(losetup -f --show {image}) {folder}"),
    "NTFS by FUSE": ("mkfs.ntfs -qF {image}", "ntfs-3g {image} {folder}"),
    "overlay over ext4": ("mkfs.ext4 -q -F {image}", "mkdir {image}.d && mount -o loop {image} {image}.d && mkdir {image}.d/low {image}.d/up {image}.d/work"
                          " && mount -t overlay -o lowerdir={image}.d/low,upperdir={image}.d/up,workdir={image}.d/work overlay {folder}"),
    "ext4 that ignores case": ("mkfs.ext4 -q -F -O casefold {image}", "mount -o loop {image} {folder} && mkdir {folder}/B && chattr +F {folder}/B", "casefold"),
}


def run(command, **names):
    return subprocess.run(["sh", "-c", command.format(**names)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, env=dict(os.environ, PATH=f"{os.environ['PATH']}:/usr/sbin:/sbin"))


class Drive:
    """An image of 160 MB, mounted. Where the kernel lacks that file system, @instead of namida_drive.py; else a sentence why not."""

    def __init__(self, lab, make, mount, instead=None):
        self.image, self.folder, self.fuse = lab.path / "image", lab.folder("drive"), None
        with self.image.open("wb") as file:
            file.truncate(160 << 20)
        for command in (make, mount):
            done = run(command, image=self.image, folder=self.folder)
            if done.returncode != 0:
                if instead is None:
                    raise Skip(f"{command.split()[0]}: {(done.stdout.strip().splitlines() or ['not here'])[-1]}")
                self.unmount()
                self.stand_in(lab, instead)
                break

    def stand_in(self, lab, kind):
        # The distribution's module is the distribution's Python's.
        pythons = [python for python in (sys.executable, "/usr/bin/python3") if run("{python} -c 'import fusepy'", python=python).returncode == 0]
        if not pythons:
            raise Skip("python3-fusepy is not installed")
        program = pathlib.Path(__file__).with_name("namida_drive.py")
        self.fuse = subprocess.Popen([pythons[0], "-B", program, kind, lab.folder("below"), self.folder], stdin=subprocess.DEVNULL)
        while not os.path.ismount(self.folder):
            if self.fuse.poll() is not None:
                raise Skip("FUSE: not here")
            time.sleep(0.02)

    def __enter__(self):
        return self.folder

    def __exit__(self, *_):
        self.unmount()
        run("umount -l {image}.d", image=self.image)  # below an overlay
        if self.fuse is not None:
            self.fuse.wait(20)
        for line in run("losetup -j {image}", image=self.image).stdout.splitlines():
            run("losetup -d {device}", device=line.split(":")[0])

    def unmount(self):
        for _ in range(20 if os.path.ismount(self.folder) else 0):
            if run("umount {folder}", folder=self.folder).returncode == 0:
                return
            time.sleep(0.2)
        run("umount -l {folder}", folder=self.folder)


def tree(folder):
    return {os.path.relpath(os.path.join(at, name), os.fsencode(folder)): pathlib.Path(os.fsdecode(os.path.join(at, name))).read_bytes()
            for at, _, names in os.walk(os.fsencode(folder)) for name in names}


def keep_and_fetch(lab, drive):
    music = lab.folder("source") / "Music"
    for i, name in enumerate(NAMES):
        write(pathlib.Path(os.fsdecode(os.path.join(os.fsencode(music), name))), b"song %d" % i)
    write(music / "CD 1" / "CON", b"con")
    keeper, sender = lab.device("Keeper"), lab.device("Sender: “a?b”.")
    keeper.backups, keeper.music = drive / "B", drive / "M"
    keeper.receive("--accept", "all", "--as", "backup")
    equal(expect(0, sender.send(keeper, music)).end()["stored"], len(NAMES) + 1)
    equal(expect(0, sender.send(keeper, music)).end()["moved"], 0)
    versions = expect(0, keeper.run("--json", "backups", "list")).events
    equal([(version["complete"], version["files"]) for version in versions], [(True, len(NAMES) + 1)] * 2)
    expect(0, keeper.run("backups", "verify"))
    for version in versions:
        equal(subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=version["folder"]).returncode, 0)
    # Another computer knows nothing but the folder, and gives it to a third one.
    other, target = lab.device("Other"), lab.device("Target")
    target.receive("--accept", "all", "--as", "library")
    expect(0, other.run("backups", "adopt", drive / "B"))
    adopted = expect(0, other.run("--json", "backups", "list")).events[0]
    expect(0, other.run("backups", "restore", adopted["id"], "--to", target.alias))
    equal(tree(target.music / "Music"), tree(music))
    # A version goes, for good.
    expect(0, keeper.run("backups", "remove", versions[1]["id"]))
    assert not pathlib.Path(versions[1]["folder"]).exists()
    equal(keeper.stop(), 0)


def on_drive(kind):
    def test(lab):
        if os.geteuid() != 0:
            raise Skip("only root can mount images")
        with Drive(lab, *KINDS[kind]) as drive:
            keep_and_fetch(lab, drive)
    test.__name__, test.__doc__ = f"test_{kind}", f"{kind}: kept, verified, adopted by another computer, given back, removed"
    return test


def test_no_inodes(lab):
    """a drive with room and no inode left: both sides say so, nothing is half there"""
    if os.geteuid() != 0:
        raise Skip("only root can mount images")
    music = lab.folder("source") / "Music"
    for i in range(40):
        write(music / f"{i}.flac", b"%d" % i)
    with Drive(lab, "mkfs.ext4 -q -F -N 64 {image}", "mount -o loop {image} {folder}") as drive:
        (drive / "others").mkdir()
        for i in range(os.statvfs(drive).f_favail - 20):
            write(drive / "others" / str(i), b"")
        keeper, sender = lab.device("Keeper"), lab.device("Sender")
        keeper.backups, keeper.music = drive / "B", drive / "M"
        keeper.receive("--accept", "all", "--as", "backup")
        refused = sender.send(keeper, music)
        assert refused.code != 0 and refused.end()["code"] == "no-inodes", (refused.code, refused.out, refused.err)
        assert "cannot hold more files" in refused.err, refused.err
        equal(expect(0, keeper.run("--json", "backups", "list")).events, [])
        equal(keeper.stop(), 0)


def test_data_without_permissions(lab):
    """a data folder on NTFS: that it cannot be kept secret there is said, not a “chmod” that would change nothing"""
    if os.geteuid() != 0:
        raise Skip("only root can mount images")
    with Drive(lab, *KINDS["NTFS by FUSE"]) as drive:
        device = lab.device("Device")
        device.data = drive / "data"
        for _ in range(2):
            said = expect(1, device.run("identity")).err
            assert "keeps no permissions" in said and "chmod" not in said, said
    # Where only files are open to others, too: the key is not made and then refused in the next run.
    make, mount = KINDS["NTFS by FUSE"]
    with Drive(lab, make, mount.replace("ntfs-3g", "ntfs-3g -o dmask=077,fmask=022")) as drive:
        device.data = drive / "data"
        for _ in range(2):
            said = expect(1, device.run("identity")).err
            assert "keeps no permissions" in said and "chmod" not in said, said
            equal([path.name for path in (drive / "data").iterdir()], [])
    with Drive(lab, make, mount.replace("ntfs-3g", "ntfs-3g -o dmask=077,fmask=177")) as drive:
        device.data = drive / "data"
        for _ in range(2):
            expect(0, device.run("identity"))


def refused_for(lab, code, words, change, wrap=()):
    """A keeper that could store until @change: both sides name the reason @code, and the sender says it in @words."""
    drive = lab.folder(f"drive-{len(lab.devices)}")
    mounted = run("mount -t tmpfs -o size=32m tmpfs {folder}", folder=drive)
    if mounted.returncode != 0:
        raise Skip(mounted.stdout.strip())
    try:
        music = lab.folder(f"source-{len(lab.devices)}") / "Music"
        write(music / "small.flac", b"small")
        keeper, sender = lab.device("Keeper"), lab.device("Sender")
        keeper.backups, keeper.music = drive / "B", drive / "M"
        keeper.receive("--accept", "all", "--as", "backup", wrap=wrap)
        expect(0, sender.send(keeper, music))
        keeper.wait_event("end")
        write(music / "large.flac", b"large" * 1_000_000)
        change(drive)
        refused = sender.send(keeper, music)
        end, said = refused.end(), keeper.wait_event("end")
        assert refused.code in (1, 7) and words in end["message"], (refused.code, refused.out, refused.err)
        assert code in (end["code"], said["code"]) or end["code"] == said["code"] == code == "incomplete", (end, said)
        equal(keeper.stop(), 0)
    finally:
        run("umount -l {folder}", folder=drive)


def test_read_only(lab):
    """a drive that became read-only, as after an error: both sides say so"""
    refused_for(lab, "read-only", "is read-only", lambda drive: run("mount -o remount,ro {folder}", folder=drive))


def test_too_large(lab):
    """a file that is larger than the drive, or a limit, allows: the others are stored, and both sides say why it is not"""
    refused_for(lab, "incomplete", "too large", lambda drive: None, ("sh", "-c", "ulimit -f 4000; exec \"$@\"", "sh"))


def test_quota(lab):
    """a person’s share of a drive is used up while the drive has room: both sides say so, what is whole stays, and nothing is half there"""
    if os.geteuid() != 0:
        raise Skip("only root can mount")
    music = lab.folder("source") / "Music"
    write(music / "small.flac", b"small")
    with Drive(lab, "true", "false", "quota") as drive:
        keeper, sender = lab.device("Keeper"), lab.device("Sender")
        keeper.backups, keeper.music = drive / "B", drive / "M"
        keeper.receive("--accept", "all", "--as", "backup")
        expect(0, sender.send(keeper, music))
        keeper.wait_event("end")
        write(music / "large.flac", b"large" * 1_000_000)
        refused = sender.send(keeper, music)
        equal((refused.code, refused.end()["code"]), (1, "quota"))
        assert "quota" in refused.err, refused.err
        assert "quota" in keeper.wait_event("interrupted", "end")["message"]
        versions = expect(0, keeper.run("--json", "backups", "list")).events
        equal([version["files"] for version in versions if version["complete"]], [1])
        expect(0, keeper.run("backups", "verify"))
        equal(keeper.stop(), 0)


def test_no_folder_sync(lab):
    """a drive that refuses to sync folders, as some network drives do: versions are kept, verified and removed there"""
    if os.geteuid() != 0:
        raise Skip("only root can mount")
    with Drive(lab, "true", "false", "casefold") as drive:
        music = lab.folder("source") / "Music"
        write(music / "song.flac", b"song")
        keeper, sender = lab.device("Keeper"), lab.device("Sender")
        keeper.backups = drive / "B"
        keeper.receive("--accept", "all", "--as", "backup")
        for stored in (1, 0):
            equal(expect(0, sender.send(keeper, music)).end()["moved"], stored)
        expect(0, keeper.run("backups", "verify"))
        expect(0, keeper.run("backups", "remove", "1"))
        equal([version["id"] for version in expect(0, keeper.run("--json", "backups", "list")).events], ["2"])
        equal(keeper.stop(), 0)


def test_closed(lab):
    """a folder that the keeper's user may not write in any more is no drive that is not connected"""
    user = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    for mode in ("500", "000"):
        refused_for(lab, "no-permission", "no permission", lambda drive: run("chmod {mode} {folder}/B", mode=mode, folder=drive), user)


main(*[on_drive(kind) for kind in KINDS], test_no_inodes, test_read_only, test_too_large, test_quota, test_no_folder_sync, test_closed, test_data_without_permissions)
