/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the messages of LocalSend's protocol: where each offered file is saved, which offers are refused, and that
 * messages are the same after formatting and parsing them. */
#include "config.h"

#include "namida-limits.h"
#include "namida-localsend-message.h"
#include "namida-messages-private.h"

#include <string.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define INFO                                                                                                           \
  "\"info\":{\"alias\":\"Nice Tomato\",\"version\":\"2.2\",\"fingerprint\":\"x\",\"port\":53317,\"protocol\":"         \
  "\"https\"}"

static NamidaOfferMessage *
parse (const char *files, char **text, GError **error)
{
  g_autofree char *body = g_strdup_printf ("{" INFO ",\"files\":{%s}}", files);

  return namida_localsend_offer_parse (body, strlen (body), text, error);
}

static NamidaOfferMessage *
taken (const char *files)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  NamidaOfferMessage *offer = parse (files, &text, &error);

  g_assert_no_error (error);
  g_assert_null (text);
  return offer;
}

static void
refused (const char *files, int code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  NamidaOfferMessage *offer = parse (files, &text, &error);

  if (offer != NULL)
    g_error ("taken: %.200s", files);
  if (error->code != code)
    g_error ("code %d, not %d (%s): %.200s", error->code, code, error->message, files);
}

static const NamidaEntry *
entry (NamidaOfferMessage *offer, guint i)
{
  return g_ptr_array_index (namida_backup_get_entries (offer->backup), i);
}

static void
assert_place (const NamidaEntry *one, NamidaEntryKind kind, const char *label, const char *path, const char *name)
{
  g_assert_cmpint (one->kind, ==, kind);
  g_assert_cmpstr (one->label, ==, label);
  g_assert_cmpstr (one->relative_path, ==, path);
  g_assert_cmpstr (one->name, ==, name);
}

static void
test_places (void)
{
  g_autoptr (NamidaOfferMessage) offer = taken (
      "\"a\":{\"id\":\"a\",\"fileName\":\"Rips/x/01.mp3\",\"size\":1,\"fileType\":\"audio/mpeg\",\"sha256\":\"" SHA
      "\","
      "\"metadata\":{\"modified\":\"2021-01-01T12:34:56Z\",\"accessed\":null},\"more\":[{}]},"
      "\"b\":{\"fileName\":\"02.flac\",\"size\":2},"
      "\"c\":{\"fileName\":\"Namida Backup - 2026-07-19 18.30.00.zip\",\"size\":3,\"fileType\":\"application/zip\"},"
      "\"d\":{\"fileName\":\"Namida Backup - 2026-07-20 18.30.00.zip\",\"size\":4},"
      "\"e\":{\"fileName\":\"Rips/notes.txt\",\"size\":5,\"fileType\":7,\"metadata\":[],\"sha256\":1},"
      "\"f\":{\"fileName\":\"photo.jpg\",\"size\":6,\"metadata\":{\"modified\":\"no time\"}}");

  g_assert_cmpstr (offer->info->alias, ==, "Nice Tomato");
  assert_place (entry (offer, 0), NAMIDA_ENTRY_FILE, "Rips", "x/01.mp3", "01.mp3");
  g_assert_cmpint (entry (offer, 0)->mtime_ns, ==, G_GINT64_CONSTANT (1609504496000000000));
  g_assert_cmpstr (entry (offer, 0)->sha256, ==, SHA);
  g_assert_cmpstr (entry (offer, 0)->id, ==, "a");
  assert_place (entry (offer, 1), NAMIDA_ENTRY_FILE, "Music", "02.flac", "02.flac");
  assert_place (entry (offer, 2), NAMIDA_ENTRY_BACKUP_ZIP, "", "", "Namida Backup - 2026-07-19 18.30.00.zip");
  g_assert_cmpstr (namida_backup_get_name (offer->backup), ==, "Namida Backup - 2026-07-19 18.30.00.zip");
  assert_place (entry (offer, 3), NAMIDA_ENTRY_FILE, "", "", "Namida Backup - 2026-07-20 18.30.00.zip");
  assert_place (entry (offer, 4), NAMIDA_ENTRY_FILE, "Rips", "notes.txt", "notes.txt");
  g_assert_null (entry (offer, 4)->sha256);
  assert_place (entry (offer, 5), NAMIDA_ENTRY_FILE, "", "", "photo.jpg");
  g_assert_cmpint (entry (offer, 5)->mtime_ns, ==, NAMIDA_ENTRY_TIME_UNKNOWN);
  g_assert_cmpuint (namida_backup_get_bytes (offer->backup), ==, 21);
}

