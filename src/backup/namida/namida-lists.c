/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the lists of tracks of a backup, entry by entry, for code that needs more than figures: the search for
 * missing music, compare and extract. The text of a list is in memory while it is read. Worker threads. */
#include "config.h"

#include "namida-lists.h"

#include "namida-error.h"
#include "namida-json-cursor.h"

#include <string.h>

#define VALUES_MOST 20000000u

typedef struct
{
  NamidaListFunc func;
  gpointer user_data;
  NamidaListEntry entry;
  GString *track, *source, *name;
} ListsReading;

static gboolean
lists_take_text (NamidaJsonCursor *cursor, GString *text)
{
  const char *value = namida_json_cursor_string (cursor, "", NULL);

  if (value == NULL)
    {
      namida_json_cursor_skip (cursor, NULL, NULL);
      return FALSE;
    }
  g_string_assign (text, value);
  return TRUE;
}

static gint64
lists_take_number (NamidaJsonCursor *cursor)
{
  const char *start;
  gsize length;
  char digits[24] = { 0 };

  namida_json_cursor_skip (cursor, &start, &length);
  memcpy (digits, start, MIN (length, sizeof digits - 1));
  return g_ascii_strtoll (digits, NULL, 10);
}

static void
lists_read_object (ListsReading *reading, NamidaJsonCursor *cursor)
{
  const char *key;

  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      if (g_str_equal (key, "track") || g_str_equal (key, "t") || g_str_equal (key, "p"))
        lists_take_text (cursor, reading->track->len == 0 || g_str_equal (key, "track") || g_str_equal (key, "p")
                                     ? reading->track
                                     : reading->source);
      else if (g_str_equal (key, "source"))
        lists_take_text (cursor, reading->source);
      else if (g_str_equal (key, "dateAdded"))
        reading->entry.date = lists_take_number (cursor);
      else
        namida_json_cursor_skip (cursor, NULL, NULL);
    }
}

static void
lists_read_array (ListsReading *reading, NamidaJsonCursor *cursor)
{
  while (namida_json_cursor_next (cursor))
    {
      g_string_truncate (reading->track, 0);
      g_string_truncate (reading->source, 0);
      reading->entry.date = 0;
      if (namida_json_cursor_enter (cursor, '{'))
        lists_read_object (reading, cursor);
      else
        lists_take_text (cursor, reading->track);
      reading->entry.track = reading->track->str;
      reading->entry.source = reading->source->str;
      reading->entry.name = reading->name->str;
      if (reading->track->len > 0)
        reading->func (reading->user_data, &reading->entry);
    }
}

/* @data: accepted by namida_json_scan(). The name may follow the tracks, so the first pass looks for it. */
static void
lists_read_playlist (ListsReading *reading, const char *data, gsize length)
{
  for (guint pass = 0; pass < 2; pass++)
    {
      g_auto (NamidaJsonCursor) cursor = { 0 };
      const char *key;

      namida_json_cursor_init (&cursor, data, length);
      if (!namida_json_cursor_enter (&cursor, '{'))
        return;
      while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
        if (pass == 0 && g_str_equal (key, "name"))
          lists_take_text (&cursor, reading->name);
        else if (pass == 1 && g_str_equal (key, "tracks") && namida_json_cursor_enter (&cursor, '['))
          lists_read_array (reading, &cursor);
        else
          namida_json_cursor_skip (&cursor, NULL, NULL);
    }
}

static gboolean
lists_read (ListsReading *reading, GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_auto (NamidaJsonCursor) cursor = { 0 };

  if (!namida_json_scan (data, length, VALUES_MOST, VALUES_MOST, NULL))
    return FALSE;
  namida_json_cursor_init (&cursor, data, length);
  if (namida_json_cursor_enter (&cursor, '['))
    lists_read_array (reading, &cursor);
  else
    lists_read_playlist (reading, data, length);
  return TRUE;
}

static gboolean
lists_is_list (const NamidaItem *item)
{
  static const char *const folders[] = { "History/", "Playlists/", "Queues/", NULL };

  if (!g_str_has_suffix (item->path, ".json"))
    return FALSE;
  for (guint i = 0; folders[i] != NULL; i++)
    if (g_str_has_prefix (item->path, folders[i]))
      return TRUE;
  return g_str_equal (item->path, "favs.json") || g_str_equal (item->path, "latest_queue.json");
}

static void
lists_begin (ListsReading *reading, NamidaListFunc func, gpointer user_data)
{
  *reading = (ListsReading){ .func = func, .user_data = user_data };
  reading->track = g_string_new (NULL);
  reading->source = g_string_new (NULL);
  reading->name = g_string_new (NULL);
}

static void
lists_end (ListsReading *reading)
{
  g_string_free (reading->track, TRUE);
  g_string_free (reading->source, TRUE);
  g_string_free (reading->name, TRUE);
}

static gboolean
lists_read_item (ListsReading *reading,
                 NamidaContents *contents,
                 const NamidaItem *item,
                 guint *unreadable,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree char *base = g_path_get_basename (item->path);
  g_autoptr (GBytes) bytes = NULL;

  g_string_truncate (reading->name, 0);
  g_string_append_len (reading->name, base, (gssize) (strlen (base) - strlen (".json")));
  reading->entry.item = item;
  bytes = namida_contents_read (contents, item, cancellable, error);
  if (bytes == NULL)
    return FALSE;
  if (!lists_read (reading, bytes) && unreadable != NULL)
    (*unreadable)++;
  return TRUE;
}

gboolean
namida_lists_read (NamidaContents *contents,
                   const NamidaItem *item,
                   NamidaListFunc func,
                   gpointer user_data,
                   GCancellable *cancellable,
                   GError **error)
{
  ListsReading reading;
  gboolean done;

  if (!lists_is_list (item))
    return TRUE;
  lists_begin (&reading, func, user_data);
  done = lists_read_item (&reading, contents, item, NULL, cancellable, error);
  lists_end (&reading);
  return done;
}

gboolean
namida_lists_foreach (NamidaContents *contents,
                      NamidaParts parts,
                      NamidaListFunc func,
                      gpointer user_data,
                      guint *unreadable,
                      GCancellable *cancellable,
                      GError **error)
{
  ListsReading reading;
  gboolean done = TRUE;

  lists_begin (&reading, func, user_data);
  for (guint i = 0; done && i < contents->items->len; i++)
    {
      const NamidaItem *item = contents->items->pdata[i];

      if ((item->part & parts) != 0 && lists_is_list (item) && namida_contents_find (contents, item->path) == item)
        done = lists_read_item (&reading, contents, item, unreadable, cancellable, error);
    }
  lists_end (&reading);
  return done;
}
