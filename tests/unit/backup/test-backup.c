/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests backups and their manifests, and the index of hashes: totals, titles, keys, the order of entries, and manifests
 * that are not valid. */
#include "config.h"

#include "namida-error.h"
#include "namida-content.h"
#include "namida-hash-index.h"
#include "namida-manifest.h"
#include "namida-phone-names.h"

#include <json-glib/json-glib.h>

#include <string.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static NamidaEntry *
add (NamidaBackup *backup, NamidaEntryKind kind, const char *label, const char *path, guint64 size)
{
  NamidaEntry *entry = namida_entry_new ();

  entry->kind = kind;
  entry->id = g_strdup_printf ("f%u", namida_backup_get_entries (backup)->len);
  entry->name = g_path_get_basename (path);
  entry->label = g_strdup (label);
  entry->relative_path = g_strdup (label[0] != '\0' ? path : "");
  entry->size = size;
  entry->mtime_ns = 1234567890;
  entry->source = g_strconcat ("/home/me/", label, "/", path, NULL);
  namida_backup_add (backup, entry);
  return entry;
}

static NamidaBackup *
make (void)
{
  NamidaBackup *backup = namida_backup_new ();

  add (backup, NAMIDA_ENTRY_FILE, "Rips", "z.mp3", 1);
  add (backup, NAMIDA_ENTRY_FILE, "Music", "Björk/01.flac", 10);
  add (backup, NAMIDA_ENTRY_BACKUP_ZIP, "", "Namida Backup - 1.zip", 100);
  add (backup, NAMIDA_ENTRY_FOLDER, "Music", "empty", 0);
  add (backup, NAMIDA_ENTRY_FILE, "Music", "a b.mp3", 1000);
  return backup;
}

static void
test_totals (void)
{
  g_autoptr (NamidaBackup) backup = make ();
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (backup);
  g_autofree char *title = namida_backup_dup_title (backup);
  NamidaContent *content = g_ptr_array_index (contents, 0);

  g_assert_cmpuint (namida_backup_get_files (backup), ==, 4);
  g_assert_cmpuint (namida_backup_get_bytes (backup), ==, 1111);
  g_assert_cmpstr (namida_backup_get_name (backup), ==, "Namida Backup - 1.zip");
  g_assert_cmpuint (contents->len, ==, 3);
  g_assert_cmpint (content->kind, ==, NAMIDA_ENTRY_BACKUP_ZIP);
  g_assert_cmpstr (content->name, ==, "Namida Backup - 1.zip");
  content = g_ptr_array_index (contents, 1);
  g_assert_cmpstr (content->label, ==, "Music");
  g_assert_cmpuint (content->files, ==, 2);
  g_assert_cmpuint (content->bytes, ==, 1010);
  g_assert_cmpstr (title, ==, "Namida Backup - 1, Music and Rips");
}

/* A file without a label is in no folder. */
static void
test_folders (void)
{
  g_autoptr (NamidaBackup) backup = make ();
  guint depth = 0;

  g_assert_cmpuint (namida_backup_count_folders (backup, &depth), ==, 4);
  g_assert_cmpuint (depth, ==, 3);
}

static void
test_title_of_files (void)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autofree char *one = NULL;
  g_autofree char *three = NULL;

  add (backup, NAMIDA_ENTRY_FILE, "", "a.txt", 1);
  one = namida_backup_dup_title (backup);
  add (backup, NAMIDA_ENTRY_FILE, "", "b.txt", 1);
  add (backup, NAMIDA_ENTRY_FILE, "", "c.txt", 1);
  three = namida_backup_dup_title (backup);
  g_assert_cmpstr (one, ==, "a.txt");
  g_assert_cmpstr (three, ==, "3 files");
}

/* Neither order nor ids nor what the wire does not carry change the key; all else does. */
static void
test_key (void)
{
  g_autoptr (NamidaBackup) one = make ();
  g_autoptr (NamidaBackup) two = make ();
  g_autofree char *key = namida_backup_dup_key (one);
  NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (two), 0);
  g_autofree char *same = NULL;
  g_autofree char *other = NULL;

  namida_backup_sort (two);
  g_free (entry->id);
  entry->id = g_strdup ("other");
  entry->mtime_ns += 1000;
  same = namida_backup_dup_key (two);
  g_assert_cmpstr (same, ==, key);
  entry->mtime_ns += 1000000;
  other = namida_backup_dup_key (two);
  g_assert_cmpstr (other, !=, key);
}

