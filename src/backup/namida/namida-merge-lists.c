/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unions behind namida-merge.c. Entries stay the texts that they are, so that no data of a newer Namida is lost;
 * only what identifies and dates them is parsed. If two entries are the same thing, the newer one is kept; of two
 * equally old ones, the one whose bytes sort last. Therefore the order of the backups never matters. */
#include "config.h"

#include "namida-merge-lists.h"

#include "namida-json-cursor.h"

#include <string.h>
#include <zlib.h>

#define VALUES_MOST 20000000u

typedef struct
{
  char *id;
  char *raw;
  gint64 date;
} MergeEntry;

static void
merge_entry_free (gpointer data)
{
  MergeEntry *entry = data;

  g_free (entry->id);
  g_free (entry->raw);
  g_free (entry);
}

static gboolean
merge_open (GBytes *bytes, NamidaJsonCursor *cursor, char open)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  if (data == NULL || !namida_json_scan (data, length, VALUES_MOST, VALUES_MOST, NULL))
    return FALSE;
  namida_json_cursor_init (cursor, data, length);
  return namida_json_cursor_enter (cursor, open);
}

gboolean
namida_merge_is_damaged (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return data == NULL || !namida_json_scan (data, length, VALUES_MOST, VALUES_MOST, NULL);
}

/* Namida of 2023 wrote the seconds alone; later ones write one number for each kind of media. */
gboolean
namida_merge_is_total (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *key;
  guint64 seconds;

  for (gsize digits = 0; data != NULL && length < 20 && digits < length && g_ascii_isdigit (data[digits]); digits++)
    if (digits + 1 == length)
      return TRUE;
  if (!merge_open (bytes, &cursor, '{'))
    return FALSE;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    if (!namida_json_cursor_size (&cursor, key, &seconds, NULL))
      return FALSE;
  return TRUE;
}

static gint64
merge_number (const char *start, gsize length)
{
  char digits[24] = { 0 };

  memcpy (digits, start, MIN (length, sizeof digits - 1));
  return g_ascii_strtoll (digits, NULL, 10);
}

/* ---- entries of lists ---- */

static void
merge_read_watch (NamidaJsonCursor *cursor, MergeEntry *entry)
{
  const char *key, *start;
  gsize length;

  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      gboolean date = g_str_equal (key, "date");

      namida_json_cursor_skip (cursor, &start, &length);
      if (date)
        entry->date = merge_number (start, length);
    }
}

/* @start, @length: an entry, which is an object or, in older lists, a path. */
static MergeEntry *
merge_entry_new (const char *start, gsize length)
{
  MergeEntry *entry = g_new0 (MergeEntry, 1);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *key, *value;
  gsize value_length;

  entry->raw = g_strndup (start, length);
  namida_json_cursor_init (&cursor, start, length);
  if (namida_json_cursor_enter (&cursor, '{'))
    {
      while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
        {
          gboolean id = g_str_equal (key, "track") || g_str_equal (key, "id");
          gboolean date = g_str_equal (key, "dateAdded");

          if (g_str_equal (key, "watch") && namida_json_cursor_enter (&cursor, '{'))
            {
              merge_read_watch (&cursor, entry);
              continue;
            }
          namida_json_cursor_skip (&cursor, &value, &value_length);
          if (id && entry->id == NULL)
            entry->id = g_strndup (value, value_length);
          else if (date)
            entry->date = merge_number (value, value_length);
        }
    }
  if (entry->id == NULL)
    entry->id = g_strdup (entry->raw);
  return entry;
}

static gboolean
merge_is_newer (const MergeEntry *entry, const MergeEntry *than)
{
  return entry->date != than->date ? entry->date > than->date : strcmp (entry->raw, than->raw) > 0;
}

/* @entry: (transfer full) */
static void
merge_put (GHashTable *set, char *key, MergeEntry *entry)
{
  const MergeEntry *known = g_hash_table_lookup (set, key);

  if (known == NULL || merge_is_newer (entry, known))
    g_hash_table_replace (set, key, entry);
  else
    {
      merge_entry_free (entry);
      g_free (key);
    }
}

static GHashTable *
merge_set_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, merge_entry_free);
}

/* @dated: whether the same thing at two times counts as two entries. */
static void
merge_read_array (NamidaJsonCursor *cursor, GHashTable *set, gboolean dated)
{
  while (namida_json_cursor_next (cursor))
    {
      const char *start;
      gsize length;
      MergeEntry *entry;

      namida_json_cursor_skip (cursor, &start, &length);
      entry = merge_entry_new (start, length);
      merge_put (set,
                 dated ? g_strdup_printf ("%" G_GINT64_FORMAT " %s", entry->date, entry->id) : g_strdup (entry->id),
                 entry);
    }
}

