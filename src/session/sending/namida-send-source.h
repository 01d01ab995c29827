/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sending sends: found out when it begins, and anew when it is tried again, so that what has changed is sent as
 * it is then. The hub knows three kinds: files that are scanned, files of a scan without some, and a version that is
 * restored to another device. Main context; the finding itself is asynchronous. */
#pragma once

#include "namida-backup.h"
#include "namida-scan-filter.h"

G_BEGIN_DECLS

typedef void (*NamidaSendSourceBegin) (gpointer data,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
typedef NamidaBackup *(*NamidaSendSourceEnd) (GAsyncResult *result, GError **error);

/** NamidaSendSource: counted by references (g_rc_box). */
typedef struct
{
  NamidaSendSourceBegin begin;
  NamidaSendSourceEnd end;
  gpointer data;
  GDestroyNotify data_free;
} NamidaSendSource;

/**
 * namida_send_source_new:
 * @begin: begins to find out what there is
 * @end: what was found: (transfer full) (nullable)
 * @data: (transfer full): for @begin
 * @data_free: frees @data
 *
 * Returns: (transfer full)
 */
NamidaSendSource *
namida_send_source_new (NamidaSendSourceBegin begin, NamidaSendSourceEnd end, gpointer data, GDestroyNotify data_free);
/** namida_send_source_new_for_files: scans @files (GListModel of GFile). @filter: (nullable): what to leave out.
 * Returns: (transfer full) */
NamidaSendSource *namida_send_source_new_for_files (GListModel *files, NamidaScanFilter *filter);
void namida_send_source_unref (NamidaSendSource *self);

G_END_DECLS
