/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detects that the computer was suspended. The hub uses it to search for devices again. Main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NAMIDA_TYPE_WAKE (namida_wake_get_type ())
/**
 * NamidaWake: emits "woke" after this device was suspended. It uses logind (PrepareForSleep) or, if there is no logind,
 * the difference between a clock that counts suspended time and one that does not. Each sleep is reported once. Main
 * context.
 */
G_DECLARE_FINAL_TYPE (NamidaWake, namida_wake, NAMIDA, WAKE, GObject)

/** namida_wake_new: Returns: (transfer full): uses only the clocks if there is no system bus. */
NamidaWake *namida_wake_new (void);

/** NamidaWakeClock: Returns: the microseconds that this device has been suspended since it was started. */
typedef gint64 (*NamidaWakeClock) (void);
/** namida_wake_set_clock: Sets another clock, for tests. */
void namida_wake_set_clock (NamidaWake *self, NamidaWakeClock clock);
/** namida_wake_check: Compares the clocks now. A timer calls it regularly. */
void namida_wake_check (NamidaWake *self);

G_END_DECLS
