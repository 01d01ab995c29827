/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that an ended transfer has the same text in its row, in its details and, after a restart of the program, in the
 * row of the history. */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <utime.h>

#include "namida-details-dialog.h"
#include "namida-error.h"
#include "namida-file-drag.h"
#include "namida-history-row.h"
#include "namida-hub.h"
#include "namida-steady-label.h"
#include "namida-transfer-end.h"
#include "namida-transfer-row.h"

typedef struct
{
  const char *name;
  NamidaDirection direction;
  NamidaFileResult first;
  const char *journal; /* the state of its row */
  const char *words;
  gboolean unproven, canceled, link;
  guint healed;
  const char *advice;
} WordsCase;

static const WordsCase cases[] = {
  { "sent", NAMIDA_DIRECTION_SEND, NAMIDA_FILE_STORED, "finished", "Verified there" },
  { "received", NAMIDA_DIRECTION_RECEIVE, NAMIDA_FILE_STORED, "finished", "Verified" },
  { "kept", NAMIDA_DIRECTION_SEND, NAMIDA_FILE_KEPT_EXISTING, "finished", "Verified there · 1 of 2 was there already" },
  { "link", NAMIDA_DIRECTION_SEND, NAMIDA_FILE_STORED, "finished", "Verified there · 1 link or special file skipped",
    .link = TRUE },
  { "healed", NAMIDA_DIRECTION_RECEIVE, NAMIDA_FILE_STORED, "finished",
    "Verified · 1 damaged file was repaired in 3 versions.", .healed = 1 },
  { "phone", NAMIDA_DIRECTION_SEND, NAMIDA_FILE_STORED, "finished",
    "Sent, not verified · Restore it there. · 1 link or special file skipped", .unproven = TRUE, .link = TRUE,
    .advice = "Restore it there." },
  { "incomplete", NAMIDA_DIRECTION_SEND, NAMIDA_FILE_MISSING, "incomplete", "1 file missing", .link = TRUE,
    .advice = "Restore it there." },
  { "canceled", NAMIDA_DIRECTION_SEND, NAMIDA_FILE_PENDING, "cancelled", "Canceled · can be resumed",
    .canceled = TRUE },
  { "canceled-phone", NAMIDA_DIRECTION_SEND, NAMIDA_FILE_PENDING, "cancelled", "Canceled", .canceled = TRUE,
    .unproven = TRUE },
};

static void
add_file (NamidaBackup *backup, const char *name)
{
  NamidaEntry *entry = namida_entry_new ();

  entry->kind = NAMIDA_ENTRY_FILE;
  entry->label = g_strdup ("Music");
  entry->name = g_strdup (name);
  entry->relative_path = g_strdup (name);
  namida_backup_add (backup, entry);
}

static NamidaTransfer *
make_transfer (const WordsCase *words)
{
  NamidaTransfer *transfer = namida_transfer_new (words->direction, "Pixel", "AB", TRUE);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, "Canceled");

  add_file (backup, "a.mp3");
  add_file (backup, "b.mp3");
  if (words->link)
    namida_backup_add_left_out (backup, "link.mp3", "It is a link.", FALSE);
  namida_transfer_set_backup (transfer, backup);
  namida_transfer_set_result (transfer, 0, words->first, NULL);
  namida_transfer_set_result (transfer, 1, NAMIDA_FILE_STORED, NULL);
  if (words->unproven)
    namida_transfer_set_unproven (transfer);
  namida_transfer_set_advice (transfer, words->advice);
  namida_transfer_set_healed (transfer, words->healed, words->healed > 0 ? 3 : 0);
  if (words->canceled)
    {
      /* The phone app and LocalSend keep nothing of what was stopped. */
      namida_transfer_set_pausable (transfer, !words->unproven);
      namida_transfer_cancel_keeping (transfer);
      namida_transfer_fail (transfer, error);
    }
  else
    {
      namida_transfer_finish (transfer);
    }
  return transfer;
}

