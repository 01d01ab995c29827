/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The manager that started this program and waits to hear that it is ready (sd_notify(3)): systemd, with Type=notify.
 */

/** namida_cli_service_is: whether there is one. Any thread. */
gboolean namida_cli_service_is (void);
/** namida_cli_service_tell: @state: "READY=1" or "STOPPING=1". Without a manager nothing happens; a manager that cannot
 * be told is no error of this program. Waits at most a few seconds. Main thread. */
void namida_cli_service_tell (const char *state);

G_END_DECLS
