/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-shell.h"

G_BEGIN_DECLS

/**
 * NamidaWindow:
 *
 * The main window: Devices, Transfers and Backups with tabs, and one page that may be pushed over them. Its style class
 * is "narrow" while the tabs stand at the bottom. Main context.
 *
 * What rows and pages want goes through its actions, so that they need not know it; a device is named by its key
 * (namida_device_dup_key()): win.send, win.pair, win.show-device, win.forget-device, win.block-device (s: key),
 * win.get-backups (s: key, "" for any device), win.send-files (sas: key, "" to choose one, and URIs), win.show-version,
 * win.restore (s: id of a version), win.back, win.toast (s), win.toast-folder
 * (say: a text and a folder to open), win.copy (s), win.open-folder (ay), win.page (s),
 * win.refresh, win.scan, win.add-address, win.rename.
 */
#define NAMIDA_TYPE_WINDOW (namida_window_get_type ())
G_DECLARE_FINAL_TYPE (NamidaWindow, namida_window, NAMIDA, WINDOW, AdwApplicationWindow)

NamidaWindow *
namida_window_new (GtkApplication *application, NamidaHub *hub, NamidaHubHistory *history, GSettings *settings);
/** namida_window_show_problem: @problem: (nullable): why this device cannot be seen; %NULL: it can. */
void namida_window_show_problem (NamidaWindow *self, const GError *problem);

G_END_DECLS