/* What namida-sending-write.c writes; the test "history" proves that it does. */
static NamidaHistoryItem *
make_item (const WordsCase *words, NamidaTransfer *transfer)
{
  NamidaTransferEnd end = namida_transfer_get_end (transfer);
  NamidaJournalSession *row = g_new0 (NamidaJournalSession, 1);

  row->id = g_strdup (words->name);
  row->direction = g_strdup (words->direction == NAMIDA_DIRECTION_SEND ? "send" : "receive");
  row->alias = g_strdup ("Pixel");
  row->title = g_strdup ("Music");
  row->state = g_strdup (words->journal);
  row->started_at = row->updated_at = g_get_real_time ();
  row->total_files = 2;
  row->stored_files = end.stored;
  row->kept_files = end.kept;
  row->failed_files = end.failed;
  row->skipped = end.skipped;
  row->unproven = words->unproven;
  row->can_resume = namida_transfer_can_resume (transfer);
  row->healed_files = end.healed_files;
  row->healed_versions = end.healed_versions;
  row->advice = g_strdup (words->advice);
  return namida_history_item_new (row);
}

/* Whether a label in @widget says exactly @words. */
static gboolean
says (GtkWidget *widget, const char *words)
{
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_label (GTK_LABEL (widget)), words))
    return TRUE;
  if (NAMIDA_IS_STEADY_LABEL (widget)
      && g_strcmp0 (namida_steady_label_get_text (NAMIDA_STEADY_LABEL (widget)), words) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says (child, words))
      return TRUE;
  return FALSE;
}

static void
check_row (gpointer row, const char *words)
{
  g_object_ref_sink (row);
  if (!says (row, words))
    g_error ("%s does not say “%s”", G_OBJECT_TYPE_NAME (row), words);
  g_object_unref (row);
}

static void
test_words (gconstpointer data)
{
  const WordsCase *words = data;
  NamidaHubOptions options = { .alias = "Words", .interface = "lo" };
  g_autoptr (NamidaHub) hub = namida_hub_new (&options);
  g_autoptr (NamidaTransfer) transfer = make_transfer (words);
  g_autoptr (NamidaHistoryItem) item = make_item (words, transfer);
  g_autofree char *live = namida_transfer_dup_state_text (transfer);
  g_autofree char *later = namida_history_item_dup_state_text (item);
  NamidaDetailsDialog *details = namida_details_dialog_new (transfer, "Music to Pixel");

  g_assert_cmpstr (live, ==, words->words);
  g_assert_cmpstr (later, ==, words->words);
  check_row (namida_transfer_row_new (hub, transfer), words->words);
  check_row (namida_history_row_new (G_OBJECT (item)), words->words);
  if (!says (GTK_WIDGET (details), words->words))
    g_error ("the details do not say “%s”", words->words);
  gtk_window_destroy (GTK_WINDOW (details));
}

