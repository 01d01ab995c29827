/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Determines which devices are trusted, and which ones only look like a trusted device. Tracks nearby devices and the
 * changes that other programs make to the trust store, and checks recipients, offers and pairing requests. Main
 * context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-report-interval.h"
#include "namida-format.h"
#include "namida-skeleton.h"
#include "namida-trust-doubt.h"

#include <glib/gi18n-lib.h>

#define MAX_SENDERS 64u
/* Limits refreshes while a program writes often, for example a transfer that writes its journal. */
#define REFRESH_MS 1000

static void
trust_look_at_peer (NamidaHub *self, NamidaPeer *peer)
{
  const char *fingerprint = namida_peer_get_fingerprint (peer);
  const char *uuid = namida_peer_get_uuid (peer);
  const char *alias = namida_peer_get_alias (peer);
  g_autofree char *warning = NULL;

  if (self->trust == NULL)
    return;
  warning = namida_trust_doubt_dup_text (self->trust, fingerprint, uuid, alias);
  namida_peer_set_trusted (peer, fingerprint != NULL && namida_trust_store_is_trusted (self->trust, fingerprint));
  namida_peer_set_doubt (peer, namida_trust_doubt (self->trust, fingerprint, uuid, alias, NULL), warning);
}

static void
trust_on_peer_changed (NamidaPeer *peer, GParamSpec *pspec, NamidaHub *self)
{
  trust_look_at_peer (self, peer);
}

static void
trust_watch_peer (NamidaHub *self, NamidaPeer *peer)
{
  /* A row that only moved in the list is watched already. */
  if (!g_hash_table_add (self->watched, g_object_ref (peer)))
    return;
  g_signal_connect (peer, "notify::fingerprint", G_CALLBACK (trust_on_peer_changed), self);
  g_signal_connect (peer, "notify::uuid", G_CALLBACK (trust_on_peer_changed), self);
  g_signal_connect (peer, "notify::alias", G_CALLBACK (trust_on_peer_changed), self);
}

/* Stops watching all devices but those in @listed (nullable). A transfer may keep a device, and a thread may be the
 * last owner of the transfer: it must find no handler that leads to the hub, which the main thread may just dispose of.
 */
static void
trust_unwatch_peers (NamidaHub *self, GHashTable *listed)
{
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, &peer, NULL))
    if (listed == NULL || !g_hash_table_contains (listed, peer))
      {
        g_signal_handlers_disconnect_by_func (peer, trust_on_peer_changed, self);
        g_hash_table_iter_remove (&iter);
      }
}

static void
trust_on_peers_changed (NamidaHub *self, guint position, guint removed, guint added, GListModel *peers)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, position + i);

      trust_watch_peer (self, peer);
      trust_look_at_peer (self, peer);
    }
  if (removed > added)
    {
      g_autoptr (GHashTable) listed = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);

      for (guint i = 0; i < g_list_model_get_n_items (peers); i++)
        g_hash_table_add (listed, g_list_model_get_item (peers, i));
      trust_unwatch_peers (self, listed);
    }
}

static void
hub_trust_note_known (NamidaHub *self)
{
  g_autoptr (GPtrArray) all = self->trust != NULL ? namida_trust_store_list (self->trust) : NULL;

  if (all != NULL)
    namida_known_devices_set (namida_identity_get_known_devices (self->identity), all);
}

void
namida_hub_refresh_trust (NamidaHub *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->peers)); i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (G_LIST_MODEL (self->peers), i);
      gboolean was_trusted = namida_peer_get_trusted (peer);

      trust_look_at_peer (self, peer);
      /* The device was trusted through a pairing, a comparison of icons, “Undo” or another program. */
      if (!was_trusted && namida_peer_get_trusted (peer))
        namida_hub_show_to_trusted (self, peer);
    }
  hub_trust_note_known (self);
}

/* ---- changes by other programs ---- */

static void
trust_on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self G_GNUC_UNUSED = user_data;
  g_autoptr (GError) error = NULL;

  if (!namida_trust_store_refresh_finish (NAMIDA_TRUST_STORE (source), result, &error))
    g_message ("%s", error->message);
}

