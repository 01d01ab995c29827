/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the model of a transfer: an ended transfer does not change, whatever is called afterwards; when a transfer can
 * be paused and resumed; its speed; and the text for each state, which is the same in the window, the terminal and the
 * history. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-report.h"
#include "namida-speed.h"
#include "namida-transfer-end.h"
#include "namida-transfer-private.h"

#include <string.h>

#define STATES (NAMIDA_TRANSFER_FAILED + 1)
#define SECOND ((gint64) G_USEC_PER_SEC)

static NamidaTransfer *
make_transfer (NamidaDirection direction, guint n_files)
{
  NamidaTransfer *transfer = namida_transfer_new (direction, "Desk PC", "AB", TRUE);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();

  for (guint i = 0; i < n_files; i++)
    {
      NamidaEntry *entry = namida_entry_new ();

      entry->kind = NAMIDA_ENTRY_FILE;
      entry->label = g_strdup ("Music");
      entry->name = g_strdup_printf ("%u.mp3", i);
      entry->relative_path = g_strdup (entry->name);
      entry->size = 1000;
      namida_backup_add (backup, entry);
    }
  namida_transfer_set_backup (transfer, backup);
  return transfer;
}

static void
set_results (NamidaTransfer *transfer, NamidaFileResult result, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    namida_transfer_set_result (transfer, i, result, NULL);
}

static void
count_up (gpointer counter)
{
  (*(guint *) counter)++;
}

/* ---- the states ---- */

/* Everything that somebody may still call. */
static void
call_everything (NamidaTransfer *transfer)
{
  g_autoptr (GError) other = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE, "other");

  for (guint state = 0; state < STATES; state++)
    namida_transfer_set_state (transfer, state);
  namida_transfer_fail (transfer, other);
  namida_transfer_finish (transfer);
  namida_transfer_pause (transfer);
  namida_transfer_cancel (transfer);
}

static void
test_ended_stays (void)
{
  for (guint state = NAMIDA_TRANSFER_DONE; state < STATES; state++)
    {
      g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 1);
      guint ended = 0, told = 0;
      gint64 ended_at;

      namida_clock_set_fake (1000 * SECOND);
      g_signal_connect_swapped (transfer, "ended", G_CALLBACK (count_up), &ended);
      namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
      g_assert_cmpint (namida_transfer_get_ended_at (transfer), ==, 0);
      g_assert_cmpuint (ended, ==, 0);
      namida_clock_set_fake (2000 * SECOND);
      namida_transfer_set_state (transfer, state);
      ended_at = namida_transfer_get_ended_at (transfer);
      g_assert_cmpint (ended_at, ==, 2000 * SECOND);
      g_signal_connect_swapped (transfer, "notify", G_CALLBACK (count_up), &told);
      namida_clock_set_fake (3000 * SECOND);
      call_everything (transfer);
      g_assert_cmpint (namida_transfer_get_state (transfer), ==, state);
      g_assert_null (namida_transfer_get_error (transfer));
      g_assert_false (namida_transfer_is_pausing (transfer));
      g_assert_false (namida_transfer_can_pause (transfer));
      g_assert_false (g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)));
      g_assert_cmpint (namida_transfer_get_ended_at (transfer), ==, ended_at);
      g_assert_cmpuint (ended, ==, 1);
      g_assert_cmpuint (told, ==, 0);
      namida_clock_set_fake (-1);
    }
}

/* The first error is the one that is told. */
static void
test_first_error_stays (void)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_RECEIVE, 1);
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, "first");

  namida_transfer_fail (transfer, error);
  call_everything (transfer);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_FAILED);
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
  g_assert_cmpstr (namida_transfer_get_error (transfer)->message, ==, "first");
}

static void
test_pause (void)
{
  for (guint pausable = 0; pausable < 2; pausable++)
    for (guint state = 0; state < STATES; state++)
      {
        g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 1);
        gboolean moves = state == NAMIDA_TRANSFER_RUNNING || state == NAMIDA_TRANSFER_INTERRUPTED;

        namida_transfer_set_pausable (transfer, pausable);
        namida_transfer_set_state (transfer, state);
        g_assert_cmpint (namida_transfer_can_pause (transfer), ==, pausable && moves);
        if (state >= NAMIDA_TRANSFER_DONE)
          continue;
        namida_transfer_pause (transfer);
        g_assert_true (namida_transfer_is_pausing (transfer));
        g_assert_false (namida_transfer_can_pause (transfer));
        g_assert_true (g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)));
        /* Stopped: it can go on, with a cancellable that is as new. */
        namida_transfer_set_paused (transfer);
        g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_PAUSED);
        g_assert_false (namida_transfer_is_pausing (transfer));
        g_assert_false (g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)));
      }
}

