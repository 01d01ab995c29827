/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the messages of the phone app's dialect: offers and queries of uploads, unsafe names, and claims that are
 * ignored because they cannot be proven. */
#include "namida-phone-messages.h"

#include <string.h>

#define ZIP "Namida Backup - 2026-07-19 18.30.00.zip"
#define OFFER                                                                                                          \
  "{\"backupName\":\"" ZIP "\",\"files\":["                                                                            \
  "{\"name\":\"" ZIP "\",\"path\":\"/storage/x\",\"size\":3,\"folderLabel\":\"\",\"relativePath\":\"\"},"              \
  "{\"name\":\"01 + Me.flac\",\"path\":\"x\",\"size\":4,\"folderLabel\":\"Music\","                                    \
  "\"relativePath\":\"Bj\xc3\xb6rk/01 + Me.flac\"}]}"

static NamidaEntry *
entry (NamidaEntryKind kind, const char *label, const char *path)
{
  NamidaEntry *made = namida_entry_new ();
  const char *last = strrchr (path, '/');

  made->kind = kind;
  made->id = g_strdup ("f1");
  made->name = g_strdup (last != NULL ? last + 1 : path);
  made->label = g_strdup (label);
  made->relative_path = g_strdup (*label != '\0' ? path : "");
  made->size = 1;
  return made;
}

static void
test_offer (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = namida_phone_offer_parse (OFFER, strlen (OFFER), &error);
  const NamidaEntry *file;

  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_files (offer->backup), ==, 2);
  g_assert_cmpstr (namida_backup_get_name (offer->backup), ==, ZIP);
  file = g_ptr_array_index (namida_backup_get_entries (offer->backup), 0);
  g_assert_cmpint (file->kind, ==, NAMIDA_ENTRY_BACKUP_ZIP);
}

static void
refused (const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (namida_phone_offer_parse (text, strlen (text), &error));
  g_assert_nonnull (error);
}

static void
test_offers_refused (void)
{
  refused ("{}");
  refused ("{\"backupName\":\"a.zip\",\"files\":[]}");
  refused ("{\"files\":[{\"name\":\"a\",\"size\":0,\"folderLabel\":\"L\",\"relativePath\":\"a\","
           "\"type\":\"inode/directory\"}]}");
  refused ("{\"files\":[{\"name\":\"a\\\\b\",\"size\":1},{\"name\":\"a\\\\b\",\"size\":1}]}");
}

/* A safe place for each, and the key that its upload names. */
static void
test_odd_names (void)
{
  static const char text[]
      = "{\"backupName\":\"a\\\\b.zip\",\"files\":["
        "{\"name\":\"a\\\\b.zip\",\"size\":1,\"folderLabel\":\"\",\"relativePath\":\"\"},"
        "{\"name\":\"x\",\"size\":1,\"folderLabel\":\"..\",\"relativePath\":\"x\"},"
        "{\"name\":\"x\",\"size\":1,\"folderLabel\":\"L\",\"relativePath\":\"../x\"},"
        "{\"name\":\"x\",\"size\":1,\"folderLabel\":\"L\",\"relativePath\":\"x\"},"
        "{\"name\":\"other\",\"size\":1,\"folderLabel\":\"AC\\\\DC\",\"relativePath\":\"d//E: song.mp3\"}]}";
  static const char *const places[][2] = { { "a_b.zip", "a\\b.zip" },
                                           { "Music/x", "../x" },
                                           { "L/x", "L/../x" },
                                           { "L/x (2)", "L/x" },
                                           { "AC_DC/d/E_ song.mp3", "AC\\DC/d//E: song.mp3" } };
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = namida_phone_offer_parse (text, strlen (text), &error);
  g_auto (NamidaPhoneUpload) upload = { 0 };

  g_assert_no_error (error);
  g_assert_cmpstr (namida_backup_get_name (offer->backup), ==, "a_b.zip");
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const NamidaEntry *one = g_ptr_array_index (namida_backup_get_entries (offer->backup), i);
      g_autofree char *path = namida_entry_dup_path (one);
      g_autofree char *offered = namida_entry_dup_offered (one);

      g_assert_cmpstr (offered, ==, places[i][1]);
      g_assert_true (namida_entry_is_portable (one));
      g_assert_cmpstr (path, ==, places[i][0]);
    }
  g_assert_true (namida_phone_upload_parse ("type=music&folderLabel=..&relativePath=x", &upload, NULL));
  g_assert_cmpstr (upload.place, ==, "../x");
}

/* Nobody proves anything in plain HTTP. */
static void
test_claims_dropped (void)
{
  const char *text = "{\"info\":{\"alias\":\"NAS\",\"port\":1},\"files\":[{\"name\":\"a\",\"size\":1,\"sha256\":"
                     "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]}";
  g_autoptr (NamidaOfferMessage) offer = namida_phone_offer_parse (text, strlen (text), NULL);

  g_assert_nonnull (offer);
  g_assert_null (offer->info);
  g_assert_null (((NamidaEntry *) g_ptr_array_index (namida_backup_get_entries (offer->backup), 0))->sha256);
}

