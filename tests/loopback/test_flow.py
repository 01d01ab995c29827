# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a receiver that takes data slowly: no program uses more and more memory, several senders make progress at the
same time, and each can stop at any moment. Also tests a receiver that gets the same offer twice."""
import signal
import time

from namida_loopback import all_files, equal, expect, main, write

MIB = 1 << 20
PROMISED = 64 * MIB  # resident, of either side, for a file of any size
WAIT = 60
STOPPED = "The other device stopped the transfer. The received data is kept, and the transfer can be resumed there."


def make_sparse(lab, name, size):
    path = lab.folder(name) / "Music" / "big.flac"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(size)
    return path


def status(process, field):
    try:
        with open(f"/proc/{process.pid}/status") as file:
            return next((int(line.split()[1]) << 10 for line in file if line.startswith(field)), 0)
    except OSError:
        return 0


def is_sanitized(process):
    with open(f"/proc/{process.pid}/maps") as file:
        return any(name in file.read() for name in ("libasan", "libtsan"))


def wait_sent(sender, more):
    """Waits until it has sent so much; it has not ended then."""
    return sender.wait_event("progress", seconds=WAIT, where=lambda event: event["sent"] >= more)["sent"]


def test_slow_receiver(lab):
    """neither side's memory grows with what waits between them"""
    big = make_sparse(lab, "source", 100 * MIB)
    receiver = lab.receiver("--accept", "all", "--as", "library", "--limit", "20MB/s")
    sender = lab.device("Sender")
    began = time.monotonic()
    sender.start("send", "--to", receiver.alias, big.parent)
    peak, deadline = 0, time.monotonic() + 4 * WAIT
    while sender.process.poll() is None:
        assert time.monotonic() < deadline
        peak = max(peak, status(sender.process, "VmHWM"))
        time.sleep(0.05)
    equal(sender.wait(), 0)
    # Not faster than said: that no machine, however busy, makes untrue.
    assert time.monotonic() - began > big.stat().st_size / 20e6 * 0.9, "the limit limits"
    equal((receiver.music / "Music" / "big.flac").stat().st_size, big.stat().st_size)
    there = status(receiver.process, "VmHWM")
    print(f"# sender {peak // MIB} MiB, receiver {there // MIB} MiB")
    assert peak > 0 and there > 0
    # In a build with sanitizers freed memory is kept, and the figures say nothing.
    assert is_sanitized(receiver.process) or max(peak, there) < PROMISED, (peak, there)


def test_side_by_side(lab):
    """two senders share what there is, and each ends when its person stops it"""
    receiver = lab.receiver("--accept", "all", "--as", "library", "--limit", "2MB/s")
    senders = [lab.device("One"), lab.device("Two")]
    for number, sender in enumerate(senders):
        sender.start("send", "--to", receiver.alias, make_sparse(lab, f"source-{number}", 1 << 30).parent)
    began = [wait_sent(sender, 1) for sender in senders]
    for sender, sent in zip(senders, began):
        wait_sent(sender, sent + MIB)
    for sender in senders:
        sender.process.send_signal(signal.SIGINT)
        stopped = time.monotonic()
        assert sender.wait(WAIT) != 0
        print(f"# stopped after {time.monotonic() - stopped:.2f} s")
        ends = [event for event in sender.seen if event["event"] == "end"]
        equal([event["result"] for event in ends], ["cancelled"])
    for _ in senders:
        equal(receiver.wait_event("interrupted", seconds=WAIT)["message"], STOPPED)


def test_asked_already(lab):
    """one device, two sendings: the second is refused in words while a person thinks about the first, which is none the worse"""
    receiver = lab.receiver("--accept", "ask", "--as", "library")
    sender = lab.device("Sender")
    first = write(lab.folder("first") / "Music" / "a.mp3", b"a")
    second = write(lab.folder("second") / "Other" / "b.mp3", b"b")
    sender.start("send", "--to", receiver.alias, first.parent)
    offer = receiver.wait_event("offer")
    result = expect(10, sender.send(receiver, "--wait", "0", second.parent))
    equal(result.end()["code"], "busy", result.err)
    assert "still asking about another backup" in result.err, result.err
    receiver.answer(accept=offer["id"])
    equal(sender.wait(WAIT), 0, sender.errors)
    equal(all_files(receiver.music), ["Music/a.mp3"])


main(*[test for name, test in list(globals().items()) if name.startswith("test_")])
