/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests how the settings and the trust store of a hub decide about requests of other devices: offers, pairings and
 * messages. The hub has its database and its store, but is never started, because no test needs a network. */
#include "config.h"

#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-hub-history.h"
#include "namida-hub-inspect.h"
#include "namida-hub-link.h"
#include "lone-hub.h"
#include "namida-inbox-private.h"
#include "namida-offer-decide.h"
#include "namida-pair-request-private.h"
#include "namida-peer-list-private.h"
#include "namida-store-sink.h"

#include <glib/gstdio.h>
#include <string.h>

#define KEY "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER_KEY "1111111122222222222222222222222222222222222222222222222222222222"
#define UUID "11111111-2222-3333-4444-555555555555"

typedef struct
{
  char *dir;
  NamidaHub *hub;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->hub = lone_hub_new ("Rules", &f->dir);
  namida_inbox_start (f->hub->inbox, f->hub->trust, f->hub->store, f->hub->database);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  lone_hub_free (f->hub, f->dir);
}

static gboolean
wait_over (gpointer data)
{
  g_error ("nothing happened");
  return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    guint wait_id = g_timeout_add_seconds (60, wait_over, NULL);                                                       \
    while (!(condition))                                                                                               \
      g_main_context_iteration (NULL, TRUE);                                                                           \
    g_source_remove (wait_id);                                                                                         \
  }                                                                                                                    \
  G_STMT_END

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* ---- offers ---- */

typedef enum
{
  ASKED,
  ACCEPTED,
  DECLINED,
  ENCRYPTION,
  BUSY,
} Answer;

typedef struct
{
  const char *what;
  NamidaAccept accept;
  NamidaUnencrypted unencrypted;
  enum
  {
    STRANGER,
    TRUSTED,
    TRUSTED_NOT_ACCEPTED,
    BLOCKED,
    CHANGED, /* it claims to be a trusted device, with another key */
  } who;
  gboolean plain, invited, send_only;
  Answer answer;
} Rule;

static const Rule rules[] = {
  { "a stranger is asked about", .answer = ASKED },
  { "a stranger where all are accepted", .accept = NAMIDA_ACCEPT_ALL, .answer = ACCEPTED },
  { "a stranger where only trusted devices are accepted", .accept = NAMIDA_ACCEPT_TRUSTED, .answer = DECLINED },
  { "a trusted device", .who = TRUSTED, .answer = ACCEPTED },
  { "a trusted device where only those are accepted", .accept = NAMIDA_ACCEPT_TRUSTED, .who = TRUSTED,
    .answer = ACCEPTED },
  { "a trusted device that is to be asked about", .who = TRUSTED_NOT_ACCEPTED, .answer = ASKED },
  { "the same where only trusted devices are accepted", .accept = NAMIDA_ACCEPT_TRUSTED, .who = TRUSTED_NOT_ACCEPTED,
    .answer = DECLINED },
  { "a blocked device", .who = BLOCKED, .answer = DECLINED },
  { "a blocked device where all are accepted", .accept = NAMIDA_ACCEPT_ALL, .who = BLOCKED, .answer = DECLINED },
  { "a blocked device with a link", .who = BLOCKED, .invited = TRUE, .answer = DECLINED },
  { "another key is asked about", .who = CHANGED, .answer = ASKED },
  { "another key where all are accepted", .accept = NAMIDA_ACCEPT_ALL, .who = CHANGED, .answer = DECLINED },
  { "another key where only trusted devices are accepted", .accept = NAMIDA_ACCEPT_TRUSTED, .who = CHANGED,
    .answer = DECLINED },
  { "a link is asked about", .invited = TRUE, .answer = ASKED },
  { "a link where only trusted devices are accepted", .accept = NAMIDA_ACCEPT_TRUSTED, .invited = TRUE,
    .answer = ASKED },
  { "a link without encryption, which was made so", .unencrypted = NAMIDA_UNENCRYPTED_NEVER, .plain = TRUE,
    .invited = TRUE, .answer = ASKED },
  { "a link where all are accepted", .accept = NAMIDA_ACCEPT_ALL, .invited = TRUE, .answer = ACCEPTED },
  { "without encryption it is asked", .plain = TRUE, .answer = ASKED },
  { "without encryption where all are accepted, but that is asked", .accept = NAMIDA_ACCEPT_ALL, .plain = TRUE,
    .answer = ASKED },
  { "without encryption where only trusted devices are accepted", .accept = NAMIDA_ACCEPT_TRUSTED, .plain = TRUE,
    .answer = DECLINED },
  { "without encryption, never", .unencrypted = NAMIDA_UNENCRYPTED_NEVER, .plain = TRUE, .answer = ENCRYPTION },
  { "without encryption, never, where all are accepted", .accept = NAMIDA_ACCEPT_ALL,
    .unencrypted = NAMIDA_UNENCRYPTED_NEVER, .plain = TRUE, .answer = ENCRYPTION },
  { "a program that only sends", .accept = NAMIDA_ACCEPT_ALL, .who = TRUSTED, .send_only = TRUE, .answer = BUSY },
};

