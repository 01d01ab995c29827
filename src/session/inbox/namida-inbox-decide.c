/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offers of other devices: which policy applies, whether the user must be asked, and where the files are stored. The
 * server calls namida_hub_on_offer(); the window and the "receive" command accept or decline. Main context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-receive-session.h"
#include "namida-store-sink.h"

#include <glib/gi18n-lib.h>

#define PARKED_KEY "namida-hub-parked"

typedef struct
{
  NamidaHub *hub;
  NamidaOffer *offer;
} Asked;

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->hub);
  g_object_unref (asked->offer);
  g_free (asked);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

/* @offer resumes an interrupted transfer in a new row. Remove the old row, which would stay “interrupted” forever. */
static void
replace_interrupted (NamidaHub *self, NamidaOffer *offer)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i > 0; i--)
    {
      g_autoptr (NamidaTransfer) old = g_list_model_get_item (G_LIST_MODEL (self->transfers), i - 1);

      if ((namida_transfer_get_state (old) == NAMIDA_TRANSFER_INTERRUPTED
           || namida_transfer_get_state (old) == NAMIDA_TRANSFER_PAUSED)
          && namida_transfer_get_direction (old) == NAMIDA_DIRECTION_RECEIVE
          && g_strcmp0 (namida_transfer_get_offer_key (old), namida_offer_get_key (offer)) == 0
          && g_strcmp0 (namida_transfer_get_peer_fingerprint (old), namida_offer_get_fingerprint (offer)) == 0)
        g_list_store_remove (self->transfers, i - 1);
    }
}

/* @parked: (transfer full): the interrupted session to continue, in the same place, if the user accepts */
static void
keep_for_answer (NamidaOffer *offer, NamidaJournalSession *parked)
{
  g_object_set_data_full (G_OBJECT (offer), PARKED_KEY, parked, (GDestroyNotify) namida_journal_session_free);
}

static NamidaLanding
landing_of (const NamidaJournalSession *parked)
{
  return g_strcmp0 (parked->landing, "backup") == 0 ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
}

/* The word for it in the record of a version. */
static const char *
record_word (const char *by)
{
  if (g_strcmp0 (by, NAMIDA_AGREED_TRUSTED) == 0)
    return "trust";
  return g_strcmp0 (by, NAMIDA_AGREED_ALL) == 0 ? "policy" : by;
}

/* @folder: (nullable): chosen for this time. @by: (nullable): NAMIDA_AGREED_…, the agreement to this offer; %NULL if
 * the agreement to @resume covers it */
static void
accept_into (NamidaHub *self,
             NamidaOffer *offer,
             NamidaLanding landing,
             const char *folder,
             NamidaJournalSession *resume,
             const char *by)
{
  g_autoptr (NamidaSink) sink = NULL;

  if (namida_offer_get_state (offer) != NAMIDA_OFFER_OPEN)
    return;
  if (resume == NULL)
    {
      resume = g_object_get_data (G_OBJECT (offer), PARKED_KEY);
      if (resume != NULL && (landing_of (resume) != landing || g_strcmp0 (resume->folder, folder) != 0))
        resume = NULL;
    }
  sink = namida_store_sink_new (self->store, offer, landing, resume);
  if (folder != NULL && landing == NAMIDA_LANDING_LIBRARY)
    namida_store_sink_set_folder (NAMIDA_STORE_SINK (sink), folder);
  if (by != NULL)
    namida_store_sink_agree (sink, by, offer);
  namida_store_sink_set_source (sink, namida_offer_get_uuid (offer),
                                by != NULL       ? record_word (by)
                                : resume != NULL ? record_word (resume->agreed_by)
                                                 : NULL,
                                0);
  replace_interrupted (self, offer);
  namida_transfer_set_offer_key (namida_offer_get_transfer (offer), namida_offer_get_key (offer));
  /* Show in the list that the offer has been accepted. */
  namida_transfer_set_state (namida_offer_get_transfer (offer), NAMIDA_TRANSFER_PREPARING);
  namida_transfer_set_session_id (namida_offer_get_transfer (offer), namida_sink_get_session_id (sink));
  namida_hub_list_received (self, namida_offer_get_transfer (offer));
  namida_offer_accept (offer, sink);
}

