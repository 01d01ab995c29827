/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaSleepInhibitor: keeps this device awake while an automatic backup transfers data, using logind, which also
 * works without a session, or the portal in a sandbox. The inhibition ends with the object, and when the program ends
 * in any way. Main context; nothing waits for an answer. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NAMIDA_TYPE_SLEEP_INHIBITOR (namida_sleep_inhibitor_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSleepInhibitor, namida_sleep_inhibitor, NAMIDA, SLEEP_INHIBITOR, GObject)

/**
 * namida_sleep_inhibitor_new: @reason: text for people, in the list of what keeps the computer awake. Returns:
 * (transfer full)
 */
NamidaSleepInhibitor *namida_sleep_inhibitor_new (const char *reason);

G_END_DECLS
