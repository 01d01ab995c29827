/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The public interface of the hub, which is the whole program without its user interface. The window and each command
 * of the command line start one and show its lists. All functions belong to the main context. */
#pragma once

#include "namida-hint.h"
#include "namida-inbox.h"
#include "namida-identity.h"
#include "namida-message.h"
#include "namida-messages.h"
#include "namida-offer.h"
#include "namida-outbox.h"
#include "namida-pairings.h"
#include "namida-peer-list.h"
#include "namida-scanner.h"
#include "namida-store.h"
#include "namida-trust-store.h"
#include "namida-backups-message.h"
#include "namida-versions.h"

G_BEGIN_DECLS

/** NamidaHubOptions: how to start the hub. The options are copied. Zero or %NULL selects the default of each. */
typedef struct
{
  const char *data_dir;  /* default: $XDG_DATA_HOME/namida-sync */
  const char *alias;     /* default: the host name in readable form */
  const char *interface; /* a name or an address; default: all usable interfaces */
  guint16 port;          /* default: the first free port of 53317 to 53327 */
  /* Default: ~/Namida/Backups, or ~/Namida Development/Backups in the development profile. */
  const char *backups;
  const char *music; /* default: the XDG music folder, else ~/Music */
  const char *pin;
  const char *device_type;       /* "desktop" or "headless" */
  NamidaAccept accept;           /* default: ask, using the list of offers */
  NamidaLanding landing;         /* default: library (0) */
  NamidaUnencrypted unencrypted; /* default: ask */
  gboolean no_localsend;         /* see namida_hub_set_localsend() */
  gboolean hidden;               /* see namida_hub_set_hidden() */
  guint64 limit;                 /* bytes per second; 0: no limit */
  /* Bytes that stay free on the disk. Default: 64 MB on a disk of 1 GB or more. */
  guint64 reserve;
  /* Days that the parts of interrupted transfers are kept. Default: NAMIDA_LIMIT_PARKED_DAYS. */
  guint parts_days;
  /* Seconds that an accepted transfer waits for a device that is not reachable, and any transfer for a device that is
   * busy. 0: fail at once. */
  guint patience_seconds;
  /* With @patience_seconds: also wait before the offer was accepted, and while the disk is full. */
  gboolean wait_for_device;
  gboolean send_only; /* for commands that only send or look: all offers are refused */
  gboolean listed;    /* with @send_only: other devices list this one while it runs */
  /* With @send_only: work on a copy if the data folder is not writable; "trouble" reports it. */
  gboolean may_forget;
} NamidaHubOptions;

/**
 * NamidaHub: one device with its identity, discovery, server, store and transfers. Both the window and the command line
 * start it. Main context. Properties: "running", "port" (0 until it runs), "address" (text for people), "scanning" and
 * "scan-progress" (0.0 to 1.0) of namida_hub_scan(). If the device cannot listen, namida_hub_start_finish() returns the
 * reason.
 *
 * Signal "trouble" (const char *sentence): something that the user should know and that nothing depends on. Signal
 * "alarm" (const char *sentence): another device claims to be a trusted one. It is kept for namida_hub_dup_alarms(),
 * and a user interface must show it until the user dismisses it. Signal "healed" (const NamidaHubHealed *): damaged
 * files of a backup, on this or on the other device, were repaired by files that a device sent outside of any transfer.
 * Signal "noted": the history has a new row that is not a transfer.
 */
#define NAMIDA_TYPE_HUB (namida_hub_get_type ())
G_DECLARE_FINAL_TYPE (NamidaHub, namida_hub, NAMIDA, HUB, GObject)

/** NamidaHubHealed: which files were repaired; namida_healed_dup_words() turns it into a sentence. Owns nothing. */
typedef struct
{
  NamidaDirection direction; /* RECEIVE: files of this device were repaired; SEND: files of the other device */
  const char *alias;         /* of the other device */
  const char *fingerprint;   /* of the other device */
  guint files;
  guint versions; /* how many versions hold at least one of them; 0: not known */
} NamidaHubHealed;

/** namida_hub_new: @options: copied. Returns: (transfer full): a hub that does not run yet. */
NamidaHub *namida_hub_new (const NamidaHubOptions *options);
/**
 * namida_hub_start_async: loads the identity and the database in a worker, starts to listen, and announces the
 * device. Called again while it starts, waits for the same start. Errors: damaged identity, no free port, database.
 */
