/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application object of the window: startup, activation, the Welcome window and shutdown;
 * namida-application-private.h lists the other files. Created by main(). Main context. */
#include "config.h"

#include "namida-application-private.h"

#include "namida-drop-flow.h"
#include "namida-introduction.h"
#include "namida-settings.h"

G_DEFINE_FINAL_TYPE (NamidaApplication, namida_application, ADW_TYPE_APPLICATION)

NamidaWindow *
namida_application_get_window (NamidaApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (NAMIDA_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

/* Shows the Welcome window once, as soon as there are a name and a folder, and a window to show it over. */
void
namida_application_introduce (NamidaApplication *self)
{
  NamidaWindow *window = namida_application_get_window (self);
  gboolean running = FALSE;
  NamidaIntroduction *introduction;

  g_object_get (self->hub, "running", &running, NULL);
  if (window == NULL || !running || self->introducing || g_settings_get_boolean (self->settings, "introduced"))
    return;
  self->introducing = TRUE;
  introduction = namida_introduction_new (self->hub, self->settings);
  gtk_window_set_transient_for (GTK_WINDOW (introduction), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (introduction));
}

NamidaWindow *
namida_application_show_window (NamidaApplication *self)
{
  NamidaWindow *window = namida_application_get_window (self);

  if (self->hub == NULL)
    return NULL;
  if (window == NULL)
    {
      window = namida_window_new (GTK_APPLICATION (self), self->hub, self->history, self->settings);
      namida_window_show_problem (window, self->problem);
      g_signal_connect_object (window, "close-request", G_CALLBACK (namida_application_on_close_request), self,
                               G_CONNECT_SWAPPED);
      namida_drop_flow_watch (GTK_WIDGET (window));
    }
  gtk_window_present (GTK_WINDOW (window));
  namida_application_introduce (self);
  return window;
}

static void
namida_application_activate (GApplication *application)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);

  if (!self->start_hidden)
    namida_application_show_window (self);
  else if (!g_settings_get_boolean (self->settings, "receive-in-background"))
    g_message ("Receiving in the background is switched off in the preferences.");
  else
    /* No window keeps the program alive; “Quit” ends it. */
    g_application_hold (application);
  self->start_hidden = FALSE;
}

static void
namida_application_startup (GApplication *application)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  G_APPLICATION_CLASS (namida_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (NAMIDA_APP_ID);
  namida_application_add_actions (self);
  self->settings = namida_settings_new (self->data_dir, &error);
  if (self->settings == NULL)
    {
      g_printerr ("%s\n", error->message);
      exit (1);
    }
  namida_application_add_setting_actions (self);
  namida_application_make_hub (self);
  self->launcher = namida_launcher_new (g_application_get_dbus_connection (application), self->hub);
}

static void
namida_application_shutdown (GApplication *application)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);
  NamidaWindow *window = namida_application_get_window (self);

  if (window != NULL)
    gtk_window_destroy (GTK_WINDOW (window));
  g_clear_object (&self->launcher);
  g_clear_object (&self->background);
  g_clear_object (&self->notifier);
  g_clear_object (&self->history);
  g_clear_object (&self->hub);
  g_clear_object (&self->settings);
  G_APPLICATION_CLASS (namida_application_parent_class)->shutdown (application);
}

static void
namida_application_finalize (GObject *object)
{
  NamidaApplication *self = NAMIDA_APPLICATION (object);

  g_clear_error (&self->problem);
  g_clear_pointer (&self->trusted, g_hash_table_unref);
  g_free (self->data_dir);
  g_free (self->interface);
  g_free (self->backup_path);
  g_free (self->music_folders);
  G_OBJECT_CLASS (namida_application_parent_class)->finalize (object);
}

/* Mark the development version clearly, so that users do not mistake it for the program that keeps their backups. */
static void
namida_application_window_added (GtkApplication *application, GtkWindow *window)
{
  GTK_APPLICATION_CLASS (namida_application_parent_class)->window_added (application, window);
  if (NAMIDA_DEVEL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (window), "devel");
      if (NAMIDA_IS_WINDOW (window))
        gtk_window_set_title (window, NAMIDA_PROGRAM_NAME);
    }
}

static void
namida_application_class_init (NamidaApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = namida_application_finalize;
  GTK_APPLICATION_CLASS (klass)->window_added = namida_application_window_added;
  application_class->startup = namida_application_startup;
  application_class->activate = namida_application_activate;
  application_class->open = namida_application_open;
  application_class->handle_local_options = namida_application_handle_local_options;
  application_class->shutdown = namida_application_shutdown;
}

static void
namida_application_init (NamidaApplication *self)
{
  namida_application_add_options (self);
}

NamidaApplication *
namida_application_new (void)
{
  return g_object_new (NAMIDA_TYPE_APPLICATION, "application-id", NAMIDA_APP_ID, "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/namida_sync/Desktop", NULL);
}