/* Who cancels while a pause is on its way cancels for good. */
static void
test_cancel_while_pausing (void)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 1);

  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
  namida_transfer_pause (transfer);
  namida_transfer_cancel (transfer);
  g_assert_false (namida_transfer_is_pausing (transfer));
  g_assert_true (g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)));
  namida_transfer_set_paused (transfer);
  g_assert_true (g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)));
}

/* Only what was canceled, with its parts kept, can go on later. */
static void
test_resumable (void)
{
  for (guint i = 0; i < 16; i++)
    {
      NamidaDirection direction = i & 1 ? NAMIDA_DIRECTION_RECEIVE : NAMIDA_DIRECTION_SEND;
      gboolean pausable = (i & 2) != 0, keeps = (i & 4) != 0, failed = (i & 8) != 0;
      g_autoptr (NamidaTransfer) transfer = make_transfer (direction, 1);
      gboolean kept = direction == NAMIDA_DIRECTION_RECEIVE || pausable;

      namida_transfer_set_pausable (transfer, pausable);
      if (keeps)
        namida_transfer_cancel_keeping (transfer);
      else
        namida_transfer_cancel (transfer);
      g_assert_cmpint (namida_transfer_get_keep_parts (transfer), ==, keeps);
      g_assert_cmpint (namida_transfer_keeps_parts (transfer), ==, kept);
      g_assert_false (namida_transfer_can_resume (transfer));
      namida_transfer_set_state (transfer, failed ? NAMIDA_TRANSFER_FAILED : NAMIDA_TRANSFER_CANCELLED);
      g_assert_cmpint (namida_transfer_can_resume (transfer), ==, kept && keeps && !failed);
    }
}

/* What a cancel would delete: data that came in this run, or an unknown amount of an earlier one. */
static void
test_may_have_parts (void)
{
  for (guint i = 0; i < 4; i++)
    {
      NamidaDirection direction = i & 1 ? NAMIDA_DIRECTION_RECEIVE : NAMIDA_DIRECTION_SEND;
      gboolean pausable = (i & 2) != 0, kept = direction == NAMIDA_DIRECTION_RECEIVE || pausable;
      g_autoptr (NamidaTransfer) transfer = make_transfer (direction, 1);
      g_autoptr (NamidaTransfer) earlier = namida_transfer_new (direction, "Pixel", "AB", TRUE);

      namida_transfer_set_pausable (transfer, pausable);
      namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
      g_assert_false (namida_transfer_may_have_parts (transfer));
      namida_transfer_set_paused (transfer);
      g_assert_false (namida_transfer_may_have_parts (transfer));
      namida_transfer_add_bytes (transfer, 500);
      namida_transfer_sample (transfer);
      g_assert_cmpint (namida_transfer_may_have_parts (transfer), ==, kept);
      /* Its files are scanned again, and what arrived stays there. */
      namida_transfer_restart (transfer);
      namida_transfer_sample (transfer);
      g_assert_cmpint (namida_transfer_may_have_parts (transfer), ==, pausable);

      namida_transfer_set_pausable (earlier, pausable);
      namida_transfer_set_summary (earlier, "Music", 1000, 1);
      g_assert_false (namida_transfer_may_have_parts (earlier));
      namida_transfer_set_paused (earlier);
      g_assert_cmpint (namida_transfer_may_have_parts (earlier), ==, kept);
    }
}

/* ---- the speed ---- */

