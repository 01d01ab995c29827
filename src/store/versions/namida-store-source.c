/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the NamidaVersionSource interface for the versions of this device: lists and opens versions for the
 * devices that sent them, and repairs damaged files with what these devices bring. Called by the server in worker
 * threads. */
#include "config.h"

#include "namida-store-source.h"

#include "namida-content.h"
#include "namida-error.h"
#include "namida-heal.h"
#include "namida-repair.h"
#include "namida-store-mark.h"
#include "namida-store-private.h"
#include "namida-succession.h"
#include "namida-version-adopt.h"
#include "namida-version-collect.h"
#include "namida-version-private.h"
#include "namida-wanted.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HEAL_RESERVE (64u * 1024 * 1024)

#define NAMIDA_TYPE_STORE_SOURCE (namida_store_source_get_type ())
G_DECLARE_FINAL_TYPE (NamidaStoreSource, namida_store_source, NAMIDA, STORE_SOURCE, GObject)

struct _NamidaStoreSource
{
  GObject parent_instance;

  NamidaStore *store;
  NamidaDatabase *database;
  NamidaTrustStore *trust;
  gint open; /* g_atomic: offers of all devices are accepted without asking */
};

static void source_iface_init (NamidaVersionSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaStoreSource,
                               namida_store_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_VERSION_SOURCE, source_iface_init))

/* A device may fetch only what its own key, or a key that it succeeded, has sent. Names are not compared, because they
 * prove nothing. */
static gboolean
source_is_for (NamidaStoreSource *self, const NamidaVersionRecord *record, const char *fingerprint)
{
  return namida_succession_covers (self->database, fingerprint, record->fingerprint);
}

static gboolean
source_is_whole (const NamidaVersionFacts *facts)
{
  return facts->present && !facts->removing && facts->record->complete && facts->record->damaged <= 0
         && facts->left == facts->files;
}

/* Whether all files were sent by the device. A file in the user's folders may have been there before the device offered
 * it; then its bytes did not come from the device and cannot be fetched. */
static gboolean
source_was_all_sent (NamidaStoreSource *self, const NamidaVersionRecord *record)
{
  g_autoptr (GPtrArray) files = NULL;

  if (record->landing != NAMIDA_LANDING_LIBRARY)
    return TRUE;
  files = namida_version_record_files (self->database, record, NULL);
  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (file->kind != NAMIDA_VERSION_FILE_MANIFEST
          && !namida_version_file_was_sent (self->database, file, record->fingerprint))
        return FALSE;
    }
  return files != NULL;
}

static NamidaKeptBackup *
source_describe (NamidaStoreSource *self, const NamidaVersionFacts *facts)
{
  NamidaKeptBackup *one = g_new0 (NamidaKeptBackup, 1);

  one->id = g_strdup_printf ("%" G_GINT64_FORMAT, facts->record->id);
  one->title = g_utf8_make_valid (facts->record->title, -1);
  one->created_ms = (guint64) (facts->record->created_at / 1000);
  one->complete = source_is_whole (facts) && source_was_all_sent (self, facts->record);
  one->files = facts->files;
  one->bytes = facts->bytes;
  one->zip = facts->zip_path != NULL;
  one->labels = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < facts->music->len; i++)
    g_ptr_array_add (one->labels, g_strdup (((NamidaVersionMusic *) g_ptr_array_index (facts->music, i))->label));
  return one;
}

static GPtrArray *
source_list (NamidaVersionSource *version_source, const char *fingerprint, GError **error)
{
  NamidaStoreSource *self = NAMIDA_STORE_SOURCE (version_source);
  g_autoptr (GPtrArray) all = NULL;
  GPtrArray *kept;

  /* Include what another program has stored in the same folder in the meantime. */
  namida_version_adopt_stores (self->database, NULL);
  all = namida_version_facts_load (self->database, NULL, error);
  if (all == NULL)
    return NULL;
  kept = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_kept_backup_free);
  for (guint i = 0; i < all->len; i++)
    {
      const NamidaVersionFacts *facts = g_ptr_array_index (all, i);

      if (source_is_for (self, facts->record, fingerprint) && facts->present && !facts->removing)
        g_ptr_array_add (kept, source_describe (self, facts));
    }
  return kept;
}

