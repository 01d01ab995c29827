/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaDeclineGuard: how long a device that a person said no to has to wait before the person is asked again: 10
 * seconds, and each time twice as long, an hour at most. A yes ends it. Remembers a bounded number of devices. Owned by
 * the hub. Main context.
 */
typedef struct _NamidaDeclineGuard NamidaDeclineGuard;

NamidaDeclineGuard *namida_decline_guard_new (void);
void namida_decline_guard_free (NamidaDeclineGuard *self);
/** namida_decline_guard_wait: Returns: seconds until @key (nullable: 0) may ask again, rounded up; 0: now. */
guint namida_decline_guard_wait (NamidaDeclineGuard *self, const char *key);
/**
 * namida_decline_guard_declined: a person said no to @key (nullable).
 * @free: so many of them cost nothing: of an address, which several people may share
 */
void namida_decline_guard_declined (NamidaDeclineGuard *self, const char *key, guint free);
/**
 * namida_decline_guard_count_stranger:
 * @self: the guard
 *
 * A question of a device that is not trusted came to nothing. Keys and addresses cost a stranger nothing, so that each
 * no may be followed by the question of another one: when that happened ten times within a minute,
 * namida_decline_guard_wait_all() makes all strangers wait.
 */
void namida_decline_guard_count_stranger (NamidaDeclineGuard *self);
/**
 * namida_decline_guard_withdrawn:
 * @self: the guard
 * @key: (nullable): the stranger who has taken back a question before it was answered
 *
 * Who asks and hangs up again and again makes a person press the wrong button: after a few it counts as a no. Counts
 * for all strangers, too.
 */
void namida_decline_guard_withdrawn (NamidaDeclineGuard *self, const char *key);
/** namida_decline_guard_wait_all: Returns: seconds until any stranger may ask again, rounded up; 0: now. */
guint namida_decline_guard_wait_all (NamidaDeclineGuard *self);
void namida_decline_guard_accepted (NamidaDeclineGuard *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDeclineGuard, namida_decline_guard_free)

G_END_DECLS
