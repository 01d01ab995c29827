/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaLayout: maps the names of an offer to folders and relative paths for the two kinds of saving. Used
 * by the sink of a session and by preview. Does no I/O. */
#include "config.h"

#include "namida-layout.h"

#include "namida-error.h"
#include "namida-safe-path.h"

#include <glib/gi18n-lib.h>

struct _NamidaLayout
{
  NamidaLanding landing;
  gboolean flat; /* single files are placed beside the music folders */
  char *backups;
  char *music;
  char *alias;
  GHashTable *labels;
  GPtrArray *roots; /* char * */
};

static GHashTable *
layout_copy_labels (GHashTable *labels)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer label, folder;

  if (labels == NULL)
    return copy;
  g_hash_table_iter_init (&iter, labels);
  while (g_hash_table_iter_next (&iter, &label, &folder))
    g_hash_table_insert (copy, g_strdup (label), g_strdup (folder));
  return copy;
}

NamidaLayout *
namida_layout_new (NamidaLanding landing, const char *backups, const char *music, GHashTable *labels, const char *alias)
{
  NamidaLayout *self = g_new0 (NamidaLayout, 1);

  self->landing = landing;
  self->backups = g_strdup (backups);
  self->music = g_strdup (music);
  self->alias = namida_safe_path_component_from_alias (alias);
  self->labels = layout_copy_labels (labels);
  self->roots = g_ptr_array_new_with_free_func (g_free);
  return self;
}

NamidaLayout *
namida_layout_new_for_folder (const char *folder, const char *alias)
{
  NamidaLayout *self = namida_layout_new (NAMIDA_LANDING_LIBRARY, folder, folder, NULL, alias);

  self->flat = TRUE;
  return self;
}

void
namida_layout_free (NamidaLayout *self)
{
  if (self == NULL)
    return;
  g_free (self->backups);
  g_free (self->music);
  g_free (self->alias);
  g_hash_table_unref (self->labels);
  g_ptr_array_unref (self->roots);
  g_free (self);
}

static guint
layout_use_root (NamidaLayout *self, const char *path)
{
  for (guint i = 0; i < self->roots->len; i++)
    if (g_str_equal (g_ptr_array_index (self->roots, i), path))
      return i;
  g_ptr_array_add (self->roots, g_strdup (path));
  return self->roots->len - 1;
}

/* Places the zip, its manifest or a single file. */
static gboolean
layout_place_single (NamidaLayout *self, const char *name, guint *root, char **relative, GError **error)
{
  if (!namida_safe_path_check_component (name, error))
    return FALSE;
  *root = layout_use_root (self, self->backups);
  *relative = self->landing == NAMIDA_LANDING_BACKUP || self->flat ? g_strdup (name)
                                                                   : g_strconcat (self->alias, "/", name, NULL);
  return TRUE;
}

/* Returns (nullable): the folder that the user assigned to @label. The name of the music folder itself counts as
 * assigned, so that two computers that send each other their ~/Music end up with the same contents in it. */
static const char *
layout_find_folder (NamidaLayout *self, const char *label)
{
  const char *folder = g_hash_table_lookup (self->labels, label);
  g_autofree char *own = folder == NULL ? g_path_get_basename (self->music) : NULL;

  return folder == NULL && g_str_equal (own, label) ? self->music : folder;
}

/* A sender must not create hidden folders: the leading dot of a label is replaced. */
static char *
layout_folder_of_label (const char *label)
{
  return label[0] == '.' ? g_strconcat ("_", label + 1, NULL) : g_strdup (label);
}

char *
namida_layout_dup_version_path (const char *label, const char *below)
{
  g_autofree char *folder = label != NULL && *label != '\0' ? layout_folder_of_label (label) : NULL;

  return folder != NULL ? g_strconcat ("Music/", folder, "/", below, NULL) : g_strdup (below);
}

gboolean
namida_layout_place (NamidaLayout *self, const NamidaEntry *entry, guint *root, char **relative, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *label = NULL;
  const char *folder;

  if (entry->label == NULL || entry->label[0] == '\0')
    return layout_place_single (self, entry->name, root, relative, error);
  if (!namida_safe_path_check_component (entry->label, error) || !namida_safe_path_check (entry->relative_path, error))
    return FALSE;

  /* Names of unfinished files and of the trash are reserved for this program. */
  if (g_str_has_prefix (entry->label, NAMIDA_SAFE_PATH_INTERNAL))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
                   _ ("The folder “%s” is refused: this program keeps its own files under that name. Rename it, then "
                      "send it again."),
                   entry->label);
      return FALSE;
    }
  label = layout_folder_of_label (entry->label);
  folder = self->landing == NAMIDA_LANDING_LIBRARY ? layout_find_folder (self, entry->label) : NULL;
  if (self->landing == NAMIDA_LANDING_BACKUP)
    path = namida_layout_dup_version_path (entry->label, entry->relative_path);
  else if (folder != NULL)
    path = g_strdup (entry->relative_path);
  else
    path = g_strconcat (label, "/", entry->relative_path, NULL);
  if (!namida_safe_path_check (path, error))
    return FALSE;
  *root = layout_use_root (self, self->landing == NAMIDA_LANDING_BACKUP ? self->backups
                                 : folder != NULL                       ? folder
                                                                        : self->music);
  *relative = g_steal_pointer (&path);
  return TRUE;
}

gboolean
namida_layout_place_manifest (NamidaLayout *self, const char *name, guint *root, char **relative, GError **error)
{
  return layout_place_single (self, name, root, relative, error);
}

guint
namida_layout_get_n_roots (NamidaLayout *self)
{
  return self->roots->len;
}

const char *
namida_layout_get_root (NamidaLayout *self, guint root)
{
  return g_ptr_array_index (self->roots, root);
}

const char *
namida_layout_get_alias (NamidaLayout *self)
{
  return self->alias;
}

char *
namida_layout_dup_version_name (gint64 real_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (real_us / G_USEC_PER_SEC);

  return g_date_time_format (time, "%Y-%m-%d %H.%M.%S");
}