typedef struct
{
  guint decided;
  int code; /* of the reason; -1: none */
  NamidaSink *sink;
} Decision;

static void
on_decided (NamidaOffer *offer, NamidaSink *sink, const GError *reason, gpointer user_data)
{
  Decision *decision = user_data;

  decision->decided++;
  decision->code = reason != NULL ? reason->code : -1;
  g_set_object (&decision->sink, sink);
}

static NamidaOffer *
make_offer (const char *key, gboolean plain, guint files)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  NamidaOffer *offer;

  for (guint i = 0; i < files; i++)
    {
      NamidaEntry *entry = namida_entry_new ();

      entry->kind = NAMIDA_ENTRY_FILE;
      g_free (entry->label);
      entry->label = g_strdup ("Music");
      g_free (entry->relative_path);
      entry->relative_path = g_strdup_printf ("%u.mp3", i);
      entry->name = g_strdup (entry->relative_path);
      entry->size = 10;
      namida_backup_add (backup, entry);
    }
  offer = namida_offer_new (plain ? NULL : key, "Somebody", NULL, "192.0.2.7", !plain, backup, "key");
  namida_offer_set_uuid (offer, UUID);
  namida_offer_set_can_pair (offer, TRUE);
  return offer;
}

static guint
n_asked (Fixture *f)
{
  return g_list_model_get_n_items (G_LIST_MODEL (f->hub->inbox->offers));
}

static void
know_sender (Fixture *f, const Rule *rule)
{
  NamidaTrustStore *trust = f->hub->trust;

  if (rule->who == TRUSTED || rule->who == TRUSTED_NOT_ACCEPTED)
    namida_trust_store_add (trust, KEY, UUID, "Somebody");
  if (rule->who == TRUSTED_NOT_ACCEPTED)
    namida_trust_store_set_auto_accept (trust, KEY, FALSE);
  if (rule->who == BLOCKED)
    namida_trust_store_block (trust, KEY, "Somebody");
  if (rule->who == CHANGED)
    namida_trust_store_add (trust, OTHER_KEY, UUID, "Somebody");
}

static void
test_rule (Fixture *f, gconstpointer data)
{
  const Rule *rule = data;
  g_autoptr (NamidaOffer) offer = make_offer (KEY, rule->plain, 3);
  Decision decision = { .code = -1 };
  static const int codes[] = { -1, -1, NAMIDA_ERROR_DECLINED, NAMIDA_ERROR_ENCRYPTION_REQUIRED, NAMIDA_ERROR_BUSY };

  know_sender (f, rule);
  f->hub->inbox->accept = rule->accept;
  f->hub->inbox->unencrypted = rule->unencrypted;
  f->hub->inbox->closed = rule->send_only;
  namida_offer_set_invited (offer, rule->invited);
  namida_offer_set_decided (offer, on_decided, &decision);
  namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
  WAIT_FOR (decision.decided > 0 || n_asked (f) > 0);
  g_assert_cmpuint (n_asked (f), ==, rule->answer == ASKED ? 1 : 0);
  g_assert_cmpuint (decision.decided, ==, rule->answer == ASKED ? 0 : 1);
  g_assert_cmpint (decision.code, ==, codes[rule->answer]);
  g_assert_cmpint (decision.sink != NULL, ==, rule->answer == ACCEPTED);
  g_assert_cmpint (namida_offer_get_doubt (offer) == NAMIDA_DOUBT_IDENTITY_CHANGED, ==, rule->who == CHANGED);
  namida_offer_set_decided (offer, NULL, NULL);
  namida_offer_close (offer, NAMIDA_OFFER_WITHDRAWN);
  g_assert_cmpuint (n_asked (f), ==, 0);
  g_clear_object (&decision.sink);
}

/* ---- an offer of what was interrupted ---- */

typedef struct
{
  const char *what;
  const char *agreed_by;
  guint agreed_files;
  gboolean ask, paused, changed, blocked;
  NamidaAccept accept;
  Answer answer;
} Resume;

