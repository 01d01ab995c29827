/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-phone-names.h"
#include "namida-hint.h"
#include "namida-identity.h"
#include "namida-message.h"
#include "namida-messages.h"
#include "namida-offer.h"
#include "namida-pair-request.h"
#include "namida-peer-list.h"
#include "namida-scanner.h"
#include "namida-store.h"
#include "namida-trust-store.h"
#include "namida-backups-message.h"
#include "namida-versions.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_ACCEPT_ASK,
  NAMIDA_ACCEPT_TRUSTED,
  NAMIDA_ACCEPT_ALL
} NamidaAccept;

/** NamidaUnencrypted: what becomes of offers of devices that cannot encrypt, and of sending to them. */
typedef enum
{
  NAMIDA_UNENCRYPTED_ASK, /* a person decides each time, also where all others are accepted */
  NAMIDA_UNENCRYPTED_NEVER,
  NAMIDA_UNENCRYPTED_ALLOW, /* as for the others: NamidaAccept decides */
} NamidaUnencrypted;

/** NamidaHubOptions: how to start; copied. Zero or NULL is the default of each. */
typedef struct
{
  const char *data_dir;  /* default $XDG_DATA_HOME/namida-sync */
  const char *alias;     /* default: the readable host name */
  const char *interface; /* a name or an address; default: all usable ones */
  guint16 port;          /* default: 53317 to 53327, the first free one */
  const char *backups;   /* default ~/Namida/Backups; of the development profile ~/Namida Development/Backups */
  const char *music;     /* default the XDG music folder, else ~/Music */
  const char *pin;
  const char *device_type;       /* "desktop" | "headless" */
  NamidaAccept accept;           /* ask is the default: signal/list "offers" */
  NamidaLanding landing;         /* library is the default (0) */
  NamidaUnencrypted unencrypted; /* ask is the default */
  gboolean no_localsend;         /* see namida_hub_set_localsend() */
  guint64 limit;                 /* bytes a second, 0 = none */
  guint64 reserve;               /* bytes that stay free on the disk; default: 64 MB of a disk of 1 GB and more */
  guint parts_days;              /* so long the parts of interrupted transfers stay; default NAMIDA_LIMIT_PARKED_DAYS */
  guint patience_seconds;        /* so long an accepted sending waits for a device that is away, and any for one that is
                                    busy; 0 = it fails */
  gboolean wait_for_device;      /* with @patience_seconds: also before it was accepted, and for a disk that is full */
  gboolean send_only;            /* a command that only sends or looks: it refuses what is offered to it */
  gboolean listed;               /* with @send_only: others list the device nevertheless while it runs */
  gboolean
      may_forget; /* with @send_only: works from a copy when the data folder cannot be written; "trouble" says so */
} NamidaHubOptions;

/**
 * NamidaHub: one device: identity, discovery, server, store and transfers, wired. What the window and the command line
 * both start. Main context. Properties: "running", "port" (0 until it runs), "address" (text, for people), "scanning"
 * and "scan-progress" (0.0 to 1.0) of namida_hub_scan(). Why it does not listen is the error of
 * namida_hub_start_finish(). Signal "trouble" (const char *sentence): something a person should know and nothing
 * depends on. Signal "alarm" (const char *sentence): somebody pretends to be a trusted device; it is kept for
 * namida_hub_dup_alarms(), and whoever shows it lets a person read it to its end.
 * Signal "healed" (const NamidaHubHealed *): damaged files of a backup are whole again by what a device brought, here
 * or there, outside of any transfer. Signal "noted": the history has a new row that is no transfer.
 */
#define NAMIDA_TYPE_HUB (namida_hub_get_type ())
G_DECLARE_FINAL_TYPE (NamidaHub, namida_hub, NAMIDA, HUB, GObject)

/** NamidaHubHealed: whose files became whole; namida_healed_dup_words() has the words. Owns nothing. */
typedef struct
{
  NamidaDirection direction; /* RECEIVE: here, by the other device; SEND: there, by this one */
  const char *alias;         /* of the other device */
  const char *fingerprint;   /* likewise */
  guint files;
  guint versions; /* that hold at least one of them; 0: not known */
} NamidaHubHealed;

