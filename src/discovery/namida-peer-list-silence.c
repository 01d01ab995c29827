/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles devices that say goodbye and devices that fall silent: probes them, and removes them or marks them as
 * away. Driven by the timer of the peer list. Main context. */
#include "config.h"

#include "namida-clock.h"
#include "namida-peer-list-private.h"
#include "namida-peer-private.h"

#define MAX_GOODBYES 64

/* Handles a device that does not answer. A trusted device stays in the list as away, whether it said goodbye or fell
 * silent. */
static void
silence_depart (NamidaPeerList *self, NamidaPeer *peer)
{
  if (!namida_peer_get_trusted (peer))
    {
      namida_peer_list_remove (self, peer);
      return;
    }
  namida_peer_set_leaving (peer, FALSE);
  namida_peer_set_away (peer, TRUE);
  namida_peer_list_resort (self, peer);
}

/* A request that was sent before a device said goodbye may be answered afterwards and list the device again, so
 * probe it once more. */
static void
silence_look_after_goodbyes (NamidaPeerList *self)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 now = namida_clock_monotonic ();
  GHashTableIter iter;
  gpointer fingerprint;
  gpointer when;

  g_hash_table_iter_init (&iter, self->goodbyes);
  while (g_hash_table_iter_next (&iter, &fingerprint, &when))
    {
      NamidaPeer *peer;

      if (now - *(gint64 *) when < NAMIDA_PEER_GOODBYE_SECONDS * G_USEC_PER_SEC)
        continue;
      peer = namida_peer_list_find_by_fingerprint (self, fingerprint);
      /* If the list was not watched for that long, leave the device to the silence check. */
      if (now - *(gint64 *) when > NAMIDA_PEER_PROBE_SECONDS * G_USEC_PER_SEC)
        peer = NULL;
      if (peer != NULL && !namida_peer_get_away (peer) && namida_peer_get_probing_since (peer) == 0)
        g_ptr_array_add (left, g_object_ref (peer));
      g_hash_table_iter_remove (&iter);
    }
  for (guint i = 0; i < left->len; i++)
    {
      namida_peer_set_leaving (g_ptr_array_index (left, i), TRUE);
      namida_peer_list_probe (self, g_ptr_array_index (left, i));
    }
}

static void
silence_note_goodbye (NamidaPeerList *self, const char *fingerprint)
{
  gint64 *now;

  if (g_hash_table_size (self->goodbyes) >= MAX_GOODBYES && !g_hash_table_contains (self->goodbyes, fingerprint))
    return;
  now = g_new (gint64, 1);
  *now = namida_clock_monotonic ();
  g_hash_table_replace (self->goodbyes, g_strdup (fingerprint), now);
}

void
namida_peer_list_check_silence (NamidaPeerList *self)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 now = namida_clock_monotonic ();

  silence_look_after_goodbyes (self);
  /* Iterate over a copy, because handlers may change the list. */
  for (guint i = 0; i < self->peers->len; i++)
    g_ptr_array_add (peers, g_object_ref (g_ptr_array_index (self->peers, i)));
  for (guint i = 0; i < peers->len; i++)
    {
      NamidaPeer *peer = g_ptr_array_index (peers, i);
      gint64 probing = namida_peer_get_probing_since (peer);

      if (probing != 0)
        {
          /* The owner never reported a result, which counts as a failed probe. */
          if (now - probing >= NAMIDA_PEER_PROBE_SECONDS * G_USEC_PER_SEC)
            silence_depart (self, peer);
        }
      else if (!namida_peer_get_away (peer)
               && now - namida_peer_get_last_sign (peer) >= NAMIDA_PEER_SILENCE_SECONDS * G_USEC_PER_SEC)
        namida_peer_list_probe (self, peer);
    }
}

void
namida_peer_list_probed (NamidaPeerList *self, NamidaPeer *peer, gboolean alive)
{
  g_return_if_fail (NAMIDA_IS_PEER_LIST (self) && NAMIDA_IS_PEER (peer));

  if (alive)
    {
      namida_peer_set_leaving (peer, FALSE);
      namida_peer_touch (peer);
    }
  /* If a sign of life came in during the probe, it ended the probe and counts more than its failure. */
  else if (namida_peer_get_probing_since (peer) != 0)
    silence_depart (self, peer);
  /* The sign of life may have been the answer to a request from before the goodbye, so probe again. */
  else if (namida_peer_get_leaving (peer) && g_ptr_array_find (self->peers, peer, NULL))
    namida_peer_list_probe (self, peer);
}

void
namida_peer_list_goodbye (NamidaPeerList *self, NamidaDeviceInfo *info)
{
  NamidaPeer *peer = NULL;

  g_return_if_fail (NAMIDA_IS_PEER_LIST (self) && info != NULL);

  if (info->fingerprint != NULL)
    peer = namida_peer_list_find_by_fingerprint (self, info->fingerprint);
  for (guint i = 0; info->fingerprint == NULL && info->uuid != NULL && peer == NULL && i < self->peers->len; i++)
    if (g_strcmp0 (namida_peer_get_uuid (g_ptr_array_index (self->peers, i)), info->uuid) == 0)
      peer = g_ptr_array_index (self->peers, i);
  if (peer == NULL || namida_peer_get_away (peer))
    return;
  /* A lost service may only mean that the daemon of the device stopped. */
  if (info->goodbye)
    {
      namida_peer_set_leaving (peer, TRUE);
      if (info->fingerprint != NULL)
        silence_note_goodbye (self, info->fingerprint);
    }
  /* Anyone can say goodbye in the name of another device. If a connection has proven the device, probe it before it
   * is removed. */
  if (!namida_peer_get_proven (peer))
    silence_depart (self, peer);
  else if (namida_peer_get_probing_since (peer) == 0)
    namida_peer_list_probe (self, peer);
}
