# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the window in other languages without installing them: creates catalogs from po/de.po and a locale that
otherwise equals C.UTF-8.

"de": German. "long": every string is forty percent longer, as in the longest languages. "ar": from right to left, in
English."""
import pathlib
import re
import shutil
import subprocess

GERMAN = pathlib.Path(__file__).resolve().parents[2] / "po" / "de.po"
LOCALES = {"de": "de_DE", "long": "fi_FI", "ar": "ar_EG"}
KEPT = re.compile(r"(%[-'0-9.]*(?:<PRIu64>|[a-zA-Z%]+)|\\.)")


def entries():
    """Yields (msgid, plural or None, translations) of the catalog."""
    text = subprocess.run(["msgattrib", "--no-obsolete", "--no-wrap", GERMAN], check=True, capture_output=True, text=True).stdout
    for block in text.split("\n\n"):
        fields, last = {}, None
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                last, line = line.split(" ", 1)
                fields[last] = ""
            fields[last] += line.strip()[1:-1]
        if fields.get("msgid"):
            yield fields["msgid"], fields.get("msgid_plural"), [fields[key] for key in sorted(fields) if key.startswith("msgstr")]


def longer(text):
    """Makes a text longer by two fifths; a short text, such as that of a button, inside the word."""
    if not re.search("[A-Za-z]{2}", KEPT.sub("", text)) or text in ("Namida Sync", "translator-credits") or text.startswith("%-"):
        return text
    more = max(2, len(KEPT.sub("", text)) * 2 // 5)
    pad = "ä" * more if more < 6 else " " + " ".join("ö" * min(8, more - i) for i in range(0, more, 9))
    ends = re.search(r"(\\n|[…:.?!])+$", text)
    return text[: ends.start()] + pad + ends.group(0) if ends else text + pad


def spoken(text):
    return re.sub("_(?=.)", "", text, count=1).replace('\\"', '"').replace("\\n", "\n")


class Words:
    """The translations of English strings in the window, and the environment for them."""

    def __init__(self, folder, language=None):
        self.table, self.language, self.env = {}, language, {}
        if language is None:
            return
        made = []
        for msgid, plural, german in entries():
            texts = german if language == "de" else [longer(t) for t in [msgid] + ([plural] if plural else [])] if language == "long" else None
            if texts is None:
                continue
            self.table[msgid.replace('\\"', '"')] = texts[0]
            # Without this mark, msgfmt treats <PRIu64> as text.
            mark = "#, c-format\n" if "<PRI" in msgid else ""
            made.append(mark + f'msgid "{msgid}"\n' + (f'msgid_plural "{plural}"\n' + "".join(f'msgstr[{i}] "{t}"\n' for i, t in enumerate(texts))
                                                if plural else f'msgstr "{texts[0]}"\n'))
        name = LOCALES[language]
        (folder / name / "LC_MESSAGES").mkdir(parents=True)
        head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        (folder / "made.po").write_text(head + "\n".join(made))
        subprocess.run(["msgfmt", "-o", folder / name / "LC_MESSAGES" / "namida-sync.mo", folder / "made.po"], check=True)
        shutil.copytree("/usr/lib/locale/C.utf8", folder / "locale" / f"{name}.utf8")
        self.env = {"LOCPATH": str(folder / "locale"), "LC_ALL": f"{name}.UTF-8", "LANGUAGE": name, "NAMIDA_LOCALE_DIR": str(folder)}

    def raw(self, text):
        return self.table.get(text, text)

    def __call__(self, text, *values):
        """Returns the text as AT-SPI reports it, without the mnemonic marker."""
        said = spoken(self.raw(text))
        return said % values if values else said

    def mnemonic(self, text):
        return re.search("_(.)", self.raw(text)).group(1).lower()
