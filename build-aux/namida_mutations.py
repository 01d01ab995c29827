# SPDX-License-Identifier: GPL-3.0-or-later
"""For check-mutations: reads the lists of faults and builds them into a copy of the source, each behind a condition that an environment
variable turns on. A fault is found by its function and its text, so that it stays with its code when the code moves."""
import hashlib
import re

# The 31 bits that identify a fault in the program; the fault that is turned on, and the file that records which ones were reached.
HEADER = """/* Made by build-aux/check-mutations. */
#pragma once
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__ ((unused)) static int
namida_fault (int fault, unsigned char *noted)
{
  static int on = -1;
  static const char *notes;
  char path[4096];

  if (on < 0)
    {
      const char *text = getenv ("NAMIDA_FAULT");
      notes = getenv ("NAMIDA_FAULT_NOTES");
      on = text != NULL ? atoi (text) : 0;
    }
  if (notes != NULL && !*noted)
    {
      *noted = 1;
      snprintf (path, sizeof path, "%s/%d", notes, fault);
      int file = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
      if (file >= 0)
        close (file);
    }
  return on == fault;
}
#define NAMIDA_FAULT(n) (__extension__ ({ static unsigned char noted; namida_fault ((n), &noted); }))
"""
SYNC = re.compile(r"\b(?:fsync|fdatasync|syncfs|namida_sync_folder) \((?:[^()]|\([^()]*\))*\)")


class ListError(Exception):
    """Raised for an entry that does not fit the source."""


class Fault:
    def __init__(self, file, function, name, right, faulty, why, origin):
        self.file, self.function, self.name = file, function, name
        self.right, self.faulty, self.why, self.origin = right, faulty, why, origin
        self.start = self.end = 0
        digest = hashlib.sha256("\0".join((file, function, right, faulty)).encode()).digest()
        self.id = int.from_bytes(digest[:4], "big") % (2**31 - 2) + 1

    @property
    def folder(self):
        return self.file.split("/")[1]

    def __str__(self):
        return f"{self.file}: {self.function}: {self.name}"


def read_list(path):
    """Reads the entries: “@ file function”, then for each fault “= name”, “- right”, “+ faulty” and, for a survivor, “! why”. An indented
    line continues the previous one."""
    fields, place, faults = {}, None, []

    def end():
        if fields:
            missing = {"=", "-", "+"} - fields.keys()
            if missing or place is None:
                raise ListError(f"{path.name}: “{fields.get('=', '?')}” lacks {' '.join(sorted(missing)) or '@'}")
            faults.append(Fault(*place, fields["="], fields["-"], fields["+"], fields.get("!", ""), path.name))
            fields.clear()

    last = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0] == " " and last:
            fields[last] += " " + line.strip()
            continue
        mark, text = line[0], line[1:].strip()
        if mark in "@=":
            end()
        if mark == "@":
            place = tuple(text.split(" "))
        elif mark in "=-+!":
            fields[mark], last = text, mark
        else:
            raise ListError(f"{path.name}: this line has no meaning: {line}")
    end()
    return faults


def function_span(text, name):
    """Returns (start, end) of the body of the function. A function that is defined twice (#if) is an error."""
    found = [match.end() for match in re.finditer(rf"^{re.escape(name)} \((?:[^;{{}}]|\n)*?\)\n\{{", text, re.M)]
    if len(found) != 1:
        raise ListError("there is no such function" if not found else "the function is there twice")
    end = text.find("\n}", found[0])
    return found[0], end


def pattern_of(code):
    """Returns a pattern that matches the code however it is broken into lines."""
    return r"\s*".join(re.escape(word) for word in re.findall(r"\w+|[^\w\s]", code))


def place(fault, text):
    start, end = function_span(text, fault.function)
    found = list(re.finditer(pattern_of(fault.right), text[start:end]))
    # Do not match in the middle of a longer word.
    found = [match for match in found if not re.match(r"\w", text[start + match.end():start + match.end() + 1])
             or not re.search(r"\w$", fault.right)]
    found = [match for match in found if not re.search(r"\w$", text[start + match.start() - 1]) or not re.match(r"\w", fault.right)]
    if len(found) != 1:
        raise ListError(f"“{fault.right}” is {'not' if not found else f'{len(found)} times'} in it")
    fault.start, fault.end = start + found[0].start(), start + found[0].end()