static void
test_offer_said (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autofree char *text = NULL;
  gsize length;

  namida_backup_add (backup, entry (NAMIDA_ENTRY_BACKUP_ZIP, "", ZIP));
  namida_backup_add (backup, entry (NAMIDA_ENTRY_FILE, "", "one.mp3"));
  namida_backup_add (backup, entry (NAMIDA_ENTRY_FILE, "Rips", "a/b.mp3"));
  namida_backup_add (backup, entry (NAMIDA_ENTRY_FOLDER, "Rips", "empty"));
  namida_backup_add (backup, entry (NAMIDA_ENTRY_FILE, "Rips", "back\\slash.mp3"));
  text = namida_phone_offer_format (backup, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, strlen (text));
  g_assert_cmpstr (
      text, ==,
      "{\"backupName\":\"" ZIP "\",\"files\":[{\"name\":\"" ZIP "\",\"path\":\"\",\"size\":1,"
      "\"folderLabel\":\"\",\"relativePath\":\"\"},"
      "{\"name\":\"one.mp3\",\"path\":\"\",\"size\":1,\"folderLabel\":\"Music\",\"relativePath\":\"one.mp3\"},"
      "{\"name\":\"b.mp3\",\"path\":\"\",\"size\":1,\"folderLabel\":\"Rips\",\"relativePath\":\"a/b.mp3\"}]}");
}

static void
cannot_be_said (NamidaEntry *one, NamidaEntry *other, const char *why, NamidaError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  gsize length;

  namida_backup_add (backup, one);
  namida_backup_add (backup, other);
  g_assert_null (namida_phone_offer_format (backup, &length, &error));
  g_assert_error (error, NAMIDA_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, why));
}

static void
test_offers_not_said (void)
{
  cannot_be_said (entry (NAMIDA_ENTRY_FILE, "Music", "a.mp3"), entry (NAMIDA_ENTRY_FILE, "Music", "b.mp3"),
                  "only together with a Namida backup", NAMIDA_ERROR_INVALID_REQUEST);
  cannot_be_said (entry (NAMIDA_ENTRY_BACKUP_ZIP, "", ZIP), entry (NAMIDA_ENTRY_FILE, "", "Namida Backup - 2.zip"),
                  "one Namida backup per transfer", NAMIDA_ERROR_INVALID_REQUEST);
}

static void
test_uploads (void)
{
  static const char *const bad[] = { "",
                                     "type=music",
                                     "type=backupZip",
                                     "type=other&name=a.zip",
                                     "type=backupZip&name=",
                                     "type=music&relativePath=a.mp3",
                                     "type=music&folderLabel=a",
                                     "type=music&folderLabel=Music&relativePath=a%00.mp3" };
  g_auto (NamidaPhoneUpload) upload = { 0 };

  g_assert_true (
      namida_phone_upload_parse ("type=backupZip&name=Namida+Backup+-+2026-07-19+18.30.00.zip", &upload, NULL));
  g_assert_cmpstr (upload.place, ==, ZIP);
  g_assert_true (upload.zip);
  namida_phone_upload_clear (&upload);
  g_assert_true (namida_phone_upload_parse ("type=music&relativePath=Bj%C3%B6rk%2F01+%2B+Me.flac&folderLabel=Music",
                                            &upload, NULL));
  g_assert_cmpstr (upload.place, ==, "Music/Bj\xc3\xb6rk/01 + Me.flac");
  g_assert_false (upload.zip);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      namida_phone_upload_clear (&upload);
      g_assert_false (namida_phone_upload_parse (bad[i], &upload, &error));
      g_assert_nonnull (error);
    }
}

/* Whatever is in a name comes back from the query that is made of it. */
static void
test_query (void)
{
  g_autoptr (NamidaEntry) file = entry (NAMIDA_ENTRY_FILE, "a&b=c #d", "100%25+ ?\n\xf0\x9f\x8e\xb5/~-._.mp3");
  g_autoptr (NamidaEntry) zip = entry (NAMIDA_ENTRY_BACKUP_ZIP, "", ZIP);
  g_autofree char *query = namida_phone_upload_format (file);
  g_autofree char *zip_query = namida_phone_upload_format (zip);
  g_autofree char *path = namida_entry_dup_path (file);
  g_auto (NamidaPhoneUpload) upload = { 0 };

  g_assert_true (namida_phone_upload_parse (query, &upload, NULL));
  g_assert_cmpstr (upload.place, ==, path);
  g_assert_cmpstr (zip_query, ==, "type=backupZip&name=Namida+Backup+-+2026-07-19+18.30.00.zip");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phone/offer", test_offer);
  g_test_add_func ("/phone/offers-refused", test_offers_refused);
  g_test_add_func ("/phone/odd-names", test_odd_names);
  g_test_add_func ("/phone/claims-dropped", test_claims_dropped);
  g_test_add_func ("/phone/offer-said", test_offer_said);
  g_test_add_func ("/phone/offers-not-said", test_offers_not_said);
  g_test_add_func ("/phone/uploads", test_uploads);
  g_test_add_func ("/phone/query", test_query);
  return g_test_run ();
}
