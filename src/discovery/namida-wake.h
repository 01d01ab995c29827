/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NAMIDA_TYPE_WAKE (namida_wake_get_type ())
/**
 * NamidaWake: signal "woke": this device was asleep. Said by logind (PrepareForSleep), and where there is none by the
 * clocks: one that counts sleep went further than the one that does not. A sleep is told once. Main context.
 */
G_DECLARE_FINAL_TYPE (NamidaWake, namida_wake, NAMIDA, WAKE, GObject)

/** namida_wake_new: Returns: (transfer full): without a system bus it has only the clocks. */
NamidaWake *namida_wake_new (void);

/** NamidaWakeClock: microseconds that this device has slept since it was started. */
typedef gint64 (*NamidaWakeClock) (void);
/** namida_wake_set_clock: another clock, for tests. */
void namida_wake_set_clock (NamidaWake *self, NamidaWakeClock clock);
/** namida_wake_check: compares the clocks now, as the timer does now and then. */
void namida_wake_check (NamidaWake *self);

G_END_DECLS