static void
test_same_names (void)
{
  g_autoptr (NamidaOfferMessage) offer = taken ("\"a\":{\"fileName\":\"x.mp3\",\"size\":1},"
                                                "\"b\":{\"fileName\":\"x.mp3\",\"size\":1},"
                                                "\"c\":{\"fileName\":\"Music/x.mp3\",\"size\":1},"
                                                "\"d\":{\"fileName\":\"p.jpg\",\"size\":1},"
                                                "\"e\":{\"fileName\":\"p.jpg\",\"size\":1}");

  assert_place (entry (offer, 0), NAMIDA_ENTRY_FILE, "Music", "x.mp3", "x.mp3");
  assert_place (entry (offer, 1), NAMIDA_ENTRY_FILE, "Music", "x (2).mp3", "x (2).mp3");
  assert_place (entry (offer, 2), NAMIDA_ENTRY_FILE, "Music", "x (3).mp3", "x (3).mp3");
  assert_place (entry (offer, 4), NAMIDA_ENTRY_FILE, "", "", "p (2).jpg");
}

/* One odd name costs nobody the offer, and each file keeps a place of its own. */
static void
test_odd_names (void)
{
  static const char *const odd[][4] = {
    { "../x", "", "", "x" },
    { "/etc/x", "etc", "x", "x" },
    { "a/../../x", "a", "x", "x" },
    { "a//x", "a", "x (2)", "x (2)" },
    { "a/./x", "a", "x (3)", "x (3)" },
    { "C:/x", "C_", "x", "x" },
    { "AC\\\\DC", "", "", "AC_DC" },
    { "AC\\nDC", "", "", "AC_DC (2)" },
    { "M/E: song", "M", "E_ song", "E_ song" },
    { "..", "", "", "Unnamed file" },
    { "", "", "", "Unnamed file (2)" },
    { "l/x", "l", "x (2)", "x (2)" },
    { "l/x/y", "l", "x/y", "y" },
    { "plain name.txt", "", "", "plain name.txt" },
  };
  g_autoptr (GString) files = g_string_new (NULL);
  g_autoptr (NamidaOfferMessage) offer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    g_string_append_printf (files, "%s\"f%u\":{\"fileName\":\"%s\",\"size\":1}", i > 0 ? "," : "", i, odd[i][0]);
  offer = taken (files->str);
  g_assert_cmpuint (namida_backup_get_files (offer->backup), ==, G_N_ELEMENTS (odd));
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_test_message ("%s", odd[i][0]);
      assert_place (entry (offer, i), NAMIDA_ENTRY_FILE, odd[i][1], odd[i][2], odd[i][3]);
      g_assert_true (namida_entry_is_portable (entry (offer, i)));
    }
  g_assert_cmpstr (entry (offer, 6)->offered_as, ==, "AC\\DC");
  g_assert_cmpstr (entry (offer, 11)->offered_as, ==, "l/x");
  g_assert_null (entry (offer, 13)->offered_as);
}