static void
test_order (void)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  GPtrArray *entries = namida_backup_get_entries (backup);
  static const char *const sorted[] = { "a", "a/z", "a b", "b" };

  for (gsize i = G_N_ELEMENTS (sorted); i > 0; i--)
    add (backup, NAMIDA_ENTRY_FILE, "M", sorted[i - 1], 1);
  namida_backup_sort (backup);
  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpstr (((NamidaEntry *) g_ptr_array_index (entries, i))->relative_path, ==, sorted[i]);
}

static JsonNode *
parse (GBytes *text)
{
  g_autofree char *copy = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (copy, &error);

  g_assert_no_error (error);
  return node;
}

static gboolean
check (JsonNode *manifest, GError **error)
{
  g_autofree char *text = json_to_string (manifest, TRUE);

  return namida_manifest_check (text, strlen (text), error);
}

/* What is no manifest, though it is JSON. */
static void
test_bad_manifests (void)
{
  static const char head[] = "{\"type\":\"b\",\"timestamp\":\"t\",\"deviceId\":\"d\",\"platform\":\"p\",";
  static const char *const bad[]
      = { "\"folders\":{},\"backupZip\":{\"name\":\"\"}}",
          "\"folders\":[1],\"backupZip\":{\"name\":\"\"}}",
          "\"folders\":[{}],\"backupZip\":{\"name\":\"\"}}",
          "\"folders\":[{\"label\":\"..\"}],\"backupZip\":{\"name\":\"\"}}",
          "\"folders\":[{\"label\":\"a\",\"files\":{}}],\"backupZip\":{\"name\":\"\"}}",
          "\"folders\":[{\"label\":\"a\",\"files\":[{}]}],\"backupZip\":{\"name\":\"\"}}",
          "\"folders\":[{\"label\":\"a\",\"files\":[{\"name\":\"x\",\"size\":-1}]}],\"backupZip\":{\"name\":\"\"}}",
          "\"folders\":[],\"backupZip\":{\"name\":1}}",
          "\"folders\":[],\"backupZip\":\"\"}",
          "\"folders\":[],\"backupZip\":{\"name\":\"\"},\"type\":null}" };
  g_autofree char *good = g_strconcat (
      head, "\"folders\":[{\"label\":\"a\",\"x\":[{}]}],\"backupZip\":{\"name\":\"\",\"y\":{}},\"z\":[[]]}", NULL);

  g_assert_true (namida_manifest_check (good, strlen (good), NULL));
  g_assert_false (namida_manifest_check ("[]", 2, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = g_strconcat (head, bad[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (namida_manifest_check (text, strlen (text), &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_MANIFEST);
    }
}

static void
test_manifest (void)
{
  static const char *const required[] = { "type", "timestamp", "deviceId", "platform", "folders", "backupZip" };
  g_autoptr (NamidaBackup) backup = make ();
  g_autoptr (GBytes) text = namida_manifest_build (backup, "desk/../top", "linux", 1784485800123);
  g_autoptr (JsonNode) manifest = parse (text);
  g_autofree char *name = namida_manifest_file_name (text);
  JsonObject *object = json_node_get_object (manifest);
  JsonArray *folders = json_object_get_array_member (object, "folders");
  JsonObject *music = json_array_get_object_element (folders, 0);
  JsonArray *files = json_object_get_array_member (music, "files");

  g_assert_true (check (manifest, NULL));
  g_assert_cmpint (json_object_get_int_member (object, "manifestVersion"), ==, 2);
  g_assert_cmpuint (json_array_get_length (folders), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (music, "originalPath"), ==, "/home/me/Music");
  g_assert_cmpuint (json_array_get_length (files), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (files, 0), "name"), ==,
                   "Music/Björk/01.flac");
  g_assert_null (strchr (name, '/'));
  g_assert_null (strchr (name, ':'));
  g_assert_true (g_str_has_prefix (name, "manifest_2026-07-"));
  g_assert_true (g_str_has_suffix (name, "_linux_desk-..-top.json"));
  for (gsize i = 0; i < G_N_ELEMENTS (required); i++)
    {
      g_autoptr (JsonNode) copy = json_from_string ("{}", NULL);
      g_autoptr (GList) members = json_object_get_members (object);
      g_autoptr (GError) error = NULL;

      for (GList *l = members; l != NULL; l = l->next)
        if (strcmp (l->data, required[i]) != 0)
          json_object_set_member (json_node_get_object (copy), l->data, json_object_dup_member (object, l->data));
      g_assert_false (check (copy, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_MANIFEST);
    }
}

static void
test_hash_index (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_database_open (NULL, &error);
  g_autoptr (NamidaBackup) backup = make ();
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (backup), 0);
  struct stat st = { .st_size = 1, .st_mtim = { 1, 234567890 }, .st_ctim = { 2, 3 }, .st_ino = 5, .st_dev = 6 };

  g_assert_no_error (error);
  g_ptr_array_add (rows, namida_hash_row_new (entry->source, &st, SHA));
  g_assert_true (namida_hash_index_store (database, rows, &error));
  g_assert_true (namida_hash_index_store (database, rows, &error));
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 0);
  entry->inode = 5;
  entry->device = 6;
  entry->ctime_ns = 2000000003;
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 1);
  g_assert_cmpstr (entry->sha256, ==, SHA);
  entry->mtime_ns++;
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 0);
  entry->mtime_ns--;
  entry->size++;
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 0);
  entry->size--;
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 1);
  /* Tags that were edited by a program that keeps size and time. */
  entry->ctime_ns++;
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 0);
  entry->ctime_ns--;
  /* Damage that somebody found makes it unknown, until it is read and entered again. */
  g_assert_true (namida_content_set_damaged (database, 0, SHA, &st, &error));
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 0);
  g_assert_true (namida_hash_index_store (database, rows, &error));
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 1);
  st.st_ino++;
  g_assert_true (namida_content_set_damaged (database, 0, SHA, &st, &error));
  g_assert_cmpuint (namida_hash_index_fill (database, backup), ==, 1);
}