static void
refuse (NamidaOffer *offer, NamidaError code, const char *sentence)
{
  g_autoptr (GError) reason = g_error_new_literal (NAMIDA_ERROR, code, sentence);

  namida_offer_refuse (offer, reason);
}

/* Reports that a policy refused an offer without asking, so that a user who misses something finds the reason. Not on
 * each attempt of a device that tries all day. */
static void
tell_refused (NamidaHub *self, NamidaOffer *offer)
{
  g_autofree char *sentence = NULL;

  /* A changed identity has already raised an alarm. */
  if (namida_offer_get_doubt (offer) == NAMIDA_DOUBT_IDENTITY_CHANGED || !namida_hub_may_tell (&self->told_refused_at))
    return;
  if (!namida_offer_get_encrypted (offer))
    sentence = g_strdup_printf (_ ("“%s” offered something without encryption. It was refused, as your settings say."),
                                namida_offer_get_alias (offer));
  else if (!namida_offer_get_can_pair (offer))
    sentence = g_strdup_printf (_ ("“%s” offered something, and is not trusted here. It was refused, as "
                                   "your settings say. Change them to be asked about it."),
                                namida_offer_get_alias (offer));
  else
    sentence = g_strdup_printf (_ ("“%s” offered something, and is not trusted here. It was refused, as your settings "
                                   "say. Pair with it to let it send."),
                                namida_offer_get_alias (offer));
  g_signal_emit_by_name (self, "trouble", sentence);
}

static void
refuse_by_policy (NamidaHub *self, NamidaOffer *offer, NamidaError code, const char *sentence)
{
  refuse (offer, code, sentence);
  tell_refused (self, offer);
}

#define ADDRESS_FREE 5u  /* declined offers of one address without consequences, because several people may share it */
#define HELD_SECONDS 10u /* an offer that comes at most this much too early is held and shown then */

/* A new key is free for a stranger, and a new address is cheap, so the wait applies to both. */
static const char *
guarded_key (NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  return fingerprint != NULL ? fingerprint : namida_offer_get_address (offer);
}

static gboolean
is_stranger (NamidaHub *self, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  return fingerprint == NULL || !namida_trust_store_is_trusted (self->trust, fingerprint);
}

static guint
wait_after_no (NamidaHub *self, NamidaOffer *offer)
{
  guint wait = namida_decline_guard_wait (self->declined, guarded_key (offer));

  if (!is_stranger (self, offer))
    return wait;
  wait = MAX (wait, namida_decline_guard_wait_all (self->declined));
  return MAX (wait, namida_decline_guard_wait (self->declined, namida_offer_get_address (offer)));
}

/* The local user declined, or did not answer within five minutes. */
static void
note_no (NamidaHub *self, NamidaOffer *offer)
{
  namida_decline_guard_declined (self->declined, guarded_key (offer), 0);
  if (!is_stranger (self, offer))
    return;
  namida_decline_guard_count_stranger (self->declined);
  if (namida_offer_get_fingerprint (offer) != NULL)
    namida_decline_guard_declined (self->declined, namida_offer_get_address (offer), ADDRESS_FREE);
}

static void
on_offer_closed (NamidaOffer *offer, NamidaHub *self)
{
  NamidaOfferState state = namida_offer_get_state (offer);

  if (state == NAMIDA_OFFER_DECLINED || state == NAMIDA_OFFER_EXPIRED)
    note_no (self, offer);
  else if (state == NAMIDA_OFFER_WITHDRAWN && is_stranger (self, offer))
    namida_decline_guard_withdrawn (self->declined, guarded_key (offer));
  else if (state == NAMIDA_OFFER_ACCEPTED)
    namida_decline_guard_accepted (self->declined, guarded_key (offer));
  namida_hub_list_remove (self->offers, offer);
}

