# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and arguments that are allowed but rare: what looks like a drive or an option, links, and values that are empty."""
from namida_loopback import all_files, equal, expect, main, same_tree, write


def test_colons(lab):
    """songs whose names begin like a drive arrive in both ways of landing, are known again, and verified"""
    music = lab.folder("source") / "Music"
    for name in ("Album/A: one.mp3", "Album/B: two.mp3", "Album/c.mp3", "E: Album/F: three.mp3", "Album/G: Disc/H:.mp3"):
        write(music / name, name.encode() * 500, 1_600_000_000_000)
    upper = lab.folder("upper")
    music = music.rename(upper / "Music")
    for landing in ("library", "backup"):
        receiver = lab.receiver("--accept", "all", "--as", landing, name=landing)
        sender = lab.device("Sender")
        equal(expect(0, sender.send(receiver, upper)).end()["stored"], 5)
        place = receiver.music / "upper"
        if landing == "backup":
            place = next(path for path in receiver.backups.rglob("upper") if path.is_dir())
        same_tree(upper, place)
        equal(expect(0, sender.send(receiver, upper)).end()["moved"], 0)
        expect(0, receiver.run("backups", "verify"))


def test_link(lab):
    """a link that was named is followed, to a file as to a folder; the name is the link's"""
    place = lab.folder("elsewhere")
    write(place / "real.mp3", b"behind a link" * 1000, 1_600_000_000_000)
    write(place / "Songs" / "song.mp3", b"song", 1_600_000_000_000)
    source = lab.folder("source")
    (source / "short.mp3").symlink_to("../elsewhere/real.mp3")
    (source / "Music").symlink_to("../elsewhere/Songs")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    expect(0, lab.device("Sender").send(receiver, source / "short.mp3", source / "Music"))
    arrived = [path for path in receiver.backups.rglob("short.mp3")]
    equal([path.read_bytes() for path in arrived], [b"behind a link" * 1000])
    assert not arrived[0].is_symlink()
    equal(all_files(receiver.music / "Music"), ["song.mp3"])


def test_dash(lab):
    """what follows -- is a name, also when it begins with a dash"""
    source = lab.folder("source")
    write(source / "-song.mp3", b"dash")
    receiver = lab.receiver("--accept", "all", "--as", "library")
    sender = lab.device("Sender")
    for arguments in (["--", "-song.mp3"], ["--", "./-song.mp3"]):
        result = sender.run("--json", "send", "--to", receiver.alias, *arguments, wrap=("env", "-C", str(source)))
        expect(0, result)
    equal([path.name for path in receiver.backups.rglob("*.mp3")], ["-song.mp3"])
    expect(2, sender.run("inspect", "--"))
    expect(1, sender.run("inspect", "--", "-missing.zip"))


def test_empty(lab):
    """an empty value is no value: it means neither no PIN, nor every network, nor this folder"""
    device = lab.device()
    for arguments in (["receive", "--pin", ""], ["receive", "--backups="], ["receive", "--music", ""],
                      ["send", "--to", "", "/dev/null"], ["send", "--to", "x", ""], ["send", "--to", "x", "--music", ""],
                      ["--interface", "", "devices"], ["devices", "--interface="], ["--data-dir", "", "identity"],
                      ["--alias", "", "identity"], ["inspect", ""], ["trust", "remove", ""], ["backups", "show", ""]):
        result = expect(2, device.run(*arguments, wrap=("env", "-C", str(device.home))))
        assert "empty" in result.err and not result.out, (arguments, result.out, result.err)
    equal(list(device.home.iterdir()), [])


main(test_colons, test_link, test_dash, test_empty)
