/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names the folders in which a program keeps its own data within a store that it may share with other programs:
 * unfinished files, versions that are being removed, and versions in the trash. Any thread; blocking, because it
 * queries the database. */
#include "config.h"

#include "namida-store-owner.h"

#include "namida-file-ops.h"
#include "namida-open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Used for a database without an identity, which only tests and tools have. */
#define OWNER_NOBODY "0000000000000000"

char *
namida_store_dup_owner (NamidaDatabase *database)
{
  sqlite3_stmt *statement;
  char *owner = NULL;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL, "SELECT fingerprint FROM device", "");
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    owner = g_ascii_strdown ((const char *) sqlite3_column_text (statement, 0), NAMIDA_STORE_OWNER_LENGTH);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  if (owner != NULL && namida_store_owner_is_valid (owner))
    return owner;
  g_free (owner);
  return g_strdup (OWNER_NOBODY);
}

gboolean
namida_store_owner_is_valid (const char *name)
{
  return strlen (name) == NAMIDA_STORE_OWNER_LENGTH && strspn (name, "0123456789abcdef") == NAMIDA_STORE_OWNER_LENGTH;
}

int
namida_store_open_owned (int store_fd, const char *hidden, const char *owner, gboolean create)
{
  int fd, saved_errno, top = namida_folder_open (store_fd, hidden, create);

  if (top < 0)
    return -1;
  fd = namida_folder_open (top, owner, create);
  saved_errno = errno;
  /* Make the name of the folder durable, so that a version that is moved into it is not lost with it. */
  if (fd >= 0 && create && (namida_sync_folder (top) != 0 || namida_sync_folder (store_fd) != 0))
    {
      saved_errno = errno;
      close (fd);
      fd = -1;
    }
  close (top);
  errno = saved_errno;
  return fd;
}

void
namida_store_drop_owned (int store_fd, const char *hidden, const char *owner)
{
  int top = namida_folder_open (store_fd, hidden, FALSE);

  if (top < 0)
    return;
  unlinkat (top, owner, AT_REMOVEDIR);
  close (top);
  unlinkat (store_fd, hidden, AT_REMOVEDIR);
}
