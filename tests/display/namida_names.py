# SPDX-License-Identifier: GPL-3.0-or-later
"""Which widgets of the window a person can reach without hearing what they are."""
import re

from namida_display import Atspi, everything, name_of

# What passes the focus on to what is in it, and parts of widgets whose parent has the name.
INNER = ("filler", "list", "scroll pane", "panel", "scroll bar", "window", "frame", "dialog", "viewport", "redundant object")
# The same within AdwPreferencesWindow and the lists that drop down: libadwaita's own, and out of reach until they open.
TOOLKIT_PARENTS = ("GtkListView", "AdwViewSwitcher")
TOOLKIT_NAMES = ("GtkSearchEntry", "GtkImage")


def chain(node):
    words = []
    while node is not None and len(words) < 8:
        words.append(f"{node.get_role_name()} “{node.get_name()}”")
        node = node.get_parent()
    return " in ".join(words)


def within_named_choice(node):
    """What an AdwComboRow shows as chosen, in newer versions of libadwaita a nameless entry of a list that nobody reaches until it opens."""
    for _ in range(5):
        node = node.get_parent()
        if node is None:
            return False
        if node.get_role_name() == "combo box":
            return bool((node.get_name() or "").strip())
    return False


def nameless():
    """Widgets that a person can reach by Tab and that say nothing of themselves."""
    found = []
    for node in everything():
        states = node.get_state_set()
        if not states.contains(Atspi.StateType.FOCUSABLE) or not states.contains(Atspi.StateType.VISIBLE):
            continue
        name = name_of(node)
        # GTK names what has no name after its class.
        parent = node.get_parent()
        # The head of an AdwExpanderRow is a row in a list of its own; what can be pressed in it has a name.
        if node.get_role_name() == "list item" and parent is not None and parent.get_name() == "GtkListBox" and not name:
            continue
        if node.get_role_name() == "list item" and not name and within_named_choice(node):
            continue
        if name in TOOLKIT_NAMES or (parent is not None and parent.get_name() in TOOLKIT_PARENTS):
            continue
        if node.get_role_name() not in INNER and (not name.strip() or re.fullmatch(r"(Gtk|Adw|Namida)[A-Z]\w*", name)):
            found.append(chain(node))
    return found
