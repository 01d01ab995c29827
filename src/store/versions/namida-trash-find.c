/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds versions that exist only in the trash of a store. The folders there are named after the rows in the database,
 * so if the database was lost, they would stay there forever without being listed. They are moved back to the folders
 * of their devices, where retention may choose them again. Called by the adoption of a store. Versions in the trash of
 * another program are taken only if the user names the store; that program then lists the version as one that stays.
 * Worker threads. */
#include "config.h"

#include "namida-trash-find.h"

#include "namida-crash-point.h"
#include "namida-file-ops.h"
#include "namida-folder-record.h"
#include "namida-layout.h"
#include "namida-name-map.h"
#include "namida-open.h"
#include "namida-safe-path.h"
#include "namida-store-owner.h"
#include "namida-version-trash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define NUMBER_MOST 1000u

/* Returns (transfer full) (nullable): the names in the trash of this program that have a row. */
static GHashTable *
trash_find_list_known (NamidaDatabase *database)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3_stmt *statement;
  int result = SQLITE_ERROR;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL, "SELECT id FROM versions WHERE removing <> 0", "");
  while (namida_database_next (statement, &result))
    g_hash_table_add (known, g_strdup_printf (NAMIDA_VERSION_TRASH_NAME, (gint64) sqlite3_column_int64 (statement, 0)));
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return result == SQLITE_DONE ? g_steal_pointer (&known) : NULL;
}

/* Returns (transfer full) (element-type char *): the names of the folders in @fd, which stays open. */
static GPtrArray *
trash_find_list_folders (int fd)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  int copy = dup (fd);
  DIR *dir = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *entry;

  if (dir == NULL && copy >= 0)
    close (copy);
  if (dir == NULL)
    return names;
  rewinddir (dir);
  while ((entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      g_ptr_array_add (names, g_strdup (entry->d_name));
  closedir (dir);
  return names;
}

static NamidaFolderRecord *
trash_find_read_record (int trash, const char *name)
{
  int folder = namida_folder_open (trash, name, FALSE);
  NamidaFolderRecord *record = folder >= 0 ? namida_folder_record_read (folder, NULL) : NULL;

  if (folder >= 0)
    close (folder);
  return record;
}

static gboolean
trash_find_move (int store, int trash, const char *name, const NamidaFolderRecord *record, const NamidaNameMap *names)
{
  g_autofree char *sent = namida_safe_path_component_from_alias (record->alias != NULL ? record->alias : "");
  g_autofree char *alias = names != NULL ? namida_name_map_name (names, sent) : g_strdup (sent);
  g_autofree char *day = namida_layout_dup_version_name (record->arrived);
  int holder = namida_folder_open (store, alias, TRUE);
  gboolean moved = FALSE;

  if (holder < 0)
    return FALSE;
  for (guint n = 1; n <= NUMBER_MOST && !moved; n++)
    {
      g_autofree char *numbered = n == 1 ? g_strdup (day) : g_strdup_printf ("%s (%u)", day, n);

      moved = namida_folder_move (trash, name, holder, numbered);
      if (!moved && errno != EEXIST && errno != ENOTEMPTY)
        break;
    }
  namida_crash_point ("trash-found");
  if (moved && (namida_sync_folder (holder) != 0 || namida_sync_folder (store) != 0 || namida_sync_folder (trash) != 0))
    g_message ("“%s”: %s", alias, g_strerror (errno));
  close (holder);
  return moved;
}

static guint
trash_find_in (NamidaDatabase *database, int store, int trash, gboolean is_own, const NamidaNameMap *map)
{
  /* Read the names first: a version that is moved to the trash in the meantime already had its row. */
  g_autoptr (GPtrArray) names = trash_find_list_folders (trash);
  g_autoptr (GHashTable) known = is_own ? trash_find_list_known (database) : NULL;
  guint found = 0;

  for (guint i = 0; i < names->len && (known != NULL || !is_own); i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autoptr (NamidaFolderRecord) record = NULL;

      if (known != NULL && g_hash_table_contains (known, name))
        continue;
      record = trash_find_read_record (trash, name);
      if (record != NULL && trash_find_move (store, trash, name, record, map))
        found++;
    }
  return found;
}

guint
namida_trash_find (NamidaDatabase *database, const char *store, gboolean all)
{
  g_autofree char *own = namida_store_dup_owner (database);
  g_autoptr (GPtrArray) owners = NULL;
  g_autoptr (NamidaNameMap) map = NULL;
  int fd = open (store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int top = fd >= 0 ? namida_folder_open (fd, NAMIDA_VERSION_TRASH, FALSE) : -1;
  guint found = 0;

  owners = top >= 0 ? trash_find_list_folders (top) : NULL;
  map = top >= 0 ? namida_name_map_new_for (fd, store, own) : NULL;
  for (guint i = 0; owners != NULL && i < owners->len; i++)
    {
      const char *owner = g_ptr_array_index (owners, i);
      gboolean is_own = g_str_equal (owner, own);
      int trash;

      if (!namida_store_owner_is_valid (owner) || (!is_own && !all))
        continue;
      trash = namida_folder_open (top, owner, FALSE);
      if (trash < 0)
        continue;
      found += trash_find_in (database, fd, trash, is_own, map);
      close (trash);
      namida_store_drop_owned (fd, NAMIDA_VERSION_TRASH, owner);
    }
  if (found > 0)
    g_message ("%u versions were found in the trash of %s", found, store);
  if (top >= 0)
    close (top);
  if (fd >= 0)
    close (fd);
  return found;
}
