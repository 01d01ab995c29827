/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prepares the environment of the process: the home folder and the file size limit. Called by main() of both
 * programs before anything asks for a folder. Runs in the main thread while there is no other. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_environment_begin:
 *
 * Ignores an empty or relative HOME, as some scripts and containers set it, so that GLib asks the system for the home
 * folder. Otherwise each folder that the program is started in would get an identity of its own. Also makes a write
 * beyond a file size limit (ulimit -f) fail instead of ending the program.
 */
void namida_environment_begin (void);

G_END_DECLS