static const Resume resumes[] = {
  { "a person agreed", NAMIDA_AGREED_PERSON, 3, .answer = ACCEPTED },
  { "a person agreed to less", NAMIDA_AGREED_PERSON, 2, .answer = ASKED },
  { "only a rule agreed", NAMIDA_AGREED_TRUSTED, 3, .answer = ASKED },
  { "only the rule for all agreed", NAMIDA_AGREED_ALL, 3, .answer = ASKED },
  { "a person stopped it", NAMIDA_AGREED_PERSON, 3, .ask = TRUE, .answer = ASKED },
  { "its device has another key than the trusted one", NAMIDA_AGREED_PERSON, 3, .changed = TRUE, .answer = ASKED },
  { "the settings refuse it now", NAMIDA_AGREED_PERSON, 3, .accept = NAMIDA_ACCEPT_TRUSTED, .answer = DECLINED },
  { "a person paused it", NAMIDA_AGREED_PERSON, 3, .paused = TRUE, .answer = BUSY },
  { "its device is blocked, and learns nothing of it", NAMIDA_AGREED_PERSON, 3, .paused = TRUE, .blocked = TRUE,
    .answer = DECLINED },
  { "a rule agreed, and agrees again", NAMIDA_AGREED_ALL, 3, .accept = NAMIDA_ACCEPT_ALL, .answer = ACCEPTED },
};

static void
park (Fixture *f, const Resume *resume)
{
  gint64 now = g_get_real_time ();
  NamidaJournalSession row = {
    .id = (char *) "parked",
    .direction = (char *) "receive",
    .fingerprint = (char *) KEY,
    .alias = (char *) "Somebody",
    .title = (char *) "Music",
    .offer_key = (char *) "key",
    .landing = (char *) "library",
    .state = (char *) "parked",
    .started_at = now,
    .updated_at = now,
    .total_files = 3,
    .total_bytes = 30,
    .agreed_by = (char *) resume->agreed_by,
    .agreed_files = resume->agreed_files,
    .agreed_bytes = 10 * (guint64) resume->agreed_files,
    .agreed_at = now,
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_journal_write_session (f->hub->database, &row, &error));
  g_assert_no_error (error);
  if (resume->ask)
    g_assert_true (namida_journal_ask_again (f->hub->database, row.id, NULL));
  if (resume->paused)
    g_assert_true (namida_journal_set_paused (f->hub->database, row.id, TRUE, NULL));
}

static void
test_resume (Fixture *f, gconstpointer data)
{
  const Resume *resume = data;
  g_autoptr (NamidaOffer) offer = make_offer (KEY, FALSE, 3);
  Decision decision = { .code = -1 };

  park (f, resume);
  if (resume->changed)
    namida_trust_store_add (f->hub->trust, OTHER_KEY, UUID, "Somebody");
  if (resume->blocked)
    namida_trust_store_block (f->hub->trust, KEY, "Somebody");
  f->hub->inbox->accept = resume->accept;
  namida_offer_set_decided (offer, on_decided, &decision);
  namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
  WAIT_FOR (decision.decided > 0 || n_asked (f) > 0);
  g_assert_cmpuint (n_asked (f), ==, resume->answer == ASKED ? 1 : 0);
  g_assert_cmpint (decision.sink != NULL, ==, resume->answer == ACCEPTED);
  g_assert_cmpint (decision.code != -1, ==, resume->answer == DECLINED || resume->answer == BUSY);
  if (resume->answer == DECLINED)
    g_assert_cmpint (decision.code, ==, NAMIDA_ERROR_DECLINED);
  if (resume->answer == ACCEPTED)
    g_assert_cmpstr (namida_sink_get_session_id (decision.sink), ==, "parked");
  namida_offer_set_decided (offer, NULL, NULL);
  namida_offer_close (offer, NAMIDA_OFFER_WITHDRAWN);
  g_clear_object (&decision.sink);
}

/* Somebody says no: a stranger has to wait, and all strangers after many of them. A trusted device waits for its own
 * refusals only. */
static void
test_no (Fixture *f, gconstpointer data)
{
  gboolean trusted = GPOINTER_TO_INT (data);
  g_autoptr (NamidaOffer) later = NULL;
  Decision decision = { .code = -1 };

  if (trusted)
    {
      namida_trust_store_add (f->hub->trust, KEY, UUID, "Somebody");
      namida_trust_store_set_auto_accept (f->hub->trust, KEY, FALSE);
    }
  for (guint i = 0; i < 12; i++)
    namida_decline_guard_count_stranger (f->hub->inbox->declined);
  later = make_offer (KEY, FALSE, 1);
  namida_offer_set_decided (later, on_decided, &decision);
  namida_inbox_add (namida_hub_get_inbox (f->hub), later);
  WAIT_FOR (decision.decided > 0 || n_asked (f) > 0);
  g_assert_cmpuint (n_asked (f), ==, trusted ? 1 : 0);
  g_assert_cmpint (decision.code, ==, trusted ? -1 : NAMIDA_ERROR_TOO_MANY);
  namida_offer_set_decided (later, NULL, NULL);
  namida_offer_close (later, NAMIDA_OFFER_WITHDRAWN);
}

