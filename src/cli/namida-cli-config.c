/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration file of a command: see the header. Each key becomes the option with this name, so that values are
 * parsed and checked in one place. Main thread. */
#include "config.h"

#include "namida-cli-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Options of every command that make sense for a service. */
static const char *const config_globals[] = { "alias", "data-dir", "interface", "json", "port", "quiet", NULL };
static const char *const config_global_flags[] = { "json", "quiet", NULL };

/* Returns: (transfer full) (nullable): the value of --config. */
static char *
config_dup_named (int argc, char **argv)
{
  for (int i = 1; i < argc && !g_str_equal (argv[i], "--"); i++)
    {
      if (g_str_has_prefix (argv[i], "--config="))
        return g_strdup (argv[i] + strlen ("--config="));
      if (g_str_equal (argv[i], "--config") && i + 1 < argc)
        return g_strdup (argv[i + 1]);
    }
  return NULL;
}

/* Returns: (transfer none) (nullable) */
static const GOptionEntry *
config_find_entry (const GOptionEntry *entries, const char *key)
{
  for (; entries->long_name != NULL; entries++)
    if (g_str_equal (entries->long_name, key) && !g_str_equal (key, "config"))
      return entries;
  return NULL;
}

/* Returns: whether @key was accepted. */
static gboolean
config_add_key (
    GKeyFile *file, const char *group, const char *key, const GOptionEntry *entries, GPtrArray *args, GError **error)
{
  const GOptionEntry *entry = config_find_entry (entries, key);
  gboolean flag = entry != NULL ? entry->arg == G_OPTION_ARG_NONE : g_strv_contains (config_global_flags, key);

  if (entry == NULL && !g_strv_contains (config_globals, key))
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
                   /* Translators: a key in a configuration file that is not the name of an option */
                   _ ("“%s” is not an option"), key);
      return FALSE;
    }
  if (flag)
    {
      GError *local = NULL;
      gboolean on = g_key_file_get_boolean (file, group, key, &local);

      if (local != NULL)
        {
          g_propagate_error (error, local);
          return FALSE;
        }
      if (on)
        g_ptr_array_add (args, g_strconcat ("--", key, NULL));
    }
  else
    {
      g_autofree char *value = g_key_file_get_string (file, group, key, error);

      if (value == NULL)
        return FALSE;
      g_ptr_array_add (args, g_strconcat ("--", key, "=", value, NULL));
    }
  return TRUE;
}

static gboolean
config_read (const char *path, const char *group, const GOptionEntry *entries, GPtrArray *args, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;
  g_auto (GStrv) keys = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    return FALSE;
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!g_str_equal (groups[i], group))
      {
        g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND, _ ("the only group is [%s], not [%s]"),
                     group, groups[i]);
        return FALSE;
      }
  keys = g_key_file_get_keys (file, group, NULL, NULL);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!config_add_key (file, group, keys[i], entries, args, error))
      return FALSE;
  return TRUE;
}

GPtrArray *
namida_cli_config_insert (const char *group, const GOptionEntry *entries, int *argc, char ***argv)
{
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *named = config_dup_named (*argc, *argv);
  g_autofree char *name = g_strconcat (group, ".conf", NULL);
  g_autofree char *usual = g_build_filename (g_get_user_config_dir (), NAMIDA_DATA_NAME, name, NULL);
  const char *path = named != NULL ? named : usual;
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (args, (*argv)[0]);
  if (named != NULL || g_file_test (path, G_FILE_TEST_EXISTS))
    config_read (path, group, entries, args, &error);
  for (guint i = 1; i < args->len; i++)
    g_ptr_array_add (owned, g_ptr_array_index (args, i));
  if (error != NULL)
    {
      g_autofree char *shown = g_filename_display_name (path);

      /* Translators: the name of a configuration file, then the error */
      namida_cli_usage (_ ("Could not read the configuration file “%s”: %s"), shown, error->message);
      return NULL;
    }
  for (int i = 1; i < *argc; i++)
    g_ptr_array_add (args, (*argv)[i]);
  *argc = (int) args->len;
  g_ptr_array_add (args, NULL);
  *argv = (char **) g_ptr_array_free (g_steal_pointer (&args), FALSE);
  g_ptr_array_add (owned, *argv);
  return g_steal_pointer (&owned);
}
