/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the progress and the result of one transfer: a bar on a terminal, lines elsewhere, or JSON events. The
 * commands that run transfers use it. Main thread. */
#include "config.h"

#include "namida-cli-progress.h"

#include "namida-cli-left-out.h"
#include "namida-cli-output.h"
#include "namida-cli-service.h"
#include "namida-cli-terminal.h"
#include "namida-format.h"
#include "namida-report.h"
#include "namida-transfer-end.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_EVERY_US (5 * G_USEC_PER_SEC)
#define EVENT_EVERY_US (G_USEC_PER_SEC / 4)
/* At most this many skipped or failed files are named; then the number of the others follows. */
#define BAR_CELLS 24u
/* In a narrower terminal, only the figures are shown, without a bar. */
#define BAR_MIN_CELLS 4u

struct _NamidaCliProgress
{
  NamidaCli *cli;
  NamidaTransfer *transfer; /* not owned; it owns this object */
  void (*ended) (NamidaTransfer *transfer, gpointer user_data);
  gpointer user_data;
  gint64 reported_at;
  NamidaTransferState reported_state;
  gboolean reported_start;
  gboolean bar_open; /* the cursor is in the line of a bar */
  GHashTable *sizes; /* (nullable): path → guint64 *, created for the first event */
  /* (nullable): the backup that @sizes was made for; a transfer that waited may have scanned its files again. */
  NamidaBackup *sized;
};

/* The transfer that draws its bar. Only one at a time, because a second bar would overwrite the first. */
static NamidaCliProgress *drawing;

static void
progress_close_bar (NamidaCliProgress *self)
{
  if (self->bar_open)
    fputs ("\r\033[K", stdout);
  self->bar_open = FALSE;
  if (drawing == self)
    drawing = NULL;
}

static char *
progress_figures (NamidaTransfer *transfer)
{
  guint64 total = namida_transfer_get_total_bytes (transfer);
  g_autofree char *progress = namida_format_progress (namida_transfer_get_done_bytes (transfer), total);
  g_autofree char *speed = namida_format_speed (namida_transfer_get_speed (transfer));
  g_autofree char *left = namida_format_time_left (namida_transfer_get_seconds_left (transfer));

  if (namida_transfer_get_speed (transfer) == 0)
    return g_steal_pointer (&progress);
  return g_strdup_printf ("%s  %s%s%s", progress, speed, *left != '\0' ? "  " : "", left);
}

static guint
progress_percent (NamidaTransfer *transfer)
{
  guint64 total = namida_transfer_get_total_bytes (transfer);
  guint64 done = MIN (namida_transfer_get_done_bytes (transfer), total);

  return total > 0 ? (guint) ((double) done * 100 / (double) total) : 0;
}

static void
progress_draw_bar (NamidaCliProgress *self)
{
  g_autofree char *text = progress_figures (self->transfer);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *rest = NULL;
  g_autofree char *cut = NULL;
  guint done = progress_percent (self->transfer);
  guint room = namida_cli_terminal_get_width () - 1;
  guint cells;
  gboolean utf8 = g_get_charset (NULL);
  g_autofree char *clean = NULL;
  g_autofree char *local = NULL;

  if (drawing != NULL && drawing != self)
    return;
  drawing = self;
  rest = g_strdup_printf (" %3u %%  %s", done, text);
  /* The figures are more important than the length of the bar. */
  cells = room > namida_cli_text_width (rest) ? MIN (BAR_CELLS, room - namida_cli_text_width (rest)) : 0;
  for (guint i = 0; cells >= BAR_MIN_CELLS && i < cells; i++)
    g_string_append (line, i < done * cells / 100 ? (utf8 ? "█" : "#") : (utf8 ? "░" : "."));
  g_string_append (line, rest);
  clean = namida_format_for_terminal (line->str);
  cut = namida_cli_text_cut (clean, room);
  local = namida_cli_text_to_locale (cut);
  printf ("\r%s\033[K", local);
  fflush (stdout);
  self->bar_open = TRUE;
}

static void
progress_add_file_size (NamidaCliProgress *self, JsonBuilder *builder, const char *file)
{
  NamidaBackup *backup = namida_transfer_get_backup (self->transfer);
  GPtrArray *entries = namida_backup_get_entries (backup);
  const guint64 *size;

  if (g_set_object (&self->sized, backup))
    {
      g_clear_pointer (&self->sizes, g_hash_table_unref);
      self->sizes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (guint i = 0; i < entries->len; i++)
        g_hash_table_insert (self->sizes, namida_entry_dup_path (entries->pdata[i]),
                             &((NamidaEntry *) entries->pdata[i])->size);
    }
  size = file != NULL ? g_hash_table_lookup (self->sizes, file) : NULL;
  namida_json_build_string (builder, "file", file);
  namida_json_build_int (builder, "size", size != NULL ? *size : 0);
}

