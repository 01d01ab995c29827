/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the messages of our own protocol other than offers: answers, queries, errors and the messages of pairing.
 * Errors never contain a local path. */
#include "config.h"

#include "namida-limits.h"
#include "namida-messages.h"
#include "namida-wanted-message.h"

#include <string.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UPPER "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"

static void
test_answer (void)
{
  static const char *const bad[] = {
    "{}",
    "[]",
    "{\"sessionId\":\"s\"}",
    "{\"files\":{}}",
    "{\"sessionId\":1,\"files\":{}}",
    "{\"sessionId\":\"s\",\"files\":[]}",
    "{\"sessionId\":\"a b\",\"files\":{}}",
    "{\"sessionId\":\"s\",\"files\":{\"f\":1}}",
    "{\"sessionId\":\"s\",\"files\":{\"f\":{}}}",
    "{\"sessionId\":\"s\",\"files\":{\"f\":{\"token\":\"a&b\"}}}",
    "{\"sessionId\":\"s\",\"files\":{\"f\":{\"token\":\"t\",\"offset\":-1}}}",
    "{\"sessionId\":\"s\",\"files\":{\"../f\":{\"token\":\"t\"}}}",
    "{\"sessionId\":\"s\",\"files\":{\"f\":{\"token\":\"t\"},\"f\":{\"token\":\"t\"}}}",
  };
  g_autoptr (NamidaOfferAnswer) sent = namida_offer_answer_new ("session-1");
  g_autoptr (NamidaOfferAnswer) got = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  NamidaGrant *grant;
  gsize length;

  namida_offer_answer_grant (sent, "f1", "t1", 0);
  namida_offer_answer_grant (sent, "f2", "t2", G_MAXINT64);
  namida_offer_answer_decline (sent, "f3");
  text = namida_offer_answer_format (sent, &length);
  got = namida_offer_answer_parse (text, length, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (got->session_id, ==, "session-1");
  g_assert_cmpuint (g_hash_table_size (got->files), ==, 2);
  grant = g_hash_table_lookup (got->files, "f2");
  g_assert_cmpstr (grant->token, ==, "t2");
  g_assert_cmpuint (grant->offset, ==, G_MAXINT64);
  g_assert_true (g_hash_table_contains (got->declined, "f3"));
  g_assert_cmpuint (g_hash_table_size (got->declined), ==, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (namida_offer_answer_parse (bad[i], strlen (bad[i]), &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
      g_clear_error (&error);
    }
}

static void
test_query (void)
{
  static const char *const bad[] = {
    "",
    "sessionId=s&fileId=f",
    "sessionId=s&fileId=f&token=",
    "sessionId=s&fileId=..%2Ff&token=t",
    "sessionId=s&fileId=f&token=t&offset=-1",
    "sessionId=s&fileId=f&token=t&offset=",
    "sessionId=s&fileId=f&token=t&offset=+1",
    "sessionId=s&fileId=f&token=t&offset=9223372036854775808",
    "sessionId=s&fileId=f&token=t&offset=1x",
    "sessionId=s%00&fileId=f&token=t",
  };
  g_auto (NamidaUploadQuery) query = { 0 };
  g_autofree char *plus = namida_query_get ("a=1&name=Namida+Backup%20%2B.zip&name=2", "name");
  g_autofree char *none = namida_query_get ("aname=1&names=2&name", "name");
  g_autofree char *nul = namida_query_get ("name=a%00b", "name");
  g_autofree char *broken = namida_query_get ("name=a%zz", "name");
  g_autofree char *bytes = namida_query_get ("name=%ff", "name");
  g_autofree char *empty = namida_query_get ("name=", "name");

  g_assert_cmpstr (plus, ==, "Namida Backup +.zip");
  g_assert_null (none);
  g_assert_null (nul);
  g_assert_null (broken);
  g_assert_null (bytes);
  g_assert_cmpstr (empty, ==, "");
  g_assert_null (namida_query_get (NULL, "name"));
  g_assert_true (
      namida_upload_query_parse ("sessionId=s-1&fileId=f1&token=T_2&offset=9223372036854775807&x", &query, NULL));
  g_assert_cmpstr (query.session_id, ==, "s-1");
  g_assert_cmpstr (query.file_id, ==, "f1");
  g_assert_cmpstr (query.token, ==, "T_2");
  g_assert_cmpuint (query.offset, ==, G_MAXINT64);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      NamidaUploadQuery other = { 0 };
      g_autoptr (GError) error = NULL;

      if (namida_upload_query_parse (bad[i], &other, &error))
        g_error ("taken: %s", bad[i]);
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
    }
}

static void
test_upload (void)
{
  g_autofree char *text = namida_upload_answer_format (G_MAXINT64, SHA);
  g_autofree char *sha256 = NULL;
  guint64 size = 0;

  g_assert_cmpstr (text, ==, "{\"size\":9223372036854775807,\"sha256\":\"" SHA "\"}");
  g_assert_true (namida_upload_answer_parse (text, strlen (text), &size, &sha256, NULL));
  g_assert_cmpuint (size, ==, G_MAXINT64);
  g_assert_cmpstr (sha256, ==, SHA);
  g_assert_false (namida_upload_answer_parse ("{\"size\":1}", 10, &size, &sha256, NULL));
  g_assert_false (namida_upload_answer_parse ("{\"sha256\":\"" SHA "\"}", 77, &size, &sha256, NULL));
}

/* Why the disk there did not take a file; a reason of something else, or of a newer version, is none. */
static void
check_reasons (void)
{
  static const char told[] = "{\"reasons\":{\"d\":\"read-only\",\"a\":\"quota\",\"e\":\"moon\",\"x\":\"quota\"},"
                             "\"files\":{\"a\":\"stored\",\"d\":\"missing\",\"e\":\"missing\"}}";
  g_autoptr (GHashTable) results = namida_finish_answer_parse (told, strlen (told), NULL, NULL);
  g_autofree char *answer = namida_finish_answer_format (results, NULL, NULL);
  gpointer value = g_hash_table_lookup (results, "d");

  g_assert_cmpuint (g_hash_table_size (results), ==, 3);
  g_assert_cmpint (namida_finish_value_get_result (value), ==, NAMIDA_FILE_MISSING);
  g_assert_cmpint (namida_finish_value_get_code (value), ==, NAMIDA_ERROR_READ_ONLY);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (results, "a")), ==, NAMIDA_FILE_STORED);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (results, "e")), ==, NAMIDA_FILE_MISSING);
  g_assert_nonnull (strstr (answer, "\"reasons\":{\"d\":\"read-only\"}"));
}

