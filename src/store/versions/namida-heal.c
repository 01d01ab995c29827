/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heals versions from what arrives: a content that a read found damaged is carried by the next sending that has it, and
 * every version that shares the damaged file gets the whole one. Called by the commit of a session in its worker
 * thread, after the journal says that the new file is stored. */
#include "config.h"

#include "namida-heal.h"

#include "namida-content.h"
#include "namida-error.h"
#include "namida-repair.h"
#include "namida-version-record.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* One place of a damaged content. */
typedef struct
{
  gint64 content, version;
  char *path;
} HealPlace;

static void
heal_place_clear (gpointer data)
{
  g_free (((HealPlace *) data)->path);
}

/* Places of damaged contents of which there is a whole one, by content. */
static GArray *
heal_list (NamidaDatabase *database, GError **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (HealPlace));
  sqlite3_stmt *statement;

  g_array_set_clear_func (places, heal_place_clear);
  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error,
      "SELECT i.content, v.id, n.path FROM contents c JOIN list_items i ON i.content = c.id"
      " JOIN version_lists l ON l.list = i.list JOIN versions v ON v.id = l.version JOIN names n ON n.id = i.name"
      " WHERE c.damaged <> 0 AND v.removing = 0 AND v.landing = 'backup' AND EXISTS (SELECT 1 FROM contents g"
      " WHERE substr (g.sha256, 1, 8) = substr (c.sha256, 1, 8) AND +g.sha256 = c.sha256 AND g.damaged = 0)"
      " ORDER BY i.content, v.id DESC",
      "");
  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    {
      HealPlace place = { .content = sqlite3_column_int64 (statement, 0),
                          .version = sqlite3_column_int64 (statement, 1),
                          .path = g_strdup ((const char *) sqlite3_column_text (statement, 2)) };

      g_array_append_val (places, place);
    }
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return statement != NULL ? g_steal_pointer (&places) : NULL;
}

static const NamidaVersionFile *
heal_find_file (GPtrArray *files, const HealPlace *place)
{
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (file->content == place->content && g_str_equal (file->path, place->path))
        return file;
    }
  return NULL;
}

/* Mends the file in one version, and in all that share its inode. */
static gboolean
heal_place (NamidaDatabase *database, const HealPlace *place, GCancellable *cancellable, GError **error)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, place->version);
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (database, id, error);
  g_autoptr (GPtrArray) files = record != NULL ? namida_version_record_files (database, record, error) : NULL;
  const NamidaVersionFile *file = files != NULL ? heal_find_file (files, place) : NULL;
  g_autofree char *copy = NULL;
  gboolean fine = FALSE, there;
  struct stat bad;
  int fd;

  if (file == NULL)
    return FALSE;
  fd = namida_version_record_open (record);
  if (fd < 0)
    return FALSE;
  there = namida_version_file_stat (file, fd, &bad);
  copy = namida_repair_find_copy (database, file, there ? &bad : NULL, cancellable);
  if (copy != NULL)
    fine = namida_repair_file (database, record, file, fd, there ? &bad : NULL, copy, cancellable, error);
  close (fd);
  return fine;
}

/* The version has as many damaged files as before, without what was healed. */
static gboolean
heal_count_down (NamidaDatabase *database, const HealPlace *place, GError **error)
{
  return namida_database_exec (database, error,
                               "UPDATE versions SET damaged = damaged - 1 WHERE id = ? AND damaged > 0", "i",
                               place->version);
}

gboolean
namida_heal_run (NamidaDatabase *database, NamidaHealed *healed, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) places = heal_list (database, error);
  g_autoptr (GHashTable) versions = g_hash_table_new (g_int64_hash, g_int64_equal);
  gboolean fine = places != NULL;

  *healed = (NamidaHealed){ 0 };
  for (guint from = 0, to = 0; fine && from < places->len; from = to)
    {
      HealPlace *first = &g_array_index (places, HealPlace, from);
      gboolean mended = FALSE;

      for (; to < places->len && g_array_index (places, HealPlace, to).content == first->content; to++)
        mended = mended || heal_place (database, &g_array_index (places, HealPlace, to), cancellable, NULL);
      fine = !g_cancellable_set_error_if_cancelled (cancellable, error);
      healed->files += mended;
      for (guint i = from; i < to && mended && fine; i++)
        {
          HealPlace *place = &g_array_index (places, HealPlace, i);

          g_hash_table_add (versions, &place->version);
          fine = heal_count_down (database, place, error);
        }
    }
  healed->versions = g_hash_table_size (versions);
  return fine;
}

char *
namida_heal_describe (const NamidaHealed *healed)
{
  g_autofree char *versions = NULL;

  if (healed->files == 0)
    return NULL;
  versions = g_strdup_printf (ngettext ("%u version", "%u versions", healed->versions), healed->versions);
  /* Translators: %s is a number of versions, as in "in 3 versions" */
  return g_strdup_printf (ngettext ("%u damaged file healed in %s", "%u damaged files healed in %s", healed->files),
                          healed->files, versions);
}
