/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests links for browsers without connections: who may open a path and when, with a simulated clock; ranges; and the
 * zip that is created while it is sent, read by another library. */
#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-limits.h"
#include "namida-link-private.h"
#include "namida-link-range.h"
#include "namida-link-zip.h"
#include "namida-scanner.h"

#define START (1000 * G_USEC_PER_SEC)
#define MINUTE (60 * G_USEC_PER_SEC)

typedef struct
{
  char *dir;
  NamidaServer *server;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaIdentity) identity = NULL;
  g_autofree char *data_dir = NULL;
  g_autoptr (GError) error = NULL;

  namida_clock_set_fake (START);
  f->dir = g_dir_make_tmp ("namida-link-XXXXXX", NULL);
  data_dir = g_build_filename (f->dir, "data", NULL);
  g_assert_no_errno (g_mkdir (data_dir, 0700));
  identity = namida_identity_load (data_dir, &error);
  g_assert_no_error (error);
  f->server = namida_server_new (identity);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  namida_clock_set_fake (-1);
  g_clear_object (&f->server);
  fixtures_remove (f->dir);
  g_free (f->dir);
}

static NamidaLink *
open_link (Fixture *f, guint minutes, gboolean unencrypted)
{
  g_autoptr (GError) error = NULL;
  NamidaLink *link = namida_server_open_link (f->server, NAMIDA_LINK_BRING, NULL, minutes, unencrypted, &error);

  g_assert_no_error (error);
  return link;
}

/* What a browser sends, as the reader of heads understands it. */
static void
read_head (NamidaHttpHead *head, const char *method, const char *fields)
{
  g_autofree char *text = g_strdup_printf ("%s /link/x HTTP/1.1\r\n%s", method, fields);
  g_autoptr (GError) error = NULL;

  namida_http_head_parse (head, text, strlen (text), &error);
  g_assert_no_error (error);
}

static NamidaLinkAccess
ask (NamidaLink *link, const char *method, const char *fields, gboolean encrypted, gboolean open)
{
  g_auto (NamidaHttpHead) head = { 0 };

  read_head (&head, method, fields);
  return namida_link_check (link, &head, encrypted, open);
}

static NamidaLinkAccess
ask_page (NamidaLink *link, const char *fields, gboolean encrypted)
{
  g_auto (NamidaHttpHead) head = { 0 };

  read_head (&head, "GET", fields);
  return namida_link_check_page (link, &head, encrypted);
}

#define HOST "Host: 192.168.1.2:53317\r\n"
#define OWN HOST "Origin: https://192.168.1.2:53317\r\nSec-Fetch-Site: same-origin\r\n"

/* As namida_link_bind() does, without a request. Returns: (transfer full): the fields of its browser. */
static char *
bind_link (NamidaLink *link)
{
  link->secret = g_strdup ("0123456789abcdef0123456789abcdef");
  namida_link_set_state (link, NAMIDA_LINK_OPENED);
  return g_strdup_printf (OWN "Cookie: other=1; " NAMIDA_LINK_COOKIE "=%s\r\n", link->secret);
}

static void
test_token (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaLink) one = open_link (f, 10, FALSE);
  g_autoptr (NamidaLink) other = open_link (f, 10, FALSE);
  g_autofree char *guess = g_strdup (one->token);

  g_assert_cmpuint (strlen (one->token), ==, 2 * NAMIDA_LIMIT_LINK_BYTES);
  g_assert_cmpuint (NAMIDA_LIMIT_LINK_BYTES * 8, >=, 128);
  g_assert_cmpstr (one->token, !=, other->token);
  g_assert_true (namida_server_find_link (f->server, one->token) == one);
  guess[7] = guess[7] == '0' ? '1' : '0';
  g_assert_null (namida_server_find_link (f->server, guess));
  g_assert_null (namida_server_find_link (f->server, ""));
  g_assert_cmpint (ask (NULL, "GET", OWN, TRUE, FALSE), ==, NAMIDA_LINK_ACCESS_UNKNOWN);
}