/* What was damaged there and is whole again: told when there is something to tell, and unknown members are ignored. */
static void
check_healed (void)
{
  static const char told[] = "{\"healed\":{\"files\":2,\"versions\":3,\"x\":[]},\"files\":{\"a\":\"stored\"}}";
  static const char bad[] = "{\"healed\":{\"files\":-2},\"files\":{\"a\":\"stored\"}}";
  NamidaFinishHealed healed = { 9, 9 };
  g_autoptr (GHashTable) results = namida_finish_answer_parse (told, strlen (told), &healed, NULL);
  g_autoptr (GHashTable) none = NULL;
  g_autofree char *answer = namida_finish_answer_format (results, &healed, NULL);
  g_autofree char *silent = NULL;

  g_assert_cmpuint (healed.files, ==, 2);
  g_assert_cmpuint (healed.versions, ==, 3);
  g_assert_nonnull (strstr (answer, "\"healed\":{\"files\":2,\"versions\":3}"));
  healed = (NamidaFinishHealed){ 0 };
  silent = namida_finish_answer_format (results, &healed, NULL);
  g_assert_null (strstr (silent, "healed"));
  healed = (NamidaFinishHealed){ 9, 9 };
  none = namida_finish_answer_parse (silent, strlen (silent), &healed, NULL);
  g_assert_cmpuint (healed.files, ==, 0);
  g_assert_null (namida_finish_answer_parse (bad, strlen (bad), NULL, NULL));
}

