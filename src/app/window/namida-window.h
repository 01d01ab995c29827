/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-shell.h"

G_BEGIN_DECLS

/**
 * NamidaWindow:
 *
 * The main window: Devices, Transfers and Backups with tabs, and one page that may be pushed over them. It has the
 * style class "narrow" while the tabs are at the bottom. Main context.
 *
 * Rows and pages use its actions, so that they do not depend on it; a device is named by its key
 * (namida_device_dup_key()): win.send, win.pair, win.show-device, win.forget-device, win.block-device (s: key),
 * win.get-backups (s: key, "" for any device), win.send-files (sas: key, "" to choose one, and URIs), win.show-version,
 * win.restore (s: id of a version), win.back, win.toast (s), win.toast-folder
 * (say: a text and a folder to open), win.copy (s), win.open-folder (ay), win.page (s),
 * win.refresh, win.scan, win.add-address, win.rename.
 */
#define NAMIDA_TYPE_WINDOW (namida_window_get_type ())
G_DECLARE_FINAL_TYPE (NamidaWindow, namida_window, NAMIDA, WINDOW, AdwApplicationWindow)

/** namida_window_new: @history: the transfers of earlier runs. Returns: (transfer none) */
NamidaWindow *
namida_window_new (GtkApplication *application, NamidaHub *hub, NamidaHubHistory *history, GSettings *settings);
/** namida_window_show_problem: @problem: (nullable): why this device cannot be seen; %NULL: it can. */
void namida_window_show_problem (NamidaWindow *self, const GError *problem);

G_END_DECLS
