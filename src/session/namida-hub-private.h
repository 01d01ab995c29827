/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The instance structure of NamidaHub and the functions that its files share. There is one file per concern:
 * namida-hub.c (construction, start and stop), -peers.c (nearby devices),
 * -resolve.c (finding the device that the user named), -inbox.c and -outbox.c (what the rooms ask the hub), -pair.c,
 * -trust.c (trusted devices, and devices that only look like one). Only src/session and its tests include it. Main
 * context. */
#pragma once

#include "namida-hub.h"
#include "namida-address-book.h"
#include "namida-client.h"
#include "namida-interface.h"
#include "namida-keeper.h"
#include "namida-link.h"
#include "namida-neighborhood.h"
#include "namida-pairings.h"
#include "namida-run-conditions.h"
#include "namida-schedules.h"
#include "namida-outbox.h"
#include "namida-stale-list.h"
#include "namida-server.h"

G_BEGIN_DECLS

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
  NamidaUnencrypted unencrypted;
  gboolean no_localsend;
  gboolean hidden;
  gint64 reported_unencrypted_at, reported_changed_at, reported_history_at; /* monotonic µs; 0: never */
  GPtrArray *alarms;     /* sentences that the user has not dismissed yet */
  gint64 messages_since; /* monotonic µs: start of the minute in which @n_messages texts of strangers came */
  guint n_messages;
  guint64 limit;
  guint64 reserve;
  gboolean backups_chosen, music_chosen;
  guint parts_days;
  guint reread_days;
  gboolean send_only;
  gboolean listed;
  gboolean may_forget;

  gboolean running;
  GPtrArray *starts;         /* (nullable) (element-type GTask): what waits for the start that is in progress */
  GCancellable *cancellable; /* for everything that must end with the hub */

  NamidaIdentity *identity;
  NamidaDatabase *database;
  NamidaTrustStore *trust;
  NamidaAddressBook *book;
  NamidaStore *store;
  NamidaServer *server;
  GHashTable *players;      /* (nullable): "id\nhost" → GInetAddress where the player Namida is open */
  GHashTable *senders;      /* (nullable): devices that only send: fingerprint → TrustSender */
  GHashTable *copies_asked; /* addresses that claimed this device's identity and were asked already */
  GPtrArray *asking; /* (element-type GInetAddress): hosts that are being asked for their identity, one entry for each
                        request */

  NamidaPeerList *peers;
  NamidaNeighborhood *neighborhood;
  NamidaTransferList *list;
  GListStore *transfers; /* the items of @list */
  NamidaPairings *pairings;
  GListStore *messages;
  NamidaKeeper *keeper;
  NamidaInbox *inbox;
  NamidaOutbox *outbox;

  GObject *socket; /* (nullable): a NamidaTransferSocket for other programs of this user */

  /* namida-hub-schedules.c */
  NamidaSchedules *schedules;
  NamidaRunConditions *conditions; /* (nullable) until the hub runs */
  NamidaStaleList *stale;
  GHashTable *schedules_asked; /* (nullable): fingerprint → when the device was last asked for */
  /* namida-hub-wanted.c */
  GHashTable *wanted; /* (nullable): fingerprint → how many files this device wants from it */
  gboolean counting, count_again;
  GHashTable *brought; /* (nullable): fingerprint → Brought: devices that files were sent to for repairs */

  guint n_pending;  /* fetches, and downloads through a link, whose end is not yet in the history */
  GTask *stopping;  /* (nullable): the stop that waits for @n_pending to become 0 and for the outbox */
  guint tidy_timer; /* namida-hub-tidy.c */
  guint stop_timeout_id;

  GHashTable *watched; /* (nullable): a set of the devices in @peers, whose claims are compared with the trusted ones */
  GFileMonitor *trust_monitor; /* (nullable): notices that another program writes to the database */
  guint trust_timer;
  GHashTable *impostors; /* (nullable): a set of fingerprints of trusted devices for which another key answered */
};

/* namida-hub-peers.c */
/** namida_hub_init_peers: creates the neighborhood, without finders. */
void namida_hub_init_peers (NamidaHub *self);
/** namida_hub_start_discovery: creates and starts the finders and begins to maintain the list of devices. Returns:
 * %FALSE with the error of namida_neighborhood_start(). */
