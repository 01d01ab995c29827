/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"
#include "namida-address-book.h"
#include "namida-avahi-finder.h"
#include "namida-client.h"
#include "namida-decline-guard.h"
#include "namida-manual-finder.h"
#include "namida-multicast-finder.h"
#include "namida-interface.h"
#include "namida-link.h"
#include "namida-run-conditions.h"
#include "namida-scan-finder.h"
#include "namida-schedules.h"
#include "namida-send-source.h"
#include "namida-stale-list.h"
#include "namida-server.h"
#include "namida-wake.h"

G_BEGIN_DECLS

/* One file per concern of the hub: namida-hub.c (life), -peers.c (who is near), -hints.c (why nobody is), -resolve.c
 * (who is meant), -receive.c (offers), -send.c, -pair.c, -trust.c (who is trusted, and who only looks like it). */
struct _NamidaHub
{
  GObject parent_instance;

  /* Options, owned. */
  char *data_dir;
  char *alias;
  char *interface;
  char *backups;
  char *music;
  char *pin;
  char *device_type;
  guint16 wanted_port;
  NamidaAccept accept;
  NamidaLanding landing;
  NamidaUnencrypted unencrypted;
  gboolean no_localsend;
  gint64 told_unencrypted_at, told_refused_at, told_changed_at; /* monotonic, 0: never */
  NamidaDeclineGuard *declined;                                 /* who has to wait after a no */
  GPtrArray *alarms;                                            /* sentences that nobody has read yet */
  gint64 messages_since; /* monotonic: in this minute so many texts of strangers came: */
  guint n_messages;
  guint64 limit;
  guint patience_seconds;
  gboolean wait_for_device;
  guint64 reserve;
  gboolean backups_chosen, music_chosen;
  guint parts_days;
  guint reread_days;
  gboolean send_only;
  gboolean listed;
  gboolean may_forget;

  gboolean running;
  GCancellable *cancellable; /* of everything that must end with the hub */

  NamidaIdentity *identity;
  NamidaDatabase *database;
  NamidaTrustStore *trust;
  NamidaAddressBook *book;
  NamidaStore *store;
  NamidaServer *server;
  GPtrArray *finders; /* (nullable) (element-type NamidaFinder): these four, which it owns: */
  NamidaMulticastFinder *multicast;
  NamidaManualFinder *manual;
  NamidaAvahiFinder *avahi;
  GHashTable *players; /* (nullable): "id\nhost" → GInetAddress: where the player Namida is open */
  NamidaScanFinder *scan;
  NamidaWake *wake;
  GNetworkMonitor *monitor;
  guint network_timer; /* until the network has settled */
  gboolean looking;    /* somebody looks at the list */
  GListStore *hints;
  guint hints_timer;
  guint scan_timer;         /* until it is clear that the other ways find nothing */
  GHashTable *senders;      /* (nullable): of devices that only send: fingerprint → what it said */
  GHashTable *copies_asked; /* addresses where this device's own identity was claimed, and which were asked */
  GPtrArray *asking; /* (element-type GInetAddress): hosts that are being asked who they are, one for each question */

  NamidaPeerList *peers;
  GListStore *offers;
  GListStore *transfers;
  GListStore *pair_requests;
  GListStore *messages;
  NamidaVersions *versions;

  /* namida-hub-forget.c */
  GHashTable *forgotten;  /* (nullable): ids of sessions, a set */
  GQueue forgotten_order; /* its keys, the oldest first */

  /* namida-hub-backups.c */
  NamidaRetention retention;
  gboolean retaining, retain_again;
  guint verify_days;
  gint64 doubts_since; /* microseconds since 1970: versions that came later are told of */
  guint verify_timer;
  GCancellable *verifying; /* (nullable): the quiet reading that goes on */

  GObject *socket; /* (nullable): a NamidaTransferSocket, for other programs of this user */

  /* namida-hub-schedules.c */
  NamidaSchedules *schedules;
  NamidaRunConditions *conditions; /* (nullable) until it runs */
  NamidaStaleList *stale;
  GHashTable *schedules_asked; /* (nullable): fingerprints, and when they were asked for last */
  /* namida-hub-wanted.c */
  GHashTable *wanted; /* (nullable): fingerprint → how many files it is asked for */
  gboolean counting, count_again;
  GHashTable *brought; /* (nullable): fingerprint → Brought: devices that were brought files */

