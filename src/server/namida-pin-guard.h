/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaPinGuard: who guessed wrong, and how long they have to wait: NAMIDA_LIMIT_PIN_TRIES failures of one key (an
 * address, a fingerprint) lock it for NAMIDA_LIMIT_PIN_LOCK_SECONDS, each further lock twice as long as the one before.
 * namida_pin_guard_check() also counts what all of them get wrong together, with ten times the tries: new addresses and
 * keys cost nothing. Who has once given the right PIN is not held up by that. Remembers a bounded number of keys. Main
 * context.
 */
typedef struct _NamidaPinGuard NamidaPinGuard;

NamidaPinGuard *namida_pin_guard_new (void);
void namida_pin_guard_free (NamidaPinGuard *self);
/** namida_pin_guard_wait: Returns: seconds until @key (nullable: 0) may try again, rounded up; 0: now. */
guint namida_pin_guard_wait (NamidaPinGuard *self, const char *key);
/** namida_pin_guard_failed: counts one failure of @key (nullable). */
void namida_pin_guard_failed (NamidaPinGuard *self, const char *key);
/**
 * namida_pin_guard_check: @pin: the right one; @given: (nullable); @address and @fingerprint (nullable): who asks
 * @wait: (out): seconds to wait with TOO_MANY
 * Compares in constant time. Errors: PIN_REQUIRED, PIN_WRONG, TOO_MANY.
 */
gboolean namida_pin_guard_check (NamidaPinGuard *self,
                                 const char *pin,
                                 const char *given,
                                 const char *address,
                                 const char *fingerprint,
                                 guint *wait,
                                 GError **error);

/** namida_equal_secret: Returns: whether both are equal, in a time that depends on the length of @given only. Any
 * thread. */
gboolean namida_equal_secret (const char *secret, const char *given);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPinGuard, namida_pin_guard_free)

G_END_DECLS
