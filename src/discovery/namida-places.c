/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the addresses of a device sorted by how well they work; see the header. Main context. */
#include "config.h"

#include "namida-places.h"

#include "namida-clock.h"
#include "namida-peer-private.h"

typedef struct
{
  GInetSocketAddress *address;
  gint64 at;
  gboolean same_link;
  gint64 round_trip;
} Rating;

struct _NamidaPlaces
{
  GListStore *addresses;
  GPtrArray *ratings; /* (element-type Rating), of @addresses; untried addresses have none */
};

static void
rating_free (Rating *rating)
{
  g_object_unref (rating->address);
  g_free (rating);
}

NamidaPlaces *
namida_places_new (void)
{
  NamidaPlaces *self = g_new0 (NamidaPlaces, 1);

  self->addresses = g_list_store_new (G_TYPE_INET_SOCKET_ADDRESS);
  self->ratings = g_ptr_array_new_with_free_func ((GDestroyNotify) rating_free);
  return self;
}

void
namida_places_free (NamidaPlaces *self)
{
  g_object_unref (self->addresses);
  g_ptr_array_unref (self->ratings);
  g_free (self);
}

GListModel *
namida_places_get_model (NamidaPlaces *self)
{
  return G_LIST_MODEL (self->addresses);
}

guint
namida_places_count (NamidaPlaces *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->addresses));
}

/* Returns: (transfer full) */
static GInetSocketAddress *
places_get (NamidaPlaces *self, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (self->addresses), position);
}

int
namida_places_find (NamidaPlaces *self, GInetSocketAddress *address)
{
  guint n = namida_places_count (self);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GInetSocketAddress) known = places_get (self, i);

      if (namida_address_equal (known, address))
        return (int) i;
    }
  return -1;
}

gboolean
namida_places_has_host (NamidaPlaces *self, GInetAddress *host)
{
  guint n = namida_places_count (self);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GInetSocketAddress) known = places_get (self, i);

      if (g_inet_address_equal (g_inet_socket_address_get_address (known), host))
        return TRUE;
    }
  return FALSE;
}

static Rating *
places_find_rating (NamidaPlaces *self, GInetSocketAddress *address)
{
  for (guint i = 0; i < self->ratings->len; i++)
    {
      Rating *rating = g_ptr_array_index (self->ratings, i);

      if (namida_address_equal (rating->address, address))
        return rating;
    }
  return NULL;
}

/* Removes the ratings of addresses that are no longer in the list. */
static void
places_prune_ratings (NamidaPlaces *self)
{
  for (guint i = self->ratings->len; i > 0; i--)
    if (namida_places_find (self, ((Rating *) g_ptr_array_index (self->ratings, i - 1))->address) < 0)
      g_ptr_array_remove_index (self->ratings, i - 1);
}

void
namida_places_put (NamidaPlaces *self, guint position, GInetSocketAddress *address)
{
  int at = namida_places_find (self, address);
  guint n;

  if (at >= 0)
    g_list_store_remove (self->addresses, (guint) at);
  n = namida_places_count (self);
  if (n == NAMIDA_PEER_MAX_ADDRESSES)
    g_list_store_remove (self->addresses, --n);
  g_list_store_insert (self->addresses, MIN (position, n), address);
  places_prune_ratings (self);
}

gboolean
namida_places_drop (NamidaPlaces *self, GInetSocketAddress *address)
{
  int at = namida_places_find (self, address);

  if (at < 0)
    return FALSE;
  g_list_store_remove (self->addresses, (guint) at);
  places_prune_ratings (self);
  return TRUE;
}

/* 0 is the best class. */
static guint
rating_class (const Rating *rating)
{
  if (rating == NULL)
    return 2;
  if (rating->round_trip == NAMIDA_PEER_UNREACHABLE)
    return 3;
  return rating->same_link ? 0 : 1;
}

/* A smaller difference is chance, and no reason for a row to show another address. */
static gboolean
places_is_much_faster (const Rating *a, const Rating *b)
{
  return a != NULL && b != NULL && a->round_trip > 0 && b->round_trip > 2 * a->round_trip
         && b->round_trip - a->round_trip > NAMIDA_PEER_NOTICEABLE_US;
}

/* Returns whether @rating stays behind @before. */
static gboolean
places_is_behind (const Rating *rating, const Rating *before)
{
  return rating_class (rating) > rating_class (before)
         || (rating_class (rating) == rating_class (before) && !places_is_much_faster (rating, before));
}

/* Returns: whether the order has changed. */
static gboolean
places_sort (NamidaPlaces *self)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = namida_places_count (self);
  gboolean changed = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GInetSocketAddress) address = places_get (self, i);
      const Rating *rating = places_find_rating (self, address);
      guint to = sorted->len;

      while (to > 0 && !places_is_behind (rating, places_find_rating (self, g_ptr_array_index (sorted, to - 1))))
        to--;
      changed |= to != i;
      g_ptr_array_insert (sorted, (int) to, g_object_ref (address));
    }
  if (changed)
    g_list_store_splice (self->addresses, 0, n, sorted->pdata, n);
  return changed;
}

gboolean
namida_places_rate (NamidaPlaces *self, GInetSocketAddress *address, gboolean same_link, gint64 round_trip)
{
  Rating *rating;

  if (namida_places_find (self, address) < 0)
    return FALSE;
  rating = places_find_rating (self, address);
  if (rating == NULL)
    {
      rating = g_new0 (Rating, 1);
      rating->address = g_object_ref (address);
      g_ptr_array_add (self->ratings, rating);
    }
  rating->at = MAX (namida_clock_monotonic (), 1);
  rating->same_link = same_link;
  /* An earlier measurement is more useful than the mere fact that the address answered. */
  if (round_trip != 0 || rating->round_trip == NAMIDA_PEER_UNREACHABLE)
    rating->round_trip = round_trip;
  return places_sort (self);
}

gint64
namida_places_get_rated_at (NamidaPlaces *self, GInetSocketAddress *address)
{
  Rating *rating = places_find_rating (self, address);

  return rating != NULL ? rating->at : 0;
}