  guint n_sendings; /* begun, and not yet in the history */
  GTask *stopping;  /* (nullable): waits for them */
  guint tidy_timer; /* namida-hub-tidy.c */
  guint stop_timeout_id;

  GTask *pairing; /* (nullable): the pairing that this side began */

  GFileMonitor *trust_monitor; /* (nullable): tells that somebody writes to the database */
  guint trust_timer;
  GHashTable *impostors; /* (nullable): fingerprints of trusted devices in whose place another key was seen, a set */
};

/* namida-hub-peers.c */
gboolean namida_hub_start_discovery (NamidaHub *self, GError **error);
void namida_hub_stop_discovery (NamidaHub *self);
void
namida_hub_on_registered (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *remote);

/* namida-hub-alarm.c */
/* Tells @sentence as an alarm, unless that is one already or there are enough. */
void namida_hub_raise_alarm (NamidaHub *self, const char *sentence);

/* namida-hub-ask.c */
/* namida-hub-preview.c: answers who asks what is here already. */
void namida_hub_start_preview (NamidaHub *self);
/* namida-hub-receive.c: where what comes from a device goes. @trusted: (nullable) */
NamidaLanding namida_hub_landing_for (NamidaHub *self, const NamidaTrusted *trusted);
/* namida-hub-copies.c */
/* A datagram claimed this device's identity at @address: is told by "trouble" when that is proven, and elsewhere. */
void namida_hub_own_seen (NamidaHub *self, GInetSocketAddress *address);
gboolean namida_hub_is_own_address (NamidaHub *self, GInetSocketAddress *address);
/* Returns: (transfer full): what is wrong, and the way out. */
char *namida_hub_dup_copy_sentence (NamidaHub *self, GInetSocketAddress *address);
/* Whether one more question may go to @host, by any dialect: with the hub's asking as what is being asked. */
gboolean namida_hub_may_ask (NamidaHub *self, GInetAddress *host);
/* Asks a host that was heard of, unless enough are being asked: a device that is there announces itself again.
 * @fingerprint: (nullable): whom it is for */
void namida_hub_ask_host (NamidaHub *self, GInetSocketAddress *address, const char *fingerprint);
/* Is @peer, which was silent, still there? Asks one that proves its key; of any other the list is told that it is not.
 */
void namida_hub_probe (NamidaHub *self, NamidaPeer *peer);
/* A device that has shown its key at an address. Returns: (transfer none) (nullable) */
NamidaPeer *
namida_hub_take_proven (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *address);

/* namida-hub-trust.c */
/* Looks from now on who is trusted: of the devices near, and for what another program changes. */
void namida_hub_start_trust (NamidaHub *self);
/* A device that only sends, which is in no list, says what it is; a doubt about it is all that comes of it. @uuid:
 * (nullable) */
void namida_hub_note_sender (NamidaHub *self, const char *fingerprint, const char *uuid, gboolean proven);
/* What the device of this key said it is over a connection with that key. (nullable) */
const char *namida_hub_get_proven_uuid (NamidaHub *self, const char *fingerprint);
/* What the device of this key said it is: now (@said, nullable), or when it made itself known with this key.
 * (nullable) */
const char *namida_hub_get_uuid_of (NamidaHub *self, const char *fingerprint, const char *said);
void namida_hub_stop_trust (NamidaHub *self);
void namida_hub_refresh_trust (NamidaHub *self);
/* namida-hub-revoke.c: ends what a device does here when it is trusted no longer. */
void namida_hub_watch_trust (NamidaHub *self);

/* Why a device that shows @fingerprint and calls itself so may not be what it seems. Sets and returns the doubt; tells
 * it as trouble, too, when it is that of a changed identity. */
NamidaDoubt namida_hub_doubt_offer (NamidaHub *self, NamidaOffer *offer);
void namida_hub_doubt_pair_request (NamidaHub *self, NamidaPairRequest *request);
/* Where the device of @fingerprint should be, another one answered: told once when that one is trusted. */
void namida_hub_saw_impostor (NamidaHub *self, const char *fingerprint, GInetSocketAddress *address);
/* Returns: (transfer full) (nullable): IDENTITY_CHANGED when @text names a trusted device that was seen with another
 * key only. */
