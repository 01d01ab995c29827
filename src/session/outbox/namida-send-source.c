/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaSendSource: see the header. The kind for scanned files is here, too. Main context; scanning is
 * asynchronous. */
#include "config.h"

#include "namida-send-source.h"

#include "namida-scanner.h"

static void
send_source_clear (gpointer data)
{
  NamidaSendSource *self = data;

  self->data_free (self->data);
}

NamidaSendSource *
namida_send_source_new (NamidaSendSourceBegin begin, NamidaSendSourceEnd end, gpointer data, GDestroyNotify data_free)
{
  NamidaSendSource *self = g_rc_box_new0 (NamidaSendSource);

  self->begin = begin;
  self->end = end;
  self->data = data;
  self->data_free = data_free;
  return self;
}

void
namida_send_source_unref (NamidaSendSource *self)
{
  g_rc_box_release_full (self, send_source_clear);
}

typedef struct
{
  GListModel *files;
  NamidaScanFilter *filter; /* (nullable) */
} ScannedFiles;

static void
scanned_files_free (gpointer data)
{
  ScannedFiles *self = data;

  g_object_unref (self->files);
  g_clear_pointer (&self->filter, namida_scan_filter_unref);
  g_free (self);
}

static void
scanned_files_begin (gpointer data, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  ScannedFiles *self = data;

  namida_scanner_scan_async (self->files, self->filter, cancellable, callback, user_data);
}

NamidaSendSource *
namida_send_source_new_for_files (GListModel *files, NamidaScanFilter *filter)
{
  ScannedFiles *self = g_new0 (ScannedFiles, 1);

  self->files = g_object_ref (files);
  self->filter = filter != NULL ? namida_scan_filter_ref (filter) : NULL;
  return namida_send_source_new (scanned_files_begin, namida_scanner_scan_finish, self, scanned_files_free);
}
