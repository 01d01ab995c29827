/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaStore: the folders for backups and music, the settings of future sinks, and cleaning up after a
 * crash. Owned by the hub, or by a command that manages backups. Setters run in the main context; searching and
 * cleaning run in workers. */
#include "config.h"

#include "namida-store.h"
#include "namida-store-private.h"
#include "namida-limits.h"

#include "namida-removal.h"
#include "namida-safe-path.h"
#include "namida-staging.h"
#include "namida-store-owner.h"
#include "namida-store-probe.h"
#include "namida-version-trash.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct _NamidaStore
{
  GObject parent_instance;
  NamidaDatabase *database;
  char *data_dir;
  const char *backups; /* both are interned, because a worker may still read the previous value */
  const char *music;
  GHashTable *labels; /* label → folder */
  guint64 reserve;
  guint reread_days;
  gint64 seen_arrival; /* accessed with __atomic functions */
  gboolean chosen[2];  /* backups, music: chosen by the user */
};

G_DEFINE_FINAL_TYPE (NamidaStore, namida_store, G_TYPE_OBJECT)

static void
namida_store_finalize (GObject *object)
{
  NamidaStore *self = NAMIDA_STORE (object);

  g_clear_object (&self->database);
  g_free (self->data_dir);
  g_hash_table_unref (self->labels);
  G_OBJECT_CLASS (namida_store_parent_class)->finalize (object);
}

static void
namida_store_class_init (NamidaStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_store_finalize;
}

static void
namida_store_init (NamidaStore *self)
{
  self->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->reread_days = NAMIDA_LIMIT_REREAD_DAYS;
}

/* Removes redundant slashes, because the journal compares paths as text. */
static char *
store_canonical (const char *path)
{
  return g_canonicalize_filename (path, NULL);
}

static const char *
store_intern_below (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_intern_string (path);
}

NamidaStore *
namida_store_new (const char *data_dir, NamidaDatabase *database)
{
  NamidaStore *self = g_object_new (NAMIDA_TYPE_STORE, NULL);

  self->data_dir = g_strdup (data_dir);
  self->database = g_object_ref (database);
  self->backups = store_intern_below (data_dir, "Backups");
  self->music = store_intern_below (data_dir, "Music");
  return self;
}

static const char *
store_intern_canonical (const char *path)
{
  g_autofree char *whole = store_canonical (path);

  return g_intern_string (whole);
}

void
namida_store_set_folders (NamidaStore *self, const char *backups, const char *music)
{
  if (backups != NULL)
    self->backups = store_intern_canonical (backups);
  if (music != NULL)
    self->music = store_intern_canonical (music);
}

void
namida_store_set_chosen (NamidaStore *self, gboolean backups, gboolean music)
{
  self->chosen[0] = backups;
  self->chosen[1] = music;
}

const char *
namida_store_get_chosen (NamidaStore *self, guint which)
{
  if (!self->chosen[which])
    return NULL;
  return which == 0 ? self->backups : self->music;
}

void
namida_store_set_reserve (NamidaStore *self, guint64 bytes)
{
  self->reserve = bytes;
}

void
namida_store_set_reread_days (NamidaStore *self, guint days)
{
  self->reread_days = days;
}

guint
namida_store_get_reread_days (NamidaStore *self)
{
  return self->reread_days;
}

guint64
namida_store_get_reserve (NamidaStore *self)
{
  return self->reserve;
}

const char *
namida_store_get_backups (NamidaStore *self)
{
  return self->backups;
}

const char *
namida_store_get_music (NamidaStore *self)
{
  return self->music;
}

void
namida_store_add_label_folder (NamidaStore *self, const char *label, const char *folder)
{
  g_hash_table_replace (self->labels, g_strdup (label), store_canonical (folder));
}

const char *
namida_store_get_data_dir (NamidaStore *self)
{
  return self->data_dir;
}

NamidaDatabase *
namida_store_get_database (NamidaStore *self)
{
  return self->database;
}

GHashTable *
namida_store_get_labels (NamidaStore *self)
{
  return self->labels;
}

char *
namida_store_dup_destination (NamidaStore *self, NamidaLanding landing, const char *alias)
{
  g_autofree char *name = NULL;

  if (landing == NAMIDA_LANDING_LIBRARY)
    return g_strdup (self->music);
  name = namida_safe_path_component_from_alias (alias);
  return g_build_filename (self->backups, name, NULL);
}

guint64
namida_store_free_bytes (NamidaStore *self, NamidaLanding landing)
{
  g_autofree char *path = g_strdup (landing == NAMIDA_LANDING_BACKUP ? self->backups : self->music);
  struct statvfs vfs;

  /* A folder that does not exist yet will be on the file system of its nearest existing parent. */
  while (statvfs (path, &vfs) != 0)
    {
      char *parent = g_path_get_dirname (path);
      gboolean end = g_str_equal (parent, path);

      g_free (path);
      path = parent;
      if (end)
        return 0;
    }
  return (guint64) vfs.f_bavail * vfs.f_frsize;
}

