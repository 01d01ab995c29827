# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests what build-aux/setup prints where it cannot install, and what build-aux/run builds. Each case runs a copy of
the script with a PATH of simulated programs, so nothing is installed. Prints TAP. Usage: test_setup.py CHECKOUT"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(sys.argv[1])
TOOLS = ["bash", "sh", "env", "awk", "sed", "sort", "head", "comm", "grep", "tail", "mktemp", "rm", "tr", "dirname", "cat", "tee", "true"]


class World:
    """A checkout with build-aux alone, an /etc/os-release, and a PATH with only what a case puts there."""

    def __init__(self, folder, os_release, **stubs):
        self.folder = pathlib.Path(folder)
        shutil.copytree(SOURCE / "build-aux", self.folder / "build-aux")
        (self.folder / "etc").mkdir()
        (self.folder / "etc/os-release").write_text(os_release)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        for name, text in stubs.items():
            self.stub(name.replace("_", "-"), text)

    def stub(self, name, text):
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + text + "\n")
        path.chmod(0o755)

    def run(self, *command):
        environment = {"PATH": str(self.bin), "NAMIDA_OS_ROOT": str(self.folder), "HOME": str(self.folder)}
        ran = subprocess.run([self.bin / "bash", *(command or (self.folder / "build-aux/setup", "build", "run"))], env=environment, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60)
        return ran.returncode, ran.stderr


DEBIAN = 'ID=debian\nVERSION_ID="12"\n'
NOTHING_INSTALLED = "exit 0"
USER = "echo 1000"
ROOT = "echo 0"


def old_debian(folder):
    code, said = World(folder, 'ID=debian\nVERSION_ID="11"\n', dpkg_query=NOTHING_INSTALLED, id=ROOT).run()
    assert code == 1 and "Debian 11" in said and "Debian 12 or newer" in said, said


def testing_has_no_number(folder):
    code, said = World(folder, "ID=debian\n", dpkg_query=NOTHING_INSTALLED, id=ROOT, apt_get="exit 0", meson="echo 1.7.0").run()
    assert code == 0, said


def no_dpkg(folder):
    for release, command in (('ID=fedora\nVERSION_ID=41\n', "sudo dnf install"), ("ID=arch\n", "sudo pacman -S"),
                             ("ID=manjaro\nID_LIKE=arch\n", "sudo pacman -S"), ('ID=opensuse-leap\nID_LIKE="suse opensuse"\n', "sudo zypper install"),
                             ("ID=void\n", "equivalents of these Debian packages")):
        with tempfile.TemporaryDirectory() as other:
            code, said = World(other, release).run()
            assert code == 1 and command in said and "Missing: meson" in said, said


def wrong_password(folder):
    code, said = World(folder, DEBIAN, dpkg_query=NOTHING_INSTALLED, id=USER, sudo="exit 1").run()
    assert code == 1 and "administrator rights" in said and "apt-get install" in said, said
    assert "network connection" not in said, said


def no_sudo(folder):
    code, said = World(folder, DEBIAN, dpkg_query=NOTHING_INSTALLED, id=USER).run()
    assert code == 1 and "there is no sudo" in said, said


def install_fails(folder):
    code, said = World(folder, DEBIAN, dpkg_query=NOTHING_INSTALLED, id=ROOT,
                       apt_get='case "$*" in *assume-no*) echo "Need to get 238 MB of archives."; exit 1;; *install*) echo "E: No space left"; exit 100;; esac').run()
    assert code == 1 and "Need to get 238 MB" in said and "No space left" in said, said


def old_meson(folder):
    code, said = World(folder, DEBIAN, dpkg_query=NOTHING_INSTALLED, id=ROOT, apt_get="exit 0", meson="echo 0.61.2").run()
    assert code == 1 and "meson 0.61.2 is too old" in said, said


def run_builds_little(folder):
    """The first start waits for the two programs only, built with the headers read once, and without what costs the optimizer most of its time; a
    second start builds nothing anew."""
    world = World(folder, DEBIAN, id=ROOT, python3="exit 0")
    packages = "\n".join(line.split()[1] for line in (SOURCE / "build-aux/dependencies").read_text().splitlines() if line.startswith(("build ", "run ")))
    (world.folder / "installed").write_text("".join(f"ii {name}\n" for name in packages.split()))
    world.stub("dpkg-query", f"cat {world.folder}/installed")
    world.stub("meson", f'''echo "meson $*" >>{world.folder}/calls
if [ "$1" = --version ]; then echo 1.0.1; exit 0; fi
mkdir -p "$2/meson-private" "$2/src/cli" && : >"$2/build.ninja" && : >"$2/meson-private/coredata.dat"
printf '#!/bin/sh\\necho started "$@"\\n' >"$2/src/cli/namida-sync-cli" && chmod +x "$2/src/cli/namida-sync-cli"''')
    world.stub("ninja", f'echo "ninja $*" >>{world.folder}/calls')
    for tool in ("mkdir", "chmod"):
        (world.bin / tool).symlink_to(shutil.which(tool))
    build = world.folder.resolve() / "build"
    for start in (1, 2):
        code, said = world.run(world.folder / "build-aux/run")
        assert code == 0, said
        calls = (world.folder / "calls").read_text().splitlines()
        setups = [call.split() for call in calls if call.startswith("meson setup")]
        assert len(setups) == 1 and {"-Dprecompiled_headers=true", "-Doptimization=1"} <= set(setups[0]), calls
        assert calls.count(f"ninja -C {build} programs") == start, calls


CASES = [old_debian, testing_has_no_number, no_dpkg, wrong_password, no_sudo, install_fails, old_meson, run_builds_little]
print(f"1..{len(CASES)}")
failed = False
for number, case in enumerate(CASES, 1):
    with tempfile.TemporaryDirectory() as made:
        try:
            case(made)
            print(f"ok {number} - {case.__name__}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed = True
            print(f"not ok {number} - {case.__name__}\n# " + repr(error).replace("\n", "\n# "), flush=True)
sys.exit(failed)
