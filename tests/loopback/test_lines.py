# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests commands as an administrator types them who has only read the manual page: each does what was meant, or
explains why not. Prints TAP.

The commands were written from the manual page before the program was tried. Each has the exit code on which a script
may rely, and the text that standard output or the error must contain. The commands of one group follow each other;
“NAS” is a device that receives."""
import pathlib
import re
import shlex
import subprocess

from namida_loopback import CLI, UNITS, environment, equal, expect, free_port, main, namida_zip, write

# line, exit code, what it says.
NOTHING_NEEDED = [
    ("--version", 0, r"namida-sync-cli \d"),
    ("help", 0, r"Commands:"),
    ("help send", 0, r"--files-from"),
    ("send -h", 0, r"--dry-run"),
    ("help frob", 2, r"Unknown command “frob”"),
    ("sned Music", 2, r"Unknown command “sned”"),
    ("", 2, r"No command given"),
    ("send Music", 2, r"--to NAME"),
    ("send --to NAS", 2, r"what to send"),
    ("send --to NAS nowhere.zip", 2, r"“nowhere.zip” does not exist"),
    ("send --to https://nas.example/ Music", 2, r"web address"),
    ("send --to 256.1.1.1 Music", 2, r"not a valid address"),
    ("send --to nas:99999 Music", 2, r"port is a number from 1 to 65535"),
    ("send --to NAS --limit 40mbit Music", 2, r"5MB/s"),
    ("send --to NAS --wait 10m Music", 2, r"“10m”"),
    ("send --to NAS --report - Music", 2, r"“-” is not one"),
    ("send --to NAS --exclude-from nope Music", 2, r"“nope”"),
    ("send --to NAS --exclude-from - --files-from - Music", 2, r"one option only"),
    ("send --to NAS --pin-file nope Music", 1, r"“nope”"),
    ("send --to NAS --music one.flac", 2, r"no folder"),
    ("devices --timeout 0.5", 2, r"“0.5”"),
    ("devices --forget 192.0.2.7", 4, r"not among the remembered"),
    ("--interface eth9 devices", 1, r"no network “eth9”"),
    ("--interface 203.0.113.77 devices", 1, r"no network “203.0.113.77”"),
    ("--port 99999 devices", 2, r"from 1 to 65535"),
    ("--data-dir '' identity", 2, r"--data-dir needs a value"),
    ("pair NAS", 2, r"needs a terminal, or --json"),
    ("pair", 2, r"No device given"),
    ("pair NAS Phone", 2, r"No device given"),
    ("trust ls", 2, r"list, verify"),
    ("trust list", 0, r"No trusted devices"),
    ("trust remove NAS", 4, r"“trust list”"),
    ("trust add ABCD1234 NAS", 2, r"64 digits"),
    ("receive --accept none", 2, r"ask, trusted or all"),
    ("receive --accept ask", 2, r"terminal"),
    ("receive --keep ten", 2, r"“ten”"),
    ("receive --config nope", 2, r"“nope”"),
    ("receive --accept all --backups one.flac", 1, r"no folder, or not writable"),
    ("schedule add --to NAS --every day Music", 4, r"“trust list”"),
    ("schedule list", 0, r"schedule add"),
    ("schedule rm 1", 2, r"remove ID"),
    ("backups", 2, r"list, show, verify"),
    ("backups list", 0, r"No backups found"),
    ("backups usage", 0, r"No backups found"),
    ("backups list NAS", 4, r"No backups found for “NAS”"),
    ("backups show", 2, r"which version"),
    ("backups fetch", 2, r"--from NAME"),
    ("history", 0, r"Nothing was sent"),
    ("history --json", 0, r"^$"),
    ("inspect backup.zip", 0, r"is a Namida backup"),
    ("inspect one.flac", 1, r"not a zip file"),
    ("inspect nowhere.zip", 1, r"nowhere\.zip”"),
    ("fit backup.zip --here", 2, r"--out"),
    ("fit backup.zip --out backup.zip --here", 1, r"already exists"),
    ("merge backup.zip --out both.zip", 2, r"two backups or more"),
    ("compare backup.zip other.zip", 0, r"Listens: 1 in both"),
    ("extract backup.zip --listens -", 2, r"“-” is not one"),
    ("extract backup.zip --listens listens.csv", 0, r"1 listen written"),
    ("link nowhere.zip", 2, r"does not exist"),
    ("link --minutes 0 one.flac", 2, r"from 1 to 1440"),
]
# The newer commands.
ALONE_TOO = [
    ("backups find", 2, r"backups find TEXT"),
    ("backups find Björk", 0, r"No version has"),
    ("backups usage NAS", 2, r"takes no argument"),
    ("backups usage --keep 0", 2, r"from 1 on"),
    ("backups list --keep 3", 2, r"backups usage"),
    ("backups list --stale 7", 0, r"No backups found"),
    ("backups list --stale -7", 2, r"from 0 on"),
    ("backups restore 1 --here --dry-run --yes", 2, r"--preview"),
    ("backups remove 1 --preview --yes", 2, r"--dry-run"),
    ("backups succeed Old New --dry-run", 2, r"for “backups remove”"),
    ("backups restore 1 --to NAS --preview", 2, r"--here"),
    ("backups export 1", 2, r"export ID DIR"),
    ("backups export 1 .", 1, r"no version “1”"),
    ("backups adopt", 2, r"adopt DIR"),
    ("backups adopt nowhere", 1, r"“nowhere”|nowhere”"),
    ("backups adopt Music", 0, r"holds no version"),
    ("backups succeed Old", 2, r"succeed OLD NEW"),
    ("backups trash 1", 2, r"takes no argument"),
    ("backups take-back", 2, r"backups trash"),
    ("backups undo", 1, r"undo"),
    ("schedule run", 0, r"^$|due"),
    ("schedule run 7", 1, r"“schedule list”|no schedule"),
    ("schedule remove x", 2, r"not the number of a schedule"),
    ("schedule add --every day Music", 2, r"--to"),
    ("schedule add --to NAS --every month Music", 2, r"day|week"),
    ("schedule add --to NAS --every day", 2, r"what to send|Say what|folder"),
    ("transfers", 0, r"[Nn]o|^$|Nothing"),
    ("transfers cancel", 2, r"ID of one transfer"),
    ("transfers stop 12345678", 2, r"cancel, pause or resume"),
    ("transfers cancel 12345678", 1, r"12345678"),
    ("fit backup.zip --out fitted.zip", 2, r"--here|--map"),
    ("fit backup.zip --out fitted.zip --map /storage/emulated/0/Music={home}/Music", 0, r"fitted.zip"),
    ("fit backup.zip --out {home}/nowhere/fitted.zip --here", 1, r"nowhere"),
    ("fit backup.zip --out half.zip --map /a=/b --only songs", 2, r"“songs”(?s:.*)playlists"),
    ("fit backup.zip --out half.zip --here --only history,favorites", 0, r"half.zip"),
    ("fit one.flac --out fitted2.zip --here", 1, r"one.flac"),
    ("merge backup.zip other.zip --out both.zip", 0, r"both.zip"),
    ("merge backup.zip other.zip --out both.zip", 1, r"already exists"),
    ("merge backup.zip other.zip", 2, r"--out"),
    ("merge backup.zip nowhere.zip --out three.zip", 1, r"nowhere.zip”"),
    ("compare backup.zip", 2, r"two"),
    ("compare backup.zip both.zip", 0, r"Listens: 1 in both"),
    ("compare backup.zip one.flac", 1, r"one.flac|no zip"),
    ("extract backup.zip", 2, r"--playlists"),
    ("extract backup.zip --listens listens.jsonl", 0, r"for ListenBrainz|skipped"),
    ("extract backup.zip --listens new.csv", 0, r"1 listen"),
    ("extract backup.zip --listens new.csv", 1, r"already exists"),
    ("extract backup.zip --playlists lists", 0, r"0 playlists"),
    ("link", 2, r"what|FILE|--receive"),
    ("link --receive one.flac", 2, r"--receive"),
    ("link --backup 5", 1, r"no version “5”"),
    ("link --minutes 9999 one.flac", 2, r"from 1 to 1440"),
    ("trust block Nobody", 4, r"“Nobody”"),
    ("trust unblock Nobody", 4, r"“Nobody”"),
    ("trust blocked", 0, r"[Nn]o device|blocked"),
    ("trust verify ABCD", 2, r"64 digits"),
    ("history --most 0", 2, r"--most|from 1"),
    ("inspect backup.zip other.zip", 2, r"one backup|takes one|ZIP"),
    ("inspect backup.zip --here", 0, r"is a Namida backup"),
    ("receive --keep-monthly --accept all", 2, r"--keep"),
    ("receive --verify-every -1 --accept all", 2, r"--verify-every|days"),
    ("receive --pin-file nope --accept all", 1, r"“nope”"),
    ("send --to NAS --again --skip-sent Music", 2, r"cannot be used together"),
    ("send --to NAS --text hello Music", 2, r"--text"),
    ("identity NAS", 2, r"Unexpected argument “NAS”"),
]
# Written later, for all commands.
ONCE_MORE = [
    ("devices NAS", 2, r"Unexpected argument “NAS”"),
    ("send --to NAS --limit 20:00-06:00 Music", 2, r"is a speed"),
    ("send --to NAS -- -dash.flac", 2, r"“-dash.flac” does not exist"),
    ("--log-file /nonexistent/log history", 2, r"“/nonexistent/log” cannot be written"),
    ("trust set NAS --restore maybe", 2, r"yes\|no"),
    ("trust verify NAS", 2, r"64 digits"),
    ("schedule add --to NAS --every 0h Music", 2, r"12h"),
    ("schedule add --to NAS --every week --at 3am Music", 2, r"02:30"),
    ("schedule add --to NAS --every day nowhere", 2, r"“nowhere” is not a folder"),
    ("schedule add --to NAS --every day one.flac", 2, r"sends music folders"),
    ("schedule remove 1 2", 2, r"remove ID"),
    ("schedule remove 9", 1, r"“schedule list”"),
    ("history --failed", 2, r"Unknown option"),
    ("inspect Music", 1, r"Name a file in that folder"),
    ("compare Music backup.zip", 1, r"Name a file in that folder"),
    ("extract backup.zip --playlists one.flac", 1, r"“one.flac” for the playlists.*Choose another name"),
    ("fit backup.zip --out - --here", 2, r"“./-”"),
    ("receive --as folder", 2, r"library or backup"),
    ("receive --limit 0", 2, r"5MB/s"),
    ("receive --config one.flac", 2, r"configuration file “one.flac”"),
    ("backups verify Music", 1, r"no version with a record"),
    ("backups show 1 2", 2, r"one version at most"),
    ("backups list --stale", 2, r"Missing argument"),
    ("backups restore 1 --here --replace --keep-both", 2, r"cannot be used together"),
    ("backups restore 1 --here --only playlists", 2, r"need --fit"),
]
# Written later still, for what the lines before had not tried.
AND_AGAIN = [
    ("version", 2, r"Unknown command “version”"),
    ("--help send", 0, r"Commands:"),
    ("help help", 0, r"Commands:"),
    ("-q history", 0, r"^$"),
    ("--port=abc devices", 2, r"“abc” for --port"),
    ("--alias '' identity", 2, r"--alias needs a value"),
    ("--log-file Music history", 2, r"“Music” cannot be written"),
    ("devices --timeout=4000", 2, r"from 1 to 3600"),
    ("devices --forget", 2, r"Missing argument"),
    ("send --to '' Music", 2, r"--to needs a value"),
    ("send --to NAS ''", 2, r"argument is empty"),
    ("send --to NAS --exclude '' Music", 2, r"--exclude needs a value"),
    ("send --to NAS --limit 5 Music", 2, r"5MB/s"),
    ("send --to NAS --wait -1 Music", 2, r"not -1"),
    ("send --to NAS --pin 1 --pin-file list.txt Music", 2, r"cannot be used together"),
    ("send --to NAS --to Phone Music", 2, r"one device"),
    ("schedule add --to=NAS --to Phone --every day Music", 2, r"one device"),
    ("send --to fe80::1 one.flac", 2, r"fe80::1%eth0"),
    ("send --to '[fe80::1%nosuch]:53317' one.flac", 2, r"does not exist on this device"),
    ("send one.flac NAS", 2, r"--to NAME"),
    ("receive --accept trusted Music", 2, r"Unexpected argument “Music”"),
    ("receive --reserve 1XB --accept all", 2, r"1GB"),
    ("receive --unencrypted maybe", 2, r"ask, never or allow"),
    ("receive --wait 5", 2, r"Unknown option"),
    ("trust add", 2, r"Usage: namida-sync-cli trust add FINGERPRINT NAME"),
    ("trust list NAS", 2, r"Usage: namida-sync-cli trust list\n"),
    ("trust rename NAS", 2, r"NEW-NAME"),
    ("trust set NAS --as folder", 2, r"library\|backup\|default"),
    ("schedule add --to NAS --every 1d Music", 2, r"such as “12h”"),
    ("schedule run all", 2, r"not the number of a schedule"),
    ("backups list a b", 2, r"one device at most"),
    ("backups restore 1 --here --zip-only --yes", 2, r"--map LABEL=skip"),
    ("backups restore 1 --here --music Music --yes", 2, r"--pick"),
    ("backups restore 1 --to NAS --replace", 2, r"need --here"),
    ("backups fetch --from NAS --pin 1 --pin-file list.txt", 2, r"cannot be used together"),
    ("backups restore nope --here --preview", 1, r"neither a version nor a folder “nope”"),
    ("backups prune", 2, r"remove, pin"),
    ("backups adopt one.flac", 1, r"could not be opened"),
    ("fit backup.zip --out fx.zip --here --music nowhere", 2, r"“nowhere” is no folder"),
    ("merge backup.zip other.zip --out m.zip --music nowhere", 2, r"“nowhere” is no folder"),
    ("fit backup.zip --out fx.zip --map Music=/home/Music", 2, r"two absolute paths"),
    ("compare backup.zip backup.zip", 0, r"Listens: 1 in both"),
    ("link --backup 5 one.flac", 2, r"not both"),
    ("transfers list extra", 2, r"Unexpected argument “extra”"),
    ("transfers resume abc", 2, r"too short"),
    ("history --most ten", 2, r"“ten”"),
    ("demo --files 0", 2, r"from 1 to 100000"),
    ("--data-dir one.flac identity", 1, r"Could not make the folder"),
    ("--json frob", 2, r'"code":"usage"'),
    ("identity --json", 0, r'"fingerprint":"[0-9A-F]{64}"'),
]
WITH_NAS = [
    ("send --to {address} --exclude '!*.flac' --exclude '*' Music", 2, r"exclude everything"),
    ("send --to {address} --report /nonexistent/r.json Music", 2, r"folder is not there"),
    ("send --to {address} -n -v --exclude '*.wav' Music", 3, r"Would be sent: Music/Björk/Jóga.flac(?s:.*)1 file .*Nothing was sent(?s:.*)trusted"),
    ("send --to {address}/music Music", 2, r"more than an address"),
    ("send --to me@{address} Music", 2, r"more than an address"),
    ("send Music --to {name}", 0, r"2 files stored"),
    ("send --to {digits} Music --quiet", 0, r"^$"),
    ("send --to {fingerprint} Music Music/Björk", 0, r"2 already there"),
    ("send --to {address} --files-from list.txt --music Music", 0, r"1 already there|1 file"),
    ("send --to {address} --report report.json backup.zip", 0, r"verified"),
    ("send --to {address} /", 2, r"everything on this computer"),
    ("trust add {fingerprint} Shelf", 0, r"trusted"),
    ("trust set Shelf", 2, r"--auto-accept"),
    ("trust set Shelf --auto-accept no", 0, r"asks each time"),
    ("schedule add --to Shelf --every day --at 3:05 --limit 5MB/s Music", 0, r"03:05"),
    ("schedule add --to Shelf --every day --at 25:00 Music", 2, r"HH:MM"),
    ("schedule remove 1", 0, r"Removed"),
    ("trust rename Shelf NAS", 0, r"“NAS”"),
    ("devices --timeout 1 --watch", 0, r"trusted"),
    ("backups list --from {address}", 3, r"Pair the two devices"),
    ("history", 0, r"sent to"),
    ("send --to {address} --files-from /dev/null", 2, r"names no file"),
    ("send --to {address} --report . Music", 2, r"is a folder"),
    ("send --to {address} --report one.flac Music", 2, r"is no report"),
    ("send --to {address} --text hello", 0, r"Sent the message"),
    ("send {address} one.flac", 2, r"--to NAME"),
    ("pair {address}", 2, r"needs a terminal"),
    ("trust set {digits} --restore yes", 0, r"“NAS”: asks each time, may fetch its backups"),
    ("trust remove NAS", 0, r"no longer trusted"),
    ("trust add {colons} 'Attic NAS'", 0, r"“Attic NAS” is trusted"),
    ("trust verify {colons}", 0, r"If they are the same"),
    ("schedule add --to 'Attic NAS' --every 6h --newest-backup --limit 2MB/s --on-metered --on-battery Music", 0, r"Every 6 hours: Newest Namida backup, Music"),
    ("schedule run 2", 7, r"2 already there(?s:.*)No Namida backup was found"),
    ("send --to {groups} --wait=0 ./Music/ ./one.flac", 0, r"1 file stored"),
    ("send --to {name} --pin-file list.txt -v one.flac", 0, r"Already there: one.flac"),
    ("send --to {name} --music=~/Music", 2, r"“~/Music” does not exist"),
    ("--json history --most 1", 0, r'"kept":1'),
    ("devices --all --json --timeout 1", 0, r'"away":false,"lastSeen":"2'),
]
AT_THE_NAS = [
    ("backups list {sender}", 0, r"Music"),
    ("backups usage --keep 1", 0, r"would go"),
    ("backups verify --no-repair", 0, r"no damage found"),
    ("backups find wav --json", 0, r'"place":"Music/rough.wav"'),
    ("backups restore 1 --here --into {home}/one --pick Music/Björk --yes", 0, r"Restored: 1 file"),
    ("backups restore 1 --here --zip-to {home} --preview", 0, r"Björk/Jóga.flac"),
    ("backups list --json", 0, r'"here":true'),
    ("backups compare 1 1", 0, r"the same files"),
    ("backups remove 1 --dry-run", 0, r"Would free"),
    ("backups undo 99", 1, r"no restore “99”"),
    ("backups remove 1 2 3", 2, r"one version at most"),
    ("backups show 1", 0, r"Kept as a backup in"),
    ("backups verify", 0, r"no damage found"),
    ("backups verify 99", 1, r"no version “99”"),
    ("backups find jóga", 0, r"Jóga.flac"),
    ("backups show latest", 1, r"backups list"),
    ("backups export 1 {home}", 0, r"Copied and verified"),
    ("backups export 1 {home}", 1, r"Choose another name"),
    ("backups restore 1", 2, r"--to NAME.*--here"),
    ("backups restore 1 --here --preview --into {home}/there", 0, r"--yes restores it into “.*there/Music”; --map “Music=FOLDER”"),
    ("backups restore 1 --here --into {home}/there", 2, r"--yes"),
    ("backups export 1 {home}/nowhere", 1, r"Could not open the folder"),
    ("backups compare 1", 2, r"compare ID ID"),
    ("backups pin 1", 0, r""),
    ("backups remove 1 --yes", 3, r"pinned"),
    ("backups trash", 0, r"empty"),
    ("backups take-back 1", 1, r"no version “1” in the trash.*backups trash"),
    ("backups succeed {sender} Nobody", 4, r"No trusted device"),
]


def try_lines(device, lines, port=None, folder=None, **words):
    """All at once would be faster, and would not be what a person does."""
    wrong = []
    for line, code, says in lines:
        command = [CLI, "--interface", "lo", "--alias", device.alias, *(["--port", str(port)] if port else []),
                   *shlex.split(line.format(**{key: shlex.quote(str(value)) for key, value in words.items()}))]
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
                              env=dict(environment(device.home), XDG_DATA_HOME=str(device.data)))
        said = done.stdout.decode() + done.stderr.decode()
        if done.returncode != code or not re.search(says, said):
            wrong.append(f"“{line}”: {done.returncode}, not {code}, or not “{says}”:\n{said}")
    assert not wrong, "\n".join(wrong)


def make_source(device):
    folder = device.home
    write(folder / "Music" / "Björk" / "Jóga.flac", b"1" * 1000)
    write(folder / "Music" / "rough.wav", b"2" * 1000)
    write(folder / "one.flac", b"3" * 1000)
    write(folder / "backup.zip", namida_zip(b"1"))
    write(folder / "other.zip", namida_zip(b"2"))
    (folder / "list.txt").write_text("Music/Björk/Jóga.flac\n")
    return folder


def test_alone(lab):
    """lines that need no other device"""
    device = lab.device("Laptop")
    try_lines(device, NOTHING_NEEDED, folder=make_source(device))


def test_alone_too(lab):
    """the same of the commands that came later"""
    device = lab.device("Laptop")
    try_lines(device, ALONE_TOO + ONCE_MORE + AND_AGAIN, folder=make_source(device), home=device.home)


def test_with_nas(lab):
    """lines about a device that receives, and at that device about what it received"""
    nas = lab.device("NAS")
    port = free_port()
    nas.command = lambda *arguments, port=port: [CLI, "--interface", "lo", "--data-dir", str(nas.data / "namida-sync"), "--alias", nas.alias, "--port",
                                                 str(port), *map(str, arguments)]
    fingerprint = nas.receive("--accept", "all", "--as", "backup")["fingerprint"]
    laptop = lab.device("Laptop")
    folder = make_source(laptop)
    try_lines(laptop, WITH_NAS, folder=folder, address=f"127.0.0.1:{port}", name=nas.alias, fingerprint=fingerprint.lower(),
              digits=fingerprint[:16], colons=":".join(fingerprint[i:i + 2] for i in range(0, 64, 2)),
              groups=" ".join(fingerprint[i:i + 4] for i in range(0, 16, 4)))
    nas.stop()
    try_lines(nas, AT_THE_NAS, folder=nas.home, sender=laptop.alias, home=nas.home)


def test_two_of_one_name(lab):
    """versions of two devices of one name are told apart; music that went into one's own folders is not restored elsewhere in silence"""
    nas = lab.receiver("--accept", "all", "--as", "library")
    music = write(lab.folder("source") / "Music" / "1.flac", b"1").parent
    prints = []
    for _ in range(2):
        sender = lab.device("Pixel")
        sender.alias = "Pixel 8"
        expect(0, sender.send(nas, music))
        prints.append(expect(0, sender.run("--json", "identity")).events[0]["fingerprint"])
    both = expect(0, nas.run("backups", "list", "pixel 8"))
    assert "the name of 2 devices" in both.err and all(f"backups list {digits[:16]}" in both.err for digits in prints), both.err
    for digits in prints:
        one = expect(0, nas.run("--json", "backups", "list", digits[:16])).events
        equal([version["fingerprint"] for version in one], [digits])
        equal(expect(0, nas.run("backups", "list", digits[:16])).err, "")
    refused = nas.run("backups", "restore", "1", "--here", "--into", nas.home / "there", "--yes")
    assert refused.code != 0 and "backups export 1 DIR" in refused.err, (refused.code, refused.out, refused.err)
    (nas.home / "copy").mkdir()
    expect(0, nas.run("backups", "export", "1", nas.home / "copy"))
    equal([path.name for path in (nas.home / "copy").rglob("*.flac")], ["1.flac"])


def test_units(_lab):
    """the manual page gives a unit of each number that any command prints, and of no other"""
    source = pathlib.Path(__file__).resolve().parents[2] / "src"
    text = "".join(path.read_text() for path in [*(source / "cli").rglob("*.c"), source / "backup" / "namida-inspection-json.c"])
    numbers = set(re.findall(r'namida_json_build_int \(\s*\w+,\s*"(\w+)"', text))
    numbers |= set(re.findall(r'set_member_name \(\w+, "(\w+)"\);\s*(?:if \([^;]*\)\s*)?json_builder_add_int_value', text))
    assert len(numbers) > 60, numbers
    numbers |= {"listens", "tracks"}  # of topTracks and playlists: add_counts()
    states = re.search(r"states\[NAMIDA_N_RESTORES\] = \{(.*?)\}", text).group(1)  # of a preview: one number for each
    numbers |= set(re.findall(r'"(\w+)"', states))
    equal(set(UNITS) ^ numbers, set(), "units in the manual page, and numbers in the source")


main(test_units, test_alone, test_alone_too, test_with_nas, test_two_of_one_name)
