# SPDX-License-Identifier: GPL-3.0-or-later
"""“Send with Namida Sync” in the context menu of Files (Nautilus), where python3-nautilus is installed. The window takes what is selected and asks
for the device. Nautilus loads this file and calls it in its main thread."""
import gettext

from gi.repository import Gio, GObject, Nautilus

DESKTOP_ID = "io.github.namida_sync.Desktop.desktop"


class NamidaSyncMenu(GObject.GObject, Nautilus.MenuProvider):
    def get_file_items(self, *args):
        """The selected files come last; older versions of Nautilus name the window before them."""
        files = args[-1]
        if not files or any(file.get_uri_scheme() != "file" for file in files):
            return []
        item = Nautilus.MenuItem(name="NamidaSyncMenu::Send", label=gettext.dgettext("namida-sync", "Send with Namida Sync"))
        item.connect("activate", self.send, [file.get_uri() for file in files])
        return [item]

    def get_background_items(self, *args):
        return []

    def send(self, item, uris):
        try:
            program = Gio.DesktopAppInfo.new(DESKTOP_ID)
        except TypeError:  # it was uninstalled meanwhile
            return
        program.launch_uris(uris, None)
