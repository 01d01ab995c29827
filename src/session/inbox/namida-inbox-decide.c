/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides about an offer: which policy applies, whether it continues an interrupted transfer, whether the user must be
 * asked, and where the files are stored. namida_inbox_add() is the way in. Main context; the trust store and the store
 * are read in worker threads. */
#include "config.h"

#include "namida-inbox-private.h"
#include "namida-receive-session.h"
#include "namida-report-interval.h"
#include "namida-store-sink.h"

#include <glib/gi18n-lib.h>

#define PARKED_KEY "namida-inbox-parked"

/* An offer that is being decided. */
typedef struct
{
  NamidaInbox *inbox;
  NamidaOffer *offer;
} Deciding;

static void
deciding_free (Deciding *self)
{
  g_object_unref (self->inbox);
  g_object_unref (self->offer);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Deciding, deciding_free)

/* @offer resumes an interrupted transfer in a new row. Remove the old row, which would stay “interrupted” forever. */
static void
decide_replace_interrupted (NamidaInbox *self, NamidaOffer *offer)
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
decide_keep_for_answer (NamidaOffer *offer, NamidaJournalSession *parked)
{
  g_object_set_data_full (G_OBJECT (offer), PARKED_KEY, parked, (GDestroyNotify) namida_journal_session_free);
}

static NamidaLanding
decide_landing_of (const NamidaJournalSession *parked)
{
  return g_strcmp0 (parked->landing, "backup") == 0 ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
}

/* Returns the word for the agreement @by in the record of a version. */
static const char *
decide_record_word (const char *by)
{
  if (g_strcmp0 (by, NAMIDA_AGREED_TRUSTED) == 0)
    return "trust";
  return g_strcmp0 (by, NAMIDA_AGREED_ALL) == 0 ? "policy" : by;
}

void
namida_inbox_accept_into (NamidaInbox *self,
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
      if (resume != NULL && (decide_landing_of (resume) != landing || g_strcmp0 (resume->folder, folder) != 0))
        resume = NULL;
    }
  sink = namida_store_sink_new (self->store, offer, landing, resume);
  if (folder != NULL && landing == NAMIDA_LANDING_LIBRARY)
    namida_store_sink_set_folder (NAMIDA_STORE_SINK (sink), folder);
  if (by != NULL)
    namida_store_sink_agree (sink, by, offer);
  namida_store_sink_set_source (sink, namida_offer_get_uuid (offer),
                                by != NULL       ? decide_record_word (by)
                                : resume != NULL ? decide_record_word (resume->agreed_by)
                                                 : NULL,
                                0);
  decide_replace_interrupted (self, offer);
  namida_transfer_set_offer_key (namida_offer_get_transfer (offer), namida_offer_get_key (offer));
  /* Show in the list that the offer has been accepted. */
  namida_transfer_set_state (namida_offer_get_transfer (offer), NAMIDA_TRANSFER_PREPARING);
  namida_transfer_set_session_id (namida_offer_get_transfer (offer), namida_sink_get_session_id (sink));
  namida_transfer_list_add (self->list, namida_offer_get_transfer (offer));
  namida_offer_accept (offer, sink);
}

static void
decide_refuse (NamidaOffer *offer, NamidaError code, const char *sentence)
{
  g_autoptr (GError) reason = g_error_new_literal (NAMIDA_ERROR, code, sentence);

  namida_offer_refuse (offer, reason);
}

/* Reports that a policy refused an offer without asking, so that a user who misses something finds the reason. Limits
 * the number of reports, because a device may try all day. */