/* A trusted device may have a landing of its own. */
NamidaLanding
namida_hub_landing_for (NamidaHub *self, const NamidaTrusted *trusted)
{
  if (trusted == NULL || trusted->landing == NULL)
    return self->landing;
  return g_str_equal (trusted->landing, "backup") ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
}

static void
put_question (NamidaHub *self, NamidaOffer *offer)
{
  g_signal_connect_object (offer, "closed", G_CALLBACK (on_offer_closed), self, 0);
  g_list_store_append (self->offers, offer);
}

static gboolean
on_held_long_enough (gpointer user_data)
{
  Asked *asked = user_data;

  if (namida_offer_get_state (asked->offer) == NAMIDA_OFFER_OPEN && asked->hub->running)
    put_question (asked->hub, asked->offer);
  return G_SOURCE_REMOVE;
}

static void
free_held (gpointer user_data)
{
  asked_free (user_data);
}

static void
ask (NamidaHub *self, NamidaOffer *offer)
{
  guint wait = wait_after_no (self, offer);
  g_autoptr (GError) reason = NULL;
  Asked *asked;

  if (wait == 0)
    {
      put_question (self, offer);
      return;
    }
  if (wait > HELD_SECONDS)
    {
      g_set_error (&reason, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY,
                   _ ("The other device declined before. Try again in %u seconds."), wait);
      namida_offer_refuse (offer, reason);
      return;
    }
  asked = g_new0 (Asked, 1);
  asked->hub = g_object_ref (self);
  asked->offer = g_object_ref (offer);
  g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, wait, on_held_long_enough, asked, free_held);
}

/* The action that the settings require for an offer. */
typedef enum
{
  POLICY_ASK,
  POLICY_ACCEPT_TRUSTED,
  POLICY_ACCEPT_ALL,
  POLICY_REFUSE_UNENCRYPTED,
  POLICY_REFUSE_CHANGED,
  POLICY_REFUSE_UNTRUSTED,
  POLICY_REFUSE_BLOCKED,
} Policy;

static Policy
receive_policy (NamidaHub *self, NamidaOffer *offer, const NamidaTrusted *trusted)
{
  gboolean changed = namida_offer_get_doubt (offer) == NAMIDA_DOUBT_IDENTITY_CHANGED;
  gboolean plain = !namida_offer_get_encrypted (offer);

  if (namida_trust_store_is_blocked (self->trust, namida_offer_get_fingerprint (offer)))
    return POLICY_REFUSE_BLOCKED;
  /* The offer comes by a link that the local user created. Its sender is a stranger by nature, but the user expects
   * it. */
  if (namida_offer_get_invited (offer))
    return self->accept == NAMIDA_ACCEPT_ALL ? POLICY_ACCEPT_ALL : POLICY_ASK;
  if (plain && self->unencrypted == NAMIDA_UNENCRYPTED_NEVER)
    return POLICY_REFUSE_UNENCRYPTED;
  if (plain && self->unencrypted == NAMIDA_UNENCRYPTED_ASK && self->accept != NAMIDA_ACCEPT_TRUSTED)
    return POLICY_ASK;
  if (trusted != NULL && trusted->auto_accept)
    return POLICY_ACCEPT_TRUSTED;
  if (self->accept == NAMIDA_ACCEPT_ALL)
    return changed ? POLICY_REFUSE_CHANGED : POLICY_ACCEPT_ALL;
  return self->accept == NAMIDA_ACCEPT_TRUSTED ? POLICY_REFUSE_UNTRUSTED : POLICY_ASK;
}

/* Returns: (nullable): NAMIDA_AGREED_… if a rule accepts without asking. */
static const char *
agreeing_rule (Policy policy)
{
  if (policy == POLICY_ACCEPT_TRUSTED)
    return NAMIDA_AGREED_TRUSTED;
  return policy == POLICY_ACCEPT_ALL ? NAMIDA_AGREED_ALL : NULL;
}

