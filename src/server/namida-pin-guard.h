/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits how often the PIN can be guessed. Owned by the server, which checks offers with it in the main context.
 * namida_equal_secret() also compares other secrets, such as tokens. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaPinGuard: counts wrong PINs and how long their senders have to wait. NAMIDA_LIMIT_PIN_TRIES failures of one
 * key (an address or a fingerprint) lock it for NAMIDA_LIMIT_PIN_LOCK_SECONDS, and each further lock lasts twice as
 * long as the previous one. namida_pin_guard_check() also counts the failures of all senders together, with ten times
 * as many attempts, because new addresses and keys cost nothing. That lock does not apply to devices that have once
 * sent the right PIN. Remembers a bounded number of keys. Main context. */
typedef struct _NamidaPinGuard NamidaPinGuard;

/** namida_pin_guard_new: Returns: (transfer full): a guard without records. */
NamidaPinGuard *namida_pin_guard_new (void);
void namida_pin_guard_free (NamidaPinGuard *self);
/** namida_pin_guard_wait: @key: (nullable): %NULL never waits. Returns: the seconds until @key may try again, rounded
 * up; 0 if it may try now. */
guint namida_pin_guard_wait (NamidaPinGuard *self, const char *key);
/** namida_pin_guard_failed: Counts a failure of @key (nullable). */
void namida_pin_guard_failed (NamidaPinGuard *self, const char *key);
/**
 * namida_pin_guard_check:
 * @pin: the right PIN
 * @given: (nullable): the PIN that was sent
 * @address: the address of the sender
 * @fingerprint: (nullable): the key of the sender
 * @wait: (out): with TOO_MANY, the seconds to wait
 *
 * Checks a PIN in constant time and counts failures.
 *
 * Returns: %FALSE with PIN_REQUIRED, PIN_WRONG or TOO_MANY
 */
gboolean namida_pin_guard_check (NamidaPinGuard *self,
                                 const char *pin,
                                 const char *given,
                                 const char *address,
                                 const char *fingerprint,
                                 guint *wait,
                                 GError **error);

/** namida_equal_secret: Returns: whether both texts are equal, in a time that depends only on the length of @given. Any
 * thread. */
gboolean namida_equal_secret (const char *secret, const char *given);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPinGuard, namida_pin_guard_free)

G_END_DECLS
