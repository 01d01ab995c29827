/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_crash_points: every name that namida_crash_point() is called with, in the order of a session, NULL at the
 * end. */
extern const char *const namida_crash_points[];
/** The same of the removal of a version. */
extern const char *const namida_removal_crash_points[];
extern const char *const namida_trash_crash_points[];

/** The same of marking a store, and of the two ways between the record in a version and the database. */
extern const char *const namida_adoption_crash_points[];

/**
 * namida_crash_point: a step of the store's journal after which a crash must be harmless. Does nothing, unless built
 * with -DNAMIDA_TESTING: then the environment's NAMIDA_CRASH_AT="name:count" kills this process with SIGKILL when it
 * comes by @name for the count-th time. Any thread.
 */
void namida_crash_point (const char *name);

G_END_DECLS