/* The sender went away while the trust and the journal were read: nobody is asked about it any more. */
static void
test_gone (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaOffer) offer = make_offer (KEY, FALSE, 1);
  g_autoptr (NamidaOffer) after = make_offer (KEY, FALSE, 1);

  namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
  namida_offer_close (offer, NAMIDA_OFFER_WITHDRAWN);
  namida_inbox_add (namida_hub_get_inbox (f->hub), after);
  WAIT_FOR (n_asked (f) > 0);
  g_assert_cmpuint (n_asked (f), ==, 1);
  g_assert_true (namida_inbox_find (namida_hub_get_inbox (f->hub), namida_offer_get_id (after)) == after);
  namida_offer_close (after, NAMIDA_OFFER_WITHDRAWN);
}

/* “Always” trusts a key, but not one that claims to be a device with another key. And of nothing that is taken nothing
 * is stored. */
static void
test_always (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 4; i++)
    {
      gboolean plain = i == 1, changed = i == 2, nothing = i == 3;
      g_autofree char *key = g_strdup (KEY);
      g_autoptr (NamidaOffer) offer = NULL;
      Decision decision = { .code = -1 };

      key[63] = (char) ('2' + i);
      if (changed)
        namida_trust_store_add (f->hub->trust, OTHER_KEY, UUID, "Somebody");
      offer = make_offer (key, plain, 3);
      namida_offer_set_decided (offer, on_decided, &decision);
      namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
      WAIT_FOR (decision.decided > 0 || n_asked (f) > 0);
      g_assert_cmpuint (n_asked (f), ==, 1);
      if (nothing)
        g_assert_cmpuint (namida_offer_set_taken (offer, "", FALSE), >, 0);
      f->hub->running = TRUE;
      namida_inbox_accept (namida_hub_get_inbox (f->hub), offer, NAMIDA_LANDING_LIBRARY, NULL, TRUE);
      f->hub->running = FALSE;
      g_assert_cmpuint (decision.decided, ==, 1);
      g_assert_cmpint (decision.sink != NULL, ==, !nothing);
      g_assert_cmpint (namida_trust_store_is_trusted (f->hub->trust, key), ==, i == 0);
      namida_offer_set_decided (offer, NULL, NULL);
      g_clear_object (&decision.sink);
    }
}

/* To block a device is a no to what it offers, and to all that it will. */
static void
test_block (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaOffer) offer = make_offer (KEY, FALSE, 1);
  Decision decision = { .code = -1 };

  namida_offer_set_decided (offer, on_decided, &decision);
  namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
  WAIT_FOR (n_asked (f) > 0);
  f->hub->running = TRUE;
  namida_inbox_block (namida_hub_get_inbox (f->hub), offer);
  f->hub->running = FALSE;
  g_assert_cmpint (decision.code, ==, NAMIDA_ERROR_DECLINED);
  g_assert_true (namida_trust_store_is_blocked (f->hub->trust, KEY));
  g_assert_false (namida_trust_store_is_blocked (f->hub->trust, OTHER_KEY));
}

/* Accepted in another place than before it begins anew there, whatever was interrupted. */
static void
test_other_place (Fixture *f, gconstpointer data)
{
  static const Resume resume = { .agreed_by = NAMIDA_AGREED_TRUSTED, .agreed_files = 3 };

  park (f, &resume);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *folder = i == 2 ? g_build_filename (f->dir, "elsewhere", NULL) : NULL;
      g_autoptr (NamidaOffer) offer = make_offer (KEY, FALSE, 3);
      Decision decision = { .code = -1 };

      namida_offer_set_decided (offer, on_decided, &decision);
      namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
      WAIT_FOR (n_asked (f) > 0);
      f->hub->running = TRUE;
      namida_inbox_accept (namida_hub_get_inbox (f->hub), offer,
                           i == 1 ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY, folder, FALSE);
      f->hub->running = FALSE;
      g_assert_nonnull (decision.sink);
      g_assert_cmpint (g_str_equal (namida_sink_get_session_id (decision.sink), "parked"), ==, i == 0);
      namida_offer_set_decided (offer, NULL, NULL);
      g_clear_object (&decision.sink);
    }
}