static void
test_one_use (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaLink) link = open_link (f, 10, FALSE);
  g_autofree char *fields = NULL;

  /* Anybody may look at the page, and nobody may ask for anything, until a browser has taken the link. */
  g_assert_cmpint (ask_page (link, HOST, TRUE), ==, NAMIDA_LINK_ACCESS_FINE);
  g_assert_cmpint (ask (link, "GET", OWN, TRUE, FALSE), ==, NAMIDA_LINK_ACCESS_USED);
  g_assert_cmpint (ask (link, "POST", OWN, TRUE, TRUE), ==, NAMIDA_LINK_ACCESS_FINE);
  fields = bind_link (link);
  g_assert_cmpint (ask (link, "GET", fields, TRUE, FALSE), ==, NAMIDA_LINK_ACCESS_FINE);
  g_assert_cmpint (ask (link, "POST", fields, TRUE, TRUE), ==, NAMIDA_LINK_ACCESS_FINE);
  g_assert_cmpint (ask (link, "POST", OWN, TRUE, TRUE), ==, NAMIDA_LINK_ACCESS_USED);
  g_assert_cmpint (ask (link, "GET", OWN "Cookie: " NAMIDA_LINK_COOKIE "=0\r\n", TRUE, FALSE), ==,
                   NAMIDA_LINK_ACCESS_USED);
  g_assert_cmpint (ask_page (link, HOST, TRUE), ==, NAMIDA_LINK_ACCESS_USED);
}

static void
test_expiry (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaLink) link = open_link (f, 3, FALSE);
  g_autoptr (NamidaLink) closed = open_link (f, 3, FALSE);
  g_autofree char *fields = bind_link (link);

  namida_clock_set_fake (START + 3 * MINUTE - 1);
  namida_link_tick (link);
  g_assert_cmpint (namida_link_get_state (link), ==, NAMIDA_LINK_OPENED);
  /* To look at it does not keep it alive: only a transfer does. */
  namida_link_seen (link);
  namida_clock_set_fake (START + 3 * MINUTE);
  namida_link_tick (link);
  g_assert_cmpint (namida_link_get_state (link), ==, NAMIDA_LINK_EXPIRED);
  g_assert_cmpuint (namida_link_get_seconds_left (link), ==, 0);
  g_assert_cmpint (ask (link, "GET", fields, TRUE, FALSE), ==, NAMIDA_LINK_ACCESS_EXPIRED);
  g_assert_cmpint (ask_page (link, HOST, TRUE), ==, NAMIDA_LINK_ACCESS_EXPIRED);
  g_assert_cmpint (ask (link, "POST", OWN, TRUE, TRUE), ==, NAMIDA_LINK_ACCESS_EXPIRED);
  namida_link_close (closed);
  g_assert_cmpint (ask_page (closed, HOST, TRUE), ==, NAMIDA_LINK_ACCESS_CLOSED);
}

static void
test_download_keeps (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaLink) link = open_link (f, 1, FALSE);
  g_autofree char *fields = bind_link (link);

  g_atomic_int_inc (&link->n_downloads);
  for (guint i = 1; i <= 5; i++)
    {
      namida_clock_set_fake (START + i * MINUTE / 2);
      namida_link_tick (link);
      g_assert_cmpint (ask (link, "GET", fields, TRUE, FALSE), ==, NAMIDA_LINK_ACCESS_FINE);
    }
  g_atomic_int_dec_and_test (&link->n_downloads);
  namida_clock_set_fake (START + 10 * MINUTE);
  namida_link_tick (link);
  g_assert_cmpint (namida_link_get_state (link), ==, NAMIDA_LINK_EXPIRED);
}

static void
test_number (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (NamidaLink) far = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < NAMIDA_LIMIT_LINKS; i++)
    g_ptr_array_add (links, open_link (f, 10, FALSE));
  g_assert_null (namida_server_open_link (f->server, NAMIDA_LINK_BRING, NULL, 10, FALSE, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY);
  namida_link_close (g_ptr_array_index (links, 3));
  far = open_link (f, G_MAXUINT, FALSE);
  g_assert_cmpuint (namida_link_get_minutes (far), ==, NAMIDA_LIMIT_LINK_MINUTES);
  /* Those that are over are forgotten at last. */
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (NamidaLink) link = NULL;

      namida_link_close (far);
      link = open_link (f, 1, FALSE);
      g_set_object (&far, link);
    }
  g_assert_cmpuint (f->server->links->len, <=, 2 * NAMIDA_LIMIT_LINKS);
}

