/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the offers of our own protocol: unsafe names, conflicting paths, sums and limits. */
#include "config.h"

#include "namida-limits.h"
#include "namida-messages-private.h"
#include "namida-manifest.h"
#include "namida-messages.h"

#include <string.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static NamidaOfferMessage *
parse (const char *text, GError **error)
{
  return namida_offer_message_parse (text, strlen (text), error);
}

static void
refused (const char *text, int code)
{
  g_autoptr (GError) error = NULL;
  NamidaOfferMessage *offer = parse (text, &error);

  if (offer != NULL)
    g_error ("taken: %.200s", text);
  if (error->code != code)
    g_error ("code %d, not %d (%s): %.200s", error->code, code, error->message, text);
}

static NamidaEntry *
entry (NamidaOfferMessage *offer, guint i)
{
  return g_ptr_array_index (namida_backup_get_entries (offer->backup), i);
}

static void
test_vector (void)
{
  static const char text[]
      = "{\"info\":{\"alias\":\"Desk\",\"version\":\"1.0\",\"future\":[{}]},\"future\":{\"x\":[1,2]},"
        "\"files\":[{\"id\":\"f1\",\"name\":\"01.flac\",\"path\":\"\",\"size\":31234567,\"folderLabel\":\"Music\","
        "\"relativePath\":\"Bj\\u00f6rk/01.flac\",\"type\":\"audio/flac\",\"modified\":\"2025-01-02T03:04:05.678Z\","
        "\"sha256\":null,\"more\":{\"a\":\"]}\"}},"
        "{\"id\":\"z\",\"name\":\"B.zip\",\"path\":\"\",\"size\":5,\"folderLabel\":\"\",\"relativePath\":\"\","
        "\"sha256\":\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\"},"
        "{\"id\":\"e\",\"name\":\"empty\",\"path\":\"\",\"size\":0,\"folderLabel\":\"Music\",\"relativePath\":\"a/"
        "empty\","
        "\"type\":\"inode/directory\"}],\"backupName\":\"B.zip\"}";
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (offer->info->alias, ==, "Desk");
  g_assert_null (offer->manifest);
  g_assert_cmpstr (namida_backup_get_name (offer->backup), ==, "B.zip");
  g_assert_cmpuint (namida_backup_get_files (offer->backup), ==, 2);
  g_assert_cmpuint (namida_backup_get_bytes (offer->backup), ==, 31234572);
  g_assert_cmpint (entry (offer, 0)->kind, ==, NAMIDA_ENTRY_FILE);
  g_assert_cmpstr (entry (offer, 0)->relative_path, ==, "Björk/01.flac");
  g_assert_cmpint (entry (offer, 0)->mtime_ns, ==, G_GINT64_CONSTANT (1735787045678000000));
  g_assert_null (entry (offer, 0)->sha256);
  g_assert_cmpint (entry (offer, 1)->kind, ==, NAMIDA_ENTRY_BACKUP_ZIP);
  g_assert_cmpstr (entry (offer, 1)->sha256, ==, SHA);
  g_assert_cmpint (entry (offer, 1)->mtime_ns, ==, NAMIDA_ENTRY_TIME_UNKNOWN);
  g_assert_cmpint (entry (offer, 2)->kind, ==, NAMIDA_ENTRY_FOLDER);
}

/* As the phone app sends it: no ids, no info. */
static void
test_phone (void)
{
  static const char text[]
      = "{\"backupName\":\"Namida Backup - 2026-07-19 18.30.00.zip\",\"files\":[{\"name\":\"Namida Backup - 2026-07-19 "
        "18.30.00.zip\",\"path\":\"/storage/x.zip\",\"size\":512345,\"folderLabel\":\"\",\"relativePath\":\"\"},"
        "{\"name\":\"01 + Me.flac\",\"path\":\"/storage/../x\",\"size\":3,\"folderLabel\":\"Music\","
        "\"relativePath\":\"Bj\xc3\xb6rk/01 + Me.flac\"}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = parse (text, &error);

  g_assert_no_error (error);
  g_assert_null (offer->info);
  g_assert_cmpstr (entry (offer, 0)->id, ==, "f1");
  g_assert_cmpint (entry (offer, 0)->kind, ==, NAMIDA_ENTRY_BACKUP_ZIP);
  g_assert_cmpstr (entry (offer, 1)->id, ==, "f2");
}

