/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backup object: its entries, totals, title and keys; see the header. Built by one thread; the getters are for
 * any thread. */
#include "config.h"

#include "namida-backup.h"

#include "namida-digest.h"
#include "namida-format.h"
#include "namida-free-later.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A title names at most this many labels and counts the others. */
#define MAX_TITLE_LABELS 3u

struct _NamidaBackup
{
  GObject parent_instance;
  GPtrArray *entries;
  GPtrArray *left_out;
  char *name;
  guint64 bytes;
  guint files;
  gboolean proven;
  gint missed_there; /* atomic, because the number of a received backup becomes known while others share the backup */
  gboolean reread;
  guint excluded;
  guint unnamed;
  gboolean too_many;
};

G_DEFINE_FINAL_TYPE (NamidaBackup, namida_backup, G_TYPE_OBJECT)

static void
backup_left_out_free (gpointer data)
{
  NamidaLeftOut *left_out = data;

  g_free (left_out->path);
  g_free (left_out->reason);
  g_free (left_out);
}

static void
backup_content_free (gpointer data)
{
  NamidaContent *content = data;

  g_free (content->label);
  g_free (content->name);
  g_free (content);
}

static void
namida_backup_init (NamidaBackup *self)
{
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_entry_unref);
  self->left_out = g_ptr_array_new_with_free_func (backup_left_out_free);
}

static void
namida_backup_finalize (GObject *object)
{
  NamidaBackup *self = NAMIDA_BACKUP (object);

  namida_free_later (self->entries, (GDestroyNotify) g_ptr_array_unref);
  g_ptr_array_unref (self->left_out);
  g_free (self->name);
  G_OBJECT_CLASS (namida_backup_parent_class)->finalize (object);
}

static void
namida_backup_class_init (NamidaBackupClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_backup_finalize;
}

NamidaBackup *
namida_backup_new (void)
{
  return g_object_new (NAMIDA_TYPE_BACKUP, NULL);
}

NamidaBackup *
namida_backup_new_like (NamidaBackup *self)
{
  NamidaBackup *copy = namida_backup_new ();

  for (guint i = 0; i < self->left_out->len; i++)
    {
      const NamidaLeftOut *item = self->left_out->pdata[i];

      namida_backup_add_left_out (copy, item->path, item->reason, item->missed);
    }
  copy->proven = self->proven;
  copy->reread = self->reread;
  copy->excluded = self->excluded;
  copy->too_many = self->too_many;
  copy->unnamed = self->unnamed;
  namida_backup_raise_missed_there (copy, (guint) g_atomic_int_get (&self->missed_there));
  return copy;
}

void
namida_backup_set_proven (NamidaBackup *self, gboolean proven)
{
  self->proven = proven;
}

void
namida_backup_add_excluded (NamidaBackup *self)
{
  g_return_if_fail (NAMIDA_IS_BACKUP (self));

  self->excluded++;
}

guint
namida_backup_get_excluded (NamidaBackup *self)
{
  g_return_val_if_fail (NAMIDA_IS_BACKUP (self), 0);

  return self->excluded;
}

void
namida_backup_set_reread (NamidaBackup *self, gboolean reread)
{
  g_return_if_fail (NAMIDA_IS_BACKUP (self));

  self->reread = reread;
}

gboolean
namida_backup_get_reread (NamidaBackup *self)
{
  g_return_val_if_fail (NAMIDA_IS_BACKUP (self), FALSE);

  return self->reread;
}

gboolean
namida_backup_get_proven (NamidaBackup *self)
{
  return self->proven;
}

void
namida_backup_add (NamidaBackup *self, NamidaEntry *entry)
{
  g_ptr_array_add (self->entries, entry);
  self->bytes += entry->size;
  if (entry->kind != NAMIDA_ENTRY_FOLDER)
    self->files++;
  if (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP && self->name == NULL)
    self->name = g_strdup (entry->name);
}

static int
backup_compare_pointers (gconstpointer a, gconstpointer b)
{
  return namida_entry_compare (*(NamidaEntry *const *) a, *(NamidaEntry *const *) b);
}

/* Returns the number of names in @path. @shared: (out): how many of its leading folder names are also leading names
 * of @before. */
static guint
backup_count_names (const char *path, const char *before, guint *shared)
{
  guint n = 1;
  gboolean same = TRUE;

  *shared = 0;
  for (gsize i = 0; path[i] != '\0'; i++)
    {
      same = same && before[i] == path[i];
      if (path[i] != '/')
        continue;
      n++;
      *shared += same ? 1 : 0;
    }
  return n;
}

static gboolean
backup_is_sorted (NamidaBackup *self)
{
  for (guint i = 1; i < self->entries->len; i++)
    if (namida_entry_compare (self->entries->pdata[i - 1], self->entries->pdata[i]) > 0)
      return FALSE;
  return TRUE;
}

