/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares the identity with that of the last start; see the header. Blocking; runs at the start of the program. */
#include "config.h"

#include "namida-identity-memory.h"

#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARKER "state.made" /* a file beside the database that shows that a database was created */

/* Returns: (transfer full) (nullable): the fingerprint at the last start; %NULL without @error if this is the first
 * start. */
static char *
identity_memory_read_last (NamidaDatabase *database, GError **error)
{
  sqlite3_stmt *statement;
  char *fingerprint = NULL;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error, "SELECT fingerprint FROM device", "");
  if (namida_database_next (statement, &result))
    fingerprint = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  if (!namida_database_end (database, statement, result, error))
    g_clear_pointer (&fingerprint, g_free);
  namida_database_unlock (database);
  return fingerprint;
}

static gboolean
identity_memory_make_marker (const char *path, GError **error)
{
  struct stat st;
  int fd;

  /* Look first: the folder may be read-only by now. */
  if (lstat (path, &st) == 0 && S_ISREG (st.st_mode))
    return TRUE;
  fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
  if (fd < 0)
    {
      int saved_errno = errno;
      g_autofree char *what = g_strdup_printf (_ ("“%s” could not be written"), path);

      namida_error_set_from_errno (error, saved_errno, what);
      return FALSE;
    }
  close (fd);
  return TRUE;
}

gboolean
namida_identity_remember (
    NamidaIdentity *identity, NamidaDatabase *database, const char *data_dir, char **sentence, GError **error)
{
  g_autofree char *marker = g_build_filename (data_dir, MARKER, NULL);
  g_autoptr (GError) read_error = NULL;
  g_autofree char *last = identity_memory_read_last (database, &read_error);
  const char *now = namida_identity_get_fingerprint (identity);

  *sentence = NULL;
  if (read_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&read_error));
      return FALSE;
    }
  if (last != NULL && g_strcmp0 (last, now) != 0)
    *sentence = g_strdup (_ ("This device has a new identity: its key is not the one of the last start. Devices that "
                             "trust it have to pair with it again. If you have a copy of the folder “identity”, bring "
                             "it back instead."));
  else if (last == NULL && namida_database_was_damaged (database) == NULL && g_file_test (marker, G_FILE_TEST_EXISTS))
    *sentence = g_strdup (_ ("The list of trusted devices and the history are missing: “state.db” was not found. "
                             "Restore it from a copy while Namida Sync is closed, or pair your devices again."));
  if (g_strcmp0 (last, now) != 0
      && !namida_database_exec (database, error, "INSERT OR REPLACE INTO device (id, fingerprint) VALUES (1, ?)", "s",
                                now))
    return FALSE;
  return identity_memory_make_marker (marker, error);
}