/* The feature "heal": a list that is too long, or has a file without a size, is refused; each content counts once. */
static void
test_wanted (void)
{
  static const char *const bad[] = { "{}",
                                     "{\"wanted\":{}}",
                                     "{\"wanted\":[1]}",
                                     "{\"wanted\":[{\"sha256\":\"" UPPER "\"}]}",
                                     "{\"wanted\":[{\"size\":1}]}",
                                     "{\"wanted\":[{\"sha256\":\"abc\",\"size\":1}]}",
                                     "{\"wanted\":[{\"sha256\":\"" UPPER "\",\"size\":-1}]}",
                                     "{\"wanted\":[{\"sha256\":1,\"size\":1}]}" };
  static const char *const bad_queries[] = { "",
                                             "sha256=" UPPER,
                                             "size=3",
                                             "sha256=abc&size=3",
                                             "sha256=" UPPER "&size=",
                                             "sha256=" UPPER "&size=-3",
                                             "sha256=" UPPER "&size=99999999999999999999" };
  static const char twice[] = "{\"wanted\":[{\"sha256\":\"" UPPER "\",\"size\":7,\"x\":1},"
                              "{\"sha256\":\"" SHA "\",\"size\":7}],\"y\":2}";
  g_autoptr (GPtrArray) list = namida_wanted_parse (twice, strlen (twice), NULL);
  const NamidaWantedFile *first = g_ptr_array_index (list, 0);
  NamidaFinishHealed healed = { 2, 3 };
  NamidaWantedFile file = { 0 };
  gsize length;

  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpstr (first->sha256, ==, SHA);
  g_assert_cmpuint (first->size, ==, 7);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (namida_wanted_parse (bad[i], strlen (bad[i]), NULL));
  for (guint n = NAMIDA_LIMIT_WANTED_FILES; n <= NAMIDA_LIMIT_WANTED_FILES + 1; n++)
    {
      g_autoptr (GString) text = g_string_new ("{\"wanted\":[");
      g_autoptr (GPtrArray) many = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, "%s{\"sha256\":\"%064x\",\"size\":1}", i > 0 ? "," : "", i);
      g_string_append (text, "]}");
      many = namida_wanted_parse (text->str, text->len, NULL);
      g_assert_cmpint (many != NULL, ==, n <= NAMIDA_LIMIT_WANTED_FILES);
      g_assert_true (many == NULL || many->len == n);
    }
  {
    g_autoptr (GPtrArray) many = namida_wanted_list_new ();
    g_autoptr (GPtrArray) read = NULL;
    g_autofree char *text = NULL;

    for (guint i = 0; i <= NAMIDA_LIMIT_WANTED_FILES; i++)
      {
        g_autofree char *sha256 = g_strdup_printf ("%064x", i);

        namida_wanted_list_add (many, sha256, i);
      }
    text = namida_wanted_format (many, &length);
    read = namida_wanted_parse (text, length, NULL);
    g_assert_nonnull (read);
    g_assert_cmpuint (read->len, ==, NAMIDA_LIMIT_WANTED_FILES);
  }
  {
    g_autofree char *text = namida_wanted_format (list, &length);
    g_autofree char *answer = namida_heal_answer_format (&healed);
    NamidaFinishHealed read = { 0 };

    g_assert_cmpstr (text, ==, "{\"wanted\":[{\"sha256\":\"" SHA "\",\"size\":7}]}");
    g_assert_true (namida_heal_answer_parse (answer, strlen (answer), &read, NULL));
    g_assert_cmpuint (read.files, ==, 2);
    g_assert_cmpuint (read.versions, ==, 3);
    g_assert_false (namida_heal_answer_parse ("{}", 2, &read, NULL));
  }
  g_assert_true (namida_heal_query_parse ("size=7&sha256=" UPPER, &file, NULL));
  g_assert_cmpstr (file.sha256, ==, SHA);
  g_assert_cmpuint (file.size, ==, 7);
  g_free (file.sha256);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_queries); i++)
    g_assert_false (namida_heal_query_parse (bad_queries[i], &file, NULL));
  g_assert_false (namida_heal_query_parse (NULL, &file, NULL));
}

