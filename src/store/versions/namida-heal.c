/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repairs versions with content that arrives. Content that was found damaged is included in the next transfer that has
 * it, or its device is asked for it (namida-wanted.h), and every version that lost it gets the intact copy. Called by
 * the commit of a session, after the journal records the new file as stored, and by the version source for other
 * devices; worker threads. */
#include "config.h"

#include "namida-heal.h"

#include "namida-content.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-open.h"
#include "namida-repair.h"
#include "namida-version-record.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* HealPlace: one place of a damaged content. */
typedef struct
{
  gint64 content, version;
  char *path;
} HealPlace;

typedef enum
{
  HEAL_FAILED,
  HEAL_WHOLE,  /* it is intact: another place of the content is damaged */
  HEAL_HEALED, /* it was damaged and is repaired now */
} HealOutcome;

/* HealRun: the repair of the places of one content, one after the other. */
typedef struct
{
  NamidaDatabase *database;
  const char *copy;  /* (nullable): a file with the intact content */
  char *source;      /* (nullable): an intact place, to which the others are linked */
  gboolean repaired; /* @source was damaged before */
  struct stat st;    /* of @source */
  GCancellable *cancellable;
} HealRun;

static void
heal_place_clear (gpointer data)
{
  g_free (((HealPlace *) data)->path);
}

#define HEAL_PLACES                                                                                                    \
  "SELECT i.content, v.id, n.path FROM contents c JOIN list_items i ON i.content = c.id"                               \
  " JOIN version_lists l ON l.list = i.list JOIN versions v ON v.id = l.version JOIN names n ON n.id = i.name"         \
  " WHERE c.damaged <> 0 AND v.removing = 0 AND v.landing = 'backup' AND "
#define HEAL_OF_ARRIVED                                                                                                \
  "EXISTS (SELECT 1 FROM contents g WHERE substr (g.sha256, 1, 8) = substr (c.sha256, 1, 8)"                           \
  " AND +g.sha256 = c.sha256 AND g.damaged = 0)"
#define HEAL_OF_HASH "c.sha256 = ?1"
#define HEAL_ORDER " ORDER BY i.content, v.id DESC"

/* @sha256: (nullable): list the places of this content; %NULL for all damaged contents of which an intact file
 * exists. */
static GArray *
heal_list (NamidaDatabase *database, const char *sha256, GError **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (HealPlace));
  guint8 hash[NAMIDA_SHA256_BYTES];
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  g_array_set_clear_func (places, heal_place_clear);
  if (sha256 != NULL && !namida_content_pack_hash (sha256, hash))
    return g_steal_pointer (&places);
  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       sha256 != NULL ? HEAL_PLACES HEAL_OF_HASH HEAL_ORDER
                                                      : HEAL_PLACES HEAL_OF_ARRIVED HEAL_ORDER,
                                       "");
  if (statement != NULL && sha256 != NULL)
    sqlite3_bind_blob (statement, 1, hash, sizeof hash, SQLITE_STATIC);
  while (namida_database_next (statement, &result))
    {
      HealPlace place = { .content = sqlite3_column_int64 (statement, 0),
                          .version = sqlite3_column_int64 (statement, 1),
                          .path = g_strdup ((const char *) sqlite3_column_text (statement, 2)) };

      g_array_append_val (places, place);
    }
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return whole ? g_steal_pointer (&places) : NULL;
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

/* Whether the file at @path has the content of @file, because the user put it back or because only another version has
 * lost it. */
static gboolean
heal_is_whole (HealRun *run, const NamidaVersionFile *file, const char *path)
{
  g_autofree char *hash = NULL;
  int fd = namida_open_at (AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  struct stat st;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    hash = namida_file_hash (fd, run->cancellable);
  close (fd);
  return g_strcmp0 (hash, file->sha256) == 0;
}

/* Repairs the first place of a content with a copy of the intact file. */
static HealOutcome
heal_first (HealRun *run,
            const NamidaVersionRecord *record,
            const NamidaVersionFile *file,
            int fd,
            const struct stat *bad,
            const char *path,
            GError **error)
{
  g_autofree char *copy = NULL;

  if (bad != NULL && heal_is_whole (run, file, path))
    return HEAL_WHOLE;
  copy
      = run->copy != NULL ? g_strdup (run->copy) : namida_repair_find_copy (run->database, file, bad, run->cancellable);
  if (copy == NULL || !namida_repair_file (run->database, record, file, fd, bad, copy, run->cancellable, error))
    return HEAL_FAILED;
  run->repaired = TRUE;
  return HEAL_HEALED;
}

/* Repairs another place of the content. It may have been a link to the damaged file, which was replaced everywhere at
 * once. */
static HealOutcome
heal_next (HealRun *run,
           const NamidaVersionRecord *record,
           const NamidaVersionFile *file,
           int fd,
           const struct stat *there,
           const char *path,
           GError **error)
{
  if (there != NULL && there->st_ino == run->st.st_ino && there->st_dev == run->st.st_dev)
    return run->repaired ? HEAL_HEALED : HEAL_WHOLE;
  if (there != NULL && heal_is_whole (run, file, path))
    return HEAL_WHOLE;
  if (namida_repair_link (file, fd, run->source)
      || namida_repair_file (run->database, record, file, fd, there, run->source, run->cancellable, error))
    return HEAL_HEALED;
  return HEAL_FAILED;
}

static HealOutcome
heal_place (HealRun *run, const HealPlace *place, GError **error)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, place->version);
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (run->database, id, NULL);
  g_autoptr (GPtrArray) files = record != NULL ? namida_version_record_files (run->database, record, NULL) : NULL;
  const NamidaVersionFile *file = files != NULL ? heal_find_file (files, place) : NULL;
  int fd = file != NULL ? namida_version_record_open (record) : -1;
  HealOutcome outcome = HEAL_FAILED;
  g_autofree char *path = NULL;
  const struct stat *there = NULL;
  struct stat st;

  if (fd < 0)
    return HEAL_FAILED;
  path = namida_version_file_dup_path (file, record);
  if (namida_version_file_stat (file, fd, &st))
    there = &st;
  outcome = run->source == NULL ? heal_first (run, record, file, fd, there, path, error)
                                : heal_next (run, record, file, fd, there, path, error);
  if (outcome != HEAL_FAILED && run->source == NULL && namida_version_file_stat (file, fd, &run->st))
    run->source = g_steal_pointer (&path);
  close (fd);
  return outcome;
}

