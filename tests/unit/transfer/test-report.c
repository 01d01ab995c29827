/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proof of a transfer: each outcome by its name, and counted once. */
#include "config.h"

#include "namida-error.h"
#include "namida-report.h"

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
  { "empty", NAMIDA_ENTRY_FOLDER, NAMIDA_FILE_MISSING, "missing", NULL },
};

/* Bytes: 1, 10, 100, 1000; the folder none. */
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
  g_autoptr (GError) reason = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE, "3 files were not stored.");
  g_autoptr (GBytes) report = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  NamidaTally tally;
  JsonObject *object;
  JsonArray *entries;

  namida_transfer_end (transfer, reason);
  tally = namida_report_tally (transfer);
  g_assert_cmpuint (tally.files, ==, 4);
  g_assert_cmpuint (tally.stored, ==, 1);
  g_assert_cmpuint (tally.kept, ==, 1);
  g_assert_cmpuint (tally.failed, ==, 3);
  g_assert_cmpuint (tally.bytes, ==, 1);

  report = namida_report_new (transfer);
  json_parser_load_from_data (parser, g_bytes_get_data (report, NULL), (gssize) g_bytes_get_size (report), &error);
  g_assert_no_error (error);
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (object, "result"), ==, "incomplete");
  g_assert_cmpstr (json_object_get_string_member (object, "code"), ==, "incomplete");
  g_assert_cmpstr (json_object_get_string_member (object, "message"), ==, reason->message);
  g_assert_cmpint (json_object_get_int_member (object, "stored"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (object, "failed"), ==, 3);
  entries = json_object_get_array_member (object, "entries");
  g_assert_cmpuint (json_array_get_length (entries), ==, G_N_ELEMENTS (files));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    check_entry (json_array_get_object_element (entries, i), i);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "leftOut")), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/outcomes", test_outcomes);
  return g_test_run ();
}
