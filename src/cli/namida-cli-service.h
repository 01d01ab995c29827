/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifies the service manager that started this program and waits until it is ready (sd_notify(3)): systemd, with
 * Type=notify. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_cli_service_is: Returns: whether there is a service manager. Any thread. */
gboolean namida_cli_service_is (void);
/**
 * namida_cli_service_report: @state: "READY=1" or "STOPPING=1". Does nothing without a service manager; an error is
 * only a message. Waits at most a few seconds. Main thread.
 */
void namida_cli_service_report (const char *state);

G_END_DECLS
