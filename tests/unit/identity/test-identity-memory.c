/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a missing or damaged key or database, or one that other users can read, is reported or refused, and that
 * the program never silently starts with a new identity. */
#include "../failing-query.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-identity-memory.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

typedef struct
{
  char *folder, *identity, *database;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("namida-memory-XXXXXX", NULL);
  f->identity = g_build_filename (f->folder, "identity", NULL);
  f->database = g_build_filename (f->folder, "state.db", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fixtures_remove (f->folder);
  g_assert_false (g_file_test (f->folder, G_FILE_TEST_EXISTS));
  g_free (f->folder);
  g_free (f->identity);
  g_free (f->database);
}

/* As the program starts. Returns: (transfer full) (nullable): what is told. */
static char *
start (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaIdentity) identity = namida_identity_load (f->folder, &error);
  g_autoptr (NamidaDatabase) database = namida_database_open (f->database, &error);
  char *sentence = NULL;

  g_assert_no_error (error);
  g_assert_true (namida_identity_remember (identity, database, f->folder, &sentence, &error));
  g_assert_no_error (error);
  return sentence;
}

static void
assert_reported (Fixture *f, const char *what)
{
  g_autofree char *sentence = start (f);

  if (what == NULL)
    g_assert_null (sentence);
  else
    g_assert_nonnull (strstr (sentence, what));
}

static void
move_away (Fixture *f, const char *path)
{
  g_autofree char *away = g_strconcat (path, ".away", NULL);

  g_assert_no_errno (g_rename (path, away));
}

static void
test_quiet (Fixture *f, gconstpointer data)
{
  assert_reported (f, NULL);
  assert_reported (f, NULL);
}

static void
test_key_missing (Fixture *f, gconstpointer data)
{
  assert_reported (f, NULL);
  move_away (f, f->identity);
  assert_reported (f, "new identity");
  assert_reported (f, NULL); /* once */
}

static void
test_database_missing (Fixture *f, gconstpointer data)
{
  assert_reported (f, NULL);
  move_away (f, f->database);
  assert_reported (f, "trusted devices");
  assert_reported (f, NULL);
}

/* The identity alone may be asked for before the first start. */
static void
test_identity_first (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaIdentity) identity = namida_identity_load (f->folder, NULL);

  g_assert_nonnull (identity);
  assert_reported (f, NULL);
}

static void
test_database_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (NamidaDatabase) database = NULL;
  const char *kept;

  assert_reported (f, NULL);
  g_assert_true (g_file_set_contents (f->database, "this is no database, and long enough to be looked at", -1, NULL));
  database = namida_database_open (f->database, NULL);
  kept = namida_database_was_damaged (database);
  g_assert_nonnull (kept);
  g_assert_true (g_file_get_contents (kept, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "this is no database"));
}

static void
assert_refused (Fixture *f, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = g_build_filename (f->identity, "key.pem", NULL);
  g_autofree char *before = NULL, *after = NULL;

  g_file_get_contents (key, &before, NULL, NULL);
  g_assert_null (namida_identity_load (f->folder, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, why));
  g_file_get_contents (key, &after, NULL, NULL);
  g_assert_cmpstr (before, ==, after);
}

static void
test_open_folder (Fixture *f, gconstpointer data)
{
  static const mode_t modes[] = { 0770, 0702, 0777 };

  assert_reported (f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_assert_no_errno (g_chmod (f->identity, modes[i]));
      assert_refused (f, "chmod 700");
      /* The folder above it as well: another identity, or another list of trusted devices, could be put there. */
      g_assert_no_errno (g_chmod (f->identity, 0700));
      g_assert_no_errno (g_chmod (f->folder, modes[i]));
      assert_refused (f, "chmod 700");
      g_assert_no_errno (g_chmod (f->folder, 0700));
    }
  /* Others may look in: the key itself they cannot read. */
  g_assert_no_errno (g_chmod (f->identity, 0755));
  assert_reported (f, NULL);
}

/* One more user may write into @folder: acl(5), in the kernel's own format. */
static gboolean
test_set_acl (const char *folder)
{
  static const struct
  {
    guint32 version;
    struct
    {
      guint16 tag, permissions;
      guint32 id;
    } entries[5];
  } list = { GUINT32_TO_LE (2),
             { { GUINT16_TO_LE (0x01), GUINT16_TO_LE (7), G_MAXUINT32 },
               { GUINT16_TO_LE (0x02), GUINT16_TO_LE (7), GUINT32_TO_LE (12345) },
               { GUINT16_TO_LE (0x04), 0, G_MAXUINT32 },
               { GUINT16_TO_LE (0x10), GUINT16_TO_LE (7), G_MAXUINT32 },
               { GUINT16_TO_LE (0x20), 0, G_MAXUINT32 } } };

  return setxattr (folder, "system.posix_acl_access", &list, sizeof list, 0) == 0;
}