/* Opens the newest version of each music folder and of the zip, among all intact versions. */
static NamidaBackup *
source_open_newest (
    NamidaStoreSource *self, const char *fingerprint, const char *const *labels, gint64 *created_ms, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) records = g_ptr_array_new ();

  namida_version_adopt_stores (self->database, NULL);
  all = namida_version_facts_load (self->database, NULL, error);
  if (all == NULL)
    return NULL;
  for (guint i = 0; i < all->len; i++)
    {
      const NamidaVersionFacts *facts = g_ptr_array_index (all, i);

      if (source_is_for (self, facts->record, fingerprint) && source_is_whole (facts)
          && source_was_all_sent (self, facts->record))
        g_ptr_array_add (records, facts->record);
    }
  if (records->len == 0)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                           _ ("No complete backup of this device is kept here. Look at the list of backups. If this "
                              "device replaced another one, say so on the device that keeps the backups: "
                              "namida-sync-cli backups succeed OLD NEW"));
      return NULL;
    }
  *created_ms = ((NamidaVersionRecord *) g_ptr_array_index (records, 0))->created_at / 1000;
  return namida_version_collect_newest (self->database, records, labels, error);
}

static NamidaBackup *
source_open_backup (NamidaVersionSource *version_source,
                    const char *fingerprint,
                    const char *id,
                    const char *const *labels,
                    gint64 *created_ms,
                    GError **error)
{
  NamidaStoreSource *self = NAMIDA_STORE_SOURCE (version_source);
  g_autoptr (NamidaVersionRecord) record = NULL;
  NamidaBackup *backup;

  if (g_str_equal (id, NAMIDA_KEPT_BACKUP_NEWEST))
    return source_open_newest (self, fingerprint, labels, created_ms, error);
  record = namida_version_record_find (self->database, id, NULL);
  /* Use the same error for a version that does not exist and one of another device. */
  if (record == NULL || !source_is_for (self, record, fingerprint))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("That backup is no longer stored here."));
      return NULL;
    }
  *created_ms = record->created_at / 1000;
  backup = namida_version_collect_for (self->database, id, labels, record->fingerprint, NULL, error);
  /* Files that the sender skipped are missing after a fetch, too. */
  if (backup != NULL && labels == NULL)
    namida_backup_raise_missed_there (backup, record->left_out);
  return backup;
}

static gboolean
source_may (NamidaVersionSource *version_source, const char *fingerprint, GError **error)
{
  NamidaTrustStore *trust = NAMIDA_STORE_SOURCE (version_source)->trust;

  if (fingerprint == NULL || !namida_trust_store_is_trusted (trust, fingerprint))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                           _ ("Only devices that are trusted here may fetch backups. Pair the two devices first."));
      return FALSE;
    }
  if (namida_trust_store_may_restore (trust, fingerprint))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                       _ ("This device is not allowed to fetch its backups. Allow it on the device that keeps them, "
                          "in the list of trusted devices or with: namida-sync-cli trust set NAME --restore yes"));
  return FALSE;
}

static void
source_set_damaged (NamidaVersionSource *version_source, const NamidaEntry *entry, const struct stat *st)
{
  g_autoptr (GError) error = NULL;

  if (!namida_content_set_damaged (NAMIDA_STORE_SOURCE (version_source)->database, 0, entry->sha256, st, &error))
    g_message ("%s", error->message);
}

/* ---- damaged files that devices bring ---- */

static gboolean
source_may_heal (NamidaVersionSource *version_source, const char *fingerprint, GError **error)
{
  NamidaStoreSource *self = NAMIDA_STORE_SOURCE (version_source);

  if (fingerprint != NULL
      && (g_atomic_int_get (&self->open) || namida_trust_store_is_trusted (self->trust, fingerprint)))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                       _ ("Only devices that are trusted here may repair backups."));
  return FALSE;
}

static GPtrArray *
source_list_wanted (NamidaVersionSource *version_source, const char *fingerprint, GError **error)
{
  return namida_wanted_list (NAMIDA_STORE_SOURCE (version_source)->database, fingerprint, error);
}

/* Opens a file without a name, so that nothing is left of it in any case; if the drive of the store does not support
 * that, in the data folder. Returns -1 with errno set. */