static int
merge_compare_newest_first (gconstpointer a, gconstpointer b)
{
  const MergeEntry *one = *(MergeEntry *const *) a;
  const MergeEntry *other = *(MergeEntry *const *) b;

  if (one->date != other->date)
    return one->date > other->date ? -1 : 1;
  return strcmp (one->id, other->id);
}

static int
merge_compare_oldest_first (gconstpointer a, gconstpointer b)
{
  const MergeEntry *one = *(MergeEntry *const *) a;
  const MergeEntry *other = *(MergeEntry *const *) b;

  if (one->date != other->date)
    return one->date < other->date ? -1 : 1;
  return strcmp (one->id, other->id);
}

static int
merge_compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(MergeEntry *const *) a)->id, (*(MergeEntry *const *) b)->id);
}

static GPtrArray *
merge_sort (GHashTable *set, GCompareFunc compare)
{
  GPtrArray *entries = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (entries, entry);
  g_ptr_array_sort (entries, compare);
  return entries;
}

static void
merge_append_array (GString *out, GHashTable *set, GCompareFunc compare)
{
  g_autoptr (GPtrArray) entries = merge_sort (set, compare);

  g_string_append_c (out, '[');
  for (guint i = 0; i < entries->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "," : "", ((MergeEntry *) entries->pdata[i])->raw);
  g_string_append_c (out, ']');
}

static GBytes *
merge_arrays (GBytes *one, GBytes *other, gboolean dated, GCompareFunc compare)
{
  g_autoptr (GHashTable) set = merge_set_new ();
  GBytes *const both[] = { one, other };
  GString *out;

  for (guint i = 0; i < 2; i++)
    {
      g_auto (NamidaJsonCursor) cursor = { 0 };

      if (!merge_open (both[i], &cursor, '['))
        return NULL;
      merge_read_array (&cursor, set, dated);
    }
  out = g_string_new (NULL);
  merge_append_array (out, set, compare);
  return g_string_free_to_bytes (out);
}

GBytes *
namida_merge_days (GBytes *one, GBytes *other)
{
  return merge_arrays (one, other, TRUE, merge_compare_newest_first);
}

GBytes *
namida_merge_words (GBytes *one, GBytes *other)
{
  return merge_arrays (one, other, FALSE, merge_compare_ids);
}

/* ---- members of objects ---- */

/* Namida writes unique keys; if a key occurs twice, the last one counts. */
static gboolean
merge_read_members (GBytes *bytes, GHashTable *set, const char *date_key, gboolean numbers)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *key;

  if (!merge_open (bytes, &cursor, '{'))
    return FALSE;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      MergeEntry *entry = g_new0 (MergeEntry, 1);
      const char *start, *found;
      gsize length, left = 0;

      entry->id = g_strdup (key);
      namida_json_cursor_skip (&cursor, &start, &length);
      entry->raw = g_strndup (start, length);
      found = date_key != NULL ? namida_json_find_member (start, length, date_key, &left) : NULL;
      if (numbers)
        entry->date = merge_number (start, length);
      else if (found != NULL)
        entry->date = merge_number (found, left);
      merge_put (set, g_strdup (entry->id), entry);
    }
  return TRUE;
}

static GBytes *
merge_members (GBytes *one, GBytes *other, const char *date_key, gboolean numbers)
{
  g_autoptr (GHashTable) set = merge_set_new ();
  g_autoptr (GPtrArray) entries = NULL;
  GString *out;

  if (!merge_read_members (one, set, date_key, numbers) || !merge_read_members (other, set, date_key, numbers))
    return NULL;
  entries = merge_sort (set, merge_compare_ids);
  out = g_string_new ("{");
  for (guint i = 0; i < entries->len; i++)
    {
      const MergeEntry *entry = entries->pdata[i];

      if (i > 0)
        g_string_append_c (out, ',');
      namida_json_append_string (out, entry->id);
      g_string_append_printf (out, ":%s", entry->raw);
    }
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}

GBytes *
namida_merge_objects (GBytes *one, GBytes *other)
{
  return merge_members (one, other, "\"lastFetched\"", FALSE);
}

GBytes *
namida_merge_largest (GBytes *one, GBytes *other)
{
  return merge_members (one, other, NULL, TRUE);
}

/* ---- favorites and playlists ---- */

static void
merge_append_member (GString *out, const char *key, const char *start, gsize length)
{
  if (out->len > 0)
    g_string_append_c (out, ',');
  namida_json_append_string (out, key);
  g_string_append_c (out, ':');
  g_string_append_len (out, start, (gssize) length);
}