void
namida_hub_start_async (NamidaHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** namida_hub_start_finish: Returns: %FALSE with @error if the hub does not run. */
gboolean namida_hub_start_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/** namida_hub_stop_async: announces that the device leaves, parks running transfers, and writes the database. */
void namida_hub_stop_async (NamidaHub *self, GAsyncReadyCallback callback, gpointer user_data);
/** namida_hub_stop_finish: Returns: %TRUE. */
gboolean namida_hub_stop_finish (NamidaHub *self, GAsyncResult *result, GError **error);

/** namida_hub_get_identity: Returns: (transfer none) (nullable): %NULL until the hub has started. */
NamidaIdentity *namida_hub_get_identity (NamidaHub *self);
/** namida_hub_get_trust_store: Returns: (transfer none) (nullable): %NULL until the hub has started. */
NamidaTrustStore *namida_hub_get_trust_store (NamidaHub *self);
/** namida_hub_get_store: Returns: (transfer none) (nullable): %NULL until the hub has started. */
NamidaStore *namida_hub_get_store (NamidaHub *self);
/** namida_hub_get_inbox: Returns: (transfer none): the offers of other devices, valid from namida_hub_new() on. */
NamidaInbox *namida_hub_get_inbox (NamidaHub *self);
/** namida_hub_get_outbox: Returns: (transfer none): the outgoing transfers, valid from namida_hub_new() on. */
NamidaOutbox *namida_hub_get_outbox (NamidaHub *self);
/** namida_hub_get_port: Returns: the TCP port; 0 until the server listens. */
guint16 namida_hub_get_port (NamidaHub *self);
/** namida_hub_set_port: @port: the port to use from the next start on; 0: the first free one of the default range. */
void namida_hub_set_port (NamidaHub *self, guint16 port);
/**
 * namida_hub_dup_address: Returns: (transfer full) (nullable): the main address of this device, as text for people.
 */
char *namida_hub_dup_address (NamidaHub *self);
/**
 * namida_hub_get_peers, namida_hub_get_transfers, namida_hub_get_pair_requests: Returns:
 * (transfer none): list models that the hub owns, valid from namida_hub_new() on: NamidaPeer,
 * NamidaTransfer (newest first), open NamidaPairRequest.
 */
GListModel *namida_hub_get_peers (NamidaHub *self);
GListModel *namida_hub_get_transfers (NamidaHub *self);
GListModel *namida_hub_get_pair_requests (NamidaHub *self);
/**
 * namida_hub_get_messages: Returns: (transfer none): the last twenty NamidaMessage (texts that others sent), newest
 * first. They are shown once and can be copied.
 */
GListModel *namida_hub_get_messages (NamidaHub *self);
/** namida_hub_set_alias: sets the name of this device. A running hub announces the new name. */
void namida_hub_set_alias (NamidaHub *self, const char *alias);
/** namida_hub_set_reserve, namida_hub_set_parts_days: set these options from now on. */
void namida_hub_set_reserve (NamidaHub *self, guint64 reserve);
void namida_hub_set_parts_days (NamidaHub *self, guint days);
/** namida_hub_set_accept: sets which offers are accepted without asking, from now on. */
void namida_hub_set_accept (NamidaHub *self, NamidaAccept accept);
/**
 * namida_hub_set_hidden: @hidden: whether only trusted devices can find this one. It then announces nothing, and
 * identifies itself only to trusted devices, which find it at the address where they last saw it or when they announce
 * themselves. Links are still served, and offers without a preceding register request are still answered. The default
 * is %FALSE.
 */
void namida_hub_set_hidden (NamidaHub *self, gboolean hidden);
/** namida_hub_get_hidden: Returns: what namida_hub_set_hidden() set. Also a property, "hidden". */
gboolean namida_hub_get_hidden (NamidaHub *self);
/** namida_hub_set_localsend: sets whether this device appears in LocalSend and receives from it. */
void namida_hub_set_localsend (NamidaHub *self, gboolean spoken);
/** namida_hub_set_unencrypted: sets the option from now on. Running transfers continue. */
void namida_hub_set_unencrypted (NamidaHub *self, NamidaUnencrypted unencrypted);
/**
 * namida_hub_set_folders: sets where received files are stored from now on; (nullable): keep the current folder.
 * Running transfers continue in their folder.
 */
void namida_hub_set_folders (NamidaHub *self, const char *backups, const char *music);
/** namida_hub_set_chosen: sets which of the two folders were chosen by the user; see namida_store_set_chosen(). */
void namida_hub_set_chosen (NamidaHub *self, gboolean backups, gboolean music);
/**
 * namida_hub_set_limit: @limit: bytes per second for each outgoing transfer that starts from now on, and for all
 * devices together that send to or fetch from this device; 0: no limit
 */
void namida_hub_set_limit (NamidaHub *self, guint64 limit);
/** namida_hub_set_pin: sets the PIN that senders have to enter from now on; (nullable): none */
void namida_hub_set_pin (NamidaHub *self, const char *pin);
/**
 * namida_hub_refresh: announces this device again and looks for other devices. If none is found within a few seconds,
 * the network is scanned.
 */
void namida_hub_refresh (NamidaHub *self);
/**
 * namida_hub_set_looking: @looking: whether the list of devices is visible. Finders search more actively while it is.
 */
void namida_hub_set_looking (NamidaHub *self, gboolean looking);
/**
 * namida_hub_scan: scans all addresses of the local networks, because the user asked for it, and lists the devices
 * that answer.
 */
void namida_hub_scan (NamidaHub *self);
/** namida_hub_cancel_scan: stops a scan at once. */
void namida_hub_cancel_scan (NamidaHub *self);
/**
 * namida_hub_get_hints: Returns: (transfer none): a GListModel of NamidaHint with reasons why no device is nearby,
 * and remedies. It is filled while the list of devices is visible and has been empty for 3 s, and emptied when a
 * device is nearby. Owned by the hub.
 */
GListModel *namida_hub_get_hints (NamidaHub *self);
/** namida_hub_check_hints_async: determines the hints now if no device is nearby. Takes 5 s at most. */
void namida_hub_check_hints_async (NamidaHub *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_hub_check_hints_finish: Returns: %FALSE with @error if it was canceled. */
gboolean namida_hub_check_hints_finish (NamidaHub *self, GAsyncResult *result, GError **error);

/**
 * namida_hub_resolve_async: finds a device. @text: NAME, ADDRESS[:PORT] or FINGERPRINT
 *
 * Waits up to @timeout_ms for the device to appear; an address is asked directly. Errors: NO_SUCH_DEVICE (with the
 * names that were seen), also if two devices have the same name.
 */
void namida_hub_resolve_async (NamidaHub *self,
                               const char *text,
                               guint timeout_ms,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** namida_hub_resolve_finish: Returns: (transfer full) (nullable): %NULL with NO_SUCH_DEVICE or CANCELLED. */
NamidaPeer *namida_hub_resolve_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/**
 * namida_hub_forget_address: stops looking at an address that the user entered (namida_hub_resolve_async()). @text:
 * the address as it was entered, or another spelling of it. Returns: whether the address was known.
 */
gboolean namida_hub_forget_address (NamidaHub *self, const char *text);
/** namida_hub_has_typed_address: Returns: whether the user entered one of the addresses of @peer. */
gboolean namida_hub_has_typed_address (NamidaHub *self, NamidaPeer *peer);
/** namida_hub_forget_addresses: forgets all entered addresses of @peer. */
void namida_hub_forget_addresses (NamidaHub *self, NamidaPeer *peer);
/**
 * namida_hub_dup_alarms: Returns: (transfer full): the sentences of all alarms that the user has not dismissed yet,
 * the oldest first. Each was also emitted by the signal "alarm". Main context.
 */
GStrv namida_hub_dup_alarms (NamidaHub *self);
/** namida_hub_dismiss_alarms: removes the alarms because the user has read them. Main context. */
void namida_hub_dismiss_alarms (NamidaHub *self);
/**
 * namida_hub_check_recipient: checks whether @peer is the device that the user means.
 * @text: (nullable): what the user typed to name it, as for namida_hub_resolve_async(); %NULL if the user chose it
 * from a list that shows namida_peer_get_warning()
 *
 * Refuses a device that claims to be a trusted device but has another key, or that was found under the name of a
 * trusted device but is another one (IDENTITY_CHANGED), and a device that only has the address of a trusted device
 * (NO_SUCH_DEVICE). The user can confirm such a device by pairing with it or by typing its fingerprint.
 * namida_outbox_send() does this check without @text. Errors: IDENTITY_CHANGED, NO_SUCH_DEVICE.
 */
gboolean namida_hub_check_recipient (NamidaHub *self, NamidaPeer *peer, const char *text, GError **error);
/** namida_hub_takes_text: Returns: whether @peer may accept text messages, as LocalSend and this program do. */
gboolean namida_hub_takes_text (NamidaPeer *peer);
/**
 * namida_hub_send_text_async: sends a text message to @peer and waits until it is accepted.
 * @text: UTF-8, not empty, at most 64 KiB; @pin: (nullable); @unencrypted: the user knows that @peer cannot encrypt
 */
void namida_hub_send_text_async (NamidaHub *self,
                                 NamidaPeer *peer,
                                 const char *text,
                                 const char *pin,
                                 gboolean unencrypted,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/**
 * namida_hub_send_text_finish: Errors: those of a transfer before its first file, such as DECLINED, PIN_REQUIRED,
 * ENCRYPTION_REQUIRED; NOT_FOUND if the device accepts no messages; TOO_LARGE.
 */
gboolean namida_hub_send_text_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/** NamidaHubPreview: what a transfer would send. */
typedef struct
{
  NamidaBackup *backup;
  NamidaOfferAnswer *wanted; /* (nullable): the files that would be sent; %NULL: the device does not tell */
  GError *reason;            /* (nullable): why the device does not tell */
} NamidaHubPreview;
/** namida_hub_preview_free: frees @self and what it contains. */
void namida_hub_preview_free (NamidaHubPreview *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaHubPreview, namida_hub_preview_free)
/**
 * namida_hub_preview_async: scans @files as namida_outbox_send() does, and asks @peer which of them it has.
 * Nothing is sent or recorded.
 */
void namida_hub_preview_async (NamidaHub *self,
                               NamidaPeer *peer,
                               GListModel *files,
                               NamidaScanFilter *filter,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** namida_hub_preview_finish: Returns: (transfer full) (nullable): %NULL with an error of the scanner. */
NamidaHubPreview *namida_hub_preview_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/**
 * namida_hub_pause: stops @transfer, in either direction, until namida_hub_resume(). No received data is lost. The
 * state PAUSED follows soon, because an outgoing transfer has to stop its workers first. The other device shows that
 * it was paused here. No effect unless namida_transfer_can_pause().
 */
void namida_hub_pause (NamidaHub *self, NamidaTransfer *transfer);
/**
 * namida_hub_resume: resumes a PAUSED transfer without asking the other user. A receiving transfer becomes
 * INTERRUPTED until the waiting sender sends again; then another row takes its place.
 */
void namida_hub_resume (NamidaHub *self, NamidaTransfer *transfer);
/**
 * namida_hub_cancel: ends @transfer in any state, also if it is interrupted or paused. @keep_parts: keep the received
 * data for NAMIDA_LIMIT_PARKED_DAYS, so that it need not be sent again
 */
void namida_hub_cancel (NamidaHub *self, NamidaTransfer *transfer, gboolean keep_parts);
/**
 * namida_hub_pair_async: starts a pairing with @peer. One at a time. The user answers @digits with
 * namida_hub_pair_confirm(); when the operation has succeeded, the device is trusted.
 */
void namida_hub_pair_async (NamidaHub *self,
                            NamidaPeer *peer,
                            NamidaPairDigits digits,
                            gpointer digits_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/** namida_hub_pair_finish: Returns: %TRUE if the device is trusted now, else %FALSE with @error. */
gboolean namida_hub_pair_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/**
 * namida_hub_pair_confirm: @same: whether the user says that both devices show the same digits. %FALSE ends the
 * pairing.
 */
void namida_hub_pair_confirm (NamidaHub *self, gboolean same);
/**
 * namida_hub_pair_set_auto_accept: sets whether transfers of the device are accepted without asking once the current
 * pairing succeeds. Default: %TRUE. Call it before namida_hub_pair_confirm().
 */
void namida_hub_pair_set_auto_accept (NamidaHub *self, gboolean auto_accept);
/**
 * namida_hub_set_may_pair: sets whether a user of this device can answer "pair-requests". Default: %TRUE. Call it while
 * the hub runs.
 */
void namida_hub_set_may_pair (NamidaHub *self, gboolean may);
/**
 * namida_hub_open_pairing: allows more pairing requests than the few that strangers may try, for two minutes, because
 * the user expects one.
 */
void namida_hub_open_pairing (NamidaHub *self);

/* namida-hub-backups.c: the versions that are kept here. */

/**
 * namida_hub_get_versions: Returns: (transfer none): the versions; owned by the hub and valid from namida_hub_new()
 * on. Loaded at the start and after each received transfer.
 */
NamidaVersions *namida_hub_get_versions (NamidaHub *self);
/**
 * namida_hub_restore_to: sends @version to any device: its zip and the music of @labels. (nullable): all music;
 * {NULL}: the zip alone. Files that are damaged are left out and reported. Otherwise like
 * namida_outbox_send(), including retry.
 * Returns: (transfer none)
 */
NamidaTransfer *namida_hub_restore_to (
    NamidaHub *self, NamidaVersion *version, NamidaPeer *peer, const char *const *labels, const char *pin);
/**
 * namida_hub_restore_fitted_to: like namida_hub_restore_to(), with @fitted, a copy that was made for @peer, in place
 * of the version's zip. @fitted: (transfer full): a NamidaFittedBackup, which is kept until the transfer is removed
 * from the list
 */
NamidaTransfer *namida_hub_restore_fitted_to (NamidaHub *self,
                                              NamidaVersion *version,
                                              NamidaPeer *peer,
                                              const char *const *labels,
                                              const char *pin,
                                              gpointer fitted);
/**
 * namida_hub_restore_picked_to: sends only single songs and albums of @version, without its zip.
 * @picks: (array zero-terminated=1): as for namida_restore_plan_pick(); may be empty if there is a fitted copy
 * @fitted: (transfer full) (nullable): as for namida_hub_restore_fitted_to(): a copy with some playlists
 * Returns: (transfer none)
 */
NamidaTransfer *namida_hub_restore_picked_to (NamidaHub *self,
                                              NamidaVersion *version,
                                              NamidaPeer *peer,
                                              const char *const *picks,
                                              const char *pin,
                                              gpointer fitted);
/**
 * namida_hub_list_kept_async: lists the versions that @peer, a trusted device, keeps for this one. Errors: DECLINED
 * (it does not allow fetching), UNREACHABLE, IDENTITY_CHANGED, NOT_FOUND (it keeps nothing for others).
 */
void namida_hub_list_kept_async (
    NamidaHub *self, NamidaPeer *peer, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** namida_hub_list_kept_finish: Returns: (transfer full) (nullable) (element-type NamidaKeptBackup): newest first */
GPtrArray *namida_hub_list_kept_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/**
 * namida_hub_fetch: fetches and verifies the backup @backup_id of that list from @peer. After an interruption,
 * fetching it again resumes it. @labels: (nullable): which music folders; %NULL: all
 * Returns: (transfer none): the transfer, which is in namida_hub_get_transfers().
 */
NamidaTransfer *namida_hub_fetch (
    NamidaHub *self, NamidaPeer *peer, const char *backup_id, const char *const *labels, NamidaLanding landing);
/**
 * namida_hub_set_retention: sets the retention policy that is applied after each received and verified transfer from
 * now on; 0 (the default) keeps all versions. The signal "versions-removed" (const NamidaRemoval *) reports what was
 * moved to the trash, or only a question (NamidaRemoval.question).
 */
void namida_hub_set_retention (NamidaHub *self, NamidaRetention policy);
/**
 * namida_hub_set_reread_days: sets after how many @days a file must be read again when a new version shares it; 0:
 * never. Default: NAMIDA_LIMIT_REREAD_DAYS.
 */
void namida_hub_set_reread_days (NamidaHub *self, guint days);
/**
 * namida_hub_set_verify_days: makes the hub verify files of versions that were not read for @days, in the background
 * and while no transfer runs, one version at a time, the oldest first; 0 (the default of a hub): never. Damaged files
 * with another copy are repaired; "trouble" reports the others.
 */
void namida_hub_set_verify_days (NamidaHub *self, guint days);

/**
 * namida_hub_succeed_async:
 * @predecessor: the fingerprint of a device whose backups are kept here
 * @successor: the fingerprint of a trusted device
 *
 * Records that the user replaced one device by another: the new one may fetch what the old one sent. Main context.
 */
void namida_hub_succeed_async (NamidaHub *self,
                               const char *predecessor,
                               const char *successor,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** namida_hub_succeed_finish: Returns: %FALSE with INVALID_REQUEST, NO_SUCH_DEVICE or STORAGE. */
gboolean namida_hub_succeed_finish (NamidaHub *self, GAsyncResult *result, GError **error);

G_END_DECLS
