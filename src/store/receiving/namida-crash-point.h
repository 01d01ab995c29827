/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named steps at which a test can kill the program, to check that the store survives a crash there. Called throughout
 * src/store, in any thread; does nothing unless the build defines NAMIDA_TESTING. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_crash_points: every name that namida_crash_point() is called with while receiving, in the order of a session,
 * terminated by %NULL. */
extern const char *const namida_crash_points[];
/** namida_removal_crash_points: the crash points of the removal of a version. namida_trash_crash_points: those of
 * moving a version to the trash and back. */
extern const char *const namida_removal_crash_points[];
extern const char *const namida_trash_crash_points[];

/** namida_adoption_crash_points: the crash points of marking a store, and of copying between the record in a version
 * and the database. */
extern const char *const namida_adoption_crash_points[];

/** namida_crash_point: marks a step of the store after which a crash must be harmless. Does nothing unless built with
 * -DNAMIDA_TESTING; in that case the environment variable NAMIDA_CRASH_AT="name:count" kills this process with SIGKILL
 * when it reaches @name for the count-th time. Any thread. */
void namida_crash_point (const char *name);

G_END_DECLS
