/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hub with its identity, database, trust store and store in a folder of its own, which does not run. For tests that
 * ask the hub directly, without a server or a network. */
#pragma once

#include "namida-hub-private.h"

G_BEGIN_DECLS

/* @dir: (out) (transfer full): its folder. Returns: (transfer full) */
NamidaHub *lone_hub_new (const char *alias, char **dir);
/* Frees @hub and its server, and removes @dir. @hub, @dir: (transfer full) */
void lone_hub_free (NamidaHub *hub, char *dir);

G_END_DECLS