/* One file of label "Music" whose relativePath is @path (JSON text), named after its last component. */
static void
path_refused (const char *path, int code)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *text
      = g_strdup_printf ("{\"files\":[{\"name\":\"%s\",\"size\":1,\"folderLabel\":\"Music\",\"relativePath\":\"%s\"}]}",
                         slash != NULL ? slash + 1 : path, path);

  refused (text, code);
}

static void
test_unsafe (void)
{
  static const char *const paths[]
      = { "../x", "/etc/x", "C:\\\\x", "a/../../x", "a//x", "./x", "a/..", "..", ".", "", "a/", "a\\\\..\\\\x", "C:x" };
  g_autofree char *longest = g_strnfill (5000, 'x');
  g_autofree char *component = g_strnfill (256, 'x');
  GString *path = g_string_new ("a");

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    path_refused (paths[i], NAMIDA_ERROR_UNSAFE_PATH);
  path_refused (longest, NAMIDA_ERROR_UNSAFE_PATH);
  path_refused (component, NAMIDA_ERROR_UNSAFE_PATH);
  path_refused ("a\\u0000b", NAMIDA_ERROR_INVALID_REQUEST);
  /* The path alone would do, but not with its label. */
  while (path->len < NAMIDA_LIMIT_PATH_BYTES - 2)
    g_string_append (path, "/a");
  path_refused (path->str, NAMIDA_ERROR_UNSAFE_PATH);
  g_string_free (path, TRUE);
  refused ("{\"files\":[{\"name\":\"x\",\"size\":1,\"folderLabel\":\"..\",\"relativePath\":\"x\"}]}",
           NAMIDA_ERROR_UNSAFE_PATH);
  refused ("{\"files\":[{\"name\":\"x\",\"size\":1,\"folderLabel\":\"a/b\",\"relativePath\":\"x\"}]}",
           NAMIDA_ERROR_UNSAFE_PATH);
  refused ("{\"files\":[{\"name\":\"../x\",\"size\":1}]}", NAMIDA_ERROR_UNSAFE_PATH);
  refused ("{\"backupName\":\"../x.zip\",\"files\":[]}", NAMIDA_ERROR_UNSAFE_PATH);
}

static char *
make_deep_offer (guint names, guint files)
{
  g_autoptr (GString) path = g_string_new (NULL);
  GString *text = g_string_new ("{\"files\":[");

  for (guint i = 2; i < names; i++)
    g_string_append (path, "/a");
  for (guint i = 0; i < files; i++)
    g_string_append_printf (text, "%s{\"name\":\"x\",\"size\":0,\"folderLabel\":\"L\",\"relativePath\":\"%u%s/x\"}",
                            i > 0 ? "," : "", i, path->str + 2);
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}

/* A few bytes of an offer stand for a thousand folders. */
static void
test_folders (void)
{
  g_autofree char *deep = make_deep_offer (NAMIDA_LIMIT_DEPTH, 3);
  g_autofree char *deeper = make_deep_offer (NAMIDA_LIMIT_DEPTH + 1, 1);
  g_autofree char *many = make_deep_offer (NAMIDA_LIMIT_DEPTH, NAMIDA_LIMIT_FOLDERS / (NAMIDA_LIMIT_DEPTH - 2));
  g_autofree char *more = make_deep_offer (NAMIDA_LIMIT_DEPTH, NAMIDA_LIMIT_FOLDERS / (NAMIDA_LIMIT_DEPTH - 2) + 1);
  g_autoptr (NamidaOfferMessage) offer = NULL;
  g_autoptr (NamidaOfferMessage) large = NULL;
  g_autoptr (GError) error = NULL;
  guint depth;

  offer = namida_offer_message_parse (deep, strlen (deep), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_count_folders (offer->backup, &depth), ==, 1 + 3 * (NAMIDA_LIMIT_DEPTH - 2));
  g_assert_cmpuint (depth, ==, NAMIDA_LIMIT_DEPTH);
  refused (deeper, NAMIDA_ERROR_UNSAFE_PATH);
  large = namida_offer_message_parse (many, strlen (many), &error);
  g_assert_no_error (error);
  refused (more, NAMIDA_ERROR_TOO_LARGE);
}