static void
decide_report_refused (NamidaInbox *self, NamidaOffer *offer)
{
  g_autofree char *sentence = NULL;

  /* A changed identity has already raised an alarm. */
  if (namida_offer_get_doubt (offer) == NAMIDA_DOUBT_IDENTITY_CHANGED || !namida_report_is_due (&self->reported_at))
    return;
  if (!namida_offer_get_encrypted (offer))
    sentence = g_strdup_printf (_ ("An unencrypted transfer from “%s” was rejected because of your settings."),
                                namida_offer_get_alias (offer));
  else if (!namida_offer_get_can_pair (offer))
    sentence = g_strdup_printf (_ ("“%s” offered something, and is not trusted here. It was refused, as "
                                   "your settings say. Change them to be asked about it."),
                                namida_offer_get_alias (offer));
  else
    sentence = g_strdup_printf (_ ("A transfer from “%s” was rejected because that device is not trusted. To allow its "
                                   "transfers, pair the two devices."),
                                namida_offer_get_alias (offer));
  g_signal_emit_by_name (self, "trouble", sentence);
}

static void
decide_refuse_by_policy (NamidaInbox *self, NamidaOffer *offer, NamidaError code, const char *sentence)
{
  decide_refuse (offer, code, sentence);
  decide_report_refused (self, offer);
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
decide_get_policy (NamidaInbox *self, NamidaOffer *offer, const NamidaTrusted *trusted)
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
decide_agreeing_rule (Policy policy)
{
  if (policy == POLICY_ACCEPT_TRUSTED)
    return NAMIDA_AGREED_TRUSTED;
  return policy == POLICY_ACCEPT_ALL ? NAMIDA_AGREED_ALL : NULL;
}

NamidaLanding
namida_inbox_landing_for (NamidaInbox *self, const NamidaTrusted *trusted)
{
  if (trusted == NULL || trusted->landing == NULL)
    return self->landing;
  return g_str_equal (trusted->landing, "backup") ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
}

static const NamidaTrusted *
decide_trusted_of (NamidaInbox *self, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  return fingerprint != NULL ? namida_trust_store_lookup (self->trust, fingerprint) : NULL;
}

static void
decide_by_policy (NamidaInbox *self, NamidaOffer *offer, Policy policy)
{
  switch (policy)
    {
    case POLICY_ACCEPT_TRUSTED:
    case POLICY_ACCEPT_ALL:
      namida_inbox_accept_into (self, offer, namida_inbox_landing_for (self, decide_trusted_of (self, offer)), NULL,
                                NULL, decide_agreeing_rule (policy));
      break;
    case POLICY_REFUSE_UNENCRYPTED:
      decide_refuse_by_policy (
          self, offer, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
          _ ("This device takes nothing that is not encrypted: its settings say so. Change them there, or send from "
             "a device that can encrypt."));
      break;
    case POLICY_REFUSE_CHANGED:
      decide_refuse_by_policy (
          self, offer, NAMIDA_ERROR_DECLINED,
          _ ("The other device trusts one of this identity, but with another key. Pair the two devices again, then "
             "send again."));
      break;
    case POLICY_REFUSE_UNTRUSTED:
      decide_refuse_by_policy (
          self, offer, NAMIDA_ERROR_DECLINED,
          namida_offer_get_can_pair (offer)
              ? _ ("This device accepts backups from trusted devices only. Pair the two devices, then send again.")
              : _ (
                  "This device accepts backups from trusted devices only: its settings say so. Change them there to be "
                  "asked, then send again."));
      break;
    case POLICY_REFUSE_BLOCKED:
      /* The device learns the same as of any declined offer. Do not report it here, because it may try all day. */
      namida_offer_decline (offer);
      break;
    case POLICY_ASK:
    default:
      namida_inbox_ask (self, offer);
      break;
    }
}

/* Resumes an interrupted session without asking only if the permission still holds: the current settings apply, and
 * where they would ask the user, the user must have agreed to at least as much. If a rule accepted the session, a rule
 * must accept it again. */
static gboolean
decide_goes_on (const NamidaJournalSession *parked, NamidaOffer *offer, Policy policy)
{
  guint64 bytes;
  guint files = namida_offer_count_taken (offer, &bytes);

  return policy == POLICY_ASK && !parked->ask && namida_offer_get_fingerprint (offer) != NULL
         && namida_offer_get_doubt (offer) != NAMIDA_DOUBT_IDENTITY_CHANGED
         && g_strcmp0 (parked->agreed_by, NAMIDA_AGREED_PERSON) == 0
         && namida_journal_session_covers (parked, bytes, files);
}

/* Whether the settings refuse the device. If so, it must not learn what became of an earlier attempt. */
static gboolean
decide_is_refusal (Policy policy)
{
  return policy == POLICY_REFUSE_UNENCRYPTED || policy == POLICY_REFUSE_CHANGED || policy == POLICY_REFUSE_UNTRUSTED
         || policy == POLICY_REFUSE_BLOCKED;
}

/* Whether the local user paused this transfer. Check the list first, because it is updated before the database; a
 * pause of an earlier run may be only in the database. */
static gboolean
decide_is_paused (NamidaInbox *self, const NamidaJournalSession *parked)
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
decide_resumable_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Deciding) deciding = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaJournalSession) parked = namida_store_find_resumable_finish (NAMIDA_STORE (source), result, &error);
  Policy policy;

  if (namida_offer_get_state (deciding->offer) != NAMIDA_OFFER_OPEN || !deciding->inbox->running)
    return;
  deciding->inbox->doubt (deciding->offer, deciding->inbox->doubt_data);
  policy = decide_get_policy (deciding->inbox, deciding->offer, decide_trusted_of (deciding->inbox, deciding->offer));
  if (parked != NULL && !decide_is_refusal (policy))
    namida_offer_restore_declined (deciding->offer, parked->declined);
  if (parked != NULL && !decide_is_refusal (policy) && decide_is_paused (deciding->inbox, parked))
    {
      g_autoptr (GError) reason = namida_receive_session_new_paused_error ();

      namida_offer_refuse (deciding->offer, reason);
    }
  else if (parked != NULL && decide_goes_on (parked, deciding->offer, policy))
    namida_inbox_accept_into (deciding->inbox, deciding->offer, decide_landing_of (parked), parked->folder, parked,
                              NULL);
  else if (parked != NULL && !parked->ask && decide_agreeing_rule (policy) != NULL)
    /* Use the place where it began, because its parts are there. */
    namida_inbox_accept_into (deciding->inbox, deciding->offer, decide_landing_of (parked), parked->folder, parked,
                              decide_agreeing_rule (policy));
  else
    {
      if (parked != NULL)
        decide_keep_for_answer (deciding->offer, g_steal_pointer (&parked));
      decide_by_policy (deciding->inbox, deciding->offer, policy);
    }
}