/* Decreases the number of damaged files of the version. */
static gboolean
heal_count_down (NamidaDatabase *database, const HealPlace *place, GError **error)
{
  return namida_database_exec (database, error,
                               "UPDATE versions SET damaged = damaged - 1 WHERE id = ? AND damaged > 0", "i",
                               place->version);
}

static void
heal_add_version (GHashTable *versions, gint64 id)
{
  g_hash_table_add (versions, g_memdup2 (&id, sizeof id));
}

/* Repairs the places from @from up to, but not including, @to, which have the same content. @versions: the versions
 * with a repaired place are added. @healed: (out): whether any place was repaired. */
static gboolean
heal_content (NamidaDatabase *database,
              GArray *places,
              guint from,
              guint to,
              const char *copy,
              GHashTable *versions,
              gboolean *healed,
              GCancellable *cancellable,
              GError **error)
{
  HealRun run = { .database = database, .copy = copy, .cancellable = cancellable };
  g_autoptr (GError) failed = NULL;
  gboolean fine = TRUE;

  *healed = FALSE;
  for (guint i = from; i < to && fine; i++)
    {
      const HealPlace *place = &g_array_index (places, HealPlace, i);
      HealOutcome outcome = heal_place (&run, place, failed == NULL ? &failed : NULL);

      fine = !g_cancellable_set_error_if_cancelled (cancellable, error)
             && (outcome != HEAL_HEALED || heal_count_down (database, place, error));
      if (outcome != HEAL_HEALED)
        continue;
      *healed = TRUE;
      heal_add_version (versions, place->version);
    }
  /* Creating links has changed the change time. If a place could not be repaired, keep the content marked as damaged,
   * so that it is shown and tried again. */
  if (fine && run.source != NULL && failed == NULL)
    fine = lstat (run.source, &run.st) != 0
           || namida_content_heal (database, g_array_index (places, HealPlace, from).content, &run.st, error);
  if (failed != NULL)
    g_message ("%s", failed->message);
  g_free (run.source);
  return fine;
}

static guint
heal_get_end (GArray *places, guint from)
{
  guint to = from;

  while (to < places->len
         && g_array_index (places, HealPlace, to).content == g_array_index (places, HealPlace, from).content)
    to++;
  return to;
}

gboolean
namida_heal_run (NamidaDatabase *database, NamidaHealed *healed, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) places = heal_list (database, NULL, error);
  g_autoptr (GHashTable) versions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gboolean fine = places != NULL;

  *healed = (NamidaHealed){ 0 };
  for (guint from = 0, to = 0; fine && from < places->len; from = to)
    {
      gboolean any = FALSE;

      to = heal_get_end (places, from);
      fine = heal_content (database, places, from, to, NULL, versions, &any, cancellable, error);
      healed->files += any;
    }
  healed->versions = g_hash_table_size (versions);
  return fine;
}

gboolean
namida_heal_from_file (NamidaDatabase *database,
                       const char *sha256,
                       const char *copy,
                       GHashTable *versions,
                       gboolean *healed,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (GArray) places = heal_list (database, sha256, error);
  gboolean fine = places != NULL;

  *healed = FALSE;
  for (guint from = 0, to = 0; fine && from < places->len; from = to)
    {
      gboolean any = FALSE;

      to = heal_get_end (places, from);
      fine = heal_content (database, places, from, to, copy, versions, &any, cancellable, error);
      *healed = *healed || any;
    }
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
  return g_strdup_printf (ngettext ("%u damaged file repaired in %s", "%u damaged files repaired in %s", healed->files),
                          healed->files, versions);
}
