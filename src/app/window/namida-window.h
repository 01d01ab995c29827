/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-device-dates.h"

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
 * win.restore (s: id of a version), win.back, win.toast (s), win.copy (s), win.open-folder (ay), win.page (s),
 * win.refresh, win.scan, win.add-address, win.rename.
 */
#define NAMIDA_TYPE_WINDOW (namida_window_get_type ())
G_DECLARE_FINAL_TYPE (NamidaWindow, namida_window, NAMIDA, WINDOW, AdwApplicationWindow)

NamidaWindow *
namida_window_new (GtkApplication *application, NamidaHub *hub, NamidaHubHistory *history, GSettings *settings);
NamidaHub *namida_window_get_hub (NamidaWindow *self);
GSettings *namida_window_get_settings (NamidaWindow *self);
/** namida_window_get_dates: Returns: (transfer none): the last backups of all devices. */
NamidaDeviceDates *namida_window_get_dates (NamidaWindow *self);
/** namida_window_toast: @text: plain text. */
void namida_window_toast (NamidaWindow *self, const char *text);
/**
 * namida_window_toast_action: a toast with a button.
 * @text: plain text
 * @label: of the button, without a mnemonic, which would be read aloud
 * @pressed: called with @user_data (swapped) when it is pressed
 * @destroy: (nullable): of @user_data, when the toast is gone
 */
void namida_window_toast_action (NamidaWindow *self,
                                 const char *text,
                                 const char *label,
                                 GCallback pressed,
                                 gpointer user_data,
                                 GDestroyNotify destroy);
/** namida_window_push: @page: (transfer floating): slides over the three pages, in place of one that was pushed before;
 * it has a header bar of its own and takes the focus. */
void namida_window_push (NamidaWindow *self, GtkWidget *page);
/** namida_window_pop: the pushed page slides away; the focus returns to where it was. */
void namida_window_pop (NamidaWindow *self);
/** namida_window_get_pushed: Returns: (transfer none) (nullable) */
GtkWidget *namida_window_get_pushed (NamidaWindow *self);
/** namida_window_show_drop: whether all of the window says that it takes a drop; @what: (nullable): what hovers. */
void namida_window_show_drop (NamidaWindow *self, gboolean shown, const char *what);
/** namida_window_show_page: "devices", "transfers" or "backups"; the focus is in it then. */
void namida_window_show_page (NamidaWindow *self, const char *page);
/** namida_window_search_transfers: shows the Transfers page with those that have @text in their words. */
void namida_window_search_transfers (NamidaWindow *self, const char *text);
/** namida_window_choose_device: asks for a device to send @files (GListModel of GFile) to. */
void namida_window_choose_device (NamidaWindow *self, GListModel *files);
/** namida_window_show_problem: @problem: (nullable): why this device cannot be seen; %NULL: it can. */
void namida_window_show_problem (NamidaWindow *self, const GError *problem);

G_END_DECLS