/* What is known of a backup beside its files goes along when a phone gets some of them under other names. */
static void
test_like (void)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (NamidaBackup) adapted = NULL;
  g_autoptr (GError) error = NULL;
  const NamidaLeftOut *item;

  add (backup, NAMIDA_ENTRY_FILE, "Music", "a.mp3", 1);
  add (backup, NAMIDA_ENTRY_FILE, "Music", "what?.mp3", 5);
  namida_backup_add_left_out (backup, "gone.mp3", "It cannot be read.", TRUE);
  namida_backup_add_excluded (backup);
  namida_backup_set_too_many (backup);
  namida_backup_set_reread (backup, TRUE);
  namida_backup_set_proven (backup, TRUE);
  adapted = namida_phone_names_adapt (backup, NAMIDA_PHONE_NAMES_RENAME, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (adapted != backup);
  g_assert_cmpuint (namida_backup_get_files (adapted), ==, 2);
  g_assert_cmpuint (namida_backup_get_left_out (adapted)->len, ==, 1);
  item = namida_backup_get_left_out (adapted)->pdata[0];
  g_assert_cmpstr (item->path, ==, "gone.mp3");
  g_assert_true (item->missed);
  g_assert_cmpuint (namida_backup_count_missed (adapted), ==, 1);
  g_assert_cmpuint (namida_backup_get_excluded (adapted), ==, 1);
  g_assert_true (namida_backup_get_too_many (adapted));
  g_assert_true (namida_backup_get_reread (adapted));
  g_assert_true (namida_backup_get_proven (adapted));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backup/totals", test_totals);
  g_test_add_func ("/backup/folders", test_folders);
  g_test_add_func ("/backup/title-of-files", test_title_of_files);
  g_test_add_func ("/backup/key", test_key);
  g_test_add_func ("/backup/order", test_order);
  g_test_add_func ("/backup/manifest", test_manifest);
  g_test_add_func ("/backup/manifests-that-are-none", test_bad_manifests);
  g_test_add_func ("/backup/like", test_like);
  g_test_add_func ("/backup/hash-index", test_hash_index);
  return g_test_run ();
}