gboolean namida_hub_start_discovery (NamidaHub *self, GError **error);
/** namida_hub_stop_discovery: stops and frees the finders. */
void namida_hub_stop_discovery (NamidaHub *self);
/**
 * namida_hub_on_registered: handles a register request of @info, which has proven @fingerprint (nullable: none) at
 * @remote.
 */
void
namida_hub_on_registered (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *remote);

/* namida-hub-alarm.c */
/**
 * namida_hub_raise_alarm: raises an alarm with the text @sentence, unless the same alarm exists or there are too
 * many.
 */
void namida_hub_raise_alarm (NamidaHub *self, const char *sentence);

/* namida-hub-preview.c: answers devices that ask which files are already here. */
void namida_hub_start_preview (NamidaHub *self);
/* namida-hub-copies.c */
/** namida_hub_is_self: @fingerprint: (nullable). Returns: whether @info or @fingerprint are those of this device. */
gboolean namida_hub_is_self (NamidaHub *self, const NamidaDeviceInfo *info, const char *fingerprint);
/**
 * namida_hub_own_seen: handles a datagram from @address that claimed this device's identity. If the address is not
 * one of this computer and proves the claim, "trouble" reports it.
 */
void namida_hub_own_seen (NamidaHub *self, GInetSocketAddress *address);
/** namida_hub_is_own_address: Returns: whether @address belongs to an interface of this computer. */
gboolean namida_hub_is_own_address (NamidaHub *self, GInetSocketAddress *address);
/** namida_hub_dup_copy_sentence: Returns: (transfer full): a sentence with the problem and its solution. */
char *namida_hub_dup_copy_sentence (NamidaHub *self, GInetSocketAddress *address);
/**
 * namida_hub_may_ask: in namida-hub-ask.c, like the next functions. Returns: whether one more request for an identity
 * may be sent to @host, in any dialect; pending requests are in the hub's @asking.
 */
gboolean namida_hub_may_ask (NamidaHub *self, GInetAddress *host);
/**
 * namida_hub_ask_host: asks a host that was heard of for its identity, unless too many requests are pending; a device
 * that exists announces itself again. @fingerprint: (nullable): the key that is expected
 */
void namida_hub_ask_host (NamidaHub *self, GInetSocketAddress *address, const char *fingerprint);
/**
 * namida_hub_probe: checks whether the silent @peer is still there. A device of dialect v1 is asked to prove its key;
 * otherwise the peer list is told that the device is gone.
 */
void namida_hub_probe (NamidaHub *self, NamidaPeer *peer);
/** namida_hub_show_to_trusted: if this device is hidden, registers it with @peer, which has just become trusted. */
void namida_hub_show_to_trusted (NamidaHub *self, NamidaPeer *peer);
/** namida_hub_full_error_new: Returns: (transfer full): that the list of devices has no place for the one @alias. */
GError *namida_hub_full_error_new (const char *alias);
/**
 * namida_hub_take_proven: lists a device that has proven its key at an address. Returns: (transfer none) (nullable)
 */
NamidaPeer *
namida_hub_take_proven (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *address);

/* namida-hub-trust.c */
/**
 * namida_hub_start_trust: starts tracking which nearby devices are trusted, and changes that other programs make to
 * the trust store.
 */
void namida_hub_start_trust (NamidaHub *self);
/**
 * namida_hub_note_sender: notes what a device that only sends, and is therefore in no list, says about itself. It is
 * used for doubts only. @uuid: (nullable)
 */
void namida_hub_note_sender (NamidaHub *self, const char *fingerprint, const char *uuid, gboolean proven);
/**
 * namida_hub_get_proven_uuid: Returns: (nullable): the UUID that the device with this key sent over a connection with
 * that key. (transfer none).
 */
const char *namida_hub_get_proven_uuid (NamidaHub *self, const char *fingerprint);
/**
 * namida_hub_get_uuid_of: Returns: (nullable): the UUID of the device with this key: @said (nullable), or the one
 * that it announced earlier with this key.
 */
const char *namida_hub_get_uuid_of (NamidaHub *self, const char *fingerprint, const char *said);
/** namida_hub_stop_trust: stops tracking the trust store. */
void namida_hub_stop_trust (NamidaHub *self);
/** namida_hub_refresh_trust: evaluates the trust of all nearby devices again. */
void namida_hub_refresh_trust (NamidaHub *self);
/* namida-hub-revoke.c: ends all activity of a device that is no longer trusted. */
/** namida_hub_watch_trust: from now on, ends the transfers, fetches and connections of each device that is no longer
 * trusted. */