GError *namida_hub_dup_impostor_error (NamidaHub *self, const char *text);
/* Whether a name may be asked of a name server: not by a program that keeps to the loopback. */
gboolean namida_hub_may_look_up (NamidaHub *self, const char *host);

/* namida-hub-players.c */
/** namida_hub_start_players: marks devices on which the player Namida is open. */
void namida_hub_start_players (NamidaHub *self);

/* namida-hub-finders.c */
void namida_hub_create_finders (NamidaHub *self);
/* Starts those that are wanted, or starts them anew. @announcing_only: those by which others learn the name. */
gboolean namida_hub_start_finders (NamidaHub *self, gboolean announcing_only, GError **error);
void namida_hub_refresh_finders (NamidaHub *self);
void namida_hub_clear_finders (NamidaHub *self);
/* NAMIDA_FINDERS=multicast,avahi,scan leaves out what it does not name: for tests of one way alone. @name: (nullable)
 */
gboolean namida_hub_is_finder_wanted (const char *name);

/* namida-hub-hints.c: with discovery; after a while of nobody being near. */
void namida_hub_start_hints (NamidaHub *self);
void namida_hub_stop_hints (NamidaHub *self);
void namida_hub_hints_later (NamidaHub *self);

/* namida-hub-send.c */
/* @what: (transfer full). Returns: (transfer none) */
NamidaTransfer *namida_hub_send_what (NamidaHub *self, NamidaPeer *peer, NamidaSendSource *what, const char *pin);

/* namida-hub-receive.c */
void namida_hub_on_offer (NamidaHub *self, NamidaOffer *offer);

/* namida-hub-forget.c */
/* Puts what is received, whose session id is set, into the list of transfers; what was received long before leaves it.
 */
void namida_hub_list_received (NamidaHub *self, NamidaTransfer *transfer);
/* Whether the session @id of this run was in the list of transfers and is not any more: its row is history. */
gboolean namida_hub_has_forgotten (NamidaHub *self, const char *id);
void namida_hub_close_forgotten (NamidaHub *self);

/* namida-hub-pause.c */
void namida_hub_on_drop_parked (NamidaHub *self, const char *fingerprint, const char *id);

/* namida-hub-send.c */
void namida_hub_send_pause (NamidaHub *self, NamidaTransfer *transfer);
void namida_hub_send_resume (NamidaHub *self, NamidaTransfer *transfer);
/* The program ends. */
void namida_hub_close_sendings (NamidaHub *self);

/* namida-hub-take-up.c: each row of the journal that @list finds (in a worker) is taken up, while the hub still runs.
 */
typedef GPtrArray *(*NamidaHubListRows) (NamidaDatabase *database, GError **error);
typedef void (*NamidaHubTakeRow) (NamidaHub *self, const NamidaJournalSession *row);
void namida_hub_take_up (NamidaHub *self, NamidaHubListRows list, NamidaHubTakeRow take);

/* namida-hub-send-history.c: what the last run of the program was still sending goes on. */
void namida_hub_take_up_sendings (NamidaHub *self);

/* namida-hub-receive-history.c */
/* What the person here paused in an earlier run is in the list of transfers again, still paused. */
void namida_hub_take_up_paused (NamidaHub *self);