static void
test_invalid (void)
{
  static const char *const sizes[] = { "-1", "9223372036854775808", "1e3", "\"5\"", "1.5", "true", "null", "[]", "{}" };
  static const char *const members[] = { "\"sha256\":\"xyz\"",
                                         "\"sha256\":\"\"",
                                         "\"sha256\":1",
                                         "\"modified\":\"yesterday\"",
                                         "\"modified\":5",
                                         "\"id\":\"\"",
                                         "\"id\":\"a b\"",
                                         "\"id\":\"a/b\"",
                                         "\"id\":null",
                                         "\"type\":1",
                                         "\"folderLabel\":1",
                                         "\"name\":null",
                                         "\"relativePath\":[]",
                                         "\"relativePath\":\"x\"",
                                         "\"type\":\"inode/directory\"",
                                         "\"folderLabel\":\"M\",\"relativePath\":\"a/y\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"files\":[{\"name\":\"x\",\"size\":%s}]}", sizes[i]);

      refused (text, NAMIDA_ERROR_INVALID_REQUEST);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"files\":[{\"name\":\"x\",\"size\":1,%s}]}", members[i]);

      refused (text, NAMIDA_ERROR_INVALID_REQUEST);
    }
  refused ("{}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("[]", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("{\"files\":{}}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("{\"files\":[1]}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("{\"files\":[{\"size\":1}]}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("{\"files\":[{\"name\":\"x\"}]}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("{\"files\":[],\"info\":[]}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("{\"files\":[],\"backupName\":5}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("{\"files\":[],\"manifest\":{\"type\":\"backup\"}}", NAMIDA_ERROR_INVALID_MANIFEST);
}

static char *
two (const char *first, const char *second)
{
  return g_strdup_printf ("{\"files\":[{\"size\":1,%s},{\"size\":1,%s}]}", first, second);
}

#define AT(label, path, name) "\"folderLabel\":\"" label "\",\"relativePath\":\"" path "\",\"name\":\"" name "\""

static void
test_clashes (void)
{
  g_autofree char *ids = two ("\"id\":\"a\",\"name\":\"x\"", "\"id\":\"a\",\"name\":\"y\"");
  g_autofree char *names = two ("\"name\":\"x\"", "\"name\":\"x\"");
  g_autofree char *paths = two (AT ("M", "a/x", "x"), AT ("M", "a/x", "x"));
  g_autofree char *prefix = two (AT ("M", "a/b", "b"), AT ("M", "a", "a"));
  g_autofree char *deep = two (AT ("M", "a", "a"), AT ("M", "a/b/c/d", "d"));
  g_autofree char *labels = two (AT ("M", "a", "a"), AT ("N", "a/b", "b"));
  g_autofree char *alike = two (AT ("M", "a", "a"), AT ("M", "a b/c", "c"));
  g_autoptr (NamidaOfferMessage) fine = parse (labels, NULL);
  g_autoptr (NamidaOfferMessage) also_fine = parse (alike, NULL);

  g_assert_nonnull (fine);
  g_assert_nonnull (also_fine);
  refused (ids, NAMIDA_ERROR_INVALID_REQUEST);
  refused (names, NAMIDA_ERROR_INVALID_REQUEST);
  refused (paths, NAMIDA_ERROR_INVALID_REQUEST);
  refused (prefix, NAMIDA_ERROR_UNSAFE_PATH);
  refused (deep, NAMIDA_ERROR_UNSAFE_PATH);
  /* "a b" and "a!" sort between "a" and "a/c" by bytes. */
  refused ("{\"files\":[{\"size\":1," AT ("M", "a", "a") "},{\"size\":1," AT ("M", "a b", "a b") "},{\"size\":1," AT (
               "M", "a!", "a!") "},{\"size\":1," AT ("M", "a/c", "c") "}]}",
           NAMIDA_ERROR_UNSAFE_PATH);
}

static void
test_sum (void)
{
  g_autofree char *text = two ("\"name\":\"x\"", "\"name\":\"y\",\"size\":9223372036854775807");

  refused (text, NAMIDA_ERROR_TOO_LARGE);
}

static NamidaBackup *
make_backup (guint n)
{
  NamidaBackup *backup = namida_backup_new ();

  for (guint i = 0; i < n; i++)
    {
      NamidaEntry *made = namida_entry_new ();

      made->kind = NAMIDA_ENTRY_FILE;
      made->id = g_strdup_printf ("f%u", i);
      made->name = g_strdup_printf ("%u - A song.flac", i);
      made->label = g_strdup ("Music");
      made->relative_path = g_strdup_printf ("Artist %u/Album/%s", i / 100, made->name);
      made->size = i;
      made->mtime_ns = G_GINT64_CONSTANT (1735787045678000000) + i * G_GINT64_CONSTANT (1000000);
      made->type = g_strdup ("audio/flac");
      namida_backup_add (backup, made);
    }
  return backup;
}

static void
test_many (void)
{
  g_autoptr (NamidaBackup) most = make_backup (NAMIDA_LIMIT_FILES);
  g_autoptr (GBytes) manifest = namida_manifest_build (most, "id", "linux", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = NULL;
  g_autofree char *text = NULL;
  g_autofree char *key = NULL;
  g_autofree char *sent_key = namida_backup_dup_key (most);
  gsize length;
  gint64 start = g_get_monotonic_time ();

  text = namida_offer_message_format (NULL, manifest, most, &length);
  g_test_message ("formatted %" G_GSIZE_FORMAT " bytes in %" G_GINT64_FORMAT " ms", length,
                  (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpuint (length, <=, NAMIDA_LIMIT_OFFER_BYTES);
  start = g_get_monotonic_time ();
  offer = namida_offer_message_parse (text, length, &error);
  g_test_message ("parsed in %" G_GINT64_FORMAT " ms, with a manifest: %d", (g_get_monotonic_time () - start) / 1000,
                  offer != NULL && offer->manifest != NULL);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_files (offer->backup), ==, NAMIDA_LIMIT_FILES);
  key = namida_backup_dup_key (offer->backup);
  g_assert_cmpstr (key, ==, sent_key);
}

/* One more than a message may list is refused. */
static void
test_one_more (void)
{
  namida_message_most_files = 100;
  for (guint n = 99; n <= 102; n++)
    {
      g_autoptr (NamidaBackup) backup = make_backup (n);
      g_autofree char *text = namida_offer_message_format (NULL, NULL, backup, NULL);
      g_autoptr (NamidaOfferMessage) offer = NULL;

      if (n > 100)
        {
          refused (text, NAMIDA_ERROR_TOO_LARGE);
          continue;
        }
      offer = namida_offer_message_parse (text, strlen (text), NULL);
      g_assert_cmpuint (namida_backup_get_files (offer->backup), ==, n);
    }
  namida_message_most_files = NAMIDA_LIMIT_FILES;
}

/* A manifest is sent only where the offer has room for it. */
static void
test_large_manifest (void)
{
  g_autoptr (NamidaBackup) backup = make_backup (3);
  g_autoptr (GBytes) plain = namida_manifest_build (backup, "id", "linux", 0);
  const char *braced = g_bytes_get_data (plain, NULL);
  gsize braced_length = g_bytes_get_size (plain);

  for (guint more = 0; more <= 1; more++)
    {
      gsize size = more == 0 ? braced_length + 100 : NAMIDA_LIMIT_OFFER_BYTES;
      char *blank = g_strnfill (size, ' ');
      g_autoptr (GBytes) manifest = NULL;
      g_autoptr (NamidaOfferMessage) offer = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      gsize length;

      memcpy (blank, braced, braced_length - 1);
      blank[size - 1] = '}';
      manifest = g_bytes_new_take (blank, size);
      text = namida_offer_message_format (NULL, manifest, backup, &length);
      g_assert_cmpuint (length, <=, NAMIDA_LIMIT_OFFER_BYTES);
      offer = namida_offer_message_parse (text, length, &error);
      g_assert_no_error (error);
      g_assert_true ((offer->manifest != NULL) == (more == 0));
    }
}

/* Each of them is no longer than a path may be, the two together are. */
static void
test_long_path (void)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autofree char *path = g_strnfill (NAMIDA_LIMIT_PATH_BYTES - strlen ("Music/") + more, 'a');
      g_autofree char *text = NULL;

      for (gsize i = 200; i < strlen (path) - 1; i += 201)
        path[i] = '/';
      text = g_strdup_printf ("{\"files\":[{\"id\":\"1\",\"name\":\"%s\",\"size\":3,\"folderLabel\":\"Music\","
                              "\"relativePath\":\"%s\"}]}",
                              strrchr (path, '/') + 1, path);
      if (more == 0)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (NamidaOfferMessage) offer = parse (text, &error);

          g_assert_no_error (error);
          g_assert_nonnull (offer);
        }
      else
        refused (text, NAMIDA_ERROR_UNSAFE_PATH);
    }
}

static void
test_large (void)
{
  gsize length = 65u * 1024 * 1024;
  g_autofree char *text = g_strnfill (length, ' ');
  g_autoptr (GError) error = NULL;

  memcpy (text, "{\"files\":[", 10);
  memcpy (text + length - 2, "]}", 2);
  g_assert_null (namida_offer_message_parse (text, length, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
  g_clear_error (&error);
  /* Within the limit, but all values. */
  for (gsize i = 10; i + 3 < NAMIDA_LIMIT_OFFER_BYTES - 8; i += 3)
    memcpy (text + i, "{},", 3);
  g_assert_null (namida_offer_message_parse (text, NAMIDA_LIMIT_OFFER_BYTES, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
}

/* What the sender could not read is a number beside its files. */
static void
test_left_out (void)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autofree char *whole = namida_offer_message_format (NULL, NULL, backup, NULL);
  g_autofree char *text = NULL;
  g_autoptr (NamidaOfferMessage) offer = NULL;
  g_autoptr (NamidaOfferMessage) none = parse (whole, NULL);
  g_autoptr (NamidaOfferMessage) many = parse ("{\"files\":[],\"leftOut\":9007199254740991}", NULL);

  g_assert_null (strstr (whole, "leftOut"));
  g_assert_cmpuint (namida_backup_count_missed (none->backup), ==, 0);
  namida_backup_add_left_out (backup, "Music/private", "It could not be read.", TRUE);
  namida_backup_add_left_out (backup, "Music/pipe", "It is no file.", FALSE);
  text = namida_offer_message_format (NULL, NULL, backup, NULL);
  offer = parse (text, NULL);
  g_assert_cmpuint (namida_backup_count_missed (offer->backup), ==, 1);
  /* A later message makes it more, never less. */
  namida_backup_raise_missed_there (offer->backup, 3);
  namida_backup_raise_missed_there (offer->backup, 2);
  g_assert_cmpuint (namida_backup_count_missed (offer->backup), ==, 3);
  g_assert_cmpuint (namida_backup_count_missed (many->backup), ==, NAMIDA_LIMIT_FILES);
  refused ("{\"files\":[],\"leftOut\":-1}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("{\"files\":[],\"leftOut\":\"1\"}", NAMIDA_ERROR_INVALID_REQUEST);
}

static void
test_round_trip (void)
{
  static const char *const names[]
      = { "a b", "a+b", "50%41", "😀", "\u202egnp.exe", "-rf", "dot.", "space ", "new\nline", "\"q\"" };
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (NamidaOfferMessage) offer = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autoptr (GBytes) manifest = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  g_free (info->alias);
  info->alias = g_strdup ("Desk \"1\"");
  g_free (info->version);
  info->version = g_strdup ("1.0");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      NamidaEntry *made = namida_entry_new ();

      made->kind = i == 0 ? NAMIDA_ENTRY_FOLDER : NAMIDA_ENTRY_FILE;
      made->id = g_strdup_printf ("f%" G_GSIZE_FORMAT, i);
      made->name = g_strdup (names[i]);
      made->label = g_strdup ("Music");
      made->relative_path = g_strconcat ("x/", names[i], NULL);
      made->size = i;
      made->mtime_ns = (gint64) i * 1000000 - 3000000;
      made->sha256 = i % 2 ? g_strdup (SHA) : NULL;
      namida_backup_add (backup, made);
    }
  manifest = namida_manifest_build (backup, "id", "linux", 0);
  text = namida_offer_message_format (info, manifest, backup, &length);
  offer = namida_offer_message_parse (text, length, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (manifest, offer->manifest));
  g_assert_cmpstr (offer->info->alias, ==, info->alias);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      NamidaEntry *sent = g_ptr_array_index (namida_backup_get_entries (backup), i);

      g_assert_cmpint (entry (offer, i)->kind, ==, sent->kind);
      g_assert_cmpstr (entry (offer, i)->name, ==, names[i]);
      g_assert_cmpint (entry (offer, i)->mtime_ns, ==, sent->mtime_ns);
      g_assert_cmpstr (entry (offer, i)->sha256, ==, sent->sha256);
    }
}

static NamidaEntry *
add_named (NamidaBackup *backup, const char *name)
{
  NamidaEntry *made = namida_entry_new ();

  made->kind = NAMIDA_ENTRY_FILE;
  made->id = g_strdup_printf ("f%u", namida_backup_get_entries (backup)->len);
  made->name = g_strdup (name);
  made->label = g_strdup ("Music");
  made->relative_path = g_strdup (name);
  namida_backup_add (backup, made);
  return made;
}

/* With names that only a Linux program takes, and for those who do not take them. */
static void
test_odd_names (void)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) all = NULL;
  g_autoptr (NamidaOfferMessage) portable = NULL;
  g_autofree char *text = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *bad = NULL;
  char *mark;
  gsize length;

  add_named (backup, "E: song.mp3");
  add_named (backup, "a.mp3");
  add_named (backup, "back\\slash.mp3");
  text = namida_offer_message_format_all_names (NULL, NULL, backup, &length);
  all = namida_offer_message_parse (text, length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_entries (all->backup)->len, ==, 3);
  g_assert_cmpstr (entry (all, 0)->relative_path, ==, "E: song.mp3");
  g_assert_cmpstr (entry (all, 2)->relative_path, ==, "back\\slash.mp3");
  g_assert_cmpuint (namida_backup_count_missed (all->backup), ==, 0);

  plain = namida_offer_message_format (NULL, NULL, backup, &length);
  g_assert_null (strstr (plain, "names"));
  portable = namida_offer_message_parse (plain, length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_entries (portable->backup)->len, ==, 1);
  g_assert_cmpuint (namida_backup_count_missed (portable->backup), ==, 2);

  /* Who does not say so offers no such names; and nobody leads to another folder. */
  mark = strstr (text, "\"names\":\"all\"");
  g_assert_nonnull (mark);
  memcpy (mark, "\"names\":\"xxx\"", strlen ("\"names\":\"all\""));
  g_assert_null (namida_offer_message_parse (text, strlen (text), &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
  g_clear_error (&error);
  bad = g_strdup ("{\"names\":\"all\",\"files\":[{\"id\":\"a\",\"name\":\"..\\\\x\",\"size\":1,"
                  "\"folderLabel\":\"Music\",\"relativePath\":\"..\\\\x\"}]}");
  g_assert_null (namida_offer_message_parse (bad, strlen (bad), &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
}

/* The test vector of docs/protocol.md: names that are no text. */
static void
test_bytes (void)
{
  static const char vector[] = "{\"backupName\":\"b%E9.zip\",\"names\":\"all\",\"files\":["
                               "{\"id\":\"f1\",\"name\":\"b%E9.zip\",\"path\":\"\",\"size\":1,\"folderLabel\":\"\","
                               "\"relativePath\":\"\",\"escaped\":true},"
                               "{\"id\":\"f2\",\"name\":\"100%25%FF.flac\",\"path\":\"\",\"size\":2,"
                               "\"folderLabel\":\"Music\",\"relativePath\":\"Caf%E9/100%25%FF.flac\",\"escaped\":true},"
                               "{\"id\":\"f3\",\"name\":\"100%25.flac\",\"path\":\"\",\"size\":3,"
                               "\"folderLabel\":\"Music\",\"relativePath\":\"100%25.flac\"}]}";
  static const char *const bad[] = { "%zz", "%00", "%2e%2e", "a%", "%2F", "x%2Fy" };
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = namida_offer_message_parse (vector, strlen (vector), &error);
  g_autoptr (NamidaOfferMessage) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *plain = NULL;
  gsize length;

  g_assert_no_error (error);
  g_assert_cmpint (entry (offer, 0)->kind, ==, NAMIDA_ENTRY_BACKUP_ZIP);
  g_assert_cmpstr (entry (offer, 0)->name, ==, "b\xe9.zip");
  g_assert_cmpstr (namida_backup_get_name (offer->backup), ==, "b\xe9.zip");
  g_assert_cmpstr (entry (offer, 1)->relative_path, ==, "Caf\xe9/100%\xff.flac");
  g_assert_cmpstr (entry (offer, 2)->relative_path, ==, "100%25.flac");

  text = namida_offer_message_format_all_names (NULL, NULL, offer->backup, &length);
  again = namida_offer_message_parse (text, length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (entry (again, 0)->kind, ==, NAMIDA_ENTRY_BACKUP_ZIP);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpstr (entry (again, i)->name, ==, entry (offer, i)->name);
      g_assert_cmpstr (entry (again, i)->relative_path, ==, entry (offer, i)->relative_path);
    }
  plain = namida_offer_message_format (NULL, NULL, offer->backup, &length);
  g_assert_null (strstr (plain, "escaped"));
  g_assert_null (strstr (plain, "%E9"));

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *one = g_strdup_printf ("{\"names\":\"all\",\"files\":[{\"id\":\"a\",\"name\":\"%s\",\"size\":1,"
                                              "\"escaped\":true}]}",
                                              bad[i]);

      g_assert_null (namida_offer_message_parse (one, strlen (one), &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer/vector", test_vector);
  g_test_add_func ("/offer/phone", test_phone);
  g_test_add_func ("/offer/unsafe", test_unsafe);
  g_test_add_func ("/offer/folders", test_folders);
  g_test_add_func ("/offer/invalid", test_invalid);
  g_test_add_func ("/offer/clashes", test_clashes);
  g_test_add_func ("/offer/sum", test_sum);
  g_test_add_func ("/offer/many", test_many);
  g_test_add_func ("/offer/one-more", test_one_more);
  g_test_add_func ("/offer/large", test_large);
  g_test_add_func ("/offer/large-manifest", test_large_manifest);
  g_test_add_func ("/offer/long-path", test_long_path);
  g_test_add_func ("/offer/round-trip", test_round_trip);
  g_test_add_func ("/offer/odd-names", test_odd_names);
  g_test_add_func ("/offer/bytes", test_bytes);
  g_test_add_func ("/offer/left-out", test_left_out);
  return g_test_run ();
}