void namida_hub_watch_trust (NamidaHub *self);

/**
 * namida_hub_doubt_offer: finds out why the sender of @offer may not be the device that it claims to be. Sets the
 * doubt on the offer and returns it. A changed identity also raises an alarm.
 */
NamidaDoubt namida_hub_doubt_offer (NamidaHub *self, NamidaOffer *offer);
/**
 * namida_hub_doubt_pair_request: sets the warning of @request if its sender may not be the device that it claims to
 * be.
 */
void namida_hub_doubt_pair_request (NamidaHub *self, NamidaPairRequest *request);
/**
 * namida_hub_saw_impostor: notes that another key answered at @address, where the device with @fingerprint was
 * expected. Reported once if that device is trusted.
 */
void namida_hub_saw_impostor (NamidaHub *self, const char *fingerprint, GInetSocketAddress *address);
/**
 * namida_hub_dup_impostor_error: Returns: (transfer full) (nullable): IDENTITY_CHANGED if @text names a trusted
 * device that was seen only with another key.
 */
GError *namida_hub_dup_impostor_error (NamidaHub *self, const char *text);
/**
 * namida_hub_may_look_up: Returns: whether @host may be resolved by DNS. A program that is restricted to the loopback
 * interface must not do this.
 */
gboolean namida_hub_may_look_up (NamidaHub *self, const char *host);

/* namida-hub-players.c */
/** namida_hub_start_players: marks devices on which the player Namida is open. */
void namida_hub_start_players (NamidaHub *self);

/* namida-hub-pause.c */
/** namida_hub_on_drop_parked: handles that the device with @fingerprint canceled its interrupted session @id. */
void namida_hub_on_drop_parked (NamidaHub *self, const char *fingerprint, const char *id);

/* namida-hub-hidden.c */
/** namida_hub_is_hidden_from: Returns: whether the device with @fingerprint (nullable) must not learn what this device
 * is. */
gboolean namida_hub_is_hidden_from (NamidaHub *self, const char *fingerprint);
/**
 * namida_hub_dup_introduction: creates what a register request tells the device with @fingerprint (nullable) about this
 * one. Returns: (transfer full) (nullable): %NULL if this device is hidden from it, so that it is only asked.
 */
NamidaDeviceInfo *namida_hub_dup_introduction (NamidaHub *self, const char *fingerprint);

/* namida-hub-localsend.c */
/** namida_hub_watch_localsend: handles announcements and text messages of LocalSend devices. */
void namida_hub_watch_localsend (NamidaHub *self);
/** namida_hub_greet_localsend: answers the announcement of the LocalSend device @info with a register request. */
void namida_hub_greet_localsend (NamidaHub *self, NamidaDeviceInfo *info, GInetSocketAddress *address);
/**
 * namida_hub_probe_localsend: checks whether a silent LocalSend device is still there, and tells the peer list.
 * Returns: whether the device was asked
 */
gboolean namida_hub_probe_localsend (NamidaHub *self, NamidaPeer *peer);
/**
 * namida_hub_find_localsend_async: checks whether a LocalSend device answers at an address, over TLS or over plain
 * HTTP.
 */
