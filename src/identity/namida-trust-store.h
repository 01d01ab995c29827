/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "namida-database.h"
#include "namida-trusted.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_TRUST_STORE (namida_trust_store_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTrustStore, namida_trust_store, NAMIDA, TRUST_STORE, GObject)

/**
 * namida_trust_store_new: reads all rows at once (blocking: start of the program); afterwards reads come from memory
 * and may be called in the main context; writes go to the database in a worker, in order. Main context, but for
 * namida_trust_store_is_trusted() and namida_trust_store_may_restore(), which any thread may call. Signal "changed"
 * (const char *fingerprint); signal "write-failed" (const char *message): the change holds until the program ends, but
 * the file does not have it. Fingerprints are taken in either case and kept in upper case.
 */
NamidaTrustStore *namida_trust_store_new (NamidaDatabase *database, GError **error);
gboolean namida_trust_store_is_trusted (NamidaTrustStore *self, const char *fingerprint);
/**
 * namida_trust_store_may_restore:
 * @self: the store
 * @fingerprint: (nullable): of a device
 *
 * Any thread.
 *
 * Returns: whether this device is trusted and may fetch the backups that are kept for it
 */
gboolean namida_trust_store_may_restore (NamidaTrustStore *self, const char *fingerprint);
/** Returns: (transfer none) (nullable): good until the store changes; namida_trusted_copy() for longer. */
const NamidaTrusted *namida_trust_store_lookup (NamidaTrustStore *self, const char *fingerprint);
/** Returns: (transfer none) (nullable): the trusted device that once said this uuid; another fingerprint under it is an
 * identity that changed. The newest, when several did. */
const NamidaTrusted *namida_trust_store_lookup_uuid (NamidaTrustStore *self, const char *uuid);
/** Returns: (transfer container) (element-type NamidaTrusted): copies that the array frees; by alias. */
GPtrArray *namida_trust_store_list (NamidaTrustStore *self);
/** namida_trust_store_add: trusted from now on; one that was trusted before keeps what a person chose for it. */
void namida_trust_store_add (NamidaTrustStore *self, const char *fingerprint, const char *uuid, const char *alias);
/**
 * namida_trust_store_supersede: two people have just paired @fingerprint anew: other keys that were trusted under its
 * @uuid (nullable: none) go. What a person chose for them it keeps, but nothing that gives more than a new device has:
 * not to be asked, where backups land. Only for a pairing that both people confirmed, and the uuid that its key proved.
 */
void namida_trust_store_supersede (NamidaTrustStore *self, const char *fingerprint, const char *uuid);
void namida_trust_store_set_auto_accept (NamidaTrustStore *self, const char *fingerprint, gboolean auto_accept);
void namida_trust_store_set_may_restore (NamidaTrustStore *self, const char *fingerprint, gboolean may_restore);
/** @landing: (nullable): "library", "backup", or %NULL: as for any device. */
void namida_trust_store_set_landing (NamidaTrustStore *self, const char *fingerprint, const char *landing);
void namida_trust_store_seen (NamidaTrustStore *self, const char *fingerprint, const char *address);
void namida_trust_store_rename (NamidaTrustStore *self, const char *fingerprint, const char *alias);
void namida_trust_store_remove (NamidaTrustStore *self, const char *fingerprint);
/**
 * namida_trust_store_block:
 * @self: the store
 * @fingerprint: of a device
 * @alias: what it called itself, for the list
 *
 * Nothing of this device is asked about or shown from now on; it is trusted no longer. Main context.
 */
void namida_trust_store_block (NamidaTrustStore *self, const char *fingerprint, const char *alias);
/** namida_trust_store_unblock: it is a stranger again. Main context. */
void namida_trust_store_unblock (NamidaTrustStore *self, const char *fingerprint);
/** namida_trust_store_is_blocked: @fingerprint: (nullable): a device without one is not. Any thread. */
gboolean namida_trust_store_is_blocked (NamidaTrustStore *self, const char *fingerprint);
/** namida_trust_store_dup_blocked: Returns: (transfer full): fingerprint → name of the blocked devices. */
GHashTable *namida_trust_store_dup_blocked (NamidaTrustStore *self);
/**
 * namida_trust_store_refresh_async: takes what another program (“trust remove”) has changed in the file since; cheap
 * when nothing has. "changed" is emitted for each row that is another now. Errors: STORAGE; the rows stay as they were.
 */
void namida_trust_store_refresh_async (NamidaTrustStore *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean namida_trust_store_refresh_finish (NamidaTrustStore *self, GAsyncResult *result, GError **error);
/** namida_trust_store_flush: waits until all writes are in the file. Blocking; before exit and in tests. */
void namida_trust_store_flush (NamidaTrustStore *self);

G_END_DECLS