/* 250 ms a step; the newest three seconds count, and no more. */
static void
test_speed (void)
{
  NamidaSpeed speed = { 0 };
  gint64 at = 5 * SECOND;
  guint64 bytes = 0;

  g_assert_cmpuint (namida_speed_get (&speed), ==, 0);
  for (guint step = 0; step < 1000; step++, at += SECOND / 4)
    {
      guint64 rate = step < 500 ? 4000 : 400;

      namida_speed_add (&speed, at, bytes);
      bytes += rate / 4;
      g_assert_cmpuint (speed.n_samples, ==, MIN (step + 1, G_N_ELEMENTS (speed.samples)));
      if (step > 0 && step <= 500)
        g_assert_cmpuint (namida_speed_get (&speed), ==, 4000);
      if (step > 500 && step < 512)
        g_assert_cmpuint (namida_speed_get (&speed), >, 400);
      if (step >= 512)
        g_assert_cmpuint (namida_speed_get (&speed), ==, 400);
    }
  /* A file that starts over, and a clock that stands still. */
  namida_speed_add (&speed, at, 0);
  g_assert_cmpuint (namida_speed_get (&speed), ==, 0);
  namida_speed_reset (&speed);
  namida_speed_add (&speed, at, 0);
  namida_speed_add (&speed, at, 1000);
  g_assert_cmpuint (namida_speed_get (&speed), ==, 0);
}

static void
test_seconds_left (void)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 10); /* 10,000 bytes */

  namida_clock_set_fake (100 * SECOND);
  g_assert_cmpint (namida_transfer_get_seconds_left (transfer), ==, -1);
  namida_transfer_add_bytes (transfer, 5000); /* they were there: nobody moved them */
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
  namida_transfer_add_bytes (transfer, 1000);
  namida_clock_set_fake (101 * SECOND);
  namida_transfer_sample (transfer);
  g_assert_cmpuint (namida_transfer_get_speed (transfer), ==, 1000);
  g_assert_cmpint (namida_transfer_get_seconds_left (transfer), ==, 4);
  namida_transfer_add_bytes (transfer, 500);
  namida_clock_set_fake (102 * SECOND);
  namida_transfer_sample (transfer);
  g_assert_cmpuint (namida_transfer_get_speed (transfer), ==, 750);
  g_assert_cmpint (namida_transfer_get_seconds_left (transfer), ==, 5); /* 3,500 bytes: a second that began counts */
  /* More than was said: no number is better than a wrong one. */
  namida_transfer_add_bytes (transfer, 4000);
  namida_transfer_sample (transfer);
  g_assert_cmpint (namida_transfer_get_seconds_left (transfer), ==, -1);
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_PAUSED);
  g_assert_cmpuint (namida_transfer_get_speed (transfer), ==, 0);
  g_assert_cmpint (namida_transfer_get_seconds_left (transfer), ==, -1);
  namida_clock_set_fake (-1);
}

/* Nothing of a pause counts as speed, although the bytes are measured when it ends. */
static void
test_speed_of_pause (void)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 10);

  namida_clock_set_fake (100 * SECOND);
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_PAUSED);
  for (guint i = 1; i < 4; i++)
    {
      namida_transfer_add_bytes (transfer, 1000);
      namida_clock_set_fake ((100 + i) * SECOND);
      namida_transfer_sample (transfer);
      g_assert_cmpuint (namida_transfer_get_done_bytes (transfer), ==, i * 1000);
      g_assert_cmpuint (namida_transfer_get_speed (transfer), ==, 0);
    }
  namida_clock_set_fake (-1);
}

/* ---- the results ---- */

/* The reason belongs to its result, and there is none of an entry that does not exist. */
static void
test_results (void)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_RECEIVE, 2);
  g_autofree char *first = NULL;

  namida_transfer_set_result (transfer, 0, NAMIDA_FILE_MISSING, "The disk is full.");
  namida_transfer_set_result (transfer, 1, NAMIDA_FILE_MISSING, "The disk is full.");
  namida_transfer_set_result (transfer, 2, NAMIDA_FILE_MISSING, "Beyond.");
  g_assert_cmpint (namida_transfer_get_result (transfer, 2), ==, NAMIDA_FILE_PENDING);
  g_assert_null (namida_transfer_dup_detail (transfer, 2));
  namida_transfer_set_result (transfer, 0, NAMIDA_FILE_STORED, NULL);
  g_assert_null (namida_transfer_dup_detail (transfer, 0));
  first = namida_transfer_dup_detail (transfer, 1);
  g_assert_cmpstr (first, ==, "The disk is full.");
  /* Begun anew: nothing is known of any file. */
  namida_transfer_restart (transfer);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (namida_transfer_get_result (transfer, i), ==, NAMIDA_FILE_PENDING);
      g_assert_null (namida_transfer_dup_detail (transfer, i));
    }
}

