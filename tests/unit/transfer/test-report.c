/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the report of a transfer: each file has one result, and each result is counted once. */
#include "config.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-report.h"
#include "namida-transfer-end.h"

#include <json-glib/json-glib.h>

static const struct
{
  const char *name;
  NamidaEntryKind kind;
  NamidaFileResult result;
  const char *word, *detail;
} files[] = {
  { "stored.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_STORED, "stored", NULL },
  { "kept.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_KEPT_EXISTING, "kept-existing", NULL },
  { "other.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_MISMATCH, "mismatch", "What arrived is not what was sent." },
  { "lost.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_MISSING, "missing", "It did not arrive whole." },
  { "refused.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_DECLINED, "declined", NULL },
  { "claimed.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_CLAIMED, "claimed", NULL },
  { "changed.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_CHANGED, "changed", NULL },
  { "rotten.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_DAMAGED, "damaged", NULL },
  { "locked.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_UNREADABLE, "unreadable", NULL },
  { "skipped.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_LEFT_OUT, "left-out", NULL },
  { "waiting.mp3", NAMIDA_ENTRY_FILE, NAMIDA_FILE_PENDING, "pending", NULL },
  { "empty", NAMIDA_ENTRY_FOLDER, NAMIDA_FILE_MISSING, "missing", NULL },
};

/* Bytes: 1, 10, 100 and so on; the folder none. */
static NamidaTransfer *
make_transfer (void)
{
  NamidaTransfer *transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Desk PC", "AB", TRUE);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  guint64 size = 1;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      NamidaEntry *entry = namida_entry_new ();

      entry->kind = files[i].kind;
      entry->label = g_strdup ("Music");
      entry->name = g_strdup (files[i].name);
      entry->relative_path = g_strdup (files[i].name);
      entry->size = entry->kind == NAMIDA_ENTRY_FOLDER ? 0 : size;
      size *= 10;
      namida_backup_add (backup, entry);
    }
  namida_backup_add_left_out (backup, "Music/pipe", "It is no file.", FALSE);
  namida_backup_add_unnamed (backup);
  namida_backup_add_unnamed (backup);
  namida_transfer_set_backup (transfer, backup);
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    namida_transfer_set_result (transfer, i, files[i].result, files[i].detail);
  return transfer;
}

static void
check_entry (JsonObject *object, guint i)
{
  g_autofree char *path = g_strconcat ("Music/", files[i].name, NULL);

  g_assert_cmpstr (json_object_get_string_member (object, "file"), ==, path);
  g_assert_cmpstr (json_object_get_string_member (object, "result"), ==, files[i].word);
  g_assert_cmpstr (json_object_get_string_member_with_default (object, "message", NULL), ==, files[i].detail);
}

static void
test_outcomes (void)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer ();
  g_autoptr (GBytes) report = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  NamidaFileCounts counts;
  JsonObject *object;
  JsonArray *entries;

  namida_transfer_finish (transfer);
  counts = namida_transfer_count_files (transfer);
  g_assert_cmpuint (counts.files, ==, 11);
  g_assert_cmpuint (counts.stored, ==, 1);
  g_assert_cmpuint (counts.kept, ==, 1);
  g_assert_cmpuint (counts.failed, ==, 9);
  g_assert_cmpuint (counts.bytes, ==, 1);
  g_assert_cmpuint (counts.failed_folders, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (files) - 1; i++)
    g_assert_cmpuint (counts.by_result[files[i].result], ==, 1);

  report = namida_report_new (transfer);
  json_parser_load_from_data (parser, g_bytes_get_data (report, NULL), (gssize) g_bytes_get_size (report), &error);
  g_assert_no_error (error);
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (object, "result"), ==, "incomplete");
  g_assert_cmpstr (json_object_get_string_member (object, "code"), ==, "incomplete");
  g_assert_cmpstr (json_object_get_string_member (object, "message"), ==,
                   "9 of 11 files were not saved on the other device: “Music/other.mp3”, “Music/lost.mp3”, "
                   "“Music/refused.mp3”, …."
                   " What arrived is not what was sent.");
  g_assert_cmpint (json_object_get_int_member (object, "stored"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (object, "failed"), ==, 9);
  entries = json_object_get_array_member (object, "entries");
  g_assert_cmpuint (json_array_get_length (entries), ==, G_N_ELEMENTS (files));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    check_entry (json_array_get_object_element (entries, i), i);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "leftOut")), ==, 1);
  g_assert_cmpint (json_object_get_int_member (object, "leftOutUnnamed"), ==, 2);
}

/* One file, and one empty folder. */
static NamidaTransfer *
make_small (NamidaDirection direction, NamidaFileResult file, NamidaFileResult folder)
{
  NamidaTransfer *transfer = namida_transfer_new (direction, "Desk PC", "AB", TRUE);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();

  for (guint i = 0; i < 2; i++)
    {
      NamidaEntry *entry = namida_entry_new ();

      entry->kind = i == 0 ? NAMIDA_ENTRY_FILE : NAMIDA_ENTRY_FOLDER;
      entry->label = g_strdup ("Music");
      entry->name = g_strdup (i == 0 ? "a.mp3" : "empty");
      entry->relative_path = g_strdup (entry->name);
      namida_backup_add (backup, entry);
    }
  namida_transfer_set_backup (transfer, backup);
  namida_transfer_set_result (transfer, 0, file, NULL);
  namida_transfer_set_result (transfer, 1, folder, NULL);
  return transfer;
}

/* Only what is stored, or already there and proven, makes a transfer done, in both directions. */
static void
test_done_is_earned (void)
{
  for (guint result = 0; result < NAMIDA_FILE_N_RESULTS; result++)
    for (guint direction = 0; direction < 2; direction++)
      {
        gboolean good = result == NAMIDA_FILE_STORED || result == NAMIDA_FILE_KEPT_EXISTING;
        g_autoptr (NamidaTransfer) transfer = make_small (direction, result, NAMIDA_FILE_STORED);

        namida_transfer_finish (transfer);
        g_assert_cmpint (namida_transfer_get_state (transfer), ==,
                         good ? NAMIDA_TRANSFER_DONE : NAMIDA_TRANSFER_INCOMPLETE);
        g_assert_cmpint (namida_transfer_get_error (transfer) == NULL, ==, good);
      }
}

static void
test_folders_are_no_files (void)
{
  g_autoptr (NamidaTransfer) failed = make_small (NAMIDA_DIRECTION_SEND, NAMIDA_FILE_STORED, NAMIDA_FILE_MISSING);
  g_autoptr (NamidaTransfer) left_out = make_small (NAMIDA_DIRECTION_SEND, NAMIDA_FILE_STORED, NAMIDA_FILE_LEFT_OUT);
  NamidaFileCounts counts;

  namida_transfer_finish (failed);
  g_assert_cmpint (namida_transfer_get_state (failed), ==, NAMIDA_TRANSFER_INCOMPLETE);
  g_assert_cmpstr (namida_transfer_get_error (failed)->message, ==,
                   "1 empty folder was not created there: “Music/empty”. The other files were saved. Send again to"
                   " transfer the missing ones.");
  counts = namida_transfer_count_files (failed);
  g_assert_cmpuint (counts.files, ==, 1);
  g_assert_cmpuint (counts.failed, ==, 0);
  g_assert_cmpuint (counts.failed_folders, ==, 1);
  /* The other side has no way to take it. */
  namida_transfer_finish (left_out);
  g_assert_cmpint (namida_transfer_get_state (left_out), ==, NAMIDA_TRANSFER_DONE);
}

/* What the sender could not offer is missing, however much of the rest is there. */
static void
test_missed (void)
{
  g_autoptr (NamidaTransfer) transfer = make_small (NAMIDA_DIRECTION_SEND, NAMIDA_FILE_STORED, NAMIDA_FILE_STORED);

  namida_backup_add_left_out (namida_transfer_get_backup (transfer), "Music/private", "It could not be read.", TRUE);
  namida_transfer_finish (transfer);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_INCOMPLETE);
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
}

/* More files than a backup holds: the rest is counted as missing, not as skipped, and sending again would not help. */
static void
test_too_many (void)
{
  g_autoptr (NamidaTransfer) transfer = make_small (NAMIDA_DIRECTION_SEND, NAMIDA_FILE_STORED, NAMIDA_FILE_STORED);

  namida_backup_add_left_out (namida_transfer_get_backup (transfer), "Music/200001.mp3", "Too many.", TRUE);
  for (guint i = 0; i < 6; i++)
    namida_backup_add_unnamed (namida_transfer_get_backup (transfer));
  namida_backup_set_too_many (namida_transfer_get_backup (transfer));
  namida_transfer_finish (transfer);
  g_assert_cmpuint (namida_transfer_count_missed (transfer), ==, 7);
  g_assert_cmpuint (namida_transfer_count_skipped (transfer), ==, 0);
  g_assert_nonnull (strstr (namida_transfer_get_error (transfer)->message, "7 files were left out"));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_nonnull (strstr (namida_transfer_get_error (transfer)->message, "fewer folders"));
  g_assert_null (strstr (namida_transfer_get_error (transfer)->message, "send again"));
}

static void
test_fail (void)
{
  static const struct
  {
    NamidaError code;
    NamidaTransferState state;
  } all[] = {
    { NAMIDA_ERROR_DECLINED, NAMIDA_TRANSFER_DECLINED },
    { NAMIDA_ERROR_CANCELLED, NAMIDA_TRANSFER_CANCELLED },
    { NAMIDA_ERROR_UNREACHABLE, NAMIDA_TRANSFER_FAILED },
    { NAMIDA_ERROR_INCOMPLETE, NAMIDA_TRANSFER_FAILED }, /* only finish says incomplete */
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (NamidaTransfer) transfer = make_small (NAMIDA_DIRECTION_SEND, NAMIDA_FILE_STORED, NAMIDA_FILE_STORED);
      g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, all[i].code, "x");

      namida_transfer_fail (transfer, error);
      namida_transfer_finish (transfer); /* too late */
      g_assert_cmpint (namida_transfer_get_state (transfer), ==, all[i].state);
    }
}

/* A received backup that its sender could not read whole. */
static void
test_missed_there (void)
{
  g_autoptr (NamidaTransfer) transfer = make_small (NAMIDA_DIRECTION_RECEIVE, NAMIDA_FILE_STORED, NAMIDA_FILE_STORED);

  namida_backup_raise_missed_there (namida_transfer_get_backup (transfer), 2);
  namida_transfer_finish (transfer);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_INCOMPLETE);
  g_assert_true (
      g_str_has_prefix (namida_transfer_get_error (transfer)->message, "The other device skipped 2 files or folders"));
}

/* Looking at the files again does not make what arrived less safe; of who cannot go on, nothing is. */
static void
test_safe (void)
{
  for (guint can_go_on = 0; can_go_on < 2; can_go_on++)
    {
      g_autoptr (NamidaTransfer) transfer = make_small (NAMIDA_DIRECTION_SEND, NAMIDA_FILE_PENDING, NAMIDA_FILE_STORED);
      g_autofree char *words = NULL;
      g_autofree char *expected = NULL;
      /* GLib writes the unit with one kind of space or another, from version to version. */
      g_autofree char *progress = namida_format_progress (77, 100);

      namida_transfer_set_summary (transfer, "Music", 100, 1);
      namida_transfer_set_pausable (transfer, can_go_on);
      namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
      namida_transfer_add_bytes (transfer, 77);
      namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
      namida_transfer_restart (transfer);
      namida_transfer_set_state (transfer, NAMIDA_TRANSFER_PAUSED);
      namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
      words = namida_transfer_dup_state_text (transfer);
      expected = g_strdup_printf ("Waiting for the device · %s transferred", progress);
      g_assert_cmpstr (words, ==, can_go_on ? expected : "Waiting for the device");
      /* The other side says how much it is. */
      namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
      g_assert_cmpuint (namida_transfer_get_safe_bytes (transfer), ==, 0);
    }
}

/* A caller's mistake ends the transfer as failed, and says so in the log. */
static void
test_fail_without_error (void)
{
  g_autoptr (NamidaTransfer) transfer = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_failed ();
      g_test_trap_assert_stderr ("*failed without an error*");
      return;
    }
  transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Desk PC", "AB", TRUE);
  namida_transfer_fail (transfer, NULL);
}

/* Nothing was scanned: that is no reason to say that all of it is there. */
static void
test_finish_without_files (void)
{
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Desk PC", "AB", TRUE);

  namida_transfer_finish (transfer);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/outcomes", test_outcomes);
  g_test_add_func ("/report/done-is-earned", test_done_is_earned);
  g_test_add_func ("/report/folders-are-no-files", test_folders_are_no_files);
  g_test_add_func ("/report/missed", test_missed);
  g_test_add_func ("/report/too-many", test_too_many);
  g_test_add_func ("/report/missed-there", test_missed_there);
  g_test_add_func ("/report/safe", test_safe);
  g_test_add_func ("/report/fail", test_fail);
  g_test_add_func ("/report/fail-without-error", test_fail_without_error);
  g_test_add_func ("/report/finish-without-files", test_finish_without_files);
  return g_test_run ();
}
