/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command-line options of the window's program, opening files, and the folders that Namida hands over. Called by
 * GApplication. Main context. */
#include "config.h"

#include "namida-application-private.h"

#include <glib/gi18n.h>

#include "namida-drop-flow.h"
#include "namida-handover.h"

/* The beginning of the hint of an “open” that carries the folders of Namida instead of files. */
#define HANDOVER "namida-handover:"

/* Received music with the label of a folder that Namida knows is stored in that folder. */
void
namida_application_use_handover (NamidaApplication *self)
{
  const NamidaHandover *handover = namida_handover_of (G_OBJECT (self->hub));
  NamidaStore *store = namida_hub_get_store (self->hub);

  for (guint i = 0; handover != NULL && store != NULL && handover->music[i] != NULL; i++)
    {
      g_autofree char *label = g_path_get_basename (handover->music[i]);

      namida_store_add_label_folder (store, label, handover->music[i]);
    }
}

/* @hint: HANDOVER and the backup folder of Namida; @files: its music folders */
static void
application_options_take_handover (NamidaApplication *self, GFile **files, int n_files, const char *hint)
{
  g_autoptr (GString) music = g_string_new (NULL);
  const char *backups = hint + strlen (HANDOVER);
  NamidaHandover *handover;
  NamidaWindow *window;

  for (int i = 0; i < n_files; i++)
    if (g_file_peek_path (files[i]) != NULL && !g_str_equal (g_file_peek_path (files[i]), backups))
      g_string_append_printf (music, "%s,", g_file_peek_path (files[i]));
  handover = namida_handover_new (backups, music->str);
  if (handover != NULL)
    namida_handover_keep (handover, G_OBJECT (self->hub));
  namida_application_use_handover (self);
  window = namida_application_show_window (self);
  if (window != NULL && handover != NULL)
    namida_shell_toast (NAMIDA_SHELL (window), _ ("Namida’s backups and music folders are ready to send"));
}

void
namida_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);
  g_autoptr (GListStore) list = g_list_store_new (G_TYPE_FILE);
  NamidaWindow *window;

  if (g_str_has_prefix (hint, HANDOVER))
    {
      application_options_take_handover (self, files, n_files, hint);
      return;
    }
  window = namida_application_show_window (self);
  for (int i = 0; i < n_files; i++)
    g_list_store_append (list, files[i]);
  if (window != NULL)
    namida_drop_flow_open (GTK_WIDGET (window), G_LIST_MODEL (list));
}

/* At login, do not show the window of a program that is already running. */
static gboolean
application_options_become_first (NamidaApplication *self, int *status)
{
  g_autoptr (GError) error = NULL;

  if (self->data_dir != NULL)
    return TRUE;
  if (!g_application_register (G_APPLICATION (self), NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      *status = 1;
      return FALSE;
    }
  return !g_application_get_is_remote (G_APPLICATION (self));
}

/* Namida starts its companion by the name namida_sync, with its folders. Returns: whether this process has to
 * continue */
static gboolean
application_options_hand_over (NamidaApplication *self)
{
  g_autoptr (NamidaHandover) handover = namida_handover_new (self->backup_path, self->music_folders);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *hint = NULL;

  if (handover == NULL)
    return TRUE;
  if (!g_application_register (G_APPLICATION (self), NULL, NULL))
    return TRUE; /* the folders are used when it runs */
  for (guint i = 0; handover->music[i] != NULL; i++)
    g_ptr_array_add (files, g_file_new_for_path (handover->music[i]));
  hint = g_strconcat (HANDOVER, handover->backups, NULL);
  /* “open” requires a file, so Namida’s backup folder is passed if it has no music folder. */
  if (files->len == 0)
    g_ptr_array_add (files, g_file_new_for_path (handover->backups));
  g_application_open (G_APPLICATION (self), (GFile **) files->pdata, (int) files->len, hint);
  return !g_application_get_is_remote (G_APPLICATION (self));
}

int
namida_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);
  int status = 0;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("namida-sync %s\n", NAMIDA_PROGRAM_VERSION);
      return 0;
    }
  if (self->port < 0 || self->port > 65535)
    {
      g_printerr (_ ("“%d” is no port. Name one from 1 to 65535.\n"), self->port);
      return 2;
    }
  if (self->start_hidden && !application_options_become_first (self, &status))
    return status;
  if (self->data_dir != NULL)
    {
      g_autofree char *given = g_steal_pointer (&self->data_dir);

      self->data_dir = g_canonicalize_filename (given, NULL);
      /* This is a device of its own, in addition to the one of this desktop. */
      g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
    }
  return application_options_hand_over (self) ? -1 : 0;
}

void
namida_application_add_options (NamidaApplication *self)
{
  const GOptionEntry entries[] = {
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->data_dir, N_ ("Keep everything of this device in DIR"),
      N_ ("DIR") },
    { "interface", 0, 0, G_OPTION_ARG_STRING, &self->interface, N_ ("Use only this network interface or address"),
      N_ ("NAME") },
    { "port", 0, 0, G_OPTION_ARG_INT, &self->port, N_ ("Listen on this port"), N_ ("N") },
    { "background", 0, 0, G_OPTION_ARG_NONE, &self->start_hidden, N_ ("Receive without a window"), NULL },
    /* The option names that Namida uses when it starts namida_sync. */
    { "backupPath", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &self->backup_path, NULL, NULL },
    { "musicFolders", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &self->music_folders, NULL, NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version"), NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), entries);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[FILE|FOLDER]…"));
  g_application_set_option_context_summary (
      G_APPLICATION (self),
      _ ("Opens the window of Namida Sync. Files and folders that are given are offered to be sent."));
}