static void
test_places (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaLink) link = open_link (f, 10, FALSE);
  g_autoptr (NamidaLink) plain = open_link (f, 10, TRUE);
  g_autofree char *own = bind_link (link);
  g_autofree char *name = g_strdup_printf ("Host: %s.local:53317\r\n", g_get_host_name ());
  const char *foreign[] = { HOST "Origin: https://evil.example\r\n",
                            HOST "Origin: null\r\n",
                            HOST "Origin: http://192.168.1.2:53317\r\n",
                            HOST "Origin: https://192.168.1.2:53318\r\n",
                            HOST "Sec-Fetch-Site: cross-site\r\n",
                            HOST "Sec-Fetch-Site: same-site\r\n",
                            HOST };

  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      g_autofree char *fields = g_strdup_printf ("%sCookie: " NAMIDA_LINK_COOKIE "=%s\r\n", foreign[i], link->secret);

      g_assert_cmpint (ask (link, "POST", fields, TRUE, FALSE), ==, NAMIDA_LINK_ACCESS_FOREIGN);
      g_assert_cmpint (ask_page (link, fields, TRUE), ==,
                       foreign[i][strlen (HOST)] != '\0' ? NAMIDA_LINK_ACCESS_FOREIGN : NAMIDA_LINK_ACCESS_FINE);
    }
  /* A name that leads here learns nothing, whatever it shows. */
  g_assert_cmpint (ask (link, "GET", "Host: evil.example:53317\r\n", TRUE, FALSE), ==, NAMIDA_LINK_ACCESS_HOST);
  g_assert_cmpint (ask (NULL, "GET", "Host: evil.example:53317\r\n", TRUE, FALSE), ==, NAMIDA_LINK_ACCESS_HOST);
  g_assert_cmpint (ask_page (link, "Host: evil.example:53317\r\n", TRUE), ==, NAMIDA_LINK_ACCESS_HOST);
  g_assert_cmpint (ask_page (plain, name, TRUE), ==, NAMIDA_LINK_ACCESS_FINE);
  /* Without encryption only where a person asked for it. */
  g_assert_cmpint (ask_page (link, HOST, FALSE), ==, NAMIDA_LINK_ACCESS_PLAIN);
  g_assert_cmpint (ask (link, "GET", own, FALSE, FALSE), ==, NAMIDA_LINK_ACCESS_FOREIGN);
  g_assert_cmpint (ask_page (plain, HOST, FALSE), ==, NAMIDA_LINK_ACCESS_FINE);
}

static void
test_fields (void)
{
  static const char *const always[] = { "X-Content-Type-Options: nosniff\r\n",
                                        "Referrer-Policy: no-referrer\r\n",
                                        "Cache-Control: no-store\r\n",
                                        "X-Frame-Options: DENY\r\n",
                                        "default-src 'none'",
                                        "frame-ancestors 'none'",
                                        "base-uri 'none'",
                                        "form-action 'none'" };
  g_autofree char *plain = namida_link_fields (NULL);
  g_autofree char *page = namida_link_fields ("abc");

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    {
      g_assert_nonnull (strstr (plain, always[i]));
      g_assert_nonnull (strstr (page, always[i]));
    }
  g_assert_null (strstr (plain, "script-src"));
  g_assert_nonnull (strstr (page, "script-src 'nonce-abc'; style-src 'nonce-abc'\r\n"));
  g_assert_null (strstr (page, "unsafe"));
}