static const NamidaTrusted *
trusted_of (NamidaHub *self, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  return fingerprint != NULL ? namida_trust_store_lookup (self->trust, fingerprint) : NULL;
}

static void
decide (NamidaHub *self, NamidaOffer *offer, Policy policy)
{
  switch (policy)
    {
    case POLICY_ACCEPT_TRUSTED:
    case POLICY_ACCEPT_ALL:
      accept_into (self, offer, namida_hub_landing_for (self, trusted_of (self, offer)), NULL, NULL,
                   agreeing_rule (policy));
      break;
    case POLICY_REFUSE_UNENCRYPTED:
      refuse_by_policy (
          self, offer, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
          _ ("This device takes nothing that is not encrypted: its settings say so. Change them there, or send from "
             "a device that can encrypt."));
      break;
    case POLICY_REFUSE_CHANGED:
      refuse_by_policy (
          self, offer, NAMIDA_ERROR_DECLINED,
          _ ("The other device trusts one of this identity, but with another key. Pair the two devices again, then "
             "send again."));
      break;
    case POLICY_REFUSE_UNTRUSTED:
      refuse_by_policy (
          self, offer, NAMIDA_ERROR_DECLINED,
          namida_offer_get_can_pair (offer)
              ? _ ("This device accepts backups from trusted devices only. Pair the two devices, then send again.")
              : _ (
                  "This device accepts backups from trusted devices only: its settings say so. Change them there to be "
                  "asked, then send again."));
      break;
    case POLICY_REFUSE_BLOCKED:
      /* Use the same message as for any declined offer, and do not report it here, because the device may try all
       * day. */
      refuse (offer, NAMIDA_ERROR_DECLINED, _ ("The other device declined."));
      break;
    case POLICY_ASK:
    default:
      ask (self, offer);
      break;
    }
}

/* Resumes an interrupted session without asking only if the permission still holds: the current settings apply, and
 * where they would ask the user, the user must have agreed to at least as much. What a rule accepted must be accepted
 * by a rule again. */
static gboolean
goes_on (const NamidaJournalSession *parked, NamidaOffer *offer, Policy policy)
{
  guint64 bytes;
  guint files = namida_offer_count_taken (offer, &bytes);

  return policy == POLICY_ASK && !parked->ask && namida_offer_get_fingerprint (offer) != NULL
         && namida_offer_get_doubt (offer) != NAMIDA_DOUBT_IDENTITY_CHANGED
         && g_strcmp0 (parked->agreed_by, NAMIDA_AGREED_PERSON) == 0
         && namida_journal_session_covers (parked, bytes, files);
}

/* Only if the settings do not refuse the device may it learn what became of an earlier attempt. */
static gboolean
is_refusal (Policy policy)
{
  return policy == POLICY_REFUSE_UNENCRYPTED || policy == POLICY_REFUSE_CHANGED || policy == POLICY_REFUSE_UNTRUSTED
         || policy == POLICY_REFUSE_BLOCKED;
}

/* Whether the local user paused this transfer. Check the list first, because it is updated before the database; a
 * pause of an earlier run may be only in the database. */
static gboolean
is_paused (NamidaHub *self, const NamidaJournalSession *parked)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);

      if (namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_RECEIVE
          && g_strcmp0 (namida_transfer_get_session_id (transfer), parked->id) == 0)
        return namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED;
    }
  return parked->paused;
}