void namida_hub_find_localsend_async (NamidaHub *self,
                                      GInetSocketAddress *address,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/** namida_hub_find_localsend_finish: Returns: (transfer full) (nullable): the device; %NULL with @error. */
NamidaPeer *namida_hub_find_localsend_finish (NamidaHub *self, GAsyncResult *result, GError **error);

/* namida-hub-phone.c */
/** namida_hub_find_phone_async: checks whether the phone app receives at an address. */
void namida_hub_find_phone_async (NamidaHub *self,
                                  GInetSocketAddress *address,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/**
 * namida_hub_find_phone_finish: Returns: (transfer full) (nullable): %NULL without @error if the phone app is not
 * listed.
 */
NamidaPeer *namida_hub_find_phone_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/**
 * namida_hub_probe_phone: checks whether a silent phone is still there, and tells the peer list. Returns: whether the
 * device was asked
 */
gboolean namida_hub_probe_phone (NamidaHub *self, NamidaPeer *peer);

/* namida-hub-unencrypted.c */
/** namida_hub_watch_unencrypted: applies the setting to the server and reports refused devices. */
void namida_hub_watch_unencrypted (NamidaHub *self);
/**
 * namida_hub_check_unencrypted: checks whether sending to @peer without encryption is possible. @allowed: the user
 * was warned and wants to send anyway. Errors: ENCRYPTION_REQUIRED
 */
gboolean namida_hub_check_unencrypted (NamidaHub *self, NamidaPeer *peer, gboolean allowed, GError **error);

/** namida_hub_watch_link: in namida-hub-link-history.c. Adds a row to the history for each download from @link. */
void namida_hub_watch_link (NamidaHub *self, NamidaLink *link);
/** namida_hub_pending_over: in namida-hub-state.c. Called when a fetch or a download from a link, counted in
 * @n_pending, has ended. */
void namida_hub_pending_over (NamidaHub *self);
/** namida_hub_report_trouble: emits "trouble". For the signals "trouble" of the rooms. */
void namida_hub_report_trouble (NamidaHub *self, const char *sentence);
/** namida_hub_check_settled: lets a pending stop continue if it has nothing left to wait for. */
void namida_hub_check_settled (NamidaHub *self);
/**
 * namida_hub_stop_go_on: continues the stop because no transfer is being sent, or because the wait took too long. For
 * g_timeout_add().
 */
gboolean namida_hub_stop_go_on (gpointer self);

/* namida-hub-backups.c: creates the keeper, which namida-hub.c starts and stops. */
void namida_hub_init_backups (NamidaHub *self);
/* namida-hub-tidy.c */
/** namida_hub_start_tidying: starts to remove outdated rows from the database from time to time. */
void namida_hub_start_tidying (NamidaHub *self);
/** namida_hub_stop_tidying: stops removing outdated rows. */
void namida_hub_stop_tidying (NamidaHub *self);
/**
 * namida_hub_note_repair: adds a row to the history for damaged files that were repaired outside of any transfer, and
 * emits "healed"
 * @direction: RECEIVE: files of this device; SEND: files of the other device
 * @fingerprint: (nullable): the other device; %NULL: repaired from a local copy
 * @files: how many, at least one
 * @versions: how many versions hold one of them; 0: not known
 */
void namida_hub_note_repair (
    NamidaHub *self, NamidaDirection direction, const char *fingerprint, guint files, guint versions);
/** namida_hub_start_wanted: in namida-hub-wanted.c, like the next functions. Starts to watch for repaired files that
 * other devices bring, and counts the wanted files. The server must exist. */
void namida_hub_start_wanted (NamidaHub *self);
/**
 * namida_hub_refresh_wanted: counts the wanted files again after another program wrote to the database, and announces
 * changes to the devices concerned.
 */
void namida_hub_refresh_wanted (NamidaHub *self);
/**
 * namida_hub_bring_wanted: sends wanted files to the device @info, which has proven its key at @address and said how
 * many files it wants.
 */
void
namida_hub_bring_wanted (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *address);
/** namida_hub_serve_versions: in namida-hub-fetch.c, like the next function. Lets trusted devices fetch the versions
 * that are kept for them. */
void namida_hub_serve_versions (NamidaHub *self);
/** namida_hub_stop_fetching: cancels running fetches; their parts stay. */
void namida_hub_stop_fetching (NamidaHub *self);

/** namida_hub_init_schedules: in namida-hub-schedules.c, like the next functions. Creates the list of schedules. */
void namida_hub_init_schedules (NamidaHub *self);
/** namida_hub_start_schedules: starts to run schedules, except in a hub that only sends or looks. */
void namida_hub_start_schedules (NamidaHub *self);
/** namida_hub_stop_schedules: stops the runs of schedules and releases the database. */
void namida_hub_stop_schedules (NamidaHub *self);

/* namida-hub-inbox.c: creates the room of offers. */
void namida_hub_init_inbox (NamidaHub *self);
/* namida-hub-outbox.c: creates the room of outgoing transfers. */
void namida_hub_init_outbox (NamidaHub *self);

/** namida_hub_init_pairings: in namida-hub-pair.c. Creates the room of pairings. */
void namida_hub_init_pairings (NamidaHub *self);
/** namida_hub_on_pair_request: lists a pairing request of another device. */
void namida_hub_on_pair_request (NamidaHub *self, NamidaPairRequest *request);
/** namida_hub_trust_peer: adds the device with @fingerprint to the trust store under the name @alias. */
void namida_hub_trust_peer (NamidaHub *self, const char *fingerprint, const char *alias);

/** namida_hub_list_remove: in namida-hub-state.c. Removes @item from @store if @store contains it. */
void namida_hub_list_remove (GListStore *store, gpointer item);

G_END_DECLS
