/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps a device whose requests were declined from asking again at once. namida-inbox-ask.c uses it for offers.
 * Main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaDeclineGuard: decides how long a device must wait before it may ask again after the user declined. The first
 * wait is 10 seconds; each further one is twice as long, up to one hour. Accepting a request resets the wait. The
 * guard remembers a limited number of devices and is owned by the hub. Main context.
 */
typedef struct _NamidaDeclineGuard NamidaDeclineGuard;

/** namida_decline_guard_new: Returns: (transfer full): an empty guard. */
NamidaDeclineGuard *namida_decline_guard_new (void);
/** namida_decline_guard_free: frees @self. */
void namida_decline_guard_free (NamidaDeclineGuard *self);
/**
 * namida_decline_guard_wait: Returns: seconds until @key (nullable: 0) may ask again, rounded up; 0 if it may ask
 * now.
 */
guint namida_decline_guard_wait (NamidaDeclineGuard *self, const char *key);
/**
 * namida_decline_guard_declined: notes that the user declined a request of @key (nullable).
 * @free: how many declined requests have no consequence; more than 0 for an address, which several people may share
 */
void namida_decline_guard_declined (NamidaDeclineGuard *self, const char *key, guint free);
/**
 * namida_decline_guard_count_stranger:
 * @self: the guard
 *
 * Counts a request of an untrusted device that was not accepted. New keys and addresses are free for an attacker, so
 * a declined request may be followed by one from another key. After ten such requests within a minute,
 * namida_decline_guard_wait_all() makes all untrusted devices wait.
 */
void namida_decline_guard_count_stranger (NamidaDeclineGuard *self);
/**
 * namida_decline_guard_withdrawn:
 * @self: the guard
 * @key: (nullable): the untrusted device that withdrew a request before it was answered
 *
 * A device that asks and hangs up repeatedly could make the user press the wrong button, so after a few withdrawn
 * requests each one counts as declined. It also counts for namida_decline_guard_count_stranger().
 */
void namida_decline_guard_withdrawn (NamidaDeclineGuard *self, const char *key);
/**
 * namida_decline_guard_wait_all: Returns: seconds until any untrusted device may ask again, rounded up; 0 if it may
 * ask now.
 */
guint namida_decline_guard_wait_all (NamidaDeclineGuard *self);
/** namida_decline_guard_accepted: forgets the declined requests of @key (nullable), because the user accepted one. */
void namida_decline_guard_accepted (NamidaDeclineGuard *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDeclineGuard, namida_decline_guard_free)

G_END_DECLS