static int
source_open_nameless (NamidaStoreSource *self)
{
  const char *data_dir = namida_store_get_data_dir (self->store);
  g_autofree char *name = NULL;
  int fd = open (namida_store_get_backups (self->store), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    return fd;
  fd = open (data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    return fd;
  name = g_build_filename (data_dir, "wanted-XXXXXX", NULL);
  fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    unlink (name);
  return fd;
}

/* The file is written twice, once as it arrives and once into a version, and the reserve must stay free. */
static gboolean
source_check_room (NamidaStoreSource *self, int fd, guint64 size, GError **error)
{
  guint64 reserve = MAX (namida_store_get_reserve (self->store), HEAL_RESERVE), room;
  struct statvfs vfs;

  if (fstatvfs (fd, &vfs) != 0 || vfs.f_blocks == 0)
    return TRUE;
  room = (guint64) vfs.f_bavail * vfs.f_frsize;
  if (room >= reserve && (room - reserve) / 2 >= size)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE,
                       _ ("There is not enough room to repair damaged files. Free some space on this device."));
  return FALSE;
}

static gboolean
source_open_part (NamidaVersionSource *version_source,
                  const char *fingerprint,
                  const NamidaWantedFile *file,
                  NamidaVersionSourcePart *part,
                  GError **error)
{
  NamidaStoreSource *self = NAMIDA_STORE_SOURCE (version_source);
  const char *root = namida_store_get_backups (self->store);

  if (!namida_wanted_has (self->database, fingerprint, file->sha256))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The file is no longer needed here."));
      return FALSE;
    }
  if (!namida_store_mark_check (self->database, root, error))
    return FALSE;
  part->fd = source_open_nameless (self);
  if (part->fd < 0)
    {
      namida_error_set_from_errno (error, errno, root);
      return FALSE;
    }
  if (!source_check_room (self, part->fd, file->size, error))
    {
      close (part->fd);
      part->fd = -1;
      return FALSE;
    }
  part->sha256 = g_strdup (file->sha256);
  return TRUE;
}

static gboolean
source_heal (NamidaVersionSource *version_source,
             const NamidaVersionSourcePart *part,
             GHashTable *versions,
             gboolean *healed,
             GError **error)
{
  g_autofree char *path = g_strdup_printf (NAMIDA_REPAIR_DESCRIPTOR "%d", part->fd);

  return namida_heal_from_file (NAMIDA_STORE_SOURCE (version_source)->database, part->sha256, path, versions, healed,
                                NULL, error);
}

static void
source_close_part (NamidaVersionSource *version_source, NamidaVersionSourcePart *part)
{
  close (part->fd);
  part->fd = -1;
  g_clear_pointer (&part->sha256, g_free);
}

void
namida_store_source_set_open (NamidaVersionSource *version_source, gboolean open)
{
  g_atomic_int_set (&NAMIDA_STORE_SOURCE (version_source)->open, open);
}

static void
source_iface_init (NamidaVersionSourceInterface *iface)
{
  iface->may = source_may;
  iface->list = source_list;
  iface->open = source_open_backup;
  iface->set_damaged = source_set_damaged;
  iface->may_heal = source_may_heal;
  iface->list_wanted = source_list_wanted;
  iface->open_part = source_open_part;
  iface->heal = source_heal;
  iface->close_part = source_close_part;
}

static void
namida_store_source_finalize (GObject *object)
{
  g_clear_object (&NAMIDA_STORE_SOURCE (object)->store);
  g_clear_object (&NAMIDA_STORE_SOURCE (object)->database);
  g_clear_object (&NAMIDA_STORE_SOURCE (object)->trust);
  G_OBJECT_CLASS (namida_store_source_parent_class)->finalize (object);
}

static void
namida_store_source_class_init (NamidaStoreSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_store_source_finalize;
}

static void
namida_store_source_init (NamidaStoreSource *self)
{
}

NamidaVersionSource *
namida_store_source_new (NamidaStore *store, NamidaTrustStore *trust)
{
  NamidaStoreSource *self = g_object_new (NAMIDA_TYPE_STORE_SOURCE, NULL);

  self->store = g_object_ref (store);
  self->database = g_object_ref (namida_store_get_database (store));
  self->trust = g_object_ref (trust);
  return NAMIDA_VERSION_SOURCE (self);
}
