/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface through which rows, pages and flows use the window that they are in: see the header. Main context. */
#include "config.h"

#include "namida-shell.h"

G_DEFINE_INTERFACE (NamidaShell, namida_shell, GTK_TYPE_WINDOW)

static void
namida_shell_default_init (NamidaShellInterface *iface)
{
}

NamidaHub *
namida_shell_get_hub (NamidaShell *self)
{
  return NAMIDA_SHELL_GET_IFACE (self)->get_hub (self);
}

GSettings *
namida_shell_get_settings (NamidaShell *self)
{
  return NAMIDA_SHELL_GET_IFACE (self)->get_settings (self);
}

NamidaDeviceDates *
namida_shell_get_dates (NamidaShell *self)
{
  return NAMIDA_SHELL_GET_IFACE (self)->get_dates (self);
}

NamidaHubHistory *
namida_shell_get_history (NamidaShell *self)
{
  return NAMIDA_SHELL_GET_IFACE (self)->get_history (self);
}

void
namida_shell_toast (NamidaShell *self, const char *text)
{
  NAMIDA_SHELL_GET_IFACE (self)->toast (self, text);
}

void
namida_shell_toast_action (NamidaShell *self,
                           const char *text,
                           const char *label,
                           GCallback pressed,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  NAMIDA_SHELL_GET_IFACE (self)->toast_action (self, text, label, pressed, user_data, destroy);
}

void
namida_shell_push (NamidaShell *self, GtkWidget *page)
{
  NAMIDA_SHELL_GET_IFACE (self)->push (self, page);
}

void
namida_shell_pop (NamidaShell *self)
{
  NAMIDA_SHELL_GET_IFACE (self)->pop (self);
}

void
namida_shell_show_drop (NamidaShell *self, gboolean shown, const char *what)
{
  NAMIDA_SHELL_GET_IFACE (self)->show_drop (self, shown, what);
}

void
namida_shell_show_page (NamidaShell *self, const char *page)
{
  NAMIDA_SHELL_GET_IFACE (self)->show_page (self, page);
}

void
namida_shell_search_transfers (NamidaShell *self, const char *text)
{
  NAMIDA_SHELL_GET_IFACE (self)->search_transfers (self, text);
}

void
namida_shell_choose_device (NamidaShell *self, GListModel *files)
{
  NAMIDA_SHELL_GET_IFACE (self)->choose_device (self, files);
}