/* The trust store is up to date now, including changes that another program has just made. */
static void
decide_trust_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Deciding) deciding = user_data;
  NamidaInbox *self = deciding->inbox;
  NamidaOffer *offer = deciding->offer;
  g_autoptr (GError) error = NULL;

  if (!namida_trust_store_refresh_finish (NAMIDA_TRUST_STORE (source), result, &error))
    g_signal_emit_by_name (self, "trouble", error->message);
  if (namida_offer_get_state (offer) != NAMIDA_OFFER_OPEN || !self->running)
    return;
  namida_store_find_resumable_async (self->store, namida_offer_get_fingerprint (offer), namida_offer_get_key (offer),
                                     /* A sender that was told that a file arrived may leave it out of the next offer,
                                      * so the parked data belongs to this very offer only. */
                                     namida_offer_get_by_time (offer) ? NULL : namida_offer_get_backup (offer),
                                     decide_resumable_found, g_steal_pointer (&deciding));
}

void
namida_inbox_add (NamidaInbox *self, NamidaOffer *offer)
{
  Deciding *deciding;

  if (self->closed)
    {
      decide_refuse (
          offer, NAMIDA_ERROR_BUSY,
          _ ("The program there is only sending at the moment. Open Namida Sync on that device, then send again."));
      return;
    }
  deciding = g_new0 (Deciding, 1);
  deciding->inbox = g_object_ref (self);
  deciding->offer = g_object_ref (offer);
  namida_trust_store_refresh_async (self->trust, NULL, decide_trust_refreshed, deciding);
}
