/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-version-shelf.h"

#include "namida-content.h"
#include "namida-error.h"
#include "namida-store-private.h"
#include "namida-succession.h"
#include "namida-version-adopt.h"
#include "namida-version-gather.h"
#include "namida-version-private.h"

#include <glib/gi18n-lib.h>

#define NAMIDA_TYPE_VERSION_SHELF (namida_version_shelf_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersionShelf, namida_version_shelf, NAMIDA, VERSION_SHELF, GObject)

struct _NamidaVersionShelf
{
  GObject parent_instance;

  NamidaDatabase *database;
  NamidaTrustStore *trust;
};

static void shelf_iface_init (NamidaShelfInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaVersionShelf,
                               namida_version_shelf,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_SHELF, shelf_iface_init))

/* Only what this very key has sent, or a key that it succeeded: a name proves nothing. */
static gboolean
shelf_is_for (NamidaVersionShelf *self, const NamidaVersionRecord *record, const char *fingerprint)
{
  return namida_succession_covers (self->database, fingerprint, record->fingerprint);
}

static gboolean
shelf_is_whole (const NamidaVersionFacts *facts)
{
  return facts->present && !facts->removing && facts->record->complete && facts->record->damaged <= 0
         && facts->left == facts->files;
}

/* In a person's folders a file may have been there before the device offered it: its bytes never came from there, and
 * it cannot be fetched. */
static gboolean
shelf_was_all_sent (NamidaVersionShelf *self, const NamidaVersionRecord *record)
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
describe (NamidaVersionShelf *self, const NamidaVersionFacts *facts)
{
  NamidaKeptBackup *one = g_new0 (NamidaKeptBackup, 1);

  one->id = g_strdup_printf ("%" G_GINT64_FORMAT, facts->record->id);
  one->title = g_utf8_make_valid (facts->record->title, -1);
  one->created_ms = (guint64) (facts->record->created_at / 1000);
  one->complete = shelf_is_whole (facts) && shelf_was_all_sent (self, facts->record);
  one->files = facts->files;
  one->bytes = facts->bytes;
  one->zip = facts->zip_path != NULL;
  one->labels = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < facts->music->len; i++)
    g_ptr_array_add (one->labels, g_strdup (((NamidaVersionMusic *) g_ptr_array_index (facts->music, i))->label));
  return one;
}

static GPtrArray *
list (NamidaShelf *shelf, const char *fingerprint, GError **error)
{
  NamidaVersionShelf *self = NAMIDA_VERSION_SHELF (shelf);
  g_autoptr (GPtrArray) all = NULL;
  GPtrArray *kept;

  /* What another program has stored in the same folder since. */
  namida_version_adopt_stores (self->database, NULL);
  all = namida_version_facts_load (self->database, NULL, error);
  if (all == NULL)
    return NULL;
  kept = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_kept_backup_free);
  for (guint i = 0; i < all->len; i++)
    {
      const NamidaVersionFacts *facts = g_ptr_array_index (all, i);

      if (shelf_is_for (self, facts->record, fingerprint) && facts->present && !facts->removing)
        g_ptr_array_add (kept, describe (self, facts));
    }
  return kept;
}

/* The newest version of each music folder and of the zip, of all versions that are whole. */
static NamidaBackup *
shelf_open_newest (
    NamidaVersionShelf *self, const char *fingerprint, const char *const *labels, gint64 *created_ms, GError **error)
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

      if (shelf_is_for (self, facts->record, fingerprint) && shelf_is_whole (facts)
          && shelf_was_all_sent (self, facts->record))
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
  return namida_version_gather_newest (self->database, records, labels, error);
}

static NamidaBackup *
open_backup (NamidaShelf *shelf,
             const char *fingerprint,
             const char *id,
             const char *const *labels,
             gint64 *created_ms,
             GError **error)
{
  NamidaVersionShelf *self = NAMIDA_VERSION_SHELF (shelf);
  g_autoptr (NamidaVersionRecord) record = NULL;
  NamidaBackup *backup;

  if (g_str_equal (id, NAMIDA_KEPT_BACKUP_NEWEST))
    return shelf_open_newest (self, fingerprint, labels, created_ms, error);
  record = namida_version_record_find (self->database, id, NULL);
  /* The same words for one that is not there and one that is somebody else's. */
  if (record == NULL || !shelf_is_for (self, record, fingerprint))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                           _ ("That backup is not kept here (any more). Look at the list of backups."));
      return NULL;
    }
  *created_ms = record->created_at / 1000;
  backup = namida_version_gather_for (self->database, id, labels, record->fingerprint, NULL, error);
  /* What its sender could not read is not in it after a fetch either. */
  if (backup != NULL && labels == NULL)
    namida_backup_raise_missed_there (backup, record->left_out);
  return backup;
}

static gboolean
may (NamidaShelf *shelf, const char *fingerprint, GError **error)
{
  NamidaTrustStore *trust = NAMIDA_VERSION_SHELF (shelf)->trust;

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
shelf_set_damaged (NamidaShelf *shelf, const NamidaEntry *entry, const struct stat *st)
{
  g_autoptr (GError) error = NULL;

  if (!namida_content_set_damaged (NAMIDA_VERSION_SHELF (shelf)->database, 0, entry->sha256, st, &error))
    g_message ("%s", error->message);
}

static void
shelf_iface_init (NamidaShelfInterface *iface)
{
  iface->may = may;
  iface->list = list;
  iface->open = open_backup;
  iface->set_damaged = shelf_set_damaged;
}

static void
namida_version_shelf_finalize (GObject *object)
{
  g_clear_object (&NAMIDA_VERSION_SHELF (object)->database);
  g_clear_object (&NAMIDA_VERSION_SHELF (object)->trust);
  G_OBJECT_CLASS (namida_version_shelf_parent_class)->finalize (object);
}

static void
namida_version_shelf_class_init (NamidaVersionShelfClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_version_shelf_finalize;
}

static void
namida_version_shelf_init (NamidaVersionShelf *self)
{
}

NamidaShelf *
namida_version_shelf_new (NamidaStore *store, NamidaTrustStore *trust)
{
  NamidaVersionShelf *self = g_object_new (NAMIDA_TYPE_VERSION_SHELF, NULL);

  self->database = g_object_ref (namida_store_get_database (store));
  self->trust = g_object_ref (trust);
  return NAMIDA_SHELF (self);
}