static void
test_refused (void)
{
  refused ("", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("\"a\":{\"size\":1}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("\"a\":{\"fileName\":\"x\"}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("\"a\":{\"fileName\":\"x\",\"size\":-1}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("\"a\":{\"fileName\":\"x\",\"size\":1.5}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("\"a\":{\"fileName\":\"x\",\"size\":\"1\"}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("\"\":{\"fileName\":\"x\",\"size\":1}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("\"a\":{\"fileName\":\"x\",\"size\":1},\"a\":{\"fileName\":\"y\",\"size\":1}", NAMIDA_ERROR_INVALID_REQUEST);
  refused ("\"a\":{\"fileName\":\"x\",\"size\":9223372036854775807},\"b\":{\"fileName\":\"y\",\"size\":1}",
           NAMIDA_ERROR_TOO_LARGE);
}

/* As many files as a message may list, and one more; answers that grant one more, too. */
static void
test_most_files (void)
{
  namida_message_most_files = 3;
  for (guint n = 1; n <= 5; n++)
    {
      g_autoptr (GString) files = g_string_new (NULL);
      g_autoptr (GString) granted = g_string_new ("{\"sessionId\":\"s\",\"files\":{");
      g_autoptr (NamidaOfferAnswer) answer = NULL;

      for (guint i = 0; i < n; i++)
        {
          g_string_append_printf (files, "%s\"f%u\":{\"fileName\":\"%u.mp3\",\"size\":1}", i > 0 ? "," : "", i, i);
          g_string_append_printf (granted, "%s\"f%u\":\"t\"", i > 0 ? "," : "", i);
        }
      g_string_append (granted, "}}");
      answer = namida_localsend_answer_parse (granted->str, granted->len, NULL);
      g_assert_cmpint (answer != NULL, ==, n <= 3);
      if (n <= 3)
        {
          g_autoptr (NamidaOfferMessage) offer = taken (files->str);

          g_assert_cmpuint (namida_backup_get_files (offer->backup), ==, n);
        }
      else
        refused (files->str, NAMIDA_ERROR_TOO_LARGE);
    }
  namida_message_most_files = NAMIDA_LIMIT_FILES;
}

static void
test_text (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *cut = NULL;
  g_autofree char *many = g_strnfill (NAMIDA_LOCALSEND_TEXT_BYTES - 1, 'x');
  g_autofree char *long_file
      = g_strdup_printf ("\"a\":{\"fileName\":\"a.txt\",\"size\":2,\"fileType\":\"text/plain\",\"preview\":\"%söö\"}",
                         many);
  g_autoptr (NamidaOfferMessage) offer G_GNUC_UNUSED
      = parse ("\"a\":{\"fileName\":\"a.txt\",\"size\":2,\"fileType\":\"text/plain\",\"preview\":\"h\\ni\"}", &text,
               &error);
  g_autoptr (NamidaOfferMessage) other G_GNUC_UNUSED = parse (long_file, &cut, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "h\ni");
  /* Not through the middle of a letter. */
  g_assert_cmpuint (strlen (cut), ==, NAMIDA_LOCALSEND_TEXT_BYTES - 1);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  /* Of files, a preview is only a picture of them. */
  {
    g_autoptr (NamidaOfferMessage) two
        = taken ("\"a\":{\"fileName\":\"a.txt\",\"size\":2,\"fileType\":\"text/plain\",\"preview\":\"hi\"},"
                 "\"b\":{\"fileName\":\"b.txt\",\"size\":2,\"fileType\":\"text/plain\",\"preview\":\"hi\"}");
    g_autoptr (NamidaOfferMessage) image
        = taken ("\"a\":{\"fileName\":\"a.png\",\"size\":2,\"fileType\":\"image/png\",\"preview\":\"hi\"}");

    g_assert_cmpuint (namida_backup_get_files (two->backup), ==, 2);
    g_assert_cmpuint (namida_backup_get_files (image->backup), ==, 1);
  }
}

static void
test_round_trip (void)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (NamidaOfferMessage) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *body = NULL;
  g_autofree char *text = NULL;
  NamidaEntry *file = namida_entry_new ();
  NamidaEntry *folder = namida_entry_new ();
  gsize length;

  g_free (own->alias);
  own->alias = g_strdup ("Desk");
  own->fingerprint = g_ascii_strup (SHA, -1);
  own->https = TRUE;
  *file = (NamidaEntry){ .kind = NAMIDA_ENTRY_FILE,
                         .id = g_strdup ("f1"),
                         .name = g_strdup ("ü \"1\".mp3"),
                         .label = g_strdup ("Rips"),
                         .relative_path = g_strdup ("a/ü \"1\".mp3"),
                         .size = 77,
                         .mtime_ns = G_GINT64_CONSTANT (1609504496123000000) };
  *folder = (NamidaEntry){ .kind = NAMIDA_ENTRY_FOLDER,
                           .id = g_strdup ("f2"),
                           .name = g_strdup ("b"),
                           .label = g_strdup ("Rips"),
                           .relative_path = g_strdup ("b") };
  namida_backup_add (backup, file);
  namida_backup_add (backup, folder);
  body = namida_localsend_offer_format (own, backup, NULL, &length);
  /* What LocalSend requires: a zone in times, all of these in info, an explicit null. */
  g_assert_nonnull (strstr (body, "\"modified\":\"2021-01-01T12:34:56.123Z\""));
  g_assert_nonnull (strstr (body, "\"sha256\":null"));
  g_assert_nonnull (strstr (body, "\"version\":\"2.1\""));
  g_assert_nonnull (strstr (body, "\"protocol\":\"https\""));
  g_assert_nonnull (strstr (body, "\"download\":false"));
  again = namida_localsend_offer_parse (body, length, &text, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_entries (again->backup)->len, ==, 1);
  assert_place (entry (again, 0), NAMIDA_ENTRY_FILE, "Rips", "a/ü \"1\".mp3", "ü \"1\".mp3");
  g_assert_cmpint (entry (again, 0)->mtime_ns, ==, file->mtime_ns);
  g_assert_cmpstr (again->info->fingerprint, ==, own->fingerprint);
}