/* Returns: (transfer container): the entries in their order. Offers of our own program are already sorted; then
 * nothing is done. */
static GPtrArray *
backup_dup_sorted (NamidaBackup *self)
{
  GPtrArray *sorted;

  if (backup_is_sorted (self))
    return g_ptr_array_ref (self->entries);
  sorted = g_ptr_array_copy (self->entries, NULL, NULL);
  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, backup_compare_pointers);
  return sorted;
}

guint
namida_backup_count_folders (NamidaBackup *self, guint *depth)
{
  g_autoptr (GPtrArray) sorted = backup_dup_sorted (self);
  g_autofree char *before = g_strdup ("");
  guint folders = 0, deepest = 0;

  for (guint i = 0; i < sorted->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (sorted, i);
      g_autofree char *path = NULL;
      guint names, shared;

      if (entry->label[0] == '\0')
        continue;
      path = g_strconcat (entry->label, "/", entry->relative_path, entry->kind == NAMIDA_ENTRY_FOLDER ? "/" : "", NULL);
      names = backup_count_names (path, before, &shared);
      folders += names - 1 - shared;
      deepest = MAX (deepest, entry->kind == NAMIDA_ENTRY_FOLDER ? names - 1 : names);
      g_free (before);
      before = g_steal_pointer (&path);
    }
  if (depth != NULL)
    *depth = deepest;
  return folders;
}

void
namida_backup_sort (NamidaBackup *self)
{
  g_ptr_array_sort (self->entries, backup_compare_pointers);
}

void
namida_backup_add_left_out (NamidaBackup *self, const char *path, const char *reason, gboolean missed)
{
  NamidaLeftOut *left_out = g_new0 (NamidaLeftOut, 1);

  left_out->path = g_strdup (path);
  left_out->reason = g_strdup (reason);
  left_out->missed = missed;
  g_ptr_array_add (self->left_out, left_out);
}

void
namida_backup_set_too_many (NamidaBackup *self)
{
  self->too_many = TRUE;
}

gboolean
namida_backup_get_too_many (NamidaBackup *self)
{
  return self->too_many;
}

void
namida_backup_add_unnamed (NamidaBackup *self)
{
  self->unnamed++;
}

guint
namida_backup_count_unnamed (NamidaBackup *self)
{
  return self->unnamed;
}

void
namida_backup_raise_missed_there (NamidaBackup *self, guint missed)
{
  gint now, raised = (gint) MIN (missed, NAMIDA_LIMIT_FILES);

  do
    now = g_atomic_int_get (&self->missed_there);
  while (raised > now && !g_atomic_int_compare_and_exchange (&self->missed_there, now, raised));
}

guint
namida_backup_count_missed (NamidaBackup *self)
{
  guint n = (guint) g_atomic_int_get (&self->missed_there) + self->unnamed;

  for (guint i = 0; i < self->left_out->len; i++)
    n += ((NamidaLeftOut *) g_ptr_array_index (self->left_out, i))->missed;
  return n;
}

GPtrArray *
namida_backup_get_entries (NamidaBackup *self)
{
  return self->entries;
}

GPtrArray *
namida_backup_get_left_out (NamidaBackup *self)
{
  return self->left_out;
}

static void
backup_count (GPtrArray *contents, GHashTable *by_label, const NamidaEntry *entry)
{
  gboolean zip = entry->kind == NAMIDA_ENTRY_BACKUP_ZIP;
  const char *label = entry->label != NULL ? entry->label : "";
  /* No label starts with a slash, so the key of the zip is unique. */
  const char *key = zip ? "/zip" : label;
  NamidaContent *content = g_hash_table_lookup (by_label, key);

  if (content == NULL)
    {
      content = g_new0 (NamidaContent, 1);
      content->label = g_strdup (label);
      content->kind = zip ? NAMIDA_ENTRY_BACKUP_ZIP : NAMIDA_ENTRY_FILE;
      g_hash_table_insert (by_label, (gpointer) key, content);
      g_ptr_array_add (contents, content);
    }
  content->files += entry->kind != NAMIDA_ENTRY_FOLDER;
  content->bytes += entry->size;
  if (label[0] == '\0')
    {
      g_free (content->name);
      content->name = content->files == 1 ? g_utf8_make_valid (entry->name, -1) : NULL;
    }
}

static int
backup_compare_contents (gconstpointer a, gconstpointer b)
{
  const NamidaContent *left = *(NamidaContent *const *) a;
  const NamidaContent *right = *(NamidaContent *const *) b;
  gboolean left_zip = left->kind == NAMIDA_ENTRY_BACKUP_ZIP;

  if (left_zip != (right->kind == NAMIDA_ENTRY_BACKUP_ZIP))
    return left_zip ? -1 : 1;
  return strcmp (left->label, right->label);
}

