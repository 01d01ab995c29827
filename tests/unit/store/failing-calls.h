/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls of the system and of SQLite that fail once, for test-failures.c. A program that is linked with this file
 * defines those functions itself. Each place in the source that makes such a call, and each SQL statement, is a site;
 * only calls on files below one folder count. Any thread. */
#pragma once

#include <glib.h>

/** failing_calls_watch: @base: the folder; its database does not count as files. Notes the sites until
 * failing_calls_stop(). @fail: (nullable): the site whose first call fails. */
void failing_calls_watch (const char *base, const char *fail);
/** failing_calls_stop: Returns: (transfer full) (element-type utf8): the sites, in the order of their first calls. */
GPtrArray *failing_calls_stop (void);
/** failing_calls_has_failed: Returns: whether the site was reached. */
gboolean failing_calls_has_failed (void);
