/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dragging files out of the details window. A transfer does not store the path of every saved file, so all possible
 * paths are tried. The file must have the size and the time of its entry, because a song whose tags were changed may
 * have the same size. On a drive that refuses times, a file has the time at which it was written, during the transfer.
 * Called by namida-file-row.c. Main context. */
#include "config.h"

#include "namida-file-drag.h"

#include <sys/stat.h>

#include "namida-file-ops.h"

#define COARSEST_NS G_GINT64_CONSTANT (2000000000) /* FAT stores times with a resolution of two seconds */

/* Whether @mtime_ns is the time that was stored with a file, or that of a moment while @transfer ran. */
static gboolean
file_drag_is_time (NamidaTransfer *transfer, const NamidaEntry *entry, gint64 mtime_ns)
{
  gint64 ended_at = namida_transfer_get_ended_at (transfer);
  gint64 begin_ns = namida_transfer_get_started_at (transfer) * 1000;
  gint64 end_ns = (ended_at > 0 ? ended_at : g_get_real_time ()) * 1000;

  return entry->mtime_ns == NAMIDA_ENTRY_TIME_UNKNOWN || ABS (mtime_ns - entry->mtime_ns) <= COARSEST_NS
         || (mtime_ns >= begin_ns - COARSEST_NS && mtime_ns <= end_ns);
}

/* @stored: (nullable): the transfer that stored the file with the time of @entry; %NULL: any time is right. */
static GFile *
file_drag_dup_if_there (const char *path, const NamidaEntry *entry, NamidaTransfer *stored)
{
  struct stat st;

  if (stat (path, &st) != 0 || !S_ISREG (st.st_mode) || (guint64) st.st_size != entry->size)
    return NULL;
  if (stored != NULL && !file_drag_is_time (stored, entry, namida_stat_mtime_ns (&st)))
    return NULL;
  return g_file_new_for_path (path);
}

GFile *
namida_file_drag_dup_file (NamidaTransfer *transfer, guint index)
{
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (transfer));
  NamidaFileResult result = namida_transfer_get_result (transfer, index);
  const char *folder = namida_transfer_get_folder (transfer);
  const NamidaEntry *entry;
  g_autofree char *place = NULL;
  g_autofree char *below = NULL;
  GFile *file = NULL;

  if (index >= entries->len)
    return NULL;
  entry = g_ptr_array_index (entries, index);
  if (entry->kind == NAMIDA_ENTRY_FOLDER)
    return NULL;
  if (entry->source != NULL)
    return file_drag_dup_if_there (entry->source, entry, NULL);
  if (folder == NULL || (result != NAMIDA_FILE_STORED && result != NAMIDA_FILE_KEPT_EXISTING))
    return NULL;
  place = namida_entry_dup_place (entry);
  below = g_build_filename (folder, place, NULL);
  file = file_drag_dup_if_there (below, entry, result == NAMIDA_FILE_STORED ? transfer : NULL);
  /* The folder that the user should open may be that of the label itself. */
  if (file == NULL && *entry->relative_path != '\0')
    {
      g_autofree char *within = g_build_filename (folder, entry->relative_path, NULL);

      file = file_drag_dup_if_there (within, entry, result == NAMIDA_FILE_STORED ? transfer : NULL);
    }
  return file;
}

static GdkContentProvider *
file_drag_on_prepare (GtkDragSource *source, double x, double y, gpointer user_data)
{
  NamidaFileDragItem get_item = (NamidaFileDragItem) user_data;
  NamidaFileItem *item = get_item (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source)));
  g_autoptr (GFile) file = NULL;
  GdkContentProvider *provider;
  GdkFileList *list;

  if (item != NULL)
    file = namida_file_drag_dup_file (namida_file_item_get_transfer (item), namida_file_item_get_index (item));
  if (file == NULL)
    return NULL;
  list = gdk_file_list_new_from_array (&file, 1);
  provider = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  return provider;
}

void
namida_file_drag_attach (GtkWidget *row, NamidaFileDragItem item)
{
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect (source, "prepare", G_CALLBACK (file_drag_on_prepare), (gpointer) item);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
}
