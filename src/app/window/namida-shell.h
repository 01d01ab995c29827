/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rows, pages and flows ask of the window they are in, so that none of them needs to know it: NamidaWindow is the
 * one implementation. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-device-dates.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_SHELL (namida_shell_get_type ())
G_DECLARE_INTERFACE (NamidaShell, namida_shell, NAMIDA, SHELL, GtkWindow)

struct _NamidaShellInterface
{
  GTypeInterface g_iface;
  NamidaHub *(*get_hub) (NamidaShell *self);
  GSettings *(*get_settings) (NamidaShell *self);
  NamidaDeviceDates *(*get_dates) (NamidaShell *self);
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

NamidaHub *namida_shell_get_hub (NamidaShell *self);
GSettings *namida_shell_get_settings (NamidaShell *self);
/** namida_shell_get_dates: Returns: (transfer none): the last backups of all devices. */
NamidaDeviceDates *namida_shell_get_dates (NamidaShell *self);
/** namida_shell_toast: @text: plain text. */
void namida_shell_toast (NamidaShell *self, const char *text);
/**
 * namida_shell_toast_action: a toast with a button.
 * @text: plain text
 * @label: of the button, without a mnemonic, which would be read aloud
 * @pressed: called with @user_data (swapped) when it is pressed
 * @destroy: (nullable): of @user_data, when the toast is gone
 */
void namida_shell_toast_action (NamidaShell *self,
                                const char *text,
                                const char *label,
                                GCallback pressed,
                                gpointer user_data,
                                GDestroyNotify destroy);
/** namida_shell_push: @page: (transfer floating): slides over the three pages, in place of one that was pushed before;
 * it has a header bar of its own and takes the focus. */
void namida_shell_push (NamidaShell *self, GtkWidget *page);
/** namida_shell_pop: the pushed page slides away; the focus returns to where it was. */
void namida_shell_pop (NamidaShell *self);
/** namida_shell_show_drop: whether all of the window says that it takes a drop; @what: (nullable): what hovers. */
void namida_shell_show_drop (NamidaShell *self, gboolean shown, const char *what);
/** namida_shell_show_page: "devices", "transfers" or "backups"; the focus is in it then. */
void namida_shell_show_page (NamidaShell *self, const char *page);
/** namida_shell_search_transfers: shows the Transfers page with those that have @text in their words. */
void namida_shell_search_transfers (NamidaShell *self, const char *text);
/** namida_shell_choose_device: asks for a device to send @files (GListModel of GFile) to. */
void namida_shell_choose_device (NamidaShell *self, GListModel *files);

G_END_DECLS