static void
progress_emit (NamidaCliProgress *self)
{
  JsonBuilder *builder = namida_cli_event ("progress");
  g_autofree char *file = namida_transfer_dup_current_file (self->transfer);

  progress_add_file_size (self, builder, file);
  namida_json_build_int (builder, "sent", namida_transfer_get_done_bytes (self->transfer));
  namida_json_build_int (builder, "total", namida_transfer_get_total_bytes (self->transfer));
  namida_json_build_int (builder, "speed", namida_transfer_get_speed (self->transfer));
  namida_cli_emit (builder);
}

static void
progress_report_excluded (NamidaCliProgress *self, NamidaBackup *backup)
{
  guint excluded = namida_backup_get_excluded (backup);

  if (excluded > 0)
    namida_cli_say (self->cli,
                    ngettext ("%'u file or folder is excluded by a pattern.",
                              "%'u files and folders are excluded by patterns.", excluded),
                    excluded);
}

static void
progress_report_start (NamidaCliProgress *self)
{
  NamidaTransfer *transfer = self->transfer;
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  gboolean sending = namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND;
  g_autofree char *size = NULL;
  g_autofree char *files = NULL;

  if (self->reported_start || backup == NULL)
    return;
  self->reported_start = TRUE;
  namida_cli_report_left_out (self->cli, backup);
  progress_report_excluded (self, backup);
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("start");

      namida_json_build_string (builder, "direction", sending ? "send" : "receive");
      namida_json_build_string (builder, "alias", namida_transfer_get_peer_alias (transfer));
      namida_json_build_string (builder, "fingerprint", namida_transfer_get_peer_fingerprint (transfer));
      namida_json_build_boolean (builder, "encrypted", namida_transfer_get_encrypted (transfer));
      namida_cli_add_backup (builder, backup);
      if (sending)
        namida_json_build_int (builder, "excluded", namida_backup_get_excluded (backup));
      namida_cli_emit (builder);
    }
  size = namida_format_size (namida_backup_get_bytes (backup));
  files = namida_format_files (namida_backup_get_files (backup));
  namida_cli_say (self->cli, sending ? _ ("Sending to %s: %s (%s, %s)") : _ ("Receiving from %s: %s (%s, %s)"),
                  namida_transfer_get_peer_alias (transfer), namida_transfer_get_title (transfer), files, size);
}

static void
progress_report_state (NamidaCliProgress *self)
{
  NamidaTransferState state = namida_transfer_get_state (self->transfer);
  g_autofree char *text = NULL;

  if (state == self->reported_state)
    return;
  self->reported_state = state;
  if (state != NAMIDA_TRANSFER_WAITING && state != NAMIDA_TRANSFER_INTERRUPTED && state != NAMIDA_TRANSFER_FINISHING)
    return;
  progress_close_bar (self);
  text = namida_transfer_dup_state_text (self->transfer);
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event (state == NAMIDA_TRANSFER_WAITING       ? "waiting"
                                               : state == NAMIDA_TRANSFER_INTERRUPTED ? "interrupted"
                                                                                      : "finishing");
      namida_json_build_string (builder, "message", text);
      namida_cli_emit (builder);
    }
  namida_cli_say (self->cli, "%s", text);
}

static void
progress_on_notify (NamidaCliProgress *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean terminal = namida_cli_terminal_can_draw (STDOUT_FILENO);

  if (namida_transfer_is_final (self->transfer))
    return;
  progress_report_start (self);
  progress_report_state (self);
  if (namida_transfer_get_state (self->transfer) != NAMIDA_TRANSFER_RUNNING || (self->cli->quiet && !self->cli->json))
    return;
  if (now - self->reported_at < (self->cli->json || terminal ? EVENT_EVERY_US : LINE_EVERY_US))
    return;
  if (self->cli->json)
    {
      progress_emit (self);
    }
  else if (terminal)
    {
      progress_draw_bar (self);
    }
  else if (self->reported_at != 0 && !namida_cli_service_is ()) /* the journal of a service needs no progress */
    {
      g_autofree char *text = progress_figures (self->transfer);
      namida_cli_say (self->cli, "%u %%  %s", progress_percent (self->transfer), text);
    }
  self->reported_at = now;
}

