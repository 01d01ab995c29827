/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source of the files of an outgoing transfer. It is evaluated when the transfer begins and again at each further
 * attempt, so that changed files are sent as they are then. The hub has three kinds: scanned files, scanned files
 * with a filter, and a version that is restored to another device. Main context; the evaluation itself is
 * asynchronous. */
#pragma once

#include "namida-backup.h"
#include "namida-scan-filter.h"

G_BEGIN_DECLS

typedef void (*NamidaSendSourceBegin) (gpointer data,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
typedef NamidaBackup *(*NamidaSendSourceEnd) (GAsyncResult *result, GError **error);

/** NamidaSendSource: reference counted (g_rc_box). */
typedef struct
{
  NamidaSendSourceBegin begin;
  NamidaSendSourceEnd end;
  gpointer data;
  GDestroyNotify data_free;
} NamidaSendSource;

/**
 * namida_send_source_new:
 * @begin: starts to determine the files
 * @end: finishes that; returns (transfer full) (nullable)
 * @data: (transfer full): for @begin
 * @data_free: frees @data
 *
 * Returns: (transfer full)
 */
NamidaSendSource *
namida_send_source_new (NamidaSendSourceBegin begin, NamidaSendSourceEnd end, gpointer data, GDestroyNotify data_free);
/**
 * namida_send_source_new_for_files: scans @files (GListModel of GFile). @filter: (nullable): which files to leave
 * out.
 * Returns: (transfer full)
 */
NamidaSendSource *namida_send_source_new_for_files (GListModel *files, NamidaScanFilter *filter);
/** namida_send_source_unref: releases a reference; the last one frees the source. */
void namida_send_source_unref (NamidaSendSource *self);

G_END_DECLS