/* An empty folder is no file: where it cannot be received, it is left out on purpose, and otherwise it is missed. */
static void
test_folders (void)
{
  static const struct
  {
    NamidaEntryKind kind;
    NamidaFileResult result;
    guint failed, failed_folders;
  } all[] = {
    { NAMIDA_ENTRY_FOLDER, NAMIDA_FILE_STORED, 0, 0 },  { NAMIDA_ENTRY_FOLDER, NAMIDA_FILE_LEFT_OUT, 0, 0 },
    { NAMIDA_ENTRY_FOLDER, NAMIDA_FILE_MISSING, 0, 1 }, { NAMIDA_ENTRY_FILE, NAMIDA_FILE_LEFT_OUT, 1, 0 },
    { NAMIDA_ENTRY_FILE, NAMIDA_FILE_MISSING, 1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 2);
      NamidaBackup *backup = namida_transfer_get_backup (transfer);
      NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (backup), 1);
      g_autoptr (GError) error = NULL;
      g_autofree char *names = NULL;
      NamidaFileCounts counts;

      entry->kind = all[i].kind;
      namida_transfer_set_result (transfer, 0, NAMIDA_FILE_STORED, NULL);
      namida_transfer_set_result (transfer, 1, all[i].result, NULL);
      counts = namida_transfer_count_files (transfer);
      g_assert_cmpuint (counts.failed, ==, all[i].failed);
      g_assert_cmpuint (counts.failed_folders, ==, all[i].failed_folders);
      error = namida_transfer_dup_incomplete (transfer);
      g_assert_cmpint (error != NULL, ==, all[i].failed + all[i].failed_folders > 0);
      names = namida_transfer_dup_failed (transfer, all[i].kind == NAMIDA_ENTRY_FOLDER, 3, NULL);
      g_assert_cmpint (*names != '\0', ==, error != NULL);
    }
}

/* How it ends says why: declined, canceled (by whatever noticed it), or failed. */
static void
test_states_of_errors (void)
{
  const struct
  {
    GQuark domain;
    int code;
    NamidaTransferState state;
  } all[] = {
    { NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, NAMIDA_TRANSFER_DECLINED },
    { NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, NAMIDA_TRANSFER_CANCELLED },
    { G_IO_ERROR, G_IO_ERROR_CANCELLED, NAMIDA_TRANSFER_CANCELLED },
    { NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED, NAMIDA_TRANSFER_FAILED },
    { G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NAMIDA_TRANSFER_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 1);
      g_autoptr (GError) error = g_error_new_literal (all[i].domain, all[i].code, "Why.");

      namida_transfer_fail (transfer, error);
      g_assert_cmpint (namida_transfer_get_state (transfer), ==, all[i].state);
    }
}

/* Why it cannot be called verified: only what comes in without encryption may have been changed on its way. */
static void
test_why_unproven (void)
{
  for (guint i = 0; i < 8; i++)
    {
      NamidaDirection direction = i & 1 ? NAMIDA_DIRECTION_RECEIVE : NAMIDA_DIRECTION_SEND;
      gboolean encrypted = (i & 2) != 0, unproven = (i & 4) != 0;
      g_autoptr (NamidaTransfer) transfer = namida_transfer_new (direction, "Phone", "AB", encrypted);
      NamidaUnproven why
          = direction == NAMIDA_DIRECTION_RECEIVE && !encrypted ? NAMIDA_UNPROVEN_PLAIN : NAMIDA_UNPROVEN_NO_HASHES;

      if (unproven)
        namida_transfer_set_unproven (transfer);
      g_assert_cmpint (namida_transfer_get_why_unproven (transfer), ==, unproven ? why : NAMIDA_UNPROVEN_NOT);
    }
}

/* ---- the words ---- */