static void
test_finish (void)
{
  static const char asked[] = "{\"files\":{\"f1\":\"" UPPER "\",\"e\":\"\"},\"x\":{}}";
  static const char told[]
      = "{\"files\":{\"a\":\"stored\",\"b\":\"kept-existing\",\"c\":\"mismatch\",\"d\":\"missing\","
        "\"e\":\"fine!\",\"f\":\"unreadable\"}}";
  static const char *const bad[] = { "{}",
                                     "{\"files\":[]}",
                                     "{\"files\":{\"a\":1}}",
                                     "{\"files\":{\"a\":\"abc\"}}",
                                     "{\"files\":{\"\":\"\"}}",
                                     "{\"files\":{\"a\":\"\",\"a\":\"\"}}",
                                     "{\"files\":{\"a\":null}}",
                                     "{\"files\":{},\"leftOut\":-1}",
                                     "{\"files\":{},\"leftOut\":\"2\"}" };
  guint left_out = 99;
  g_autoptr (GHashTable) hashes = namida_finish_request_parse (asked, strlen (asked), NULL, NULL);
  g_autoptr (GHashTable) results = namida_finish_answer_parse (told, strlen (told), NULL, NULL);
  g_autoptr (GHashTable) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *answer = namida_finish_answer_format (results, NULL, NULL);
  gsize length;

  g_assert_cmpstr (g_hash_table_lookup (hashes, "f1"), ==, SHA);
  g_assert_cmpstr (g_hash_table_lookup (hashes, "e"), ==, "");
  text = namida_finish_request_format (hashes, 0, &length);
  again = namida_finish_request_parse (text, length, &left_out, NULL);
  g_assert_cmpuint (g_hash_table_size (again), ==, 2);
  g_assert_cmpuint (left_out, ==, 0);
  g_assert_null (strstr (text, "leftOut"));
  {
    g_autofree char *more = namida_finish_request_format (hashes, 3, NULL);
    g_autoptr (GHashTable) read = namida_finish_request_parse (more, strlen (more), &left_out, NULL);

    g_assert_cmpuint (g_hash_table_size (read), ==, 2);
    g_assert_cmpuint (left_out, ==, 3);
  }
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (results, "a")), ==, NAMIDA_FILE_STORED);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (results, "b")), ==, NAMIDA_FILE_KEPT_EXISTING);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (results, "c")), ==, NAMIDA_FILE_MISMATCH);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (results, "d")), ==, NAMIDA_FILE_MISSING);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (results, "e")), ==, NAMIDA_FILE_MISSING);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (results, "f")), ==, NAMIDA_FILE_MISSING);
  g_assert_nonnull (strstr (answer, "\"b\":\"kept-existing\""));
  g_assert_null (strstr (answer, "reasons"));
  check_reasons ();
  check_healed ();
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (namida_finish_request_parse (bad[i], strlen (bad[i]), NULL, NULL));
}

/* More than 1 MiB: what an offer of many files ends with. */
static void
test_finish_many (void)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) got = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *more = NULL;
  gsize length;

  for (guint i = 0; i < NAMIDA_LIMIT_FILES; i++)
    g_hash_table_add (hashes, g_strdup_printf ("f%u", i));
  for (guint i = 0; i < NAMIDA_LIMIT_FILES; i++)
    g_hash_table_insert (hashes, g_strdup_printf ("f%u", i), (gpointer) SHA);
  text = namida_finish_request_format (hashes, 0, &length);
  got = namida_finish_request_parse (text, length, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (got), ==, NAMIDA_LIMIT_FILES);
  g_hash_table_insert (hashes, g_strdup ("one-more"), (gpointer) SHA);
  more = namida_finish_request_format (hashes, 0, &length);
  g_assert_null (namida_finish_request_parse (more, length, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
}

static void
test_session (void)
{
  g_autoptr (GHashTable) offsets = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) got = NULL;
  g_autofree char *text = NULL;
  g_autofree char *state = NULL;
  guint64 offset = 4096;
  gsize length;

  g_hash_table_insert (offsets, (gpointer) "f1", &offset);
  text = namida_session_answer_format ("open", offsets, &length);
  g_assert_cmpstr (text, ==, "{\"state\":\"open\",\"files\":{\"f1\":{\"offset\":4096}}}");
  g_assert_true (namida_session_answer_parse (text, length, &state, &got, NULL));
  g_assert_cmpstr (state, ==, "open");
  g_assert_cmpuint (*(guint64 *) g_hash_table_lookup (got, "f1"), ==, 4096);
  g_assert_false (namida_session_answer_parse ("{\"state\":\"x\"}", 13, &state, &got, NULL));
  g_assert_false (namida_session_answer_parse ("{}", 2, &state, &got, NULL));
}

static GError *
read_error (const char *body, guint status, gint64 *offset)
{
  return namida_error_answer_parse (body, strlen (body), status, offset);
}

