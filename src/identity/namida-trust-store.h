/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The devices that the user trusts or has blocked, and what each of them may do. The hub owns the store; the window
 * and the command line change it; the server asks it in its threads. */
#pragma once

#include <gio/gio.h>
#include "namida-database.h"
#include "namida-trusted.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_TRUST_STORE (namida_trust_store_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTrustStore, namida_trust_store, NAMIDA, TRUST_STORE, GObject)

/**
 * namida_trust_store_new:
 *
 * Reads all rows at once (blocking; at the start of the program). Later reads come from memory; a worker thread writes
 * changes to the database in order. Belongs to the main context, except for namida_trust_store_is_trusted(),
 * namida_trust_store_may_restore(), namida_trust_store_is_blocked() and namida_trust_store_dup_blocked(), which any
 * thread may call. Fingerprints are accepted in either case and kept in upper case.
 *
 * Signals: "changed" (const char *fingerprint); "write-failed" (const char *message): the change is in effect until the
 * program ends, but is not in the file.
 *
 * Returns: (transfer full) (nullable): %NULL with STORAGE
 */
NamidaTrustStore *namida_trust_store_new (NamidaDatabase *database, GError **error);
/** namida_trust_store_is_trusted: Returns: whether the device with @fingerprint is trusted. Any thread. */
gboolean namida_trust_store_is_trusted (NamidaTrustStore *self, const char *fingerprint);
/**
 * namida_trust_store_may_restore:
 * @self: the store
 * @fingerprint: (nullable): the fingerprint of a device
 *
 * Any thread.
 *
 * Returns: whether this device is trusted and may fetch the backups that are kept for it
 */
gboolean namida_trust_store_may_restore (NamidaTrustStore *self, const char *fingerprint);
/**
 * namida_trust_store_lookup: Returns: (transfer none) (nullable): valid until the store changes; use
 * namida_trusted_copy() to keep it.
 */
const NamidaTrusted *namida_trust_store_lookup (NamidaTrustStore *self, const char *fingerprint);
/**
 * namida_trust_store_lookup_uuid: Returns: (transfer none) (nullable): the device that had this uuid when it was
 * trusted; the most recently trusted one if there are several. A device that shows the uuid with another fingerprint
 * has changed its identity.
 */
const NamidaTrusted *namida_trust_store_lookup_uuid (NamidaTrustStore *self, const char *uuid);
/**
 * namida_trust_store_list: Returns: (transfer container) (element-type NamidaTrusted): copies, which the array frees,
 * sorted by alias.
 */
GPtrArray *namida_trust_store_list (NamidaTrustStore *self);
/**
 * namida_trust_store_add: Trusts a device from now on. A device that was already trusted keeps what the user chose for
 * it.
 */
void namida_trust_store_add (NamidaTrustStore *self, const char *fingerprint, const char *uuid, const char *alias);
/**
 * namida_trust_store_supersede:
 * @fingerprint: the key that was just paired
 * @uuid: (nullable): the uuid that the key proved; %NULL does nothing
 *
 * After a new pairing, removes other keys that were trusted under @uuid. The new key inherits the user's choices for
 * them (ask before accepting, where backups are saved), but no permission that a newly trusted device does not have.
 * Only call it for a pairing that was confirmed on both devices.
 */
void namida_trust_store_supersede (NamidaTrustStore *self, const char *fingerprint, const char *uuid);
/** namida_trust_store_set_auto_accept: @auto_accept: whether the device may store backups without asking. */
void namida_trust_store_set_auto_accept (NamidaTrustStore *self, const char *fingerprint, gboolean auto_accept);
/** namida_trust_store_set_may_restore: @may_restore: whether the device may fetch the backups that are kept for it. */
void namida_trust_store_set_may_restore (NamidaTrustStore *self, const char *fingerprint, gboolean may_restore);
/**
 * namida_trust_store_set_landing: @landing: (nullable): "library", "backup", or %NULL for the default of all devices.
 */
void namida_trust_store_set_landing (NamidaTrustStore *self, const char *fingerprint, const char *landing);
/**
 * namida_trust_store_seen: Sets "last seen" to now. @address: (nullable): "10.0.0.5:53317"; %NULL keeps the last
 * address.
 */
void namida_trust_store_seen (NamidaTrustStore *self, const char *fingerprint, const char *address);
/** namida_trust_store_rename: Sets the name of a trusted device. */
void namida_trust_store_rename (NamidaTrustStore *self, const char *fingerprint, const char *alias);
/** namida_trust_store_remove: Stops trusting a device. */
void namida_trust_store_remove (NamidaTrustStore *self, const char *fingerprint);
/**
 * namida_trust_store_block:
 * @self: the store
 * @fingerprint: the fingerprint of a device
 * @alias: the name of the device, for the list of blocked devices
 *
 * Blocks a device: its requests are no longer shown, and it is no longer trusted. Main context.
 */
void namida_trust_store_block (NamidaTrustStore *self, const char *fingerprint, const char *alias);
/** namida_trust_store_unblock: Makes a blocked device an ordinary untrusted device again. Main context. */
void namida_trust_store_unblock (NamidaTrustStore *self, const char *fingerprint);
/**
 * namida_trust_store_is_blocked: @fingerprint: (nullable): a device without a fingerprint is never blocked. Any thread.
 */
gboolean namida_trust_store_is_blocked (NamidaTrustStore *self, const char *fingerprint);
/** namida_trust_store_dup_blocked: Returns: (transfer full): fingerprint → name of the blocked devices. Any thread. */
GHashTable *namida_trust_store_dup_blocked (NamidaTrustStore *self);
/**
 * namida_trust_store_refresh_async:
 *
 * Reads what another program ("trust remove") has changed in the file; cheap if nothing has changed. Emits "changed"
 * for each row that differs. Errors: STORAGE; the rows then stay as they were. Main context.
 */
void namida_trust_store_refresh_async (NamidaTrustStore *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** namida_trust_store_refresh_finish: Returns: %FALSE with STORAGE or if it was cancelled. */
gboolean namida_trust_store_refresh_finish (NamidaTrustStore *self, GAsyncResult *result, GError **error);
/**
 * namida_trust_store_flush: Waits until all changes are written to the file. Blocking; called before exit and in tests.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE if a change could not be written since the last call that asked for the
 * error
 */
gboolean namida_trust_store_flush (NamidaTrustStore *self, GError **error);

G_END_DECLS