/* namida-hub-localsend.c */
void namida_hub_watch_localsend (NamidaHub *self);
/* Answers its announcement by a register. */
void namida_hub_greet_localsend (NamidaHub *self, NamidaDeviceInfo *info, GInetSocketAddress *address);
/* Is a silent one still there? The list of peers is told. Returns: whether it is asked. */
gboolean namida_hub_probe_localsend (NamidaHub *self, NamidaPeer *peer);
/* Whether a LocalSend answers at an address, over TLS or in plain. */
void namida_hub_find_localsend_async (NamidaHub *self,
                                      GInetSocketAddress *address,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
NamidaPeer *namida_hub_find_localsend_finish (NamidaHub *self, GAsyncResult *result, GError **error);

/* namida-hub-phone.c */
/* Whether the phone app receives at an address. */
void namida_hub_find_phone_async (NamidaHub *self,
                                  GInetSocketAddress *address,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* Returns: (transfer full) (nullable): NULL without @error: it is none that is listed. */
NamidaPeer *namida_hub_find_phone_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/* Is a silent one still there? The list of peers is told. Returns: whether it is asked. */
gboolean namida_hub_probe_phone (NamidaHub *self, NamidaPeer *peer);

/* namida-hub-unencrypted.c */
/* Whether "trouble" may tell of a refusal now: anybody can be refused all day. @told_at: (inout): monotonic, 0: never
 */
gboolean namida_hub_may_tell (gint64 *told_at);
void namida_hub_watch_unencrypted (NamidaHub *self);
/* @allowed: a person was told, and wants to send to @peer nevertheless. Errors: ENCRYPTION_REQUIRED */
gboolean namida_hub_check_unencrypted (NamidaHub *self, NamidaPeer *peer, gboolean allowed, GError **error);

/* namida-hub-link-history.c: what is fetched by @link gets a row in the history. */
void namida_hub_watch_link (NamidaHub *self, NamidaLink *link);
/* namida-hub-forget.c: the row @id of the history, which this run of the program wrote, is no transfer of its list. */
void namida_hub_show_past (NamidaHub *self, const char *id);

/* namida-hub-state.c: one sending less under way; the last one lets a waiting stop go on. */
void namida_hub_sending_over (NamidaHub *self);
/* Nothing is sent any more, or it takes too long: the end of the program goes on. For g_timeout_add(). */
gboolean namida_hub_stop_go_on (gpointer self);

/* namida-hub-backups.c: before the lists are used; when the store is there; when the hub ends. */
void namida_hub_init_backups (NamidaHub *self);
/* namida-hub-doubts.c */
void namida_hub_init_doubts (NamidaHub *self);
void namida_hub_start_backups (NamidaHub *self);
void namida_hub_stop_backups (NamidaHub *self);
/* Every few minutes: begins to read again what was not read for the longest time, when it is time and nothing else goes
 * on. */
void namida_hub_verify_quietly (NamidaHub *self);
/* namida-hub-tidy.c */
void namida_hub_start_tidying (NamidaHub *self);
void namida_hub_stop_tidying (NamidaHub *self);
/**
 * namida_hub_note_repair: a row of the history for damaged files that were repaired outside of any transfer, and
 * "healed"
 * @direction: RECEIVE: here; SEND: on the other device
 * @fingerprint: (nullable): of the other device; %NULL: from a copy that was here
 * @files: how many, at least one
 * @versions: that hold one of them; 0: not known
 */
void namida_hub_note_repair (
    NamidaHub *self, NamidaDirection direction, const char *fingerprint, guint files, guint versions);
/* namida-hub-wanted.c: damaged files that devices are asked for, here and there. With the shelf. */
void namida_hub_start_wanted (NamidaHub *self);
/* Somebody wrote to the database: what is wanted may be another number, and its devices are told. */
void namida_hub_refresh_wanted (NamidaHub *self);
/* The device @info, which has shown its key at @address, has said who it is, and how many files it wants. */
void
namida_hub_bring_wanted (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *address);
/* namida-hub-fetch.c: lets trusted devices fetch what is kept for them; ends what is being fetched (parts stay). */
void namida_hub_serve_versions (NamidaHub *self);
void namida_hub_stop_fetching (NamidaHub *self);

/* namida-hub-schedules.c: before the list is used; when the hub runs; when it stops, with the database or before its
 * end. */
void namida_hub_init_schedules (NamidaHub *self);
void namida_hub_start_schedules (NamidaHub *self);
void namida_hub_stop_schedules (NamidaHub *self);

/* namida-hub-pair.c */
void namida_hub_on_pair_request (NamidaHub *self, NamidaPairRequest *request);
void namida_hub_trust_peer (NamidaHub *self, const char *fingerprint, const char *alias);

/* namida-hub-state.c: removes @item from @store when it is there. */
void namida_hub_list_remove (GListStore *store, gpointer item);

G_END_DECLS