static void
answer_refused (const char *body)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (namida_localsend_answer_parse (body, strlen (body), &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
}

static void
test_answer (void)
{
  static const char body[] = "{\"sessionId\":\"s +1\",\"files\":{\"f1\":\"t/1\",\"f2\":null},\"x\":1}";
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferAnswer) answer = namida_localsend_answer_parse (body, strlen (body), &error);
  g_autofree char *again = NULL;
  g_autofree char *query = NULL;
  g_auto (NamidaUploadQuery) parsed = { 0 };

  g_assert_no_error (error);
  g_assert_cmpstr (answer->session_id, ==, "s +1");
  g_assert_cmpuint (g_hash_table_size (answer->files), ==, 1);
  again = namida_localsend_answer_format (answer, NULL);
  g_assert_cmpstr (again, ==, "{\"sessionId\":\"s +1\",\"files\":{\"f1\":\"t/1\"}}");
  query = namida_localsend_query_format ("s +1", "f1", "t/1");
  g_assert_cmpstr (query, ==, "sessionId=s%20%2B1&fileId=f1&token=t%2F1");
  g_assert_true (namida_localsend_query_parse (query, &parsed, &error));
  g_assert_cmpstr (parsed.session_id, ==, "s +1");
  g_assert_cmpstr (parsed.token, ==, "t/1");
  answer_refused ("{\"files\":{}}");
  answer_refused ("{\"sessionId\":\"\",\"files\":{}}");
  answer_refused ("{\"sessionId\":\"s\"}");
  answer_refused ("{\"sessionId\":\"s\",\"files\":{\"f1\":1}}");
  answer_refused ("[]");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/localsend/places", test_places);
  g_test_add_func ("/localsend/same-names", test_same_names);
  g_test_add_func ("/localsend/odd-names", test_odd_names);
  g_test_add_func ("/localsend/refused", test_refused);
  g_test_add_func ("/localsend/most-files", test_most_files);
  g_test_add_func ("/localsend/text", test_text);
  g_test_add_func ("/localsend/round-trip", test_round_trip);
  g_test_add_func ("/localsend/answer", test_answer);
  return g_test_run ();
}