/* Adds "files", "stored", "kept", "failed" and "bytes". */
static void
cli_progress_add_tally (JsonBuilder *builder, NamidaTransfer *transfer)
{
  NamidaFileCounts counts = namida_transfer_count_files (transfer);

  namida_json_build_int (builder, "files", counts.files);
  namida_json_build_int (builder, "stored", counts.stored);
  namida_json_build_int (builder, "kept", counts.kept);
  namida_json_build_int (builder, "failed", counts.failed);
  namida_json_build_int (builder, "bytes", counts.bytes);
}

static void
progress_emit_file (
    NamidaCliProgress *self, const NamidaEntry *entry, guint index, const char *path, const char *detail)
{
  NamidaFileResult result = namida_transfer_get_result (self->transfer, index);
  JsonBuilder *builder = namida_cli_event ("file");

  namida_json_build_string (builder, "file", path);
  namida_json_build_int (builder, "size", entry->size);
  namida_json_build_string (builder, "result", namida_file_result_to_string (result));
  namida_json_build_string (builder, "message", detail);
  namida_cli_emit (builder);
}

/* @named: number of failed files that were named before */
static void
progress_report_failed_file (NamidaCliProgress *self, const NamidaEntry *entry, guint index, guint named)
{
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *detail = namida_transfer_dup_detail (self->transfer, index);

  if (self->cli->json)
    progress_emit_file (self, entry, index, path, detail);
  if (named >= NAMIDA_CLI_NAMED_LINES && !self->cli->verbose)
    return;
  if (detail != NULL)
    namida_cli_complain (_ ("Not saved: %s: %s"), path, detail);
  else
    namida_cli_complain (_ ("Not saved: %s"), path);
}

/* With --verbose: reports a file that was stored or already there. */
static void
progress_report_good_file (NamidaCliProgress *self, const NamidaEntry *entry, guint index)
{
  g_autofree char *path = namida_entry_dup_path (entry);

  if (self->cli->json)
    progress_emit_file (self, entry, index, path, NULL);
  /* Translators: the result of a file (“Stored and verified”), and its path */
  namida_cli_say (self->cli, _ ("%s: %s"),
                  namida_file_result_get_words (namida_transfer_get_result (self->transfer, index)), path);
}

/* If the transfer failed as a whole, one sentence is enough; files are named only if some of them were stored. */
static void
progress_report_files (NamidaCliProgress *self)
{
  NamidaTransferState state = namida_transfer_get_state (self->transfer);
  NamidaBackup *backup = namida_transfer_get_backup (self->transfer);
  GPtrArray *entries = backup != NULL ? namida_backup_get_entries (backup) : NULL;
  guint n_failed = 0;

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      NamidaFileResult result = namida_transfer_get_result (self->transfer, i);

      if (namida_file_result_is_success (result))
        {
          if (self->cli->verbose)
            progress_report_good_file (self, entries->pdata[i], i);
        }
      else if (state == NAMIDA_TRANSFER_INCOMPLETE || result != NAMIDA_FILE_PENDING)
        {
          progress_report_failed_file (self, entries->pdata[i], i, n_failed++);
        }
    }
  if (n_failed > NAMIDA_CLI_NAMED_LINES && !self->cli->verbose)
    namida_cli_complain (ngettext ("Not saved: %'u more file; --verbose names it.",
                                   "Not saved: %'u more files; --verbose names them.",
                                   n_failed - NAMIDA_CLI_NAMED_LINES),
                         n_failed - NAMIDA_CLI_NAMED_LINES);
}

static void
progress_say_end (NamidaCliProgress *self)
{
  NamidaTransfer *transfer = self->transfer;
  NamidaTransferEnd end = namida_transfer_get_end (transfer);
  NamidaFileCounts counts = namida_transfer_count_files (transfer);
  g_autofree char *size = namida_format_size (counts.bytes);
  g_autofree char *stored = namida_format_files (counts.stored);
  g_autofree char *healed = namida_healed_dup_words (end.direction, end.alias, end.healed_files, end.healed_versions);

  /* All files were sent before; the advice says this. */
  if (counts.files == 0 && namida_transfer_get_sent_before (transfer) > 0)
    namida_cli_say (self->cli, _ ("There is nothing new to send."));
  else if (namida_transfer_get_unproven (transfer))
    {
      g_autofree char *state = namida_transfer_end_dup_state (&end);

      /* Translators: a state ("Sent, not verified"), files, their size. */
      namida_cli_say (self->cli, _ ("%s: %s (%s)."), state, stored, size);
    }
  else if (counts.kept > 0)
    namida_cli_say (self->cli, _ ("Done: %s stored and verified (%s), %'u already there."), stored, size, counts.kept);
  else
    namida_cli_say (self->cli, _ ("Done: %s stored and verified (%s)."), stored, size);
  if (counts.kept > 0 && namida_transfer_get_moved (transfer) == 0 && namida_transfer_get_hashed (transfer) == 0)
    namida_cli_say (self->cli, _ ("Nothing to transfer."));
  if (healed != NULL)
    namida_cli_say (self->cli, "%s", healed);
  if (namida_transfer_get_folder (transfer) != NULL)
    namida_cli_say (self->cli, _ ("Saved in %s"), namida_transfer_get_folder (transfer));
  if (namida_transfer_get_advice (transfer) != NULL)
    namida_cli_say (self->cli, "%s", namida_transfer_get_advice (transfer));
}