static gboolean
merge_read_head (GBytes *bytes, GString *rest, gint64 *changed, GHashTable *set)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  gboolean tracks = FALSE;
  const char *key;

  if (!merge_open (bytes, &cursor, '{'))
    return FALSE;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      g_autofree char *name = g_strdup (key);
      const char *start;
      gsize length;

      if (g_str_equal (name, "tracks") && namida_json_cursor_enter (&cursor, '['))
        {
          merge_read_array (&cursor, set, FALSE);
          tracks = TRUE;
          continue;
        }
      namida_json_cursor_skip (&cursor, &start, &length);
      if (g_str_equal (name, "modifiedDate"))
        *changed = merge_number (start, length);
      merge_append_member (rest, name, start, length);
    }
  return tracks;
}

GBytes *
namida_merge_favourites (GBytes *one, GBytes *other)
{
  g_autoptr (GHashTable) set = merge_set_new ();
  g_autoptr (GString) rest = g_string_new (NULL);
  g_autoptr (GString) other_rest = g_string_new (NULL);
  gint64 changed = 0, other_changed = 0;
  GString *out;

  if (!merge_read_head (one, rest, &changed, set) || !merge_read_head (other, other_rest, &other_changed, set))
    return NULL;
  out = g_string_new ("{");
  g_string_append (out, changed != other_changed ? (changed > other_changed ? rest->str : other_rest->str)
                        : strcmp (rest->str, other_rest->str) > 0 ? rest->str
                                                                  : other_rest->str);
  g_string_append (out, out->len > 1 ? ",\"tracks\":" : "\"tracks\":");
  merge_append_array (out, set, merge_compare_oldest_first);
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}

static void
merge_read_tracks (NamidaJsonCursor *cursor, GHashTable *tracks)
{
  while (namida_json_cursor_next (cursor))
    {
      const char *start;
      gsize length;
      MergeEntry *entry;

      namida_json_cursor_skip (cursor, &start, &length);
      entry = merge_entry_new (start, length);
      g_hash_table_add (tracks, g_steal_pointer (&entry->id));
      merge_entry_free (entry);
    }
}

NamidaMergePlaylist *
namida_merge_playlist_new (GBytes *bytes)
{
  NamidaMergePlaylist *self;
  g_auto (NamidaJsonCursor) cursor = { 0 };
  g_autoptr (GString) rest = g_string_new (NULL);
  const char *key;

  if (!merge_open (bytes, &cursor, '{'))
    return NULL;
  self = g_new0 (NamidaMergePlaylist, 1);
  self->tracks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      g_autofree char *name = g_strdup (key);
      NamidaJsonCursor ahead = cursor;
      const char *start;
      gsize length;

      if (g_str_equal (name, "name"))
        {
          const char *text = namida_json_cursor_string (&cursor, "", NULL);

          if (text != NULL && self->name == NULL)
            {
              self->name = g_strdup (text);
              continue;
            }
        }
      namida_json_cursor_skip (&cursor, &start, &length);
      if (g_str_equal (name, "modifiedDate"))
        self->changed = merge_number (start, length);
      merge_append_member (rest, name, start, length);
      if (g_str_equal (name, "tracks") && namida_json_cursor_enter (&ahead, '['))
        merge_read_tracks (&ahead, self->tracks);
    }
  if (self->name == NULL)
    self->name = g_strdup ("");
  self->rest = g_strdup (rest->str);
  return self;
}

void
namida_merge_playlist_free (NamidaMergePlaylist *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->tracks);
  g_free (self->name);
  g_free (self->rest);
  g_free (self);
}

int
namida_merge_playlist_compare (const NamidaMergePlaylist *one, const NamidaMergePlaylist *other)
{
  if (one->changed != other->changed)
    return one->changed < other->changed ? -1 : 1;
  return strcmp (one->rest, other->rest);
}

gboolean
namida_merge_playlist_replaces (const NamidaMergePlaylist *newer, const NamidaMergePlaylist *older)
{
  GHashTableIter iter;
  gpointer track;

  if (namida_merge_playlist_compare (newer, older) < 0)
    return FALSE;
  g_hash_table_iter_init (&iter, older->tracks);
  while (g_hash_table_iter_next (&iter, &track, NULL))
    if (!g_hash_table_contains (newer->tracks, track))
      return FALSE;
  return TRUE;
}

char *
namida_merge_playlist_dup_mark (const NamidaMergePlaylist *self)
{
  return g_strdup_printf (" (%08lx)", crc32 (0, (const Bytef *) self->rest, (uInt) strlen (self->rest)));
}

GBytes *
namida_merge_playlist_to_bytes (const NamidaMergePlaylist *self, const char *name)
{
  GString *out = g_string_new ("{\"name\":");

  namida_json_append_string (out, name);
  if (*self->rest != '\0')
    g_string_append_printf (out, ",%s", self->rest);
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}