static void
test_errors (void)
{
  g_autoptr (GError) reason = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_WRONG_OFFSET, "Go on \"there\".");
  g_autofree char *text = namida_error_answer_format (reason, 77);
  gint64 offset = 0;
  g_autoptr (GError) got = read_error (text, 409, &offset);
  g_autoptr (GError) bare = read_error ("<html>", 403, &offset);
  g_autoptr (GError) by_status = read_error ("{\"message\":5,\"code\":\"future\"}", 413, NULL);
  g_autoptr (GError) nothing = namida_error_answer_parse (NULL, 0, 500, NULL);
  g_autofree char *flood = g_strnfill (100000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"message\":\"\\u001b[31m\\u202e%s\",\"code\":\"busy\"}", flood);
  g_autoptr (GError) cleaned = read_error (body, 409, NULL);

  g_assert_error (got, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_OFFSET);
  g_assert_nonnull (strstr (got->message, "Go on \"there\"."));
  g_assert_error (bare, NAMIDA_ERROR, (int) namida_error_code_from_status (403));
  g_assert_cmpint (offset, ==, -1);
  g_assert_error (by_status, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
  g_assert_error (nothing, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL);
  g_assert_error (cleaned, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
  g_assert_null (strchr (cleaned->message, '\x1b'));
  g_assert_null (strstr (cleaned->message, "\u202e"));
  g_assert_cmpuint (strlen (cleaned->message), <, 400);
  offset = 0;
  g_clear_error (&got);
  got = read_error (text, 409, &offset);
  g_assert_cmpint (offset, ==, 77);
}

/* Paths of this device are nothing that a peer is told. */
static void
test_errors_report_no_paths (void)
{
  static const struct
  {
    gboolean ours;
    int code;
    const char *word;
  } cases[] = { { TRUE, NAMIDA_ERROR_NO_SPACE, "no-space" },
                { TRUE, NAMIDA_ERROR_STORAGE, "internal" },
                { TRUE, NAMIDA_ERROR_INTERNAL, "internal" },
                { FALSE, G_IO_ERROR_NO_SPACE, "no-space" },
                { FALSE, G_IO_ERROR_PERMISSION_DENIED, "internal" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) reason = g_error_new (cases[i].ours ? NAMIDA_ERROR : G_IO_ERROR, cases[i].code,
                                               "Could not write “/home/somebody/Music”.");
      g_autofree char *text = namida_error_answer_format (reason, -1);
      g_autofree char *code = g_strdup_printf ("\"code\":\"%s\"", cases[i].word);

      g_assert_null (strstr (text, "somebody"));
      g_assert_nonnull (strstr (text, code));
      g_assert_nonnull (strstr (text, "\"message\":\""));
    }
}

static void
test_pair (void)
{
  static const char *const bad[] = {
    "[]", "{\"step\":\"steal\"}", "{\"step\":1}", "{\"nonce\":\"00\"}", "{\"commitment\":5}", "{\"pairId\":\"a b\"}"
  };
  NamidaPairMessage sent = { (char *) "commit", (char *) SHA, NULL, NULL };
  g_autofree char *text = namida_pair_message_format (&sent);
  g_auto (NamidaPairMessage) got = { 0 };

  g_assert_cmpstr (text, ==, "{\"step\":\"commit\",\"commitment\":\"" SHA "\"}");
  g_assert_true (namida_pair_message_parse (text, strlen (text), &got, NULL));
  g_assert_cmpstr (got.step, ==, "commit");
  g_assert_cmpstr (got.commitment, ==, SHA);
  g_assert_null (got.pair_id);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      NamidaPairMessage other = { 0 };

      g_assert_false (namida_pair_message_parse (bad[i], strlen (bad[i]), &other, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/messages/offer-answer", test_answer);
  g_test_add_func ("/messages/query", test_query);
  g_test_add_func ("/messages/upload", test_upload);
  g_test_add_func ("/messages/finish", test_finish);
  g_test_add_func ("/messages/wanted", test_wanted);
  g_test_add_func ("/messages/finish-many", test_finish_many);
  g_test_add_func ("/messages/session", test_session);
  g_test_add_func ("/messages/errors", test_errors);
  g_test_add_func ("/messages/errors-tell-no-paths", test_errors_report_no_paths);
  g_test_add_func ("/messages/pair", test_pair);
  return g_test_run ();
}