static void
test_state_words (void)
{
  static const struct
  {
    NamidaTransferState state;
    const char *send, *receive;
  } all[] = {
    { NAMIDA_TRANSFER_PREPARING, "Preparing", "Preparing" },
    { NAMIDA_TRANSFER_WAITING, "Waiting for the other device to accept", "Waiting for you to accept" },
    { NAMIDA_TRANSFER_RUNNING, "Sending", "Receiving" },
    { NAMIDA_TRANSFER_INTERRUPTED, "Waiting for the device", "Waiting for the device" },
    { NAMIDA_TRANSFER_PAUSED, "Paused", "Paused" },
    { NAMIDA_TRANSFER_FINISHING, "Verifying and saving", "Verifying and saving" },
    { NAMIDA_TRANSFER_DONE, "Verified there", "Verified" },
    { NAMIDA_TRANSFER_DECLINED, "Declined", "Declined" },
    { NAMIDA_TRANSFER_CANCELLED, "Canceled", "Canceled" },
    { NAMIDA_TRANSFER_FAILED, "Transfer failed", "Transfer failed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (guint direction = 0; direction < 2; direction++)
      {
        g_autoptr (NamidaTransfer) transfer = make_transfer (direction, 1);
        g_autofree char *words = NULL;

        namida_transfer_set_result (transfer, 0, NAMIDA_FILE_STORED, NULL);
        namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
        namida_transfer_set_state (transfer, all[i].state);
        words = namida_transfer_dup_state_text (transfer);
        g_assert_cmpstr (words, ==, direction == NAMIDA_DIRECTION_SEND ? all[i].send : all[i].receive);
      }
}

/* What keeps an interrupted one from going on is said; it does not stay when that is over. */
static void
test_trouble (void)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 1);
  g_autofree char *with = NULL;
  g_autofree char *without = NULL;

  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
  namida_transfer_set_trouble (transfer, "No room there");
  with = namida_transfer_dup_state_text (transfer);
  g_assert_cmpstr (with, ==, "No room there");
  namida_transfer_set_trouble (transfer, NULL);
  without = namida_transfer_dup_state_text (transfer);
  g_assert_cmpstr (without, ==, "Waiting for the device");
}