/* A device that gives up its interrupted transfer gives up its own. */
static void
test_drop_parked (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { KEY, OTHER_KEY };
  NamidaTransfer *transfers[2];

  for (guint i = 0; i < 2; i++)
    {
      transfers[i] = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Somebody", keys[i], TRUE);
      namida_transfer_set_session_id (transfers[i], "parked");
      namida_transfer_set_state (transfers[i], NAMIDA_TRANSFER_INTERRUPTED);
      g_list_store_append (f->hub->transfers, transfers[i]);
    }
  namida_hub_on_drop_parked (f->hub, KEY, "another");
  g_assert_false (namida_transfer_is_final (transfers[0]));
  namida_hub_on_drop_parked (f->hub, KEY, "parked");
  g_assert_true (namida_transfer_is_final (transfers[0]));
  g_assert_false (namida_transfer_is_final (transfers[1]));
  for (guint i = 0; i < 2; i++)
    g_object_unref (transfers[i]);
}

/* What goes on leaves its old row, and the rows of another device with the same backup, and of another backup, alone.
 */
static void
test_old_row (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { KEY, OTHER_KEY, KEY };
  static const char *const backups[] = { "key", "key", "another" };
  g_autoptr (NamidaOffer) offer = make_offer (KEY, FALSE, 3);
  Decision decision = { .code = -1 };

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (NamidaTransfer) old = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Somebody", keys[i], TRUE);

      namida_transfer_set_offer_key (old, backups[i]);
      namida_transfer_set_state (old, NAMIDA_TRANSFER_INTERRUPTED);
      g_list_store_append (f->hub->transfers, old);
    }
  f->hub->inbox->accept = NAMIDA_ACCEPT_ALL;
  namida_offer_set_decided (offer, on_decided, &decision);
  namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
  WAIT_FOR (decision.decided > 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->hub->transfers)), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (NamidaTransfer) left = g_list_model_get_item (G_LIST_MODEL (f->hub->transfers), i);

      g_assert_true (left == namida_offer_get_transfer (offer)
                     || g_str_equal (namida_transfer_get_peer_fingerprint (left), OTHER_KEY)
                     || g_str_equal (namida_transfer_get_offer_key (left), "another"));
    }
  namida_offer_set_decided (offer, NULL, NULL);
  g_clear_object (&decision.sink);
}

/* What a person left out stays out when it goes on. */
static void
test_left_out (Fixture *f, gconstpointer data)
{
  static const Resume resume = { .agreed_by = NAMIDA_AGREED_PERSON, .agreed_files = 3 };
  g_autoptr (NamidaOffer) before = make_offer (KEY, FALSE, 3);
  g_autoptr (NamidaOffer) offer = make_offer (KEY, FALSE, 3);
  g_autofree char *declined = NULL;
  Decision decision = { .code = -1 };

  g_assert_cmpuint (namida_offer_set_taken (before, "Music/1.mp3", FALSE), ==, 1);
  declined = namida_offer_format_declined (before);
  park (f, &resume);
  g_assert_true (namida_database_exec (f->hub->database, NULL, "UPDATE sessions SET declined = ?", "s", declined));
  namida_offer_set_decided (offer, on_decided, &decision);
  namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
  WAIT_FOR (decision.decided > 0 || n_asked (f) > 0);
  g_assert_nonnull (decision.sink);
  g_assert_cmpuint (namida_offer_count_taken (offer, NULL), ==, 2);
  g_assert_false (namida_offer_is_taken (offer, 1));
  namida_offer_set_decided (offer, NULL, NULL);
  g_clear_object (&decision.sink);
}

/* Who gets no answer waits as after a no. Who goes away itself does not, unless it does so again and again. */
static void
test_no_answer (Fixture *f, gconstpointer data)
{
  static const NamidaOfferState states[] = { NAMIDA_OFFER_WITHDRAWN, NAMIDA_OFFER_EXPIRED };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NamidaOffer) offer = make_offer (KEY, FALSE, 1);

      namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
      WAIT_FOR (n_asked (f) > 0);
      namida_offer_close (offer, states[i]);
      g_assert_cmpint (namida_decline_guard_wait (f->hub->inbox->declined, KEY) > 0, ==, i == 1);
    }
}

/* New keys are free: who declined the others of an address is not asked about the next one at once. */
static void
test_address (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaOffer) offer = make_offer (KEY, FALSE, 1);
  Decision decision = { .code = -1 };

  for (guint i = 0; i < 10; i++)
    namida_decline_guard_declined (f->hub->inbox->declined, "192.0.2.7", 5);
  namida_offer_set_decided (offer, on_decided, &decision);
  namida_inbox_add (namida_hub_get_inbox (f->hub), offer);
  WAIT_FOR (decision.decided > 0 || n_asked (f) > 0);
  g_assert_cmpint (decision.code, ==, NAMIDA_ERROR_TOO_MANY);
  namida_offer_set_decided (offer, NULL, NULL);
}

