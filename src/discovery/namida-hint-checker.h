/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "namida-hint.h"

G_BEGIN_DECLS

/** NamidaHintFacts: what the owner of the finders knows. Copied. */
typedef struct
{
  const char *interface; /* (nullable): as for namida_interface_list() */
  guint16 tcp_port;      /* where this device listens; 0 = nowhere */
  gboolean listening;    /* for announcements: the port of UDP could be had */
  gboolean scanned;      /* a scan came to its end */
  GPtrArray *answered;   /* (nullable) (element-type GInetAddress): hosts that answered it in any way */
} NamidaHintFacts;

/** NamidaHintPlaces: where to look; other ones are for tests. NULL is the default of each. */
typedef struct
{
  GDBusConnection *bus; /* default: the system bus */
  const char *proc;     /* default "/proc" */
  const char *etc;      /* default "/etc" */
} NamidaHintPlaces;

/**
 * namida_hints_check_async: looks, in a worker, for what may keep devices from being found. What cannot be found out is
 * left out; it takes 5 s at most. On a loopback interface only the ports are looked at. @places: (nullable). Main
 * context.
 */
void namida_hints_check_async (const NamidaHintFacts *facts,
                               const NamidaHintPlaces *places,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** Returns: (transfer full) (nullable) (element-type NamidaHint): %NULL only when it was cancelled. */
GPtrArray *namida_hints_check_finish (GAsyncResult *result, GError **error);

G_END_DECLS
