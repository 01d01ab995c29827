/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub-history.h"

G_BEGIN_DECLS

/** NamidaWindow: the main window: the pages, or why this device cannot be seen. */
#define NAMIDA_TYPE_WINDOW (namida_window_get_type ())
G_DECLARE_FINAL_TYPE (NamidaWindow, namida_window, NAMIDA, WINDOW, AdwApplicationWindow)

NamidaWindow *
namida_window_new (GtkApplication *application, NamidaHub *hub, NamidaHubHistory *history, GSettings *settings);
NamidaHub *namida_window_get_hub (NamidaWindow *self);
GSettings *namida_window_get_settings (NamidaWindow *self);
/** namida_window_toast: @text: plain text. */
void namida_window_toast (NamidaWindow *self, const char *text);
/** namida_window_show_page: "devices", "transfers" or "backups". */
void namida_window_show_page (NamidaWindow *self, const char *page);
/** namida_window_choose_device: asks for a device to send @files (GListModel of GFile) to. */
void namida_window_choose_device (NamidaWindow *self, GListModel *files);
/** namida_window_show_problem: @problem: (nullable): why this device cannot be seen; %NULL: it can. */
void namida_window_show_problem (NamidaWindow *self, const GError *problem);

G_END_DECLS