static void
progress_emit_end (NamidaCliProgress *self)
{
  NamidaTransfer *transfer = self->transfer;
  JsonBuilder *builder = namida_cli_event ("end");
  guint versions;

  namida_json_build_string (builder, "result", namida_report_result_name (transfer));
  cli_progress_add_tally (builder, transfer);
  namida_json_build_int (builder, "moved", namida_transfer_get_moved (transfer));
  namida_json_build_int (builder, "hashed", namida_transfer_get_hashed (transfer));
  if (namida_transfer_get_healed (transfer, &versions) > 0)
    {
      namida_json_build_int (builder, "healed", namida_transfer_get_healed (transfer, NULL));
      if (versions > 0)
        namida_json_build_int (builder, "healedVersions", versions);
    }
  if (namida_transfer_get_sent_before (transfer) > 0)
    namida_json_build_int (builder, "sentBefore", namida_transfer_get_sent_before (transfer));
  if (namida_transfer_get_folder (transfer) != NULL)
    namida_json_build_string (builder, "folder", namida_transfer_get_folder (transfer));
  if (namida_transfer_get_advice (transfer) != NULL)
    namida_json_build_string (builder, "advice", namida_transfer_get_advice (transfer));
  if (namida_transfer_get_error (transfer) != NULL)
    namida_cli_add_error (builder, namida_transfer_get_error (transfer));
  namida_cli_emit (builder);
}

/* Whether the user stopped the program during the transfer, and the other device keeps what it has received. */
static gboolean
progress_can_go_on (NamidaCliProgress *self)
{
  return g_cancellable_is_cancelled (self->cli->cancellable) && namida_transfer_can_resume (self->transfer)
         && self->reported_at != 0;
}

static void
progress_on_ended (NamidaCliProgress *self)
{
  const GError *error = namida_transfer_get_error (self->transfer);

  progress_close_bar (self);
  progress_report_start (self);
  progress_report_files (self);
  if (self->cli->json)
    progress_emit_end (self);
  if (namida_transfer_get_state (self->transfer) == NAMIDA_TRANSFER_DONE)
    progress_say_end (self);
  else if (error != NULL)
    namida_cli_complain ("%s", error->message);
  else
    namida_cli_complain (_ ("The transfer failed."));
  if (progress_can_go_on (self))
    namida_cli_complain (_ ("What has arrived is kept: the same command resumes where this one stopped."));
  if (self->ended != NULL)
    self->ended (self->transfer, self->user_data);
}

static void
progress_free (gpointer data)
{
  NamidaCliProgress *self = data;

  progress_close_bar (self);
  g_clear_pointer (&self->sizes, g_hash_table_unref);
  g_clear_object (&self->sized);
  g_free (self);
}

void
namida_cli_progress_watch (NamidaCli *cli,
                           NamidaTransfer *transfer,
                           void (*ended) (NamidaTransfer *transfer, gpointer user_data),
                           gpointer user_data)
{
  NamidaCliProgress *self = g_new0 (NamidaCliProgress, 1);

  self->cli = cli;
  self->transfer = transfer;
  self->ended = ended;
  self->user_data = user_data;
  g_object_set_data_full (G_OBJECT (transfer), "namida-cli-progress", self, progress_free);
  g_signal_connect_swapped (transfer, "notify", G_CALLBACK (progress_on_notify), self);
  if (namida_transfer_is_final (transfer))
    {
      progress_on_ended (self);
      return;
    }
  g_signal_connect_swapped (transfer, "ended", G_CALLBACK (progress_on_ended), self);
  progress_on_notify (self);
}