static void
resumable_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Asked) asked = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaJournalSession) parked = namida_store_find_resumable_finish (NAMIDA_STORE (source), result, &error);
  Policy policy;

  if (namida_offer_get_state (asked->offer) != NAMIDA_OFFER_OPEN)
    return;
  namida_hub_doubt_offer (asked->hub, asked->offer);
  policy = receive_policy (asked->hub, asked->offer, trusted_of (asked->hub, asked->offer));
  if (parked != NULL && !is_refusal (policy))
    namida_offer_restore_declined (asked->offer, parked->declined);
  if (parked != NULL && !is_refusal (policy) && is_paused (asked->hub, parked))
    {
      g_autoptr (GError) reason = namida_receive_session_new_paused_error ();

      namida_offer_refuse (asked->offer, reason);
    }
  else if (parked != NULL && goes_on (parked, asked->offer, policy))
    accept_into (asked->hub, asked->offer, landing_of (parked), parked->folder, parked, NULL);
  else if (parked != NULL && !parked->ask && agreeing_rule (policy) != NULL)
    /* Use the place where it began, because its parts are there. */
    accept_into (asked->hub, asked->offer, landing_of (parked), parked->folder, parked, agreeing_rule (policy));
  else
    {
      if (parked != NULL)
        keep_for_answer (asked->offer, g_steal_pointer (&parked));
      decide (asked->hub, asked->offer, policy);
    }
}

/* The trust store is up to date now, including changes that another program has just made. */
static void
trust_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Asked) asked = user_data;
  NamidaHub *self = asked->hub;
  NamidaOffer *offer = asked->offer;
  g_autoptr (GError) error = NULL;

  if (!namida_trust_store_refresh_finish (NAMIDA_TRUST_STORE (source), result, &error))
    g_signal_emit_by_name (self, "trouble", error->message);
  if (namida_offer_get_state (offer) != NAMIDA_OFFER_OPEN)
    return;
  namida_store_find_resumable_async (self->store, namida_offer_get_fingerprint (offer), namida_offer_get_key (offer),
                                     /* A sender that was told that a file arrived may leave it out of the next offer,
                                      * so the parked data belongs to this very offer only. */
                                     namida_offer_get_by_time (offer) ? NULL : namida_offer_get_backup (offer),
                                     resumable_found, g_steal_pointer (&asked));
}

void
namida_hub_on_offer (NamidaHub *self, NamidaOffer *offer)
{
  Asked *asked;

  if (self->send_only)
    {
      refuse (offer, NAMIDA_ERROR_BUSY,
              _ ("The program there is only sending at the moment. Open Namida Sync on that device, then send again."));
      return;
    }
  asked = g_new0 (Asked, 1);
  asked->hub = g_object_ref (self);
  asked->offer = g_object_ref (offer);
  namida_trust_store_refresh_async (self->trust, NULL, trust_refreshed, asked);
}

void
namida_hub_accept (NamidaHub *self, NamidaOffer *offer, NamidaLanding landing, gboolean always)
{
  namida_hub_accept_to (self, offer, landing, NULL, always);
}

void
namida_hub_accept_to (NamidaHub *self, NamidaOffer *offer, NamidaLanding landing, const char *folder, gboolean always)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  g_return_if_fail (self->running);

  if (namida_offer_count_taken (offer, NULL) == 0 && namida_backup_get_files (namida_offer_get_backup (offer)) > 0)
    {
      namida_offer_decline (offer);
      return;
    }
  /* Only a key can be trusted. “Always” for a name would invite others to take that name. */
  if (always && fingerprint != NULL && namida_offer_get_doubt (offer) != NAMIDA_DOUBT_IDENTITY_CHANGED)
    namida_hub_trust_peer (self, fingerprint, namida_offer_get_alias (offer));
  accept_into (self, offer, landing, folder, NULL, NAMIDA_AGREED_PERSON);
}

void
namida_hub_decline (NamidaHub *self, NamidaOffer *offer)
{
  namida_offer_decline (offer);
}

void
namida_hub_block (NamidaHub *self, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  g_return_if_fail (self->running);

  if (fingerprint != NULL)
    namida_trust_store_block (self->trust, fingerprint, namida_offer_get_alias (offer));
  namida_offer_decline (offer);
}

NamidaOffer *
namida_hub_find_offer (NamidaHub *self, const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->offers)); i++)
    {
      g_autoptr (NamidaOffer) offer = g_list_model_get_item (G_LIST_MODEL (self->offers), i);

      if (g_strcmp0 (namida_offer_get_id (offer), id) == 0)
        return offer; /* the list holds a reference */
    }
  return NULL;
}
