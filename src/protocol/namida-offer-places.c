/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distinguishes files that have the same name in another program's offer: LocalSend sends files of several folders
 * side by side, and two unsafe names may become the same safe name. The second file gets a number, and so does a
 * file with the name of a folder of the offer. Used by the parsers of LocalSend's and the phone app's offers in
 * worker threads; the cost does not grow with the square of anything that the other device chooses. */

#include "config.h"

#include "namida-offer-places.h"

#include "namida-messages-private.h"
#include "namida-safe-path.h"

#include <string.h>

struct _NamidaOfferPlaces
{
  GHashTable *taken;    /* (element-type utf8): paths */
  GHashTable *counters; /* path → the last number that was used */
};

NamidaOfferPlaces *
namida_offer_places_new (void)
{
  NamidaOfferPlaces *self = g_new0 (NamidaOfferPlaces, 1);

  self->taken = namida_message_id_table_new (NULL);
  self->counters = namida_message_id_table_new (NULL);
  return self;
}

void
namida_offer_places_free (NamidaOfferPlaces *self)
{
  g_hash_table_unref (self->taken);
  g_hash_table_unref (self->counters);
  g_free (self);
}

static char *
offer_places_dup_numbered (const char *path, guint n)
{
  const char *last = strrchr (path, '/');
  g_autofree char *name = namida_safe_path_numbered (last != NULL ? last + 1 : path, n);

  return last == NULL ? g_steal_pointer (&name) : g_strdup_printf ("%.*s/%s", (int) (last - path), path, name);
}

static int
offer_places_rank (char c)
{
  return c == '/' ? 1 : c == '\0' ? 0 : (guchar) c + 2;
}

/* '/' sorts before every other character, so that the contents of a folder directly follow its name. */
static int
offer_places_compare (const char *a, const char *b)
{
  while (*a != '\0' && *a == *b)
    a++, b++;
  return offer_places_rank (*a) - offer_places_rank (*b);
}

static int
offer_places_compare_pointers (gconstpointer a, gconstpointer b)
{
  return offer_places_compare (*(const char *const *) a, *(const char *const *) b);
}

/* @sorted: (element-type utf8) (nullable): all paths. Returns: whether one of them is below @path. */
static gboolean
offer_places_is_folder (GPtrArray *sorted, const char *path)
{
  gsize length = strlen (path);
  guint low = 0, high = sorted != NULL ? sorted->len : 0;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (offer_places_compare (g_ptr_array_index (sorted, middle), path) <= 0)
        low = middle + 1;
      else
        high = middle;
    }
  if (sorted == NULL || low == sorted->len)
    return FALSE;
  return strncmp (g_ptr_array_index (sorted, low), path, length) == 0
         && ((const char *) g_ptr_array_index (sorted, low))[length] == '/';
}

static void
offer_places_rename (NamidaEntry *entry, const char *path)
{
  const char *last = strrchr (path, '/');

  if (entry->offered_as == NULL)
    entry->offered_as = namida_entry_dup_path (entry);
  g_free (entry->name);
  entry->name = g_strdup (last != NULL ? last + 1 : path);
  if (entry->label[0] == '\0')
    return;
  g_free (entry->relative_path);
  entry->relative_path = g_strdup (path + strlen (entry->label) + 1);
}

/* Gives the entry the first number whose place is free. */
static void
offer_places_number (NamidaOfferPlaces *self, NamidaEntry *entry, GPtrArray *sorted)
{
  g_autofree char *first = namida_entry_dup_path (entry);
  g_autofree char *path = NULL;
  guint n = MAX (GPOINTER_TO_UINT (g_hash_table_lookup (self->counters, first)), 1);

  do
    {
      g_free (path);
      path = offer_places_dup_numbered (first, ++n);
    }
  while (g_hash_table_contains (self->taken, path) || offer_places_is_folder (sorted, path));
  offer_places_rename (entry, path);
  g_hash_table_replace (self->counters, g_steal_pointer (&first), GUINT_TO_POINTER (n));
  g_hash_table_add (self->taken, g_steal_pointer (&path));
}

void
namida_offer_places_claim (NamidaOfferPlaces *self, NamidaEntry *entry)
{
  g_autofree char *path = namida_entry_dup_path (entry);

  if (g_hash_table_contains (self->taken, path))
    offer_places_number (self, entry, NULL);
  else
    g_hash_table_add (self->taken, g_steal_pointer (&path));
}

void
namida_offer_places_settle (NamidaOfferPlaces *self, NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new_full (entries->len, g_free);

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (sorted, namida_entry_dup_path (g_ptr_array_index (entries, i)));
  g_ptr_array_sort (sorted, offer_places_compare_pointers);
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *path = namida_entry_dup_path (entry);

      /* The store itself distinguishes a single file from a folder of the same name. */
      if (entry->label[0] != '\0' && offer_places_is_folder (sorted, path))
        offer_places_number (self, entry, sorted);
    }
}