/* What is no transfer is not said to be received or verified, and is not merged with what is. */
static void
test_notes (void)
{
  static const struct
  {
    const char *direction, *words;
  } notes[] = {
    { NAMIDA_JOURNAL_TRASHED, "Moved to the trash, for 30 days" },
    { NAMIDA_JOURNAL_REPAIRED, "2 damaged files were repaired in 1 version." },
    { NAMIDA_JOURNAL_REPAIRED_THERE, "2 damaged files were repaired in 1 version on “Pixel”." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      NamidaJournalSession *row = g_new0 (NamidaJournalSession, 1);
      g_autoptr (NamidaHistoryItem) item = NULL;

      row->id = g_strdup_printf ("%u", i);
      row->direction = g_strdup (notes[i].direction);
      row->alias = g_strdup ("Pixel");
      row->title = g_strdup ("Something");
      row->state = g_strdup ("finished");
      row->started_at = row->updated_at = g_get_real_time ();
      if (i > 0)
        {
          row->healed_files = 2;
          row->healed_versions = 1;
        }
      item = namida_history_item_new (row);
      check_row (namida_history_row_new (G_OBJECT (item)), notes[i].words);
    }
}

/* A device that is there, but full or busy, is not said to be away. */
static void
test_trouble (void)
{
  NamidaHubOptions options = { .alias = "Words", .interface = "lo" };
  g_autoptr (NamidaHub) hub = namida_hub_new (&options);
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Pixel", "AB", TRUE);

  namida_transfer_set_summary (transfer, "Music", 1000, 1);
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
  check_row (namida_transfer_row_new (hub, transfer), "Waits for Pixel · sends when it is back");
  namida_transfer_set_trouble (transfer, "Its disk is full");
  check_row (namida_transfer_row_new (hub, transfer), "Its disk is full");
}

#define SONG_MTIME 1790000000 /* seconds since 1970 */

static void
set_mtime (const char *path, gint64 seconds)
{
  struct utimbuf times = { .actime = seconds, .modtime = seconds };

  g_assert_cmpint (g_utime (path, &times), ==, 0);
}

static NamidaTransfer *
dragged (NamidaDirection direction, const char *source, const char *folder)
{
  NamidaTransfer *transfer = namida_transfer_new (direction, "Pixel", "AB", TRUE);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  NamidaEntry *entry = namida_entry_new ();

  entry->kind = NAMIDA_ENTRY_FILE;
  entry->id = g_strdup ("f1");
  entry->name = g_strdup ("a.mp3");
  entry->label = g_strdup ("Music");
  entry->relative_path = g_strdup ("Björk/a.mp3");
  entry->size = 5;
  entry->mtime_ns = SONG_MTIME * G_GINT64_CONSTANT (1000000000);
  entry->source = g_strdup (source);
  namida_backup_add (backup, entry);
  namida_transfer_set_backup (transfer, backup);
  namida_transfer_set_folder (transfer, folder);
  return transfer;
}

static void
check_drag (NamidaTransfer *transfer, const char *wanted)
{
  g_autoptr (GFile) file = namida_file_drag_dup_file (transfer, 0);

  g_assert_cmpstr (file != NULL ? g_file_peek_path (file) : NULL, ==, wanted);
  g_assert_null (namida_file_drag_dup_file (transfer, 1));
}

/* Only a file that was saved, and is there with its size and time, can be dragged out; a sent one from where it came.
 */
static void
test_drag (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-drag-XXXXXX", NULL);
  g_autofree char *inside = g_build_filename (folder, "Music", "Björk", NULL);
  g_autofree char *path = g_build_filename (inside, "a.mp3", NULL);
  g_autofree char *label = g_build_filename (folder, "Music", NULL);
  g_autoptr (NamidaTransfer) received = dragged (NAMIDA_DIRECTION_RECEIVE, NULL, folder);
  g_autoptr (NamidaTransfer) in_label = dragged (NAMIDA_DIRECTION_RECEIVE, NULL, label);
  g_autoptr (NamidaTransfer) sent = dragged (NAMIDA_DIRECTION_SEND, path, NULL);

  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "abcde", 5, NULL));
  set_mtime (path, SONG_MTIME);
  check_drag (received, NULL);
  namida_transfer_set_result (received, 0, NAMIDA_FILE_STORED, NULL);
  namida_transfer_set_result (in_label, 0, NAMIDA_FILE_STORED, NULL);
  check_drag (received, path);
  check_drag (in_label, path);
  check_drag (sent, path);
  /* Another song of the same size is at its place. */
  set_mtime (path, SONG_MTIME - 60);
  check_drag (received, NULL);
  check_drag (in_label, NULL);
  check_drag (sent, path);
  /* The drive refused the time, so the file has that of its arrival; one that was changed later is another file. */
  set_mtime (path, namida_transfer_get_started_at (received) / G_USEC_PER_SEC);
  check_drag (received, path);
  check_drag (in_label, path);
  set_mtime (path, namida_transfer_get_started_at (received) / G_USEC_PER_SEC + 3600);
  check_drag (received, NULL);
  g_assert_true (g_file_set_contents (path, "another", 7, NULL));
  check_drag (received, NULL);
  check_drag (sent, NULL);
  g_assert_cmpint (g_unlink (path) + g_rmdir (inside) + g_rmdir (label) + g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/transfer-words/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_words);
    }
  g_test_add_func ("/transfer-words/notes", test_notes);
  g_test_add_func ("/transfer-words/trouble", test_trouble);
  g_test_add_func ("/transfer-words/drag", test_drag);
  return g_test_run ();
}