static void
test_end_words (void)
{
  static const struct
  {
    NamidaTransferEnd end;
    const char *words;
  } all[] = {
    { { .state = NAMIDA_TRANSFER_DONE, .stored = 3, .kept = 2 }, "Verified there · 2 of 5 were there already" },
    { { .state = NAMIDA_TRANSFER_DONE, .stored = 3, .kept = 1, .direction = NAMIDA_DIRECTION_RECEIVE },
      "Verified · 1 of 4 was here already" },
    { { .state = NAMIDA_TRANSFER_DONE, .stored = 3, .kept = 1, .unproven = TRUE }, "Sent, not verified" },
    { { .state = NAMIDA_TRANSFER_DONE, .unproven = TRUE, .direction = NAMIDA_DIRECTION_RECEIVE },
      "Received, not verified" },
    { { .state = NAMIDA_TRANSFER_DONE, .unproven = NAMIDA_UNPROVEN_PLAIN, .direction = NAMIDA_DIRECTION_RECEIVE },
      "Received without encryption, not verified" },
    { { .state = NAMIDA_TRANSFER_INCOMPLETE, .failed = 1, .stored = 8 }, "1 file missing" },
    { { .state = NAMIDA_TRANSFER_INCOMPLETE, .failed = 2, .unproven = TRUE }, "2 files missing" },
    { { .state = NAMIDA_TRANSFER_INCOMPLETE }, "Some files were not sent" },
    { { .state = NAMIDA_TRANSFER_CANCELLED, .can_resume = TRUE }, "Canceled · can be resumed" },
    { { .state = NAMIDA_TRANSFER_FAILED, .message = "No room." }, "No room." },
    { { .state = NAMIDA_TRANSFER_FAILED, .message = "" }, "Transfer failed" },
    { { .state = NAMIDA_TRANSFER_DONE,
        .stored = 1,
        .healed_files = 2,
        .healed_versions = 1,
        .alias = "NAS",
        .advice = "Look there.",
        .skipped = 1 },
      "Verified there · 2 damaged files were repaired in 1 version on “NAS”. · Look there. · 1 link or special file "
      "skipped" },
    { { .state = NAMIDA_TRANSFER_DONE, .healed_files = 1, .healed_versions = 2, .direction = NAMIDA_DIRECTION_RECEIVE },
      "Verified · 1 damaged file was repaired in 2 versions." },
    { { .state = NAMIDA_TRANSFER_DONE, .healed_files = 1, .alias = "NAS" },
      "Verified there · 1 damaged file was repaired on “NAS”." },
    /* Advice and links are for what is done; a repair stays one. */
    { { .state = NAMIDA_TRANSFER_INCOMPLETE,
        .failed = 1,
        .healed_files = 1,
        .direction = NAMIDA_DIRECTION_RECEIVE,
        .advice = "Look there.",
        .skipped = 1 },
      "1 file missing · 1 damaged file was repaired." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *words = namida_transfer_end_dup_words (&all[i].end);

      g_assert_cmpstr (words, ==, all[i].words);
    }
}

/* The sentence of an incomplete one, by what it lacks and who tells it. */
static void
test_incomplete_words (void)
{
  static const struct
  {
    NamidaDirection direction;
    gboolean fetched, unproven;
    guint stored, missing, declined, missed;
    gboolean too_many;
    const char *begins;
  } all[] = {
    { NAMIDA_DIRECTION_SEND, FALSE, FALSE, 1, 1, 0, 0, FALSE,
      "1 of 2 files were not saved on the other device: “Music/1.mp3”. The other files were saved." },
    { NAMIDA_DIRECTION_RECEIVE, FALSE, FALSE, 1, 2, 0, 0, FALSE, "2 files were not saved. Ask" },
    { NAMIDA_DIRECTION_RECEIVE, FALSE, FALSE, 1, 2, 3, 0, FALSE, "2 files were not saved. Ask" },
    { NAMIDA_DIRECTION_RECEIVE, FALSE, FALSE, 1, 0, 3, 0, FALSE, "3 of 4 files were not accepted." },
    { NAMIDA_DIRECTION_RECEIVE, TRUE, FALSE, 1, 2, 0, 0, FALSE, "2 files could not be fetched." },
    { NAMIDA_DIRECTION_RECEIVE, FALSE, FALSE, 1, 0, 0, 2, FALSE, "The other device skipped 2 files" },
    { NAMIDA_DIRECTION_SEND, FALSE, FALSE, 1, 0, 0, 2, FALSE,
      "Not everything was sent: 2 files or folders were left out. "
      "See why" },
    { NAMIDA_DIRECTION_SEND, FALSE, TRUE, 1, 0, 0, 2, FALSE,
      "Not everything was sent: 2 files or folders were left out. "
      "Details" },
    { NAMIDA_DIRECTION_SEND, FALSE, FALSE, 1, 0, 0, 10000, TRUE,
      "Not everything was sent: 10000 files were left out, because one backup can hold only 1. Send fewer" },
    { NAMIDA_DIRECTION_SEND, FALSE, TRUE, 1, 0, 0, 10000, TRUE,
      "Not everything was sent: 10000 files were left out, because one backup can hold only 1. Send fewer" },
    { NAMIDA_DIRECTION_SEND, FALSE, FALSE, 1, 0, 0, NAMIDA_LIMIT_FILES, TRUE,
      "Not everything was sent: at least 200000 files were left out, because one backup can hold only 1. Send" },
    /* A file that is not there is told before what was never offered. */
    { NAMIDA_DIRECTION_SEND, FALSE, FALSE, 0, 1, 0, 3, FALSE,
      "1 of 1 file was not saved on the other device: “Music/0.mp3”. Send again." },
    { NAMIDA_DIRECTION_SEND, FALSE, FALSE, 1, 0, 0, 0, FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      guint declined_from = all[i].stored + all[i].missing;
      g_autoptr (NamidaTransfer) transfer = make_transfer (all[i].direction, declined_from + all[i].declined);
      g_autoptr (GError) error = NULL;

      set_results (transfer, NAMIDA_FILE_STORED, 0, all[i].stored);
      set_results (transfer, NAMIDA_FILE_MISSING, all[i].stored, declined_from);
      set_results (transfer, NAMIDA_FILE_DECLINED, declined_from, declined_from + all[i].declined);
      if (all[i].direction == NAMIDA_DIRECTION_RECEIVE && all[i].missed > 0)
        namida_backup_raise_missed_there (namida_transfer_get_backup (transfer), all[i].missed);
      for (guint n = 0; all[i].direction == NAMIDA_DIRECTION_SEND && n < all[i].missed && !all[i].too_many; n++)
        namida_backup_add_left_out (namida_transfer_get_backup (transfer), "Music/private", "No.", TRUE);
      for (guint n = 0; n < all[i].missed && all[i].too_many; n++)
        namida_backup_add_unnamed (namida_transfer_get_backup (transfer));
      if (all[i].too_many)
        namida_backup_set_too_many (namida_transfer_get_backup (transfer));
      if (all[i].fetched)
        namida_transfer_set_fetched (transfer);
      if (all[i].unproven)
        namida_transfer_set_unproven (transfer);
      error = namida_transfer_dup_incomplete (transfer);
      g_assert_cmpint (error == NULL, ==, all[i].begins == NULL);
      if (error == NULL)
        continue;
      g_test_message ("%s", error->message);
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
      g_assert_true (g_str_has_prefix (error->message, all[i].begins));
    }
}

/* As many names as there is room for, and a sign that there are more only when there are. */
static void
test_failed_names (void)
{
  for (guint n = 0; n < 6; n++)
    for (guint most = 1; most < 6; most++)
      {
        g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, n + 1);
        g_autoptr (GString) expected = g_string_new (NULL);
        g_autofree char *detail = NULL;
        g_autofree char *names = NULL;

        set_results (transfer, NAMIDA_FILE_STORED, 0, 1);
        for (guint i = 1; i <= n; i++)
          {
            namida_transfer_set_result (transfer, i, NAMIDA_FILE_MISSING, i == 1 ? "First." : "Later.");
            if (i <= most)
              g_string_append_printf (expected, "%s“Music/%u.mp3”", i > 1 ? ", " : "", i);
          }
        if (n > most)
          g_string_append (expected, ", …");
        names = namida_transfer_dup_failed (transfer, FALSE, most, &detail);
        g_assert_cmpstr (names, ==, expected->str);
        g_assert_cmpstr (detail, ==, n > 0 ? "First." : NULL);
      }
}

/* Links and special files are skipped on purpose; what could not be read is missed, and counts as that only. */
static void
test_skipped (void)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (NAMIDA_DIRECTION_SEND, 1);
  g_autoptr (NamidaTransfer) empty = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Desk PC", "AB", TRUE);
  g_autoptr (GBytes) report = namida_report_new (empty);

  namida_backup_add_left_out (namida_transfer_get_backup (transfer), "Music/link", "A link.", FALSE);
  namida_backup_add_left_out (namida_transfer_get_backup (transfer), "Music/private", "No.", TRUE);
  g_assert_cmpuint (namida_transfer_count_skipped (transfer), ==, 1);
  g_assert_cmpuint (namida_transfer_count_missed (transfer), ==, 1);
  g_assert_cmpuint (namida_transfer_count_skipped (empty), ==, 0);
  /* One whose files were never known has a report, too, without a list of them. */
  g_assert_null (strstr (g_bytes_get_data (report, NULL), "entries"));
  g_assert_nonnull (strstr (g_bytes_get_data (report, NULL), "Desk PC"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/ended-stays", test_ended_stays);
  g_test_add_func ("/transfer/first-error-stays", test_first_error_stays);
  g_test_add_func ("/transfer/pause", test_pause);
  g_test_add_func ("/transfer/cancel-while-pausing", test_cancel_while_pausing);
  g_test_add_func ("/transfer/resumable", test_resumable);
  g_test_add_func ("/transfer/may-have-parts", test_may_have_parts);
  g_test_add_func ("/transfer/speed", test_speed);
  g_test_add_func ("/transfer/seconds-left", test_seconds_left);
  g_test_add_func ("/transfer/speed-of-pause", test_speed_of_pause);
  g_test_add_func ("/transfer/results", test_results);
  g_test_add_func ("/transfer/folders", test_folders);
  g_test_add_func ("/transfer/states-of-errors", test_states_of_errors);
  g_test_add_func ("/transfer/why-unproven", test_why_unproven);
  g_test_add_func ("/transfer/state-words", test_state_words);
  g_test_add_func ("/transfer/trouble", test_trouble);
  g_test_add_func ("/transfer/end-words", test_end_words);
  g_test_add_func ("/transfer/incomplete-words", test_incomplete_words);
  g_test_add_func ("/transfer/failed-names", test_failed_names);
  g_test_add_func ("/transfer/skipped", test_skipped);
  return g_test_run ();
}