def find_syncs(root):
    """Yields a fault for each call that makes something durable; the fault leaves the call out."""
    for path in sorted((root / "src").rglob("*.c")):
        text = path.read_text(encoding="utf-8")
        counts = {}
        for match in SYNC.finditer(text):
            head = list(re.finditer(r"^(\w+) \((?:[^;{}]|\n)*?\)\n\{", text[:match.start()], re.M))
            if not head or text.find("\n}", head[-1].end()) < match.start():
                continue
            function = head[-1].group(1)
            counts[function] = counts.get(function, 0) + 1
            fault = Fault(str(path.relative_to(root)), function, f"fsync {counts[function]} left out", match.group(0),
                          f"(errno = 0, 0 /* {counts[function]} */)", "", "fsync")
            fault.start, fault.end = match.span()
            yield fault


def render(text, start, end, faults):
    """Returns the code from @start to @end with the faults in it; a fault may be inside another one."""
    out, at = [], start
    faults = sorted(faults, key=lambda fault: (fault.start, -fault.end))
    while faults:
        first = faults[0]
        same = [fault for fault in faults if (fault.start, fault.end) == (first.start, first.end)]
        inside = [fault for fault in faults if fault not in same and fault.start >= first.start and fault.end <= first.end]
        crossing = [fault for fault in faults if fault not in same and fault not in inside and fault.start < first.end]
        if crossing:
            raise ListError(f"{crossing[0]} and {first} overlap")
        right = render(text, first.start, first.end, inside)
        for fault in same:
            if fault.right.rstrip().endswith(";"):
                right = f"{{ if (NAMIDA_FAULT ({fault.id})) {{ {fault.faulty} }} else {{ {right} }} }}"
            else:
                right = f"(NAMIDA_FAULT ({fault.id}) ? ({fault.faulty}) : ({right}))"
        out += [text[at:first.start], right]
        at = first.end
        faults = [fault for fault in faults if fault not in same and fault not in inside]
    return "".join(out) + text[at:end]


def write_changed(path, content):
    """Writes a file only if it has changed, so that only changed files are rebuilt."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def load(root):
    """Returns (faults, errors in the lists)."""
    faults, wrong = [], []
    for path in sorted((root / "tests" / "mutations").glob("*.txt")):
        faults += read_list(path)
    names = {fault.id: str(fault) for fault in find_syncs(root)}
    whys = {}
    for fault in faults:
        if fault.name.startswith("fsync ") and fault.right == "fsync":
            whys[(fault.file, fault.function, fault.name)] = fault.why
    syncs = list(find_syncs(root))
    for fault in syncs:
        fault.why = whys.pop((fault.file, fault.function, fault.name), "")
    wrong += [f"{file}: {function}: {name}: there is no such call" for file, function, name in whys]
    faults = [fault for fault in faults if not (fault.name.startswith("fsync ") and fault.right == "fsync")]
    placed = []
    for fault in faults:
        try:
            place(fault, (root / fault.file).read_text(encoding="utf-8"))
            if fault.id in names:
                raise ListError("it is there twice")
            names[fault.id] = str(fault)
            placed.append(fault)
        except (ListError, OSError) as error:
            wrong.append(f"{fault}: {error}")
    faults = placed + syncs
    for name in sorted({fault.file for fault in faults}):
        text = (root / name).read_text(encoding="utf-8")
        try:
            render(text, 0, len(text), [fault for fault in faults if fault.file == name])
        except ListError as error:
            wrong.append(str(error))
    return faults, wrong


def copy_tree(root, to, files, faults):
    # Remove files that no longer exist; otherwise a renamed file would be found by its old name.
    kept = set(files)
    for path in list(to.rglob("*")):
        if path.is_file() and str(path.relative_to(to)) not in kept:
            path.unlink()
    for name in files:
        content = (root / name).read_bytes()
        mine = [fault for fault in faults if fault.file == name]
        if mine:
            text = content.decode()
            content = render(text, 0, len(text), mine).encode()
        write_changed(to / name, content)
        (to / name).chmod((root / name).stat().st_mode)
    write_changed(to.parent / "namida-fault.h", HEADER.encode())
