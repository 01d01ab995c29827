/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies the database file and its log as they were when they were last made durable; see the header. */
#include "config.h"

#include "durable-database.h"

#include <sys/stat.h>
#include <unistd.h>

/* Both are read by descriptors that are open anyway: closing another one would give up SQLite's locks. */
void
durable_database_keep (DurableDatabase *self, const char *base, int log_fd)
{
  int fds[2] = { -1, log_fd };

  for (int fd = 3; fd < 200 && fds[0] < 0; fd++)
    {
      g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
      g_autofree char *path = g_file_read_link (link, NULL);

      if (path != NULL && g_str_has_suffix (path, "/state.db") && g_str_has_prefix (path, base))
        fds[0] = fd;
    }
  for (guint i = 0; i < 2; i++)
    {
      struct stat st;

      g_assert_cmpint (fstat (fds[i], &st), ==, 0);
      g_free (self->contents[i]);
      self->contents[i] = g_malloc ((gsize) st.st_size + 1);
      self->sizes[i] = (gsize) st.st_size;
      g_assert_cmpint (pread (fds[i], self->contents[i], (gsize) st.st_size, 0), ==, (gssize) st.st_size);
    }
}

sqlite3 *
durable_database_open (DurableDatabase *self, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "state.db", NULL);
  g_autofree char *log = g_build_filename (folder, "state.db-wal", NULL);
  sqlite3 *handle = NULL;

  g_assert_true (g_file_set_contents_full (path, self->contents[0], (gssize) self->sizes[0], G_FILE_SET_CONTENTS_NONE,
                                           0600, NULL));
  g_assert_true (
      g_file_set_contents_full (log, self->contents[1], (gssize) self->sizes[1], G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  return handle;
}

void
durable_database_clear (DurableDatabase *self)
{
  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&self->contents[i], g_free);
      self->sizes[i] = 0;
    }
}
