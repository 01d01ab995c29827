/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds out what may prevent devices from being found. The hub calls it when no device appears. Starts in the main
 * context and works in a thread. */
#pragma once

#include <gio/gio.h>

#include "namida-hint.h"

G_BEGIN_DECLS

/** NamidaHintFacts: the state of the finders, as their owner knows it. Copied. */
typedef struct
{
  const char *interface; /* (nullable): as for namida_interface_list() */
  guint16 tcp_port;      /* the port that this device listens on; 0 = none */
  gboolean listening;    /* whether announcements can be heard, that is, whether the UDP port could be opened */
  gboolean scanned;      /* whether a scan has finished */
  GPtrArray *answered;   /* (nullable) (element-type GInetAddress): hosts that answered the scan in any way */
} NamidaHintFacts;

/** NamidaHintPlaces: where to look. NULL stands for the default of each; tests use others. */
typedef struct
{
  GDBusConnection *bus; /* default: the system bus */
  const char *proc;     /* default "/proc" */
  const char *etc;      /* default "/etc" */
} NamidaHintPlaces;

/**
 * namida_hints_check_async: Looks, in a worker thread, for what may prevent devices from being found. Omits what cannot
 * be determined; takes at most 5 s. On a loopback interface, only the ports are checked. @places: (nullable). Main
 * context.
 */
void namida_hints_check_async (const NamidaHintFacts *facts,
                               const NamidaHintPlaces *places,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/**
 * namida_hints_check_finish: Returns: (transfer full) (nullable) (element-type NamidaHint): %NULL only if the check was
 * cancelled.
 */
GPtrArray *namida_hints_check_finish (GAsyncResult *result, GError **error);

G_END_DECLS