static void
test_names (void)
{
  static const struct
  {
    const char *agent, *name;
  } cases[] = {
    { "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0", "Firefox on Android" },
    { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
      "Mobile/15E148 Safari/604.1",
      "Safari on iPhone" },
    { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
      "Safari/537.36 Edg/126.0.0.0",
      "Edge on Windows" },
    { "\033[31mX", "Browser" },
    { NULL, "Browser" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = namida_link_browser_name (cases[i].agent);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

static void
test_ranges (void)
{
  static const struct
  {
    const char *text;
    guint64 size;
    NamidaLinkRange range;
    guint64 first, end;
  } cases[] = {
    { NULL, 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=0-", 10, NAMIDA_LINK_RANGE_PART, 0, 10 },
    { "bytes=3-", 10, NAMIDA_LINK_RANGE_PART, 3, 10 },
    { "bytes=3-5", 10, NAMIDA_LINK_RANGE_PART, 3, 6 },
    { "Bytes=3-3", 10, NAMIDA_LINK_RANGE_PART, 3, 4 },
    { "bytes=3-99", 10, NAMIDA_LINK_RANGE_PART, 3, 10 },
    { "bytes=-3", 10, NAMIDA_LINK_RANGE_PART, 7, 10 },
    { "bytes=-30", 10, NAMIDA_LINK_RANGE_PART, 0, 10 },
    { "bytes=10-", 10, NAMIDA_LINK_RANGE_NONE, 0, 10 },
    { "bytes=-0", 10, NAMIDA_LINK_RANGE_NONE, 0, 10 },
    { "bytes=0-", 0, NAMIDA_LINK_RANGE_NONE, 0, 0 },
    { "bytes=-1", 0, NAMIDA_LINK_RANGE_NONE, 0, 0 },
    { "bytes=5-3", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=1-2,4-5", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=x-", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=-", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=1", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=--1", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=+1-2", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "items=1-2", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=99999999999999999999-", 10, NAMIDA_LINK_RANGE_ALL, 0, 10 },
    { "bytes=0-9223372036854775807", 10, NAMIDA_LINK_RANGE_PART, 0, 10 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint64 first, end;

      g_test_message ("%s of %" G_GUINT64_FORMAT, cases[i].text, cases[i].size);
      g_assert_cmpint (namida_link_range_parse (cases[i].text, cases[i].size, &first, &end), ==, cases[i].range);
      g_assert_cmpuint (first, ==, cases[i].first);
      g_assert_cmpuint (end, ==, cases[i].end);
    }
}

/* ---- the zip ---- */

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static NamidaBackup *
scan (const char *folder)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaBackup *backup;

  g_list_store_append (files, file);
  namida_scanner_scan_async (G_LIST_MODEL (files), NULL, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  backup = namida_scanner_scan_finish (result, &error);
  g_assert_no_error (error);
  return backup;
}

static void
make_file (const char *folder, const char *name, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *data = g_malloc (size + 1);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < size; i++)
    data[i] = (char) (i * 31 + size);
  g_assert_no_errno (g_mkdir_with_parents (parent, 0700));
  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
}

static char *
make_music (Fixture *f)
{
  char *folder = g_build_filename (f->dir, "Rips", NULL);

  make_file (folder, "Björk/01 – Jóga.flac", 70000);
  make_file (folder, "空/夜.opus", 1);
  make_file (folder, "e\314\201 decomposed.mp3", 7); /* its name stays as it is */
  make_file (folder, "empty.mp3", 0);
  make_file (folder, "long.flac", 1200000);
  make_file (folder, "a b/back\\slash \"q\".mp3", 5000);
  return folder;
}

typedef struct
{
  GByteArray *bytes;
  gsize most; /* then nobody wants more */
  guint damaged;
} Collected;

static gboolean
collect (const void *data, gsize length, gpointer user_data)
{
  Collected *collected = user_data;

  if (collected->bytes->len + length > collected->most)
    return FALSE;
  g_byte_array_append (collected->bytes, data, (guint) length);
  return TRUE;
}

static void
note_damaged (const NamidaEntry *entry, const struct stat *st, gpointer user_data)
{
  ((Collected *) user_data)->damaged++;
}

static void
assert_content (struct archive *archive, const NamidaEntry *entry)
{
  g_autofree char *data = NULL;
  g_autofree char *read = g_malloc (entry->size + 1);
  gsize length;

  g_assert_true (g_file_get_contents (entry->source, &data, &length, NULL));
  g_assert_cmpint (archive_read_data (archive, read, entry->size + 1), ==, (la_ssize_t) entry->size);
  g_assert_cmpmem (data, length, read, entry->size);
}

/* Read as a stream, by its local headers. */
static void
assert_zip (NamidaBackup *backup, GByteArray *bytes)
{
  struct archive *archive = archive_read_new ();
  GPtrArray *entries = namida_backup_get_entries (backup);
  struct archive_entry *header;

  archive_read_support_format_zip_streamable (archive);
  g_assert_cmpint (archive_read_open_memory (archive, bytes->data, bytes->len), ==, ARCHIVE_OK);
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *path = namida_entry_dup_path (entry);
      g_autofree char *composed = g_utf8_normalize (path, -1, G_NORMALIZE_NFC); /* as libarchive tells names */

      g_assert_cmpint (archive_read_next_header (archive, &header), ==, ARCHIVE_OK);
      g_assert_cmpstr (archive_entry_pathname_utf8 (header), ==, composed);
      g_assert_cmpint (archive_entry_mtime (header) - namida_entry_get_mtime_ms (entry) / 1000, <=, 1);
      assert_content (archive, entry);
    }
  g_assert_cmpint (archive_read_next_header (archive, &header), ==, ARCHIVE_EOF);
  archive_read_free (archive);
}

/* By its directory, with the tool that people have. */
static void
assert_unzips (Fixture *f, NamidaBackup *backup, GByteArray *bytes)
{
  g_autofree char *path = g_build_filename (f->dir, "all.zip", NULL);
  g_autofree char *script = g_strdup_printf (
      "import zipfile, sys, hashlib\nz = zipfile.ZipFile (%s)\nassert z.testzip () is None\n"
      "assert len (z.namelist ()) == %u, z.namelist ()\nassert 'Rips/空/夜.opus' in z.namelist (), z.namelist ()\n"
      "assert 'Rips/e\\u0301 decomposed.mp3' in z.namelist (), z.namelist ()\n",
      "sys.argv[1]", namida_backup_get_entries (backup)->len);
  const char *argv[] = { "python3", "-c", script, path, NULL };
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static gboolean
has_directory (GByteArray *bytes)
{
  return memmem (bytes->data, bytes->len, "PK\5\6", 4) != NULL;
}

static void
test_zip (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = make_music (f);
  g_autoptr (NamidaBackup) backup = scan (folder);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (NamidaRateLimit) limit = namida_rate_limit_new (0);
  Collected collected = { .bytes = bytes, .most = G_MAXUINT };
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_link_zip_write (backup, limit, collect, note_damaged, &collected, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (collected.damaged, ==, 0);
  assert_zip (backup, bytes);
  assert_unzips (f, backup, bytes);
}

static void
test_zip_stops (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = make_music (f);
  g_autoptr (NamidaBackup) backup = scan (folder);
  g_autoptr (NamidaRateLimit) limit = namida_rate_limit_new (0);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Collected collected = { .bytes = bytes, .most = 500000 };
  g_autoptr (GError) error = NULL;

  g_assert_false (namida_link_zip_write (backup, limit, collect, NULL, &collected, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  g_assert_false (has_directory (bytes));
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  collected.most = G_MAXUINT;
  g_assert_false (namida_link_zip_write (backup, limit, collect, NULL, &collected, cancellable, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  g_assert_false (has_directory (bytes));
}

static void
test_zip_damage (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = make_music (f);
  g_autoptr (NamidaBackup) backup = scan (folder);
  g_autoptr (NamidaRateLimit) limit = namida_rate_limit_new (0);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Collected collected = { .bytes = bytes, .most = G_MAXUINT };
  NamidaEntry *last
      = g_ptr_array_index (namida_backup_get_entries (backup), namida_backup_get_entries (backup)->len - 1);
  g_autoptr (GError) error = NULL;

  last->sha256 = g_strnfill (64, '0');
  g_assert_false (namida_link_zip_write (backup, limit, collect, note_damaged, &collected, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM);
  g_assert_cmpuint (collected.damaged, ==, 1);
  g_assert_false (has_directory (bytes));
  /* One that was changed since it was chosen. */
  g_clear_error (&error);
  g_clear_pointer (&last->sha256, g_free);
  make_file (folder, "long.flac", 1200001);
  g_assert_false (namida_link_zip_write (backup, limit, collect, note_damaged, &collected, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
  g_assert_false (has_directory (bytes));
}

typedef struct
{
  guint64 length;
  GByteArray *tail;
} Counted;

static gboolean
count (const void *data, gsize length, gpointer user_data)
{
  Counted *counted = user_data;

  counted->length += length;
  g_byte_array_set_size (counted->tail, 0);
  g_byte_array_append (counted->tail, data, (guint) length);
  return TRUE;
}

/* More than 32 bits can count; long, so by hand: NAMIDA_TEST_ALL. */
static void
test_zip64 (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->dir, "Rips", NULL);
  g_autofree char *path = g_build_filename (folder, "big.flac", NULL);
  g_autoptr (NamidaRateLimit) limit = namida_rate_limit_new (0);
  g_autoptr (NamidaBackup) backup = NULL;
  Counted counted = { .tail = g_byte_array_new () };
  g_autoptr (GError) error = NULL;
  const guint64 size = G_GUINT64_CONSTANT (4) * 1024 * 1024 * 1024 + 5;

  make_file (folder, "big.flac", 5);
  g_assert_no_errno (truncate (path, (off_t) size));
  backup = scan (folder);
  g_assert_true (namida_link_zip_write (backup, limit, count, NULL, &counted, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (counted.length, >, size);
  /* The record of 64 bits, with the size in it. */
  g_assert_nonnull (memmem (counted.tail->data, counted.tail->len, "PK\6\6", 4));
  g_assert_nonnull (memmem (counted.tail->data, counted.tail->len, "\5\0\0\0\1\0\0\0", 8));
  g_byte_array_unref (counted.tail);
}

/* It may name 200,000 files, so the main context gets it parsed. */
static void
test_finish (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaLink) link = open_link (f, 10, FALSE);
  g_autofree char *fields = bind_link (link);
  g_autofree char *text = g_strdup_printf ("POST /link/%s/finish HTTP/1.1\r\n%s", link->token, fields);
  g_autofree char *rest = g_strconcat (link->token, "/finish", NULL);
  static const char *const bodies[] = { "{\"leftOut\":2,\"files\":{\"f3\":\"changed\"}}", "{\"files\":3," };
  NamidaConnection connection = { .encrypted = TRUE };
  NamidaRequest request = { .server = f->server, .connection = &connection };
  g_autoptr (GError) error = NULL;

  namida_http_head_parse (&request.head, text, strlen (text), &error);
  g_assert_no_error (error);
  request.route = namida_server_link.find (f->server, &request, rest, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (request.route->max_body, ==, NAMIDA_LIMIT_OFFER_BYTES);
  g_assert_nonnull (request.route->parse);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      gpointer parsed;

      request.body = g_bytes_new_static (bodies[i], strlen (bodies[i]));
      parsed = request.route->parse (&request, &error);
      g_assert_no_error (error); /* it is answered as what it is, with the fields of a link */
      g_assert_nonnull (parsed);
      request.route->parsed_free (parsed);
      g_bytes_unref (request.body);
    }
  namida_http_head_clear (&request.head);
}

static void
count_answer (NamidaRequest *request, guint status, const char *json, gsize length, gpointer count)
{
  (*(guint *) count)++;
}

/* An offer that is answered and withdrawn at the same moment: its link may be freed before the answer gets there. */
static void
test_late_answer (Fixture *f, gconstpointer data)
{
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string ("192.168.1.3", 40000);
  NamidaConnection connection = { .address = (char *) "192.168.1.3" };
  NamidaRequest like = { .server = f->server, .context = g_main_context_default (), .remote = remote };

  g_object_set_data (G_OBJECT (remote), "namida-connection", &connection);
  for (guint withdrawn = 0; withdrawn < 2; withdrawn++)
    {
      guint n_answers = 0;
      NamidaRequest *request = namida_request_new_detached (&like, "link", count_answer, &n_answers);

      namida_request_answer (request, SOUP_STATUS_OK, g_strdup ("{}"), 2);
      if (withdrawn)
        namida_request_over (request);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (n_answers, ==, withdrawn ? 0 : 1);
      namida_request_unref (request);
    }
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

/* How it ended first is what the person is told. */
static void
test_ends_once (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaLink) link = open_link (f, 10, FALSE);

  namida_clock_set_fake (START + 11 * MINUTE);
  namida_link_tick (link);
  g_assert_cmpint (namida_link_get_state (link), ==, NAMIDA_LINK_EXPIRED);
  namida_link_close (link);
  g_assert_cmpint (namida_link_get_state (link), ==, NAMIDA_LINK_EXPIRED);
}

int
main (int argc, char **argv)
{
  /* Names in a zip do not depend on the locale; the reader of this test is in one that has them. */
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  ADD ("/link/token", test_token);
  ADD ("/link/one-use", test_one_use);
  ADD ("/link/expiry", test_expiry);
  ADD ("/link/download-keeps", test_download_keeps);
  ADD ("/link/number", test_number);
  ADD ("/link/late-answer", test_late_answer);
  ADD ("/link/finish", test_finish);
  ADD ("/link/places", test_places);
  g_test_add_func ("/link/fields", test_fields);
  g_test_add_func ("/link/names", test_names);
  g_test_add_func ("/link/ranges", test_ranges);
  ADD ("/link/ends-once", test_ends_once);
  ADD ("/link/zip", test_zip);
  ADD ("/link/zip-stops", test_zip_stops);
  ADD ("/link/zip-damage", test_zip_damage);
  if (g_getenv ("NAMIDA_TEST_ALL") != NULL)
    ADD ("/link/zip64", test_zip64);
  return g_test_run ();
}