/* What a key has proven is not replaced by what somebody claims for it. */
static void
test_claims (Fixture *f, gconstpointer data)
{
  namida_hub_note_sender (f->hub, KEY, "claimed", FALSE);
  g_assert_null (namida_hub_get_proven_uuid (f->hub, KEY));
  g_assert_cmpstr (namida_hub_get_uuid_of (f->hub, KEY, NULL), ==, "claimed");
  namida_hub_note_sender (f->hub, KEY, "proven", TRUE);
  namida_hub_note_sender (f->hub, KEY, "claimed", FALSE);
  g_assert_cmpstr (namida_hub_get_proven_uuid (f->hub, KEY), ==, "proven");
  g_assert_cmpstr (namida_hub_get_uuid_of (f->hub, KEY, NULL), ==, "proven");
}

/* ---- pairing ---- */

static guint
n_pairings (Fixture *f)
{
  return g_list_model_get_n_items (namida_hub_get_pair_requests (f->hub));
}

static void
test_pairing_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaPairRequest) blocked = namida_pair_request_new (KEY, "Somebody");
  g_autoptr (NamidaPairRequest) other = namida_pair_request_new (OTHER_KEY, "Another");

  namida_trust_store_block (f->hub->trust, KEY, "Somebody");
  namida_hub_on_pair_request (f->hub, blocked);
  g_assert_cmpuint (n_pairings (f), ==, 0);
  g_assert_cmpint (namida_pair_request_get_answer (blocked), ==, NAMIDA_PAIR_DECLINED);
  f->hub->send_only = TRUE;
  namida_hub_on_pair_request (f->hub, other);
  g_assert_cmpuint (n_pairings (f), ==, 0);
  g_assert_cmpint (namida_pair_request_get_answer (other), ==, NAMIDA_PAIR_DECLINED);
  f->hub->send_only = FALSE;
  g_clear_object (&other);
  other = namida_pair_request_new (OTHER_KEY, "Another");
  namida_hub_on_pair_request (f->hub, other);
  g_assert_cmpuint (n_pairings (f), ==, 1);
  namida_pair_request_close (other, FALSE);
  g_assert_cmpuint (n_pairings (f), ==, 0);
  g_assert_false (namida_trust_store_is_trusted (f->hub->trust, OTHER_KEY));
}

/* What the person chose beside the digits holds. */
static void
test_pairing_choice (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      const char *key = i == 0 ? KEY : OTHER_KEY;
      g_autoptr (NamidaPairRequest) request = namida_pair_request_new (key, "Somebody");
      const NamidaTrusted *trusted;

      namida_hub_on_pair_request (f->hub, request);
      namida_pair_request_set_auto_accept (request, i == 1);
      namida_pair_request_reveal (request, "123 456");
      namida_pair_request_confirm (request);
      g_assert_false (namida_trust_store_is_trusted (f->hub->trust, key));
      namida_pair_request_close (request, TRUE);
      trusted = namida_trust_store_lookup (f->hub->trust, key);
      g_assert_nonnull (trusted);
      g_assert_cmpint (trusted->auto_accept, ==, i == 1);
    }
}

/* ---- messages ---- */

static gboolean
say (Fixture *f, const char *key, gboolean encrypted)
{
  static guint n;
  g_autofree char *text = g_strdup_printf ("message %u", n++);
  g_autoptr (NamidaMessage) message = namida_message_new ("Somebody", key, encrypted, text);
  gboolean taken = FALSE;

  g_signal_emit_by_name (f->hub->server, "message", message, &taken);
  return taken;
}

static void
test_messages (Fixture *f, gconstpointer data)
{
  guint taken = 0;

  f->hub->server = namida_server_new (f->hub->identity);
  namida_hub_watch_localsend (f->hub);
  namida_trust_store_add (f->hub->trust, KEY, UUID, "Somebody");
  for (guint i = 0; i < 100; i++)
    taken += say (f, KEY, TRUE);
  g_assert_cmpuint (taken, ==, 100);
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_messages (f->hub)), ==, 20);
  for (taken = 0; taken < 10 && say (f, NULL, TRUE); taken++)
    ;
  g_assert_cmpuint (taken, ==, 5);
  namida_trust_store_block (f->hub->trust, OTHER_KEY, "Somebody");
  f->hub->n_messages = 0;
  g_assert_false (say (f, OTHER_KEY, TRUE));
  f->hub->unencrypted = NAMIDA_UNENCRYPTED_NEVER;
  g_assert_false (say (f, NULL, FALSE));
  f->hub->inbox->accept = NAMIDA_ACCEPT_TRUSTED;
  g_assert_false (say (f, NULL, TRUE));
  g_assert_true (say (f, KEY, TRUE));
  f->hub->send_only = TRUE;
  g_assert_false (say (f, KEY, TRUE));
}