/* Above it: who can move the data folder away can put another one there. */
static void
test_open_parents (Fixture *f, gconstpointer data)
{
  g_autofree char *above = g_build_filename (f->folder, "above", NULL);
  g_autofree char *link = g_build_filename (f->folder, "link", NULL);
  g_autofree char *folder = g_build_filename (above, "data", NULL);
  char *const ways[] = { folder, link };

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_assert_no_errno (symlink (folder, link));
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NamidaIdentity) good = NULL, sticky = NULL;

      g_assert_no_errno (g_chmod (above, 0755));
      good = namida_identity_load (ways[i], &error);
      g_assert_no_error (error);
      g_assert_no_errno (g_chmod (above, 01777));
      sticky = namida_identity_load (ways[i], &error);
      g_assert_no_error (error);
      g_assert_no_errno (g_chmod (above, 0777));
      g_assert_null (namida_identity_load (ways[i], &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
      g_assert_nonnull (strstr (error->message, above));
    }
  g_assert_no_errno (g_chmod (above, 0700));
  if (!test_set_acl (above))
    g_test_message ("no lists of access on this file system");
  else
    g_assert_null (namida_identity_load (folder, NULL));
}

/* The group of one's own is nobody else, another one is. */
static void
test_group_of_parents (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->folder, "data", NULL);
  g_autoptr (NamidaIdentity) own = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_chmod (f->folder, 0770));
  own = namida_identity_load (folder, &error);
  g_assert_no_error (error);
  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a folder to another group");
      return;
    }
  g_assert_no_errno (chown (f->folder, 0, 12345));
  g_assert_null (namida_identity_load (folder, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
}

static void
test_odd_files (Fixture *f, gconstpointer data)
{
  g_autofree char *key = g_build_filename (f->identity, "key.pem", NULL);

  assert_reported (f, NULL);
  g_assert_no_errno (g_chmod (key, 0640));
  assert_refused (f, "chmod 600");
  g_assert_no_errno (g_chmod (key, 0600));
  move_away (f, key);
  assert_refused (f, "is missing");
  g_assert_no_errno (mkfifo (key, 0600));
  g_assert_null (namida_identity_load (f->folder, NULL)); /* and does not hang */
}

/* What cannot be read or written is an error, and nothing that is told of this device. */
static void
test_unwritten (Fixture *f, gconstpointer data)
{
  g_autofree char *marker = g_build_filename (f->folder, "state.made", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaIdentity) identity = namida_identity_load (f->folder, &error);
  g_autoptr (NamidaDatabase) database = namida_database_open (f->database, &error);
  char *sentence = NULL;

  g_assert_no_error (error);
  g_assert_no_errno (g_mkdir (marker, 0700));
  g_assert_false (namida_identity_remember (identity, database, f->folder, &sentence, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "state.made"));
  g_clear_error (&error);
  g_clear_pointer (&sentence, g_free);
  g_assert_true (namida_database_exec (database, &error, "DROP TABLE device", ""));
  g_assert_false (namida_identity_remember (identity, database, f->folder, &sentence, &error));
  g_assert_nonnull (error);
  g_assert_null (sentence);
}

/* A database that fails while it is asked for the last identity is not one that has been lost. */
static void
test_unread (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaIdentity) identity = NULL;
  g_autoptr (NamidaDatabase) database = NULL;
  char *sentence = NULL;
  gboolean due;

  assert_reported (f, NULL);
  identity = namida_identity_load (f->folder, &error);
  database = namida_database_open (f->database, &error);
  g_assert_no_error (error);
  failing_query_once (database, &due);
  g_assert_false (namida_identity_remember (identity, database, f->folder, &sentence, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_null (sentence);
}

/* A device is never called “?”. */
static void
test_alias (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaIdentity) identity = namida_identity_load (f->folder, NULL);
  g_autofree char *own = g_strdup (namida_identity_get_alias (identity));

  g_assert_cmpstr (own, !=, "?");
  namida_identity_set_alias (identity, "Desk");
  g_assert_cmpstr (namida_identity_get_alias (identity), ==, "Desk");
  for (guint i = 0; i < 3; i++)
    {
      static const char *const empty[] = { NULL, " ", "\u202e" };

      namida_identity_set_alias (identity, "Desk");
      namida_identity_set_alias (identity, empty[i]);
      g_assert_cmpstr (namida_identity_get_alias (identity), ==, own);
    }
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL); /* the damaged file is warned of */
  ADD ("/memory/quiet", test_quiet);
  ADD ("/memory/unread", test_unread);
  ADD ("/memory/key-missing", test_key_missing);
  ADD ("/memory/database-missing", test_database_missing);
  ADD ("/memory/identity-first", test_identity_first);
  ADD ("/memory/database-damaged", test_database_damaged);
  ADD ("/memory/open-folder", test_open_folder);
  ADD ("/memory/open-parents", test_open_parents);
  ADD ("/memory/group-of-parents", test_group_of_parents);
  ADD ("/memory/odd-files", test_odd_files);
  ADD ("/memory/unwritten", test_unwritten);
  ADD ("/memory/alias", test_alias);
  return g_test_run ();
}
