# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a receiver with a low rate limit: data that waits in the buffers of the system for minutes is not taken for a
lost connection."""
import os

from namida_loopback import equal, expect, main, same_tree, write

RATE = 20000  # bytes a second, of four connections together
FILES, SIZE = 4, 420000


def test_slow(lab):
    """four large files to a receiver that reads them slower than any patience lasts"""
    receiver = lab.receiver("--accept", "all", "--as", "library", "--limit", f"{RATE // 1000}kB/s")
    sender = lab.device("Sender")
    album = sender.home / "Slow Album"
    for number in range(FILES):
        write(album / f"{number}.flac", os.urandom(SIZE))
    result = expect(0, sender.send(receiver, album, seconds=400))
    equal(result.end()["stored"], FILES, "stored")
    equal(result.end()["moved"], FILES, "sent once each")
    same_tree(album, receiver.music / album.name)


main(test_slow)