/* ---- a hub that does not run, or is not asked to ---- */

static void
test_not_running (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaTransfer) waiting = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Somebody", KEY, TRUE);
  g_autoptr (GInetSocketAddress) elsewhere = namida_address_parse ("192.0.2.9:53317");
  g_autoptr (GInetSocketAddress) here = namida_address_parse ("127.0.0.1:53317");
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_set_looking (f->hub, TRUE);
  g_assert_true (namida_neighborhood_get_looking (f->hub->neighborhood));
  namida_transfer_set_state (waiting, NAMIDA_TRANSFER_WAITING);
  namida_hub_check_hints_async (f->hub, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_true (namida_hub_check_hints_finish (f->hub, result, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_hints (f->hub)), ==, 0);
  namida_hub_own_seen (f->hub, elsewhere);
  f->hub->running = TRUE;
  namida_hub_own_seen (f->hub, elsewhere);
  namida_hub_pause (f->hub, waiting); /* what waits for an answer cannot be paused */
  g_assert_cmpint (namida_transfer_get_state (waiting), ==, NAMIDA_TRANSFER_WAITING);
  f->hub->server = namida_server_new (f->hub->identity);
  namida_hub_own_seen (f->hub, here);
  g_assert_cmpuint (g_hash_table_size (f->hub->copies_asked), ==, 0);
}

static NamidaPeer *
see (Fixture *f, const char *key, NamidaDialect dialect, const char *place)
{
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autoptr (GInetSocketAddress) address = namida_address_parse (place);

  g_free (info->alias);
  info->alias = g_strdup ("Phone");
  info->fingerprint = g_strdup (key);
  info->https = key != NULL;
  return namida_peer_list_sighting (f->hub->peers, info, dialect, address, key != NULL);
}

/* Devices are asked in the dialect that they speak. */
static void
test_probes (Fixture *f, gconstpointer data)
{
  NamidaPeer *localsend = see (f, KEY, NAMIDA_DIALECT_LOCALSEND, "192.0.2.1:53317");
  NamidaPeer *phone = see (f, NULL, NAMIDA_DIALECT_PHONE, "192.0.2.2:53317");

  g_assert_false (namida_hub_probe_phone (f->hub, phone)); /* there is no server whose words to answer with */
  f->hub->server = namida_server_new (f->hub->identity);
  f->hub->asking = g_ptr_array_new_with_free_func (g_object_unref);
  g_cancellable_cancel (f->hub->cancellable);
  g_assert_false (namida_hub_probe_phone (f->hub, localsend));
  g_assert_false (namida_hub_probe_localsend (f->hub, phone));
  for (guint i = 0; i < 4; i++)
    g_assert_true (namida_hub_probe_localsend (f->hub, localsend));
  g_assert_cmpuint (f->hub->asking->len, ==, 4);
  g_assert_false (namida_hub_probe_localsend (f->hub, localsend)); /* four questions to one host are enough */
  g_assert_cmpuint (f->hub->asking->len, ==, 4);
  WAIT_FOR (f->hub->asking->len == 0);
  g_clear_pointer (&f->hub->asking, g_ptr_array_unref);
}

/* Digits of a key that is trusted stand for that key alone. */
static void
test_digits (Fixture *f, gconstpointer data)
{
  NamidaPeer *peer = see (f, KEY, NAMIDA_DIALECT_V1, "192.0.2.1:53317");
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_hub_check_recipient (f->hub, peer, "11111111", &error));
  namida_trust_store_add (f->hub->trust, OTHER_KEY, NULL, "Another");
  g_assert_false (namida_hub_check_recipient (f->hub, peer, "11111111", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED);
}