static gboolean
trust_on_refresh_time (gpointer user_data)
{
  NamidaHub *self = user_data;

  self->trust_timer = 0;
  namida_schedules_database_changed (self->schedules);
  namida_trust_store_refresh_async (self->trust, NULL, trust_on_refreshed, g_object_ref (self));
  namida_hub_refresh_wanted (self);
  return G_SOURCE_REMOVE;
}

static void
trust_on_database_written (NamidaHub *self)
{
  if (self->trust_timer == 0 && self->trust != NULL)
    self->trust_timer = g_timeout_add (REFRESH_MS, trust_on_refresh_time, self);
}

void
namida_hub_start_trust (NamidaHub *self)
{
  /* Every change goes through the write-ahead log (sqlite.org/wal.html). */
  g_autofree char *path = g_build_filename (self->data_dir, "state.db-wal", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (self->watched == NULL)
    self->watched = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  g_signal_connect_object (self->peers, "items-changed", G_CALLBACK (trust_on_peers_changed), self, G_CONNECT_SWAPPED);
  hub_trust_note_known (self);
  trust_on_peers_changed (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (self->peers)),
                          G_LIST_MODEL (self->peers));
  /* Without a monitor, trust is still looked up again for each offer. */
  g_clear_object (&self->trust_monitor);
  self->trust_monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->trust_monitor != NULL)
    g_signal_connect_object (self->trust_monitor, "changed", G_CALLBACK (trust_on_database_written), self,
                             G_CONNECT_SWAPPED);
}

void
namida_hub_stop_trust (NamidaHub *self)
{
  g_clear_handle_id (&self->trust_timer, g_source_remove);
  if (self->trust_monitor != NULL)
    g_file_monitor_cancel (self->trust_monitor);
  g_clear_object (&self->trust_monitor);
  if (self->watched != NULL)
    trust_unwatch_peers (self, NULL);
  g_clear_pointer (&self->watched, g_hash_table_unref);
  g_clear_pointer (&self->impostors, g_hash_table_unref);
  g_clear_pointer (&self->senders, g_hash_table_unref);
}

/* ---- doubts ---- */

/* The claims of a device that is in no list. */
typedef struct
{
  char *uuid;
  gboolean proven; /* received over a connection with its key */
} TrustSender;

static void
trust_sender_free (gpointer data)
{
  TrustSender *sender = data;

  g_free (sender->uuid);
  g_free (sender);
}

void
namida_hub_note_sender (NamidaHub *self, const char *fingerprint, const char *uuid, gboolean proven)
{
  TrustSender *sender;

  if (self->senders == NULL)
    self->senders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, trust_sender_free);
  sender = g_hash_table_lookup (self->senders, fingerprint);
  if (uuid == NULL || (sender != NULL && sender->proven && !proven))
    return;
  /* Anyone can create keys, so limit the table. Its contents are received again with the next command. */
  if (g_hash_table_size (self->senders) >= MAX_SENDERS)
    g_hash_table_remove_all (self->senders);
  sender = g_new0 (TrustSender, 1);
  sender->uuid = g_strdup (uuid);
  sender->proven = proven;
  g_hash_table_replace (self->senders, g_strdup (fingerprint), sender);
}

const char *
namida_hub_get_proven_uuid (NamidaHub *self, const char *fingerprint)
{
  NamidaPeer *peer = namida_peer_list_find_by_fingerprint (self->peers, fingerprint);
  TrustSender *sender = self->senders != NULL ? g_hash_table_lookup (self->senders, fingerprint) : NULL;

  if (peer != NULL && namida_peer_get_proven (peer))
    return namida_peer_get_uuid (peer);
  return sender != NULL && sender->proven ? sender->uuid : NULL;
}

