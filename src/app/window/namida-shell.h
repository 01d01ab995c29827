/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface through which rows, pages and flows use the window that they are in, without depending on it.
 * NamidaWindow is the only implementation. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-device-dates.h"
#include "namida-hub-history.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_SHELL (namida_shell_get_type ())
G_DECLARE_INTERFACE (NamidaShell, namida_shell, NAMIDA, SHELL, GtkWindow)

struct _NamidaShellInterface
{
  GTypeInterface g_iface;
  NamidaHub *(*get_hub) (NamidaShell *self);
  GSettings *(*get_settings) (NamidaShell *self);
  NamidaDeviceDates *(*get_dates) (NamidaShell *self);
  NamidaHubHistory *(*get_history) (NamidaShell *self);
  void (*toast) (NamidaShell *self, const char *text);
  void (*toast_action) (NamidaShell *self,
                        const char *text,
                        const char *label,
                        GCallback pressed,
                        gpointer user_data,
                        GDestroyNotify destroy);
  void (*push) (NamidaShell *self, GtkWidget *page);
  void (*pop) (NamidaShell *self);
  void (*show_drop) (NamidaShell *self, gboolean shown, const char *what);
  void (*show_page) (NamidaShell *self, const char *page);
  void (*search_transfers) (NamidaShell *self, const char *text);
  void (*choose_device) (NamidaShell *self, GListModel *files);
};

/** namida_shell_get_hub: Returns: (transfer none) */
NamidaHub *namida_shell_get_hub (NamidaShell *self);
/** namida_shell_get_settings: Returns: (transfer none) */
GSettings *namida_shell_get_settings (NamidaShell *self);
/** namida_shell_get_dates: Returns: (transfer none): the last backups of all devices. */
NamidaDeviceDates *namida_shell_get_dates (NamidaShell *self);
/** namida_shell_get_history: Returns: (transfer none): the history of all transfers. */
NamidaHubHistory *namida_shell_get_history (NamidaShell *self);
/** namida_shell_toast: shows a toast. @text: plain text */
void namida_shell_toast (NamidaShell *self, const char *text);
/**
 * namida_shell_toast_action: shows a toast with a button.
 * @text: plain text
 * @label: the label of the button, without a mnemonic, which would be read aloud
 * @pressed: called with @user_data (swapped) when the button is pressed
 * @destroy: (nullable): frees @user_data when the toast is dismissed
 */
void namida_shell_toast_action (NamidaShell *self,
                                const char *text,
                                const char *label,
                                GCallback pressed,
                                gpointer user_data,
                                GDestroyNotify destroy);
/**
 * namida_shell_push: slides @page over the three pages, in place of a page that was pushed before. It has a header
 * bar of its own and gets the focus. @page: (transfer floating)
 */
void namida_shell_push (NamidaShell *self, GtkWidget *page);
/** namida_shell_pop: slides the pushed page away; the focus returns to where it was. */
void namida_shell_pop (NamidaShell *self);
/**
 * namida_shell_show_drop: shows or hides that the whole window accepts a drop. @what: (nullable): a description of
 * the dragged files
 */
void namida_shell_show_drop (NamidaShell *self, gboolean shown, const char *what);
/** namida_shell_show_page: shows "devices", "transfers" or "backups" and moves the focus there. */
void namida_shell_show_page (NamidaShell *self, const char *page);
/** namida_shell_search_transfers: shows the Transfers page with the transfers that contain @text. */
void namida_shell_search_transfers (NamidaShell *self, const char *text);
/** namida_shell_choose_device: lets the user choose a device to send @files (GListModel of GFile) to. */
void namida_shell_choose_device (NamidaShell *self, GListModel *files);

G_END_DECLS