/* A link of files that are found needs a server. */
static void
test_link (Fixture *f, gconstpointer data)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autofree char *path = g_build_filename (g_get_home_dir (), "song.mp3", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (g_get_home_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "song", 4, NULL));
  g_list_store_append (files, file);
  f->hub->running = TRUE;
  namida_hub_open_link_async (f->hub, G_LIST_MODEL (files), NULL, NULL, 5, FALSE, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_null (namida_hub_open_link_finish (f->hub, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
}

/* The zip that arrived is the file of its name and size, nothing else of that name. */
static void
test_arrived (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Somebody", KEY, TRUE);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autofree char *path = g_build_filename (f->dir, "Namida Backup.zip", NULL);
  g_autofree char *link = g_build_filename (f->dir, "Namida Backup (2).zip", NULL);
  NamidaEntry *entry = namida_entry_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  entry->kind = NAMIDA_ENTRY_BACKUP_ZIP;
  entry->name = g_strdup ("Namida Backup.zip");
  entry->size = 7;
  namida_backup_add (backup, entry);
  namida_transfer_set_backup (transfer, backup);
  namida_transfer_set_result (transfer, 0, NAMIDA_FILE_STORED, NULL);
  namida_transfer_set_folder (transfer, f->dir);
  g_assert_true (g_file_set_contents (path, "another size", 12, NULL));
  for (guint i = 0; i < 2; i++)
    {
      if (i == 1)
        g_assert_cmpint (symlink ("1234567", link), ==, 0);
      namida_hub_inspect_arrived_async (f->hub, transfer, NULL, on_result, &result);
      WAIT_FOR (result != NULL);
      g_assert_null (namida_hub_inspect_arrived_finish (f->hub, result, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, "not there any more"));
      g_clear_error (&error);
      g_clear_object (&result);
    }
}

/* ---- the history ---- */

/* It was paused once, and ended in an earlier run: the history shows it. */
static void
test_history (Fixture *f, gconstpointer data)
{
  const Resume resume = { .agreed_by = NAMIDA_AGREED_PERSON, .agreed_files = 3, .paused = TRUE };
  g_autoptr (NamidaHubHistory) history = NULL;

  park (f, &resume);
  g_assert_true (namida_journal_set_state (f->hub->database, "parked", "cancelled", NULL, NULL));
  g_assert_true (namida_database_exec (f->hub->database, NULL, "UPDATE sessions SET paused = 1, updated_at = 1", ""));
  history = namida_hub_history_new (f->hub);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (history)) > 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (history)), ==, 1);
}

/* ---- the folder for music ---- */

/* The user’s own, but not the home folder: xdg-user-dirs names that for a folder that is turned off. */
static void
test_music (Fixture *f, gconstpointer data)
{
  g_autofree char *dirs = g_build_filename (f->dir, "user-dirs.dirs", NULL);
  g_autofree char *own = g_build_filename (g_get_home_dir (), "Klang", NULL);
  g_autofree char *usual = g_build_filename (g_get_home_dir (), "Music", NULL);
  NamidaHubOptions options = { .data_dir = f->dir };

  g_setenv ("XDG_CONFIG_HOME", f->dir, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *text = g_strdup_printf ("XDG_MUSIC_DIR=\"%s\"\n", i == 0 ? own : g_get_home_dir ());
      g_autoptr (NamidaHub) hub = NULL;

      g_assert_true (g_file_set_contents (dirs, text, -1, NULL));
      g_reload_user_special_dirs_cache ();
      hub = namida_hub_new (&options);
      g_assert_cmpstr (hub->music, ==, i == 0 ? own : usual);
    }
  g_unsetenv ("XDG_CONFIG_HOME");
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

static void
add_tables (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autofree char *path = g_strdup_printf ("/rules/offer/%s", rules[i].what);

      g_test_add (g_strdelimit (path, " ,", '-'), Fixture, &rules[i], set_up, test_rule, tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (resumes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/rules/resume/%s", resumes[i].what);

      g_test_add (g_strdelimit (path, " ,", '-'), Fixture, &resumes[i], set_up, test_resume, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  add_tables ();
  g_test_add ("/rules/no/stranger", Fixture, GINT_TO_POINTER (FALSE), set_up, test_no, tear_down);
  g_test_add ("/rules/no/trusted", Fixture, GINT_TO_POINTER (TRUE), set_up, test_no, tear_down);
  ADD ("/rules/gone", test_gone);
  ADD ("/rules/always", test_always);
  ADD ("/rules/block", test_block);
  ADD ("/rules/other-place", test_other_place);
  ADD ("/rules/drop-parked", test_drop_parked);
  ADD ("/rules/old-row", test_old_row);
  ADD ("/rules/left-out", test_left_out);
  ADD ("/rules/no-answer", test_no_answer);
  ADD ("/rules/address", test_address);
  ADD ("/rules/claims", test_claims);
  ADD ("/rules/pairing/refused", test_pairing_refused);
  ADD ("/rules/pairing/choice", test_pairing_choice);
  ADD ("/rules/messages", test_messages);
  ADD ("/rules/not-running", test_not_running);
  ADD ("/rules/probes", test_probes);
  ADD ("/rules/digits", test_digits);
  ADD ("/rules/link", test_link);
  ADD ("/rules/arrived", test_arrived);
  ADD ("/rules/history", test_history);
  ADD ("/rules/music", test_music);
  return g_test_run ();
}