GPtrArray *
namida_backup_dup_contents (NamidaBackup *self)
{
  g_autoptr (GHashTable) by_label = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *contents = g_ptr_array_new_with_free_func (backup_content_free);

  for (guint i = 0; i < self->entries->len; i++)
    backup_count (contents, by_label, g_ptr_array_index (self->entries, i));
  g_ptr_array_sort (contents, backup_compare_contents);
  return contents;
}

guint64
namida_backup_get_bytes (NamidaBackup *self)
{
  return self->bytes;
}

guint
namida_backup_get_files (NamidaBackup *self)
{
  return self->files;
}

const char *
namida_backup_get_name (NamidaBackup *self)
{
  return self->name;
}

void
namida_backup_set_name (NamidaBackup *self, const char *name)
{
  g_free (self->name);
  self->name = g_strdup (name);
}

static char *
backup_dup_zip_title (const char *name)
{
  char *title = g_utf8_make_valid (name, -1);

  if (g_str_has_suffix (title, ".zip"))
    title[strlen (title) - strlen (".zip")] = '\0';
  return title;
}

/* Lists what a title names: the zip, the labels and the single files. */
static GPtrArray *
backup_dup_title_parts (GPtrArray *contents)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (g_free);
  NamidaContent *singles = NULL;
  guint labels = 0;

  for (guint i = 0; i < contents->len; i++)
    {
      NamidaContent *content = g_ptr_array_index (contents, i);

      if (content->kind == NAMIDA_ENTRY_BACKUP_ZIP)
        g_ptr_array_add (parts,
                         content->name != NULL ? backup_dup_zip_title (content->name) : g_strdup (_ ("Backups")));
      else if (content->label[0] == '\0')
        singles = content;
      else if (labels++ < MAX_TITLE_LABELS)
        g_ptr_array_add (parts, namida_format_alias (content->label));
    }
  if (labels > MAX_TITLE_LABELS)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u more folder", "%u more folders", labels - MAX_TITLE_LABELS),
                                             labels - MAX_TITLE_LABELS));
  if (singles != NULL)
    g_ptr_array_add (parts, singles->files == 1 && singles->name != NULL ? namida_format_alias (singles->name)
                                                                         : namida_format_files (singles->files));
  return parts;
}

char *
namida_backup_dup_title (NamidaBackup *self)
{
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (self);
  g_autoptr (GPtrArray) parts = backup_dup_title_parts (contents);
  g_autofree char *head = NULL;

  if (parts->len == 0)
    return namida_format_files (0);
  head = g_strdup (g_ptr_array_index (parts, 0));
  for (guint i = 1; i < parts->len; i++)
    {
      g_autofree char *before = g_steal_pointer (&head);
      const char *part = g_ptr_array_index (parts, i);

      /* Translators: joins what a backup holds, "A, B and C". */
      head = i + 1 < parts->len ? g_strdup_printf (_ ("%s, %s"), before, part)
                                : g_strdup_printf (_ ("%s and %s"), before, part);
    }
  return g_steal_pointer (&head);
}

static void
backup_digest_text (NamidaDigest *digest, const char *text)
{
  if (text == NULL)
    text = "";
  /* Include the terminating zero, so that "a" + "bc" differs from "ab" + "c". */
  namida_digest_update (digest, text, strlen (text) + 1);
}

static void
backup_digest_sorted (NamidaDigest *digest, GHashTable *texts)
{
  g_autoptr (GList) sorted = g_list_sort (g_hash_table_get_keys (texts), (GCompareFunc) strcmp);

  for (GList *l = sorted; l != NULL; l = l->next)
    backup_digest_text (digest, l->data);
}

char *
namida_backup_dup_scope (NamidaBackup *self)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autoptr (GHashTable) labels = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (self->entries, i);
      gboolean labelled = entry->label != NULL && entry->label[0] != '\0';

      g_hash_table_add (labelled ? labels : names, labelled ? entry->label : entry->name);
    }
  backup_digest_sorted (digest, labels);
  backup_digest_text (digest, ""); /* no label is empty, so names follow from here on */
  backup_digest_sorted (digest, names);
  return namida_digest_finish (digest);
}

char *
namida_backup_dup_key (NamidaBackup *self)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (self->entries, NULL, NULL);

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, backup_compare_pointers);
  for (guint i = 0; i < sorted->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (sorted, i);
      gboolean labelled = entry->label != NULL && entry->label[0] != '\0';
      char figures[80];

      backup_digest_text (digest, labelled ? entry->label : "");
      backup_digest_text (digest, labelled ? entry->relative_path : entry->name);
      g_snprintf (figures, sizeof figures, "%d %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT, (int) entry->kind, entry->size,
                  namida_entry_get_mtime_ms (entry));
      backup_digest_text (digest, figures);
    }
  return namida_digest_finish (digest);
}
