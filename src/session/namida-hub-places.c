/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses that the user typed, which are remembered until the user removes them. The page of a device in the
 * window calls it. Main context. */
#include "config.h"

#include "namida-hub-private.h"

gboolean
namida_hub_forget_address (NamidaHub *self, const char *text)
{
  g_autofree char *stripped = NULL;
  g_autofree char *host = NULL;
  g_autoptr (GInetSocketAddress) address = NULL;
  NamidaManualFinder *manual;
  guint16 port;

  g_return_val_if_fail (NAMIDA_IS_HUB (self) && text != NULL, FALSE);

  if (self->book == NULL || !namida_address_book_remove (self->book, text))
    return FALSE;
  stripped = g_strstrip (g_strdup (text));
  address = namida_address_parse (stripped);
  manual = namida_neighborhood_get_manual (self->neighborhood);
  if (manual != NULL && namida_place_parse (text, &host, &port))
    namida_manual_finder_remove (manual, address, host, port);
  return TRUE;
}

/* Returns: (transfer full): the typed addresses of @peer, as text. */
static GPtrArray *
hub_places_typed_addresses (NamidaHub *self, NamidaPeer *peer)
{
  GPtrArray *typed = g_ptr_array_new_with_free_func (g_free);
  GListModel *addresses = namida_peer_get_addresses (peer);
  g_auto (GStrv) places = self->book != NULL ? namida_address_book_list (self->book) : NULL;

  for (guint i = 0; places != NULL && places[i] != NULL; i++)
    {
      g_autoptr (GInetSocketAddress) place = namida_address_parse (places[i]);
      g_autofree char *text = place != NULL ? namida_address_to_text (place) : NULL;

      for (guint j = 0; text != NULL && j < g_list_model_get_n_items (addresses); j++)
        {
          g_autoptr (GInetSocketAddress) address = g_list_model_get_item (addresses, j);
          g_autofree char *other = namida_address_to_text (address);

          if (g_str_equal (text, other))
            {
              g_ptr_array_add (typed, g_strdup (places[i]));
              break;
            }
        }
    }
  return typed;
}

gboolean
namida_hub_has_typed_address (NamidaHub *self, NamidaPeer *peer)
{
  g_autoptr (GPtrArray) typed = NULL;

  g_return_val_if_fail (NAMIDA_IS_HUB (self) && NAMIDA_IS_PEER (peer), FALSE);

  typed = hub_places_typed_addresses (self, peer);
  return typed->len > 0;
}

void
namida_hub_forget_addresses (NamidaHub *self, NamidaPeer *peer)
{
  g_autoptr (GPtrArray) typed = NULL;

  g_return_if_fail (NAMIDA_IS_HUB (self) && NAMIDA_IS_PEER (peer));

  typed = hub_places_typed_addresses (self, peer);
  for (guint i = 0; i < typed->len; i++)
    namida_hub_forget_address (self, g_ptr_array_index (typed, i));
}