const char *
namida_hub_get_uuid_of (NamidaHub *self, const char *fingerprint, const char *said)
{
  NamidaPeer *peer
      = said == NULL && fingerprint != NULL ? namida_peer_list_find_by_fingerprint (self->peers, fingerprint) : NULL;

  if (peer == NULL && said == NULL && fingerprint != NULL && self->senders != NULL)
    {
      TrustSender *sender = g_hash_table_lookup (self->senders, fingerprint);

      return sender != NULL ? sender->uuid : NULL;
    }
  return peer != NULL ? namida_peer_get_uuid (peer) : said;
}

NamidaDoubt
namida_hub_doubt_offer (NamidaHub *self, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);
  const char *alias = namida_offer_get_alias (offer);
  const char *uuid = namida_hub_get_uuid_of (self, fingerprint, namida_offer_get_uuid (offer));
  NamidaDoubt doubt = namida_trust_doubt (self->trust, fingerprint, uuid, alias, NULL);
  g_autofree char *warning = namida_trust_doubt_dup_text (self->trust, fingerprint, uuid, alias);

  namida_offer_set_doubt (offer, doubt, warning);
  if (doubt == NAMIDA_DOUBT_IDENTITY_CHANGED && namida_report_is_due (&self->reported_changed_at))
    {
      g_autofree char *name = namida_format_name (alias);
      /* Translators: a device's name, then a sentence about it */
      g_autofree char *sentence = g_strdup_printf (_ ("“%s” wants to send. %s"), name, warning);

      namida_hub_raise_alarm (self, sentence);
    }
  return doubt;
}

void
namida_hub_doubt_pair_request (NamidaHub *self, NamidaPairRequest *request)
{
  const char *fingerprint = namida_pair_request_get_fingerprint (request);
  g_autofree char *warning
      = namida_trust_doubt_dup_text (self->trust, fingerprint, namida_hub_get_uuid_of (self, fingerprint, NULL),
                                     namida_pair_request_get_alias (request));

  namida_pair_request_set_warning (request, warning);
}

/* ---- recipients ---- */

/* Returns the trusted device whose last address is @text and that has not been seen elsewhere since. */
static const NamidaTrusted *
trust_trusted_at (NamidaHub *self, const char *text)
{
  g_autoptr (GInetSocketAddress) address = namida_address_parse (text);
  g_autofree char *where = address != NULL ? namida_address_to_text (address) : NULL;
  g_autoptr (GPtrArray) all = namida_trust_store_list (self->trust);

  for (guint i = 0; where != NULL && i < all->len; i++)
    {
      const NamidaTrusted *one = g_ptr_array_index (all, i);
      NamidaPeer *peer = namida_peer_list_find_by_fingerprint (self->peers, one->fingerprint);

      if (g_strcmp0 (one->last_address, where) == 0 && (peer == NULL || !namida_peer_get_proven (peer)))
        return namida_trust_store_lookup (self->trust, one->fingerprint);
    }
  return NULL;
}

void
namida_hub_saw_impostor (NamidaHub *self, const char *fingerprint, GInetSocketAddress *address)
{
  const NamidaTrusted *trusted = self->trust != NULL ? namida_trust_store_lookup (self->trust, fingerprint) : NULL;
  g_autofree char *name = trusted != NULL ? namida_format_name (trusted->alias) : NULL;
  g_autofree char *where = namida_address_to_text (address);
  g_autofree char *sentence = NULL;

  if (trusted == NULL)
    return;
  if (self->impostors == NULL)
    self->impostors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_hash_table_add (self->impostors, g_strdup (trusted->fingerprint)))
    return;
  /* Translators: a device's name, then an address */
  sentence
      = g_strdup_printf (_ ("Warning about “%s”: the device at %s claims to be it, but its key is different. Nothing "
                            "was sent there. If you reinstalled your device, pair with it again."),
                         name, where);
  namida_hub_raise_alarm (self, sentence);
}

GError *
namida_hub_dup_impostor_error (NamidaHub *self, const char *text)
{
  GHashTableIter iter;
  gpointer key;

  if (self->impostors == NULL || self->trust == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, self->impostors);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const NamidaTrusted *one = namida_trust_store_lookup (self->trust, key);

      if (one != NULL && (namida_fingerprint_is_named (key, text, TRUE) || namida_looks_like (text, one->alias)))
        return g_error_new (
            NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED,
            _ ("A device with a different key answered instead of your trusted device “%s”, so nothing was sent. "
               "Someone may be intercepting the connection. If you reinstalled that device, pair with it again."),
            one->alias);
    }
  return NULL;
}

