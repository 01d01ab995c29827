# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds widgets of the window that have the keyboard focus but no accessible name."""
import re

from namida_display import Atspi, everything, name_of

# Containers that pass the focus to their children, and parts of widgets whose parent has the name.
INNER = ("filler", "list", "scroll pane", "panel", "scroll bar", "window", "frame", "dialog", "viewport", "redundant object")
# The same inside AdwPreferencesWindow and drop-down lists: these belong to libadwaita and are not reachable until they open.
TOOLKIT_PARENTS = ("GtkListView", "AdwViewSwitcher")
TOOLKIT_NAMES = ("GtkSearchEntry", "GtkImage")


def chain(node):
    words = []
    while node is not None and len(words) < 8:
        words.append(f"{node.get_role_name()} “{node.get_name()}”")
        node = node.get_parent()
    return " in ".join(words)


def within_named_choice(node):
    """Returns whether @node is in an AdwComboRow: newer versions of libadwaita have a nameless item there, not reachable until the list opens."""
    for _ in range(5):
        node = node.get_parent()
        if node is None:
            return False
        if node.get_role_name() == "combo box":
            return bool((node.get_name() or "").strip())
    return False


def holds_named_row(node, depth=5):
    """Returns whether @node is an AdwExpanderRow of a newer libadwaita: a nameless item, whose head is an item with its name."""
    children = [node.get_child_at_index(i) for i in range(node.get_child_count())] if depth else []
    return any((child.get_role_name() == "list item" and (child.get_name() or "").strip()) or holds_named_row(child, depth - 1)
               for child in children if child is not None)


def nameless():
    """Returns the widgets that are reachable with Tab and have no accessible name."""
    found = []
    for node in everything():
        states = node.get_state_set()
        if not states.contains(Atspi.StateType.FOCUSABLE) or not states.contains(Atspi.StateType.VISIBLE):
            continue
        name = name_of(node)
        # GTK uses the class name for widgets without a name.
        parent = node.get_parent()
        # The head of an AdwExpanderRow is a row in its own list; the widgets in it that can be pressed have names.
        if node.get_role_name() == "list item" and parent is not None and parent.get_name() == "GtkListBox" and not name:
            continue
        if node.get_role_name() == "list item" and not name and (within_named_choice(node) or holds_named_row(node)):
            continue
        if name in TOOLKIT_NAMES or (parent is not None and parent.get_name() in TOOLKIT_PARENTS):
            continue
        # A label of its own beside that of the row.
        if node.get_role_name() in ("check box", "radio button", "toggle button", "switch") and re.fullmatch(r"(.{3,}) \1", name):
            found.append("said twice: " + chain(node))
        if node.get_role_name() not in INNER and (not name.strip() or re.fullmatch(r"(Gtk|Adw|Namida)[A-Z]\w*", name)):
            found.append(chain(node))
    return found
