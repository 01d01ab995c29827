# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests devices that ask too often: many offers in a row while the user has not decided yet, and guessed PINs."""
import concurrent.futures
import json
import sys
import time

from namida_hostile import PREFIX, WAIT, expect, music, run

ASKED = {"files": [music(size=1)], "info": {"alias": "Mallory", "port": 9}}


def retry_after(answer, least, most, status=429, code="too-many"):
    expect(answer, status, code)
    assert least <= int(answer.headers["retry-after"]) <= most, answer.headers


def busy(answer):
    retry_after(answer, 1, 300, 409, "busy")


def open_offers(lab, receiver):
    """One open offer a device; the first one is answered nevertheless."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
        first = pool.submit(receiver.curl, "prepare-upload", ASKED)
        offer = receiver.wait_event("offer")
        for _ in range(5):
            busy(receiver.curl("prepare-upload", ASKED))
        # Names and addresses are nothing: it is still the same device.
        busy(receiver.curl("prepare-upload", {**ASKED, "info": {"alias": "Other", "port": 9}}, source="127.0.0.9"))
        other = pool.submit(receiver.curl, "prepare-upload", ASKED, identity="trudy")
        receiver.decide(decline=offer["id"])
        expect(first.result(WAIT), 403, "declined")
        receiver.decide(decline=receiver.wait_event("offer")["id"])
        expect(other.result(WAIT), 403, "declined")
        again = pool.submit(receiver.curl, "prepare-upload", ASKED)
        receiver.decide(accept=receiver.wait_event("offer")["id"])
        assert again.result(WAIT).status == 200


def offers_of_many(lab, asking):
    """Three open offers in all, whoever makes them; hanging up withdraws them and makes room."""
    receiver = lab.receivers[2]
    body = json.dumps(ASKED).encode()
    request = f"POST {PREFIX}prepare-upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    streams = [receiver.connect(identity) for identity in ("mallory", "trudy", "peggy")]
    try:
        for stream in streams:
            stream.sendall(request)
        time.sleep(1)
        busy(receiver.curl("prepare-upload", ASKED, identity="sybil", source="127.0.0.12"))
    finally:
        for stream in streams:
            stream.close()
    time.sleep(1)
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        fourth = pool.submit(receiver.curl, "prepare-upload", {**ASKED, "info": {"alias": "Sybil", "port": 9}},
                             identity="sybil")
        while (event := receiver.wait_event("offer"))["alias"] != "Sybil":
            pass
        receiver.decide(decline=event["id"])
        expect(fourth.result(WAIT), 403, "declined")
    receiver.check_alive()
    receiver.stop()


def one_after_the_other(lab, asking):
    """Each no is followed by somebody new: after ten in a minute strangers wait, whatever they speak."""
    receiver = lab.receivers[3]
    file = {"id": "a", "fileName": "a.mp3", "size": 5, "fileType": "audio/mpeg"}
    info = {"alias": "Mallory", "version": "2.1", "fingerprint": "x", "port": 9, "protocol": "http"}

    def ask(number):
        return receiver.curl("/api/localsend/v2/prepare-upload", {"info": info, "files": {"a": file}}, identity=None, scheme="http",
                             source=f"127.0.6.{number + 1}")

    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        for number in range(10):
            asked = pool.submit(ask, number)
            receiver.decide(decline=receiver.wait_event("offer")["id"])
            assert asked.result(WAIT).status == 403
    assert ask(10).status == 429
    expect(receiver.curl("prepare-upload", ASKED, identity="sybil", source="127.0.6.20"), 429, "too-many")
    receiver.check_alive()
    receiver.stop()


def pins_by_trial(lab, asking):
    receiver = lab.receivers[1]
    expect(receiver.curl("prepare-upload", ASKED), 401, "pin-required")
    expect(receiver.curl("prepare-upload?pin=", ASKED), 401, "pin-required")
    for pin in ("0000", "47110", "%00"):
        answer = receiver.curl("prepare-upload?pin=" + pin, ASKED)
        expect(answer, 401, "pin-wrong", "pin-required")
    for pin in ("471", "4711%20", "1234"):
        answer = receiver.curl("prepare-upload?pin=" + pin, ASKED)
        if answer.status == 429:
            break
        expect(answer, 401, "pin-wrong")
    for _ in range(3):  # the right one is of no use now, from this address or of this device
        retry_after(receiver.curl("prepare-upload?pin=4711", ASKED), 250, 301)
    retry_after(receiver.curl("prepare-upload?pin=4711", ASKED, source="127.0.0.10"), 250, 301)
    retry_after(receiver.curl("prepare-upload?pin=4711", ASKED, identity="trudy"), 250, 301)
    answer = receiver.curl("prepare-upload?pin=4711", ASKED, source="127.0.0.11", identity="peggy")
    assert answer.status == 200, answer
    receiver.check_alive()
    receiver.stop()


if __name__ == "__main__":
    sys.exit(run([open_offers, offers_of_many, one_after_the_other, pins_by_trial], "--accept", "ask",
                 others=[("--accept", "all", "--pin", "4711"), ("--accept", "ask"), ("--accept", "ask", "--unencrypted", "ask")]))