/* Returns: (nullable): the trusted device whose fingerprint begins with @text. */
static const NamidaTrusted *
trust_trusted_by_digits (NamidaHub *self, const char *text)
{
  g_autoptr (GPtrArray) all = namida_trust_store_list (self->trust);

  for (guint i = 0; i < all->len; i++)
    {
      const NamidaTrusted *one = g_ptr_array_index (all, i);

      if (namida_fingerprint_is_named (one->fingerprint, text, TRUE))
        return namida_trust_store_lookup (self->trust, one->fingerprint);
    }
  return NULL;
}

/* Sets the error for an address of a trusted device that now belongs to another device, which does not claim to be
 * the trusted one. */
static void
hub_trust_set_moved (const NamidaTrusted *there, NamidaPeer *peer, const char *text, GError **error)
{
  g_autofree char *name = namida_format_name (there->alias);
  g_autofree char *other = namida_format_name (namida_peer_get_alias (peer));

  /* Translators: the name of a device, an address, the name of another device; the last %s is that name again */
  g_set_error (
      error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
      _ ("Your trusted device “%s” was at %s before, but the device there now is “%s”, so nothing was sent. To send "
         "to “%s”, give its name instead of the address."),
      name, text, other, other);
}

gboolean
namida_hub_check_recipient (NamidaHub *self, NamidaPeer *peer, const char *text, GError **error)
{
  const char *fingerprint = namida_peer_get_fingerprint (peer);
  const NamidaTrusted *whom = NULL, *meant = NULL;
  NamidaDoubt doubt
      = namida_trust_doubt (self->trust, fingerprint, namida_peer_get_uuid (peer), namida_peer_get_alias (peer), &whom);
  gboolean trusted = fingerprint != NULL && namida_trust_store_is_trusted (self->trust, fingerprint);

  /* Digits that name a trusted device stand for its whole key, even if other keys begin with them. */
  if (text != NULL && (meant = trust_trusted_by_digits (self, text)) != NULL)
    {
      if (fingerprint != NULL && g_ascii_strcasecmp (meant->fingerprint, fingerprint) == 0)
        return TRUE;
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED,
                   _ ("This is not your trusted “%s”: its key begins with the same digits, but it is a different key. "
                      "Nothing was sent."),
                   meant->alias);
      return FALSE;
    }
  if (doubt == NAMIDA_DOUBT_NAME_TAKEN && text != NULL && namida_looks_like (text, whom->alias))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                   _ ("Two trusted devices are named “%s”, so nothing was sent. Rename one of them, or use its full "
                      "fingerprint."),
                   whom->alias);
      return FALSE;
    }
  if (trusted)
    return TRUE;
  if (doubt != NAMIDA_DOUBT_IDENTITY_CHANGED && text != NULL)
    {
      const NamidaTrusted *there = trust_trusted_at (self, text);

      /* An address may pass from one device to another, but a name does not. */
      if (doubt == NAMIDA_DOUBT_LOOKALIKE && (whom == there || namida_looks_like (text, whom->alias)))
        doubt = NAMIDA_DOUBT_IDENTITY_CHANGED;
      else if (there != NULL)
        {
          hub_trust_set_moved (there, peer, text, error);
          return FALSE;
        }
    }
  if (doubt != NAMIDA_DOUBT_IDENTITY_CHANGED)
    return TRUE;
  if ((namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) != 0)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED,
                 _ ("This is not your trusted “%s”: it shows another key. Someone may be pretending to be it, so "
                    "nothing was sent. If it was set up anew, pair with it again."),
                 whom->alias);
  else
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED,
                 _ ("This is not your trusted “%s”: it does not show its key. Someone may be pretending to be it, so "
                    "nothing was sent."),
                 whom->alias);
  return FALSE;
}
