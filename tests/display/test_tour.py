#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_tour.py CONDITION: tests every page and dialog. Each focusable widget has an accessible name, nothing is wider
than a narrow window, and from right to left, the order of the widgets is mirrored. Prints TAP.

CONDITION: long (every string forty percent longer, the text a quarter larger), large (the text twice as large), ar
(from right to left, high contrast), de (German, dark).
NAMIDA_SCREENSHOTS=DIR instead saves screenshots of each in light and dark, wide and narrow, and of the pages with high
contrast and from right to left."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

from namida_display import FRAME, PICTURES, Atspi, Lab, everything, find, picture, place, run, xdo
from namida_names import nameless
from namida_tour import Tour
from namida_words import Words

# Windows of the toolkit's own making, whose width is not ours.
OTHERS = ("about", "shortcuts")
LOOKS = ("light", "dark")
# What is pictured in the looks that show how a page is drawn.
PAGES = ("devices", "device", "backups", "transfers", "version", "accept")
# Questions take the room that they need and no more.
QUESTIONS = ("blocked", "cancel", "chooser", "clear", "forget", "leaving", "replace", "unencrypted")


def width(window):
    return int(next(line for line in xdo("getwindowgeometry", "--shell", window) if line.startswith("WIDTH")).split("=")[1])


def take(name, window, mode, size, popover):
    """Without the ring of the focus: the pictures are of someone who points."""
    if size:
        place(window, 0, 0, *size)
    # GTK takes the ring away three seconds after the last key.
    time.sleep(3.3 if size == (1000, 640) else 0.3)
    picture(name + ("" if popover else f"-{width(window)}") + f"-{mode}", window)


def pictures(mode):
    def see(name, window, popover=False):
        if popover:
            if name == "drop":
                take("drop-1000", window, mode, None, True)
            return
        xdo("mousemove", 1200, 1000)
        page = width(window) > 900
        take(name, window, mode, (1000, 640) if page else None, False)
        if name not in OTHERS + QUESTIONS and mode in LOOKS:
            take(name, window, mode, (360, 640), False)

    def see_page(name, window, popover=False):
        if name in PAGES:
            see(name, window, popover)
    return see if mode in LOOKS else see_page


def looks(tour, language):
    """Returns what looks at each stop, what was seen, and what is wrong with it."""
    seen, wrong = set(), []

    def see(name, window, popover=False):
        seen.add(name)
        if name in OTHERS:
            return
        wrong.extend(f"{name}: without a name: {bad}" for bad in nameless())
        if not popover:
            if name not in QUESTIONS:
                place(window, 0, 0, 360, 640)
            if width(window) > 360 + (FRAME if name == "preferences" else 0):
                wrong.append(f"{name}: cannot be narrower than {width(window)}")
        if language == "ar" and name == "devices":
            mirrored(tour)
        if language == "de" and name == "backups" and not any("2 Wiedergabelisten" in (n.get_name() or "") for n in everything()):
            wrong.append("the window does not count in German")
        keep(name, window)
    return see, seen, wrong


def keep(name, window):
    """NAMIDA_TOUR_PICTURES=DIR: what the test saw."""
    if os.environ.get("NAMIDA_TOUR_PICTURES"):
        subprocess.run(["import", "-window", window, f"{os.environ['NAMIDA_TOUR_PICTURES']}/{name}.png"], check=True)


def middle(node):
    area = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    return area.x + area.width / 2


def mirrored(tour):
    """The menu, and what is done with a row, stand on the left; the list of pages begins on the right."""
    assert middle(tour.button("Main Menu")) < 180, "the menu did not change sides"
    row = find("ThinkPad" + tour.mark, "list item")
    send = next(n for n in everything() if n.get_name() == f"Send to ThinkPad{tour.mark}" and n.get_component_iface() is not None)
    assert middle(send) < middle(row) - 60, "what sends did not change sides"
    pencil = next(n for n in everything() if n.get_name() == "Rename This Device" and n.get_component_iface() is not None)
    assert middle(pencil) < 120, "the pencil did not change sides"


def larger(factor):
    """As a desktop's setting for large text does; GTK on X11 listens to this and not to the gtk-xft-dpi of a settings.ini."""
    (pathlib.Path.home() / ".Xdefaults").write_text(f"Xft.dpi: {96 * factor:g}\n")


class Wrong(Exception):
    """What a person would see; anything else may be the driver's."""


def once(lab, language):
    tour = Tour(lab, Words(lab.path / "words", None if language == "large" else language), None)
    tour.see, seen, wrong = looks(tour, language)
    tour.width = 360
    if language == "long":
        larger(1.25)
    if language == "large":
        larger(2)
    if language == "ar":
        lab.env["ADW_DEBUG_HIGH_CONTRAST"] = "1"
    tour.all()
    said = "".join(pathlib.Path(process.log.name).read_text() for process in lab.processes)
    if language == "de" and not all(words in said for words in ("1197-mal gehört", "11 Dateien", "2 Wiedergabelisten")):
        wrong.append("the command line does not count in German")
    wrong += lab.complaints()
    if wrong:
        raise Wrong(wrong)
    assert len(seen) > 25, f"only {sorted(seen)} were seen"


def go(lab, language):
    """GTK 4.8 now and then dies of a question of AT-SPI about a window that just came or went: such a tour is begun anew, twice."""
    for last in (False, False, True):
        own = Lab(lab.light)
        failed = True
        try:
            once(own, language)
            failed = False
            return
        except Wrong:
            raise
        except Exception as error:
            if last:
                raise
            print(f"# Begun anew: {error}", flush=True)
        finally:
            own.close(failed)


def test_long(lab):
    go(lab, "long")


def test_large(lab):
    go(lab, "large")


def test_right_to_left(lab):
    go(lab, "ar")


def test_german(lab):
    go(lab, "de")


def grouping(lab):
    """Numbers as a person has them, "1,197", where this system can make such a locale; C.UTF-8 groups no digits."""
    locales = lab.path / "locale"
    shutil.copytree("/usr/lib/locale/C.utf8", locales / "C.utf8")
    if shutil.which("localedef") and subprocess.run(["localedef", "-i", "en_GB", "-f", "UTF-8", locales / "en_GB.utf8"],
                                                    capture_output=True).returncode == 0:
        del lab.env["LC_ALL"]
        lab.env.update(LOCPATH=str(locales), LANG="C.UTF-8", LC_NUMERIC="en_GB.UTF-8")


def pictured(look):
    """One for the documentation, with the names of a home as people have it."""
    def test_pictures(lab):
        home = pathlib.Path.home()
        words = Words(lab.path / "words", "ar" if look == "rtl" else None)
        if look == "contrast":
            lab.env["ADW_DEBUG_HIGH_CONTRAST"] = "1"
        if look != "rtl":
            grouping(lab)
        Tour(lab, words, pictures(look), alone=True, folders=(home / "Namida" / "Backups", home / "Music")).all()
    return test_pictures


if PICTURES:
    run([(pictured(look), look != "dark") for look in sys.argv[1:] or LOOKS + ("contrast", "rtl")])
run([{"long": (test_long, True), "large": (test_large, True), "ar": (test_right_to_left, True), "de": (test_german, False)}[sys.argv[1]]])
