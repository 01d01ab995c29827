# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that each event of the JSON output has exactly the expected keys, in the commands that transfer something and
in those that inspect a backup, because scripts read the keys by name. test_forbid.py tests the commands that only
list."""
import collections
import contextlib
import sqlite3

from namida_loopback import DEVICE_KEYS, equal, expect, expect_soon, flip_bit, main, make_backup, namida_zip, write


# States of a transfer, which may be too short for an event.
PASSING = ("waiting", "finishing")


class Keys:
    """(the command, the event) → the sets of keys that were printed."""

    def __init__(self):
        self.got = collections.defaultdict(set)

    def add(self, command, events):
        for event in events:
            self.got[(command, event.get("event", ""))].add(" ".join(sorted(event)))

    def compare(self, wanted):
        wrong = {key: sorted(sets - wanted.get(key, set())) for key, sets in self.got.items() if not sets <= wanted.get(key, set())}
        missing = {key: sorted(sets - self.got[key]) for key, sets in wanted.items()
                   if not sets <= self.got[key] and key[1] not in PASSING}
        assert not wrong and not missing, f"other keys: {wrong}; not printed: {missing}"


def test_transfers(lab):
    """send, receive with its questions, pair, devices, transfers, schedule, trust, fetch, restore --to: the keys of each event"""
    keys = Keys()
    zip_path, music = make_backup(lab.folder("source"), files=2)
    keeper, phone = lab.receiver("--accept", "ask", "--as", "backup", name="Keeper"), lab.device("Phone")
    keys.add("receive", [keeper.listening])
    found = expect(0, phone.run("--json", "devices")).events
    keys.add("devices", [event for event in found if event["alias"] == keeper.alias])
    phone.start("send", "--to", keeper.alias, zip_path, music)
    offer = keeper.wait_event("offer")
    keys.add("transfers", expect(0, phone.run("--json", "transfers")).events)
    keeper.answer(accept=offer["id"])
    equal(phone.wait(), 0, phone.errors)
    keys.add("send", [event for event in phone.seen if event["event"] != "progress"])
    ended = keeper.wait_event("end")
    equal(ended["result"], "done")
    phone.start("pair", keeper.alias)
    shown = phone.wait_event("pair", where=lambda event: "digits" in event)
    keeper.wait_event("pair", where=lambda event: event.get("digits") is not None)
    keeper.answer(pair=True)
    phone.answer(pair=True)
    equal(phone.wait(), 0, phone.errors)
    keys.add("pair", [shown, *(event for event in phone.seen if event["event"] == "end")])
    keeper.wait_event("pair-closed")
    if not any(event["event"] == "contents" for event in keeper.seen):
        keeper.wait_event("contents")
    keys.add("receive", [event for event in keeper.seen if event["event"] not in ("progress", "state")])
    keys.add("trust list", expect(0, phone.run("--json", "trust", "list")).events)
    expect(0, keeper.run("trust", "set", phone.alias, "--restore", "yes"))
    expect_soon(0, lambda: phone.run("--json", "backups", "list", "--from", keeper.alias))
    for arguments in (("list", "--from", keeper.alias), ("fetch", "--from", keeper.alias, "--as", "backup", "--backups", lab.folder("fetched"))):
        keys.add(f"backups {arguments[0]} --from", [event for event in expect(0, phone.run("--json", "backups", *arguments)).events
                                                    if event.get("event") not in ("progress", "state")])
    keys.add("send --dry-run", expect(0, phone.run("--json", "send", "--dry-run", "--to", keeper.alias, zip_path, music)).events)
    keys.add("schedule", expect(0, phone.run("--json", "schedule", "add", "--to", keeper.alias, "--every", "day", music)).events)
    keys.add("schedule", expect(0, phone.run("--json", "schedule", "list")).events)
    version = expect(0, keeper.run("--json", "backups", "list")).events[0]["id"]
    phone.receive("--accept", "all", "--as", "backup")
    restored = expect(0, keeper.run("--json", "backups", "restore", version, "--to", phone.alias, "--fit", "--map", "/a=/b")).events
    keys.add("restore --to", [event for event in restored if event["event"] != "progress"])
    phone.stop()
    keys.compare(TRANSFERS)


def test_tools(lab):
    """inspect, compare, extract, merge, restore, undo, usage, export, forget, remove: the keys of each event"""
    keys = Keys()
    source = lab.folder("source")
    zip_path, music = make_backup(source, files=2)
    other = write(source / "other.zip", namida_zip(b"x"))
    keeper, phone = lab.receiver("--accept", "all", "--as", "backup", name="Keeper"), lab.device("Phone")
    expect(0, phone.send(keeper, zip_path, music))
    keeper.stop()
    version = expect(0, keeper.run("--json", "backups", "list")).events[0]["id"]
    here = lab.folder("here")
    for name, arguments in (("inspect", ("inspect", zip_path)), ("compare", ("compare", zip_path, other)),
                            ("extract", ("extract", zip_path, "--playlists", lab.folder("extracted"))), ("merge", ("merge", zip_path, other, "--out", lab.folder("merged") / "m.zip")),
                            ("restore --preview", ("backups", "restore", version, "--here", "--preview", "--into", here / "Music")),
                            ("restore --here", ("backups", "restore", version, "--here", "--yes", "--into", here / "Music")),
                            ("undo", ("backups", "undo")), ("usage --keep", ("backups", "usage", "--keep", "1")), ("export", ("backups", "export", version, lab.folder("exported")))):
        result = keeper.run("--json", *arguments)
        equal(result.code, 0, f"{name}: {result.err}")
        keys.add(name, [event for event in result.events if event.get("event") != "progress"])
    # One that only changes the list prints nothing.
    keeper.backups.rename(keeper.backups.with_name("away"))
    equal(expect(0, keeper.run("--json", "backups", "forget", version)).out, "")
    keeper.backups.with_name("away").rename(keeper.backups)
    version = expect(0, keeper.run("--json", "backups", "list")).events[0]["id"]
    keys.add("remove", [event for event in expect(0, keeper.run("--json", "backups", "remove", "--yes", version)).events if event["event"] != "progress"])
    keys.compare(TOOLS)


def test_kept(lab):
    """receive about what it keeps (removed, shrunk, healed, stale), schedule run, trash, take-back, adopt, succeed, verify, fit, link, demo, wrong
    usage: the keys of each event"""
    keys = Keys()
    source = lab.folder("source")
    zip_path, music = make_backup(source, files=12)
    keeper, phone = lab.receiver("--accept", "all", "--as", "backup", "--keep", "2", name="Keeper"), lab.device("Phone")
    expect(0, phone.send(keeper, music))
    for song in sorted(music.rglob("*.flac"))[:11]:
        song.unlink()
    expect(0, phone.send(keeper, music))
    keeper.wait_event("shrunk")
    next(music.rglob("*.flac")).unlink()
    expect(0, phone.send(keeper, music))
    if not any(event["event"] == "removed" for event in keeper.seen):
        keeper.wait_event("removed")
    keys.add("receive", [event for event in keeper.seen if event["event"] in ("would-remove", "removed", "shrunk")])
    expect(0, phone.run("trust", "add", keeper.listening["fingerprint"], keeper.alias))
    keys.add("schedule run", [event for event in expect(0, phone.run("--json", "schedule", "add", "--to", keeper.alias, "--every", "day", music)).events])
    keys.add("schedule run", [event for event in expect(0, phone.run("--json", "schedule", "run", "1")).events if event.get("event") != "progress"])
    keeper.stop()
    gone = expect(0, keeper.run("--json", "backups", "trash")).events
    keys.add("trash", gone)
    keys.add("take-back", expect(0, keeper.run("--json", "backups", "take-back", gone[0]["id"])).events)
    other = lab.device("Other")
    keys.add("adopt", expect(0, other.run("--json", "backups", "adopt", keeper.backups)).events)
    expect(0, keeper.run("trust", "add", expect(0, other.run("--json", "identity")).events[0]["fingerprint"], other.alias))
    equal(expect(0, keeper.run("--json", "backups", "succeed", phone.alias, other.alias, "--yes")).out, "")
    keys.add("fit", expect(0, phone.run("--json", "fit", zip_path, "--out", source / "fitted.zip", "--map", "/a=/b")).events)
    keys.add("fit --here", expect(0, phone.run("--json", "fit", zip_path, "--out", source / "here.zip", "--here", "--music", music)).events)
    keys.add("demo", [event for event in expect(0, phone.run("--json", "demo", "--files", "1")).events if event["event"] != "progress"])
    keys.add("usage", expect(2, phone.run("--json", "receive", "--config", music)).events)
    keys.add("usage", expect(2, phone.run("--json", "frob")).events)
    phone.start("link", "--minutes", "1", music)
    keys.add("link", [phone.wait_event("link")])
    phone.stop()
    with contextlib.closing(sqlite3.connect(next(phone.data.rglob("state.db")))) as database, database:
        database.execute("UPDATE schedules SET created_at = created_at - 9 * 86400000000, done_at = 0")
        database.execute("DELETE FROM sessions")
    expect(0, keeper.run("trust", "add", phone.receive("--accept", "trusted")["fingerprint"], phone.alias))
    phone.wait_event("stale")
    keys.add("receive", [event for event in phone.seen if event["event"] == "stale"])
    newest = expect(0, keeper.run("--json", "backups", "list")).events[0]
    flip_bit(type(music)(newest["folder"]) / "Music" / "Music" / "Pairs" / "one.flac")
    expect(1, keeper.run("backups", "verify", newest["id"], "--no-repair"))
    keeper.receive("--accept", "all", "--as", "backup")
    keys.add("receive", [keeper.wait_event("healed"), phone.wait_event("healed")])
    keys.compare(KEPT)


CONTENTS = ("damagedPart device entries favourites firstDay good kind larger lastDay library lines listens musicFolders name namida parts "
            "playlistCount playlists queues ratings restorable secondsTracks secondsVideos secondsYoutube sentence serverTracks size smartPlaylists "
            "tagged topTracks tracksHeard unknown unreadable unsafe youtubeLikes youtubeListens youtubePlaylists youtubeSubscriptions")
START = "alias bytes contents direction encrypted event excluded files fingerprint title"
TRANSFERS = {
    ("receive", "listening"): {"address alias as backups event fingerprint music port schema uuid"},
    ("receive", "offer"): {"address alias bytes contents encrypted event files fingerprint id title trusted type"},
    ("receive", "offer-closed"): {"event id state"},
    ("receive", "start"): {START.replace("excluded ", "")},
    ("receive", "finishing"): {"event message"},
    ("receive", "end"): {"bytes event failed files folder hashed kept moved result stored"},
    ("receive", "contents"): {" ".join(sorted([*CONTENTS.split(), "event"]))},
    ("receive", "pair"): {"alias digits event fingerprint id"},
    ("receive", "pair-closed"): {"event id paired"},
    ("devices", ""): {" ".join(sorted(DEVICE_KEYS))},
    ("transfers", ""): {"alias canPause direction files fingerprint id keepsParts message sent speed started state title total"},
    ("send", "missing-music"): {"count event missing"},
    ("send", "start"): {START},
    ("send", "waiting"): {"event message"},
    ("send", "finishing"): {"event message"},
    ("send", "end"): {"bytes event failed files hashed kept moved result stored"},
    ("send --dry-run", "missing-music"): {"count event missing"},
    ("send --dry-run", "end"): {"bytes event excluded files result wouldSend"},
    ("pair", "pair"): {"alias digits event fingerprint"},
    ("pair", "end"): {"event result"},
    ("trust list", ""): {"address alias as autoAccept fingerprint lastSeen mayRestore trustedAt uuid"},
    ("backups list --from", ""): {"bytes complete created files id title"},
    ("backups fetch --from", "start"): {START.replace("excluded ", "")},
    ("backups fetch --from", "finishing"): {"event message"},
    ("backups fetch --from", "end"): {"bytes event failed files folder hashed kept moved result stored"},
    ("restore --to", "fit"): {"event files folders found foundElsewhere leftOut mergedWith missing missingCount movedYoutube next omittedSettings "
                              "onServers out paths picked tracks"},
    ("restore --to", "start"): {START},
    ("restore --to", "waiting"): {"event message"},
    ("restore --to", "finishing"): {"event message"},
    ("restore --to", "end"): {"bytes event failed files hashed kept moved result stored"},
    ("schedule", ""): {"alias at created done enabled ended every fingerprint folders id limit message newestBackup next onBattery onMetered "
                       "result started"},
}
TOOLS = {
    ("inspect", ""): {CONTENTS},
    ("compare", ""): {"favouritesFirst favouritesSame favouritesSecond libraryFirst librarySame librarySecond listensFirst listensSame "
                      "listensSecond playlistsDiffer playlistsFirst playlistsSame playlistsSecond unreadable"},
    ("extract", ""): {"listenbrainz listens playlists unnamed unreadable"},
    ("merge", ""): {"combined conflicts damaged files out"},
    ("restore --preview", "file"): {"event file label size state"},
    ("restore --preview", "label"): {"asked blocked different event folder label new newBytes original same"},
    ("restore --here", "end"): {"added blocked bytes event next replaced result same skipped"},
    ("undo", "end"): {"event left putBack removed result"},
    ("usage --keep", ""): {"alias bytes created id only", "alias bytes fingerprint used versions", "free keep versions"},
    ("export", "end"): {"bytes event files folder result"},
    ("remove", "end"): {"bytes bytesKept event files result"},
}

END = "bytes event failed files hashed kept moved result stored"
KEPT = {
    ("receive", "shrunk"): {"event message"},
    ("receive", "removed"): {"asked bytes event question versions"},
    ("receive", "stale"): {"event first message"},
    ("receive", "healed"): {"alias direction event fingerprint healed healedVersions message"},
    ("schedule run", ""): TRANSFERS[("schedule", "")],
    ("schedule run", "start"): {START},
    ("schedule run", "waiting"): {"event message"},
    ("schedule run", "finishing"): {"event message"},
    ("schedule run", "end"): {END},
    ("trash", ""): {"alias bytes created files goneAt id title"},
    ("adopt", "end"): {"adopted event result"},
    ("fit", ""): {"files leftOut movedYoutube omittedSettings out paths"},
    ("fit --here", ""): {"files folders found foundElsewhere leftOut missing missingCount movedYoutube omittedSettings onServers out paths tracks"},
    ("demo", "step"): {"event name"},
    ("demo", "start"): {START},
    ("demo", "waiting"): {"event message"},
    ("demo", "finishing"): {"event message"},
    ("demo", "end"): {END},
    ("demo", "summary"): {"again bytes compared event result"},
    ("usage", "end"): {"code event message result"},
    ("link", "link"): {"digits direction encrypted event minutes url urls"},
}

main(test_transfers, test_tools, test_kept)