NamidaHub *namida_hub_new (const NamidaHubOptions *options);
/** Loads identity and database (in a worker), listens, announces. Errors: identity damaged, port taken, database. */
void
namida_hub_start_async (NamidaHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean namida_hub_start_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/** Says goodbye, parks what runs, flushes. */
void namida_hub_stop_async (NamidaHub *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean namida_hub_stop_finish (NamidaHub *self, GAsyncResult *result, GError **error);

NamidaIdentity *namida_hub_get_identity (NamidaHub *self); /* (nullable) until started */
NamidaTrustStore *namida_hub_get_trust_store (NamidaHub *self);
NamidaStore *namida_hub_get_store (NamidaHub *self);
guint16 namida_hub_get_port (NamidaHub *self);
/** namida_hub_set_port: @port: to listen on from the next start; 0: the first free one of the usual ones. */
void namida_hub_set_port (NamidaHub *self, guint16 port);
char *namida_hub_dup_address (NamidaHub *self);
/** GListModels, owned by the hub, valid from namida_hub_new() on: of NamidaPeer, of open NamidaOffer, of NamidaTransfer
 * (newest first), of open NamidaPairRequest. */
GListModel *namida_hub_get_peers (NamidaHub *self);
GListModel *namida_hub_get_offers (NamidaHub *self);
GListModel *namida_hub_get_transfers (NamidaHub *self);
GListModel *namida_hub_get_pair_requests (NamidaHub *self);
/** Of NamidaMessage, newest first, the last twenty: texts that others sent; to be shown once, and copied. */
GListModel *namida_hub_get_messages (NamidaHub *self);
void namida_hub_set_alias (NamidaHub *self, const char *alias);
/** namida_hub_set_reserve, namida_hub_set_parts_days: as the options; from now on. */
void namida_hub_set_reserve (NamidaHub *self, guint64 reserve);
void namida_hub_set_parts_days (NamidaHub *self, guint days);
void namida_hub_set_accept (NamidaHub *self, NamidaAccept accept);
/** namida_hub_set_localsend: whether this device shows up in LocalSend and receives from it. */
void namida_hub_set_localsend (NamidaHub *self, gboolean spoken);
/** namida_hub_set_unencrypted: from now on; what is under way goes on. */
void namida_hub_set_unencrypted (NamidaHub *self, NamidaUnencrypted unencrypted);
void namida_hub_set_landing (NamidaHub *self,
                             NamidaLanding landing); /* where accepted backups land when nobody is asked */
/** namida_hub_set_folders: where what arrives from now on lands; (nullable): as it is. What is being received goes on
 * where it began. */
void namida_hub_set_folders (NamidaHub *self, const char *backups, const char *music);
/** namida_hub_set_chosen: which of the folders a person chose: see namida_store_set_chosen(). */
void namida_hub_set_chosen (NamidaHub *self, gboolean backups, gboolean music);
/** namida_hub_set_limit: @limit: bytes a second of each sending that begins from now on, and of all together
 * that others then send or fetch here; 0: none. */
void namida_hub_set_limit (NamidaHub *self, guint64 limit);
/** namida_hub_set_pin: the code that senders have to type from now on; (nullable): none. */
void namida_hub_set_pin (NamidaHub *self, const char *pin);
void namida_hub_refresh (NamidaHub *self);
void namida_hub_set_looking (NamidaHub *self, gboolean looking);
/** namida_hub_scan: knocks at the addresses of the own networks, as a person asked for it; what answers is listed. */
void namida_hub_scan (NamidaHub *self);
/** namida_hub_cancel_scan: ends it at once. */
void namida_hub_cancel_scan (NamidaHub *self);
/** namida_hub_get_hints: Returns: (transfer none): why nobody is near, and what to do (GListModel of NamidaHint): while
 * somebody looks and the list was empty for 3 s; empty when a device is near. Owned by the hub. */
GListModel *namida_hub_get_hints (NamidaHub *self);
/** namida_hub_check_hints_async: finds the hints out now, when nobody is near. At most 5 s. */
void namida_hub_check_hints_async (NamidaHub *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean namida_hub_check_hints_finish (NamidaHub *self, GAsyncResult *result, GError **error);

/**
 * namida_hub_resolve_async: @text: NAME, ADDRESS[:PORT] or FINGERPRINT; waits up to @timeout_ms for it to appear; an
 * address is asked directly. Errors: NO_SUCH_DEVICE (with what was seen), also for two of one name.
 */
void namida_hub_resolve_async (NamidaHub *self,
                               const char *text,
                               guint timeout_ms,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** Returns: (transfer full) (nullable) */
NamidaPeer *namida_hub_resolve_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/** namida_hub_forget_address: one that a person typed (namida_hub_resolve_async()) is not looked at any more. @text: as
 * it was typed, or the same in other words. Returns: whether it was known. */
gboolean namida_hub_forget_address (NamidaHub *self, const char *text);
/** namida_hub_has_typed_address: whether a person typed one of the addresses that @peer has. */
gboolean namida_hub_has_typed_address (NamidaHub *self, NamidaPeer *peer);
/** namida_hub_forget_addresses: all of those. */
void namida_hub_forget_addresses (NamidaHub *self, NamidaPeer *peer);
/** namida_hub_dup_alarms: Returns: (transfer full): the sentences of the alarms that no person has read yet, the oldest
 * first. Each was told by the signal "alarm", too. Main context. */
GStrv namida_hub_dup_alarms (NamidaHub *self);
/** namida_hub_dismiss_alarms: a person has read them. Main context. */
void namida_hub_dismiss_alarms (NamidaHub *self);
/**
 * namida_hub_check_recipient: whether @peer is whom a person means.
 * @text: (nullable): what the person typed to name it, as for namida_hub_resolve_async(); %NULL: it was chosen by
 * sight, with namida_peer_get_warning() shown
 *
 * Refuses one that says it is a trusted device but shows another key, or that was found under the name of a trusted
 * device but is another (IDENTITY_CHANGED), and one that only has the address of a trusted device (NO_SUCH_DEVICE).
 * Pairing with it, or typing its fingerprint, is how to mean it. namida_hub_send() does this without @text. Errors:
 * IDENTITY_CHANGED, NO_SUCH_DEVICE.
 */
gboolean namida_hub_check_recipient (NamidaHub *self, NamidaPeer *peer, const char *text, GError **error);
/**
 * namida_hub_send: starts at once: scans @files (GListModel of GFile), offers, sends. @pin: (nullable).
 * Returns: (transfer none): in namida_hub_get_transfers(); its "ended" tells the outcome, errors of scanning included.
 */
NamidaTransfer *namida_hub_send (NamidaHub *self, NamidaPeer *peer, GListModel *files, const char *pin);
/** namida_hub_send_filtered: the same of what @filter (nullable) takes of @files. */
NamidaTransfer *namida_hub_send_filtered (
    NamidaHub *self, NamidaPeer *peer, GListModel *files, NamidaScanFilter *filter, const char *pin);
/** namida_hub_takes_text: whether @peer may take messages of text: LocalSend and this program do. */
gboolean namida_hub_takes_text (NamidaPeer *peer);
/**
 * namida_hub_send_text_async: sends a message to @peer, and waits until it is accepted there.
 * @text: UTF-8, not empty, at most 64 KiB; @pin: (nullable); @unencrypted: the person knows that @peer cannot encrypt
 */
void namida_hub_send_text_async (NamidaHub *self,
                                 NamidaPeer *peer,
                                 const char *text,
                                 const char *pin,
                                 gboolean unencrypted,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/** Errors: as a sending before its first file: DECLINED, PIN_REQUIRED, ENCRYPTION_REQUIRED, …; NOT_FOUND: it takes no
 * messages; TOO_LARGE. */
gboolean namida_hub_send_text_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/** namida_hub_read_everything: @transfer, which namida_hub_send() has just returned, reads every file again before it
 * is offered, whatever is remembered of it. Main context. */
void namida_hub_read_everything (NamidaHub *self, NamidaTransfer *transfer);
/** NamidaSentBeforePolicy: what becomes of files that a LocalSend device has had from here before. */
typedef enum
{
  NAMIDA_SENT_BEFORE_SEND,  /* they are sent; a retry leaves out what arrived */
  NAMIDA_SENT_BEFORE_SKIP,  /* they are left out */
  NAMIDA_SENT_BEFORE_AGAIN, /* they are sent, also by a retry: the person was asked */
} NamidaSentBeforePolicy;
/**
 * namida_hub_count_sent_before_async: how many of @files, which are looked for as namida_hub_send_filtered() does,
 * @peer has had from here before and would store a second time. Of LocalSend devices alone: others are asked what they
 * have. Main context.
 */
void namida_hub_count_sent_before_async (NamidaHub *self,
                                         NamidaPeer *peer,
                                         GListModel *files,
                                         NamidaScanFilter *filter,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
/** Returns: files; 0 also with @error (of the search for files). @bytes: (out): theirs. */
guint namida_hub_count_sent_before_finish (NamidaHub *self, GAsyncResult *result, guint64 *bytes, GError **error);
/** namida_hub_set_sent_before: of @transfer, which namida_hub_send() has just returned. Main context. */
void namida_hub_set_sent_before (NamidaHub *self, NamidaTransfer *transfer, NamidaSentBeforePolicy policy);
/** namida_hub_set_phone_names: what becomes of names that a phone refuses; @transfer, which namida_hub_send() or
 * namida_hub_restore_to() has just returned. By default such a sending ends with UNSAFE_PATH before anybody is asked.
 */
void namida_hub_set_phone_names (NamidaHub *self, NamidaTransfer *transfer, NamidaPhoneNames names);
/** namida_hub_allow_unencrypted: @transfer, which namida_hub_send() or namida_hub_restore_to() has just returned, may
 * go to a device that cannot encrypt: its person was told so. Without it such a sending ends with ENCRYPTION_REQUIRED.
 */
void namida_hub_allow_unencrypted (NamidaHub *self, NamidaTransfer *transfer);
/** namida_hub_limit_sending: @transfer, which namida_hub_send() has just returned, is sent with at most @limit bytes a
 * second; 0: as all others. Main context. */
void namida_hub_limit_sending (NamidaHub *self, NamidaTransfer *transfer, guint64 limit);
/** NamidaHubPreview: what a sending would carry. */
typedef struct
{
  NamidaBackup *backup;
  NamidaOfferAnswer *wanted; /* (nullable): the files that would travel; %NULL: the device does not say */
  GError *reason;            /* (nullable): why it does not */
} NamidaHubPreview;
void namida_hub_preview_free (NamidaHubPreview *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaHubPreview, namida_hub_preview_free)
/** namida_hub_preview_async: looks for @files as namida_hub_send_filtered() does, and asks @peer what it has of them;
 * nothing is sent or written down. */
void namida_hub_preview_async (NamidaHub *self,
                               NamidaPeer *peer,
                               GListModel *files,
                               NamidaScanFilter *filter,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** Returns: (transfer full) (nullable): errors are those of the search for files. */
NamidaHubPreview *namida_hub_preview_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/** namida_hub_retry: a failed sending of this run again; what is already there is not sent. One that waits for its
 * device tries at once, and is itself what is returned. (transfer none) (nullable) */
NamidaTransfer *namida_hub_retry (NamidaHub *self, NamidaTransfer *transfer);
/**
 * namida_hub_pause: stops @transfer until namida_hub_resume(), in either direction; nothing that arrived is lost.
 * PAUSED follows soon (a sending has to let go first). The other side shows that it was stopped here. No effect unless
 * namida_transfer_can_pause().
 */
void namida_hub_pause (NamidaHub *self, NamidaTransfer *transfer);
/** namida_hub_resume: a PAUSED one goes on, without a question to the other person. What is received goes on when the
 * other device, which waits, sends again: INTERRUPTED until then, and another row takes its place. */
void namida_hub_resume (NamidaHub *self, NamidaTransfer *transfer);
/** namida_hub_cancel: ends @transfer, in whatever state it is, also when it is interrupted or paused. @keep_parts: what
 * has arrived stays for NAMIDA_LIMIT_PARKED_DAYS and need not be sent again. */
void namida_hub_cancel (NamidaHub *self, NamidaTransfer *transfer, gboolean keep_parts);
/** namida_hub_accept: @always: trust this (proven) device and accept its backups from now on; without effect for one
 * whose identity has changed (namida_offer_get_doubt()): that takes a pairing. */
void namida_hub_accept (NamidaHub *self, NamidaOffer *offer, NamidaLanding landing, gboolean always);
/** namida_hub_accept_to: the same, into @folder (nullable: the usual one) for this time, where the landing is the
 * library: a folder that is there. What namida_offer_set_taken() took out of the offer is declined; an offer of which
 * nothing is left is declined as a whole. */
void
namida_hub_accept_to (NamidaHub *self, NamidaOffer *offer, NamidaLanding landing, const char *folder, gboolean always);
void namida_hub_decline (NamidaHub *self, NamidaOffer *offer);
/** namida_hub_block: declines @offer, and everything that this key offers, asks or says from now on, without a
 * question. One that has proven no key is only declined. */
void namida_hub_block (NamidaHub *self, NamidaOffer *offer);
/** Returns: (transfer none) (nullable): by namida_offer_get_id(). */
NamidaOffer *namida_hub_find_offer (NamidaHub *self, const char *id);
/**
 * namida_hub_pair_async: commit and reveal; @digits is called with what both screens must show; the person answers by
 * namida_hub_pair_confirm(). Finishes when both confirmed (the device is trusted then).
 */
typedef void (*NamidaPairDigits) (NamidaHub *self, const char *digits, gpointer user_data);
void namida_hub_pair_async (NamidaHub *self,
                            NamidaPeer *peer,
                            NamidaPairDigits digits,
                            gpointer digits_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean namida_hub_pair_finish (NamidaHub *self, GAsyncResult *result, GError **error);
void namida_hub_pair_confirm (NamidaHub *self, gboolean same);
/** namida_hub_pair_set_auto_accept: whether what the device sends from now on is stored without a question, if the
 * pairing that goes on ends well; %TRUE at first. Before namida_hub_pair_confirm(). */
void namida_hub_pair_set_auto_accept (NamidaHub *self, gboolean auto_accept);
/** namida_hub_set_may_pair: whether anybody here can answer "pair-requests"; %TRUE at first. Once it runs. */
void namida_hub_set_may_pair (NamidaHub *self, gboolean may);
/** namida_hub_open_pairing: the person here expects to be asked for a pairing in the next two minutes: more may begin
 * than the few that strangers may try. */
void namida_hub_open_pairing (NamidaHub *self);

/* namida-hub-backups.c: what is kept here. */

/** namida_hub_get_versions: owned by the hub, valid from namida_hub_new() on; loaded by the start and after each
 * receiving. */
NamidaVersions *namida_hub_get_versions (NamidaHub *self);
/**
 * namida_hub_restore_to: sends @version to any device: its zip and the music of @labels, (nullable): all of it; {NULL}:
 * the zip alone. Files that are not as they arrived are left out, and told. Otherwise as namida_hub_send(), retry
 * included.
 * Returns: (transfer none)
 */
NamidaTransfer *namida_hub_restore_to (
    NamidaHub *self, NamidaVersion *version, NamidaPeer *peer, const char *const *labels, const char *pin);
/** namida_hub_restore_fitted_to: the same with @fitted, a copy of the version's zip that was made for @peer, in its
 * place. @fitted: (transfer full): a NamidaFittedBackup, which stays until the transfer is forgotten. */
NamidaTransfer *namida_hub_restore_fitted_to (NamidaHub *self,
                                              NamidaVersion *version,
                                              NamidaPeer *peer,
                                              const char *const *labels,
                                              const char *pin,
                                              gpointer fitted);
/** namida_hub_list_kept_async: what @peer, a device of ours, keeps for this one. Errors: DECLINED (it does not allow it
 * to fetch), UNREACHABLE, IDENTITY_CHANGED, NOT_FOUND (it keeps nothing for anybody). */
void namida_hub_list_kept_async (
    NamidaHub *self, NamidaPeer *peer, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** (transfer full) (nullable) (element-type NamidaKeptBackup): newest first. */
GPtrArray *namida_hub_list_kept_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/**
 * namida_hub_fetch: gets the backup @backup_id of that list from @peer, verified; fetching it again after a break goes
 * on where it stopped. @labels: (nullable): which music folders; NULL: all.
 * Returns: (transfer none): in namida_hub_get_transfers().
 */
NamidaTransfer *namida_hub_fetch (
    NamidaHub *self, NamidaPeer *peer, const char *backup_id, const char *const *labels, NamidaLanding landing);
/** namida_hub_set_retention: from now on, after each receiving that is verified; 0 (the default) keeps all. What it
 * moved to the trash is told by the signal "versions-removed" (const NamidaRemoval *), also when there is nothing but a
 * question (NamidaRemoval.question). */
void namida_hub_set_retention (NamidaHub *self, NamidaRetention policy);
/** namida_hub_set_reread_days: a file that was read last more than @days ago is read when a new version shares it; 0:
 * never. NAMIDA_LIMIT_REREAD_DAYS at first. */
void namida_hub_set_reread_days (NamidaHub *self, guint days);
/** namida_hub_set_verify_days: reads files of versions again that nobody has read for @days, in the background and
 * while nothing is moved, one version after the other, the oldest first; 0 (the default of a hub): never. What is
 * damaged and has another copy is repaired; the rest is told by "trouble". */
void namida_hub_set_verify_days (NamidaHub *self, guint days);

/**
 * namida_hub_succeed_async:
 * @predecessor: the fingerprint of a device whose backups are kept here
 * @successor: the fingerprint of a trusted device
 *
 * The person here says that one device replaced another one: the new one may fetch what the old one sent. Main context.
 */
void namida_hub_succeed_async (NamidaHub *self,
                               const char *predecessor,
                               const char *successor,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** Returns: %FALSE with INVALID_REQUEST, NO_SUCH_DEVICE or STORAGE. */
gboolean namida_hub_succeed_finish (NamidaHub *self, GAsyncResult *result, GError **error);

G_END_DECLS
