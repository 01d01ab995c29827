/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delays the answers of dialogs that other devices cause to appear: see the header. Main context. */
#include "config.h"

#include "namida-consent-guard.h"

#include "namida-clock.h"

#define GUARD_KEY "namida-consent-guard"
#define POLL_MS 50 /* the clock decides, not the timer, because a busy computer may run the timer early or late */

typedef struct
{
  GtkWidget *widget; /* (unowned): the widget or dialog that this is attached to */
  char *response;    /* (nullable): the response of an AdwMessageDialog */
  gint64 shown_at;
  guint timer;
  gboolean had_focus;
} ConsentGuard;

static void
consent_guard_free (gpointer data)
{
  ConsentGuard *self = data;

  g_clear_handle_id (&self->timer, g_source_remove);
  g_free (self->response);
  g_free (self);
}

static void
consent_guard_set_open (ConsentGuard *self, gboolean open)
{
  if (self->response != NULL)
    adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (self->widget), self->response, open);
  else
    gtk_widget_set_sensitive (self->widget, open);
}

static gboolean
consent_guard_on_time (gpointer user_data)
{
  ConsentGuard *self = user_data;

  if (namida_clock_monotonic () - self->shown_at < NAMIDA_CONSENT_GUARD_MS * G_TIME_SPAN_MILLISECOND)
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  consent_guard_set_open (self, TRUE);
  if (self->had_focus)
    gtk_widget_grab_focus (self->widget);
  return G_SOURCE_REMOVE;
}

static void
consent_guard_on_map (ConsentGuard *self)
{
  GtkRoot *root = gtk_widget_get_root (self->widget);

  if (self->timer != 0)
    return;
  self->had_focus = self->response == NULL && root != NULL && gtk_root_get_focus (root) == self->widget;
  self->shown_at = namida_clock_monotonic ();
  consent_guard_set_open (self, FALSE);
  self->timer = g_timeout_add (POLL_MS, consent_guard_on_time, self);
}

static void
consent_guard_on_unmap (ConsentGuard *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
}

static void
consent_guard_begin (GtkWidget *widget, const char *response)
{
  ConsentGuard *self = g_new0 (ConsentGuard, 1);

  self->widget = widget;
  self->response = g_strdup (response);
  g_object_set_data_full (G_OBJECT (widget), GUARD_KEY, self, consent_guard_free);
  g_signal_connect_swapped (widget, "map", G_CALLBACK (consent_guard_on_map), self);
  g_signal_connect_swapped (widget, "unmap", G_CALLBACK (consent_guard_on_unmap), self);
}

void
namida_consent_guard_add (GtkWidget *button)
{
  consent_guard_begin (button, NULL);
}

void
namida_consent_guard_add_response (AdwMessageDialog *dialog, const char *response)
{
  consent_guard_begin (GTK_WIDGET (dialog), response);
}

gboolean
namida_consent_guard_is_holding (GtkWidget *button)
{
  const ConsentGuard *self = g_object_get_data (G_OBJECT (button), GUARD_KEY);

  return self != NULL && self->timer != 0;
}