char **
namida_store_dup_costs (NamidaStore *self, NamidaLanding landing)
{
  const char *path = landing == NAMIDA_LANDING_BACKUP ? self->backups : self->music;
  g_autofree char *owner = namida_store_dup_owner (self->database);
  g_autoptr (GStrvBuilder) none = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaStoreProbe) probe = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_strv_builder_end (none);
  probe = namida_store_probe (path, owner, &error);
  if (probe != NULL)
    return namida_store_probe_dup_sentences (probe, landing == NAMIDA_LANDING_BACKUP);
  g_strv_builder_add (none, error->message);
  return g_strv_builder_end (none);
}

/* ---- interrupted sessions ---- */

typedef struct
{
  char *fingerprint;
  char *offer_key;
  NamidaBackup *backup; /* (nullable) */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->fingerprint);
  g_free (question->offer_key);
  g_clear_object (&question->backup);
  g_free (question);
}

/* Skips a session whose version already had its final name: it is practically complete and must not be mixed with other
 * data. */
static NamidaJournalSession *
store_find_similar (NamidaStore *self, Question *question, GError **error)
{
  g_autofree char *scope = namida_backup_dup_scope (question->backup);
  g_autoptr (NamidaJournalSession) found
      = namida_journal_find_similar (self->database, question->fingerprint, scope, error);
  g_autofree char *destination = NULL;

  if (found == NULL)
    return NULL;
  destination = namida_store_dup_destination (
      self, g_strcmp0 (found->landing, "backup") == 0 ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY, found->alias);
  return g_strcmp0 (destination, found->destination) == 0 ? g_steal_pointer (&found) : NULL;
}

static void
store_find_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaStore *self = source;
  Question *question = data;
  GError *error = NULL;
  NamidaJournalSession *found
      = namida_journal_find_resumable (self->database, question->fingerprint, question->offer_key, &error);

  if (found == NULL && error == NULL && question->backup != NULL)
    found = store_find_similar (self, question, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, found, (GDestroyNotify) namida_journal_session_free);
}

void
namida_store_find_resumable_async (NamidaStore *self,
                                   const char *fingerprint,
                                   const char *offer_key,
                                   NamidaBackup *backup,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->fingerprint = g_strdup (fingerprint);
  question->offer_key = g_strdup (offer_key);
  question->backup = backup != NULL ? g_object_ref (backup) : NULL;
  g_task_set_source_tag (task, namida_store_find_resumable_async);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, store_find_thread);
}

NamidaJournalSession *
namida_store_find_resumable_finish (NamidaStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- after a crash ---- */

typedef struct
{
  GHashTable *kept;
  GHashTable *known;
} StoreCleaning;

/* @owner: (nullable) */
static void
store_clean_below (const char *path, const char *name, const char *owner, const StoreCleaning *cleaning)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  namida_staging_clean (fd, name, owner, cleaning->kept, cleaning->known);
  close (fd);
}

gboolean
namida_store_clean_staging (NamidaStore *self, GError **error)
{
  g_autoptr (GHashTable) kept = namida_journal_list_kept (self->database, error);
  g_autoptr (GHashTable) known = kept != NULL ? namida_journal_list_known (self->database, error) : NULL;
  g_autofree char *owner = namida_store_dup_owner (self->database);
  StoreCleaning cleaning = { .kept = kept, .known = known };
  GHashTableIter iter;
  gpointer folder;

  if (known == NULL)
    return FALSE;
  store_clean_below (self->data_dir, NAMIDA_STAGING_FOLDER, NULL, &cleaning);
  store_clean_below (self->backups, NAMIDA_STAGING_HIDDEN, owner, &cleaning);
  store_clean_below (self->music, NAMIDA_STAGING_HIDDEN, owner, &cleaning);
  g_hash_table_iter_init (&iter, self->labels);
  while (g_hash_table_iter_next (&iter, NULL, &folder))
    store_clean_below (folder, NAMIDA_STAGING_HIDDEN, owner, &cleaning);
  return TRUE;
}

gint64
namida_store_get_seen_arrival (NamidaStore *self)
{
  return __atomic_load_n (&self->seen_arrival, __ATOMIC_RELAXED);
}

void
namida_store_set_seen_arrival (NamidaStore *self, gint64 arrival)
{
  __atomic_store_n (&self->seen_arrival, arrival, __ATOMIC_RELAXED);
}

/* Versions that exist when the program starts did not arrive in this run. */
static void
store_see_arrivals (NamidaStore *self)
{
  sqlite3_stmt *statement;

  namida_database_lock (self->database);
  statement = namida_database_prepare (self->database, NULL, "SELECT coalesce (max (arrival), 0) FROM versions", "");
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    namida_store_set_seen_arrival (self, sqlite3_column_int64 (statement, 0));
  sqlite3_finalize (statement);
  namida_database_unlock (self->database);
}

gboolean
namida_store_clean (NamidaStore *self, GError **error)
{
  g_autoptr (GError) removal = NULL;
  g_autoptr (GError) trash = NULL;

  if (!namida_journal_park_open (self->database, error))
    return FALSE;
  store_see_arrivals (self);
  /* A version that cannot be removed stays listed as "being removed". The rest of the cleanup continues. */
  if (!namida_removal_resume (self->database, &removal))
    g_message ("%s", removal->message);
  if (!namida_version_trash_resume (self->database, &trash) || !namida_version_trash_purge (self->database, &trash))
    g_message ("%s", trash->message);
  return namida_store_clean_staging (self, error);
}
