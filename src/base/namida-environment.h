/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the environment of a program must not do to it. Called by the main() of both programs, before anything asks for
 * a folder. Main thread, while it is the only one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_environment_begin: an empty or relative HOME, as some scripts and containers have it, counts as none: GLib
 * then asks the system for the home folder. Else each folder that the program is started in would get an identity of
 * its own. A limit on the size of files (ulimit -f) makes a write fail instead of ending the program.
 */
void namida_environment_begin (void);

G_END_DECLS
