/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that is killed for lack of memory cannot say so. The journal tells the next run that transfers were running
 * when the last one ended. The kernel counts the programs that it killed for lack of memory, in the whole system and
 * since it started, so that a number that grew between two runs tells that one was killed, but not which one. */
#include "config.h"

#include "namida-last-run.h"

#include "namida-journal.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define FILE_NAME "last-run"

const char *namida_last_run_proc = "/proc";

/* LastRun: what is kept of a run. */
typedef struct
{
  char *boot;     /* (nullable): the kernel's name of this start of the computer */
  guint64 killed; /* programs that the kernel killed for lack of memory since then */
} LastRun;

static void
last_run_clear (LastRun *self)
{
  g_clear_pointer (&self->boot, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LastRun, last_run_clear)

static char *
last_run_read_figure (const char *name)
{
  g_autofree char *path = g_build_filename (namida_last_run_proc, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text != NULL ? g_strstrip (text) : NULL;
}

static void
last_run_read_now (LastRun *self)
{
  g_autofree char *figures = last_run_read_figure ("vmstat");
  const char *killed = figures != NULL ? strstr (figures, "\noom_kill ") : NULL;

  self->boot = last_run_read_figure ("sys/kernel/random/boot_id");
  self->killed = killed != NULL ? g_ascii_strtoull (killed + strlen ("\noom_kill "), NULL, 10) : 0;
}

/* Returns: %FALSE if there is none, as before the first run. */
static gboolean
last_run_read_kept (LastRun *self, const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", 3);
  if (g_strv_length (lines) < 2)
    return FALSE;
  self->boot = g_strdup (lines[0]);
  self->killed = g_ascii_strtoull (lines[1], NULL, 10);
  return TRUE;
}

/* Returns: (nullable): the cause, as a sentence; %NULL if it is not known. */
static const char *
last_run_get_cause (const LastRun *now, const LastRun *before)
{
  if (now->boot == NULL || *before->boot == '\0')
    return NULL;
  if (!g_str_equal (now->boot, before->boot))
    return _ ("The computer has been restarted since.");
  if (now->killed > before->killed)
    return _ ("The system has ended a program for lack of memory since, probably this one.");
  return NULL;
}

char *
namida_last_run_dup_trouble (const char *data_dir, NamidaDatabase *database)
{
  g_autofree char *path = g_build_filename (data_dir, FILE_NAME, NULL);
  g_auto (LastRun) before = { 0 };
  g_auto (LastRun) now = { 0 };
  guint n = namida_database_was_alone (database) ? namida_journal_count_open (database, "receive") : 0;
  const char *cause = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *sentence = NULL;

  last_run_read_now (&now);
  if (last_run_read_kept (&before, path))
    cause = last_run_get_cause (&now, &before);
  kept = g_strdup_printf ("%s\n%" G_GUINT64_FORMAT "\n", now.boot != NULL ? now.boot : "", now.killed);
  /* Without it, only the cause is unknown. */
  g_file_set_contents_full (path, kept, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
  if (n == 0)
    return NULL;
  sentence = g_strdup_printf (ngettext ("Namida Sync ended unexpectedly while it was receiving %u transfer. It resumes "
                                        "when its device sends again.",
                                        "Namida Sync ended unexpectedly while it was receiving %u transfers. They "
                                        "resume when their devices send again.",
                                        n),
                              n);
  return cause != NULL ? g_strconcat (sentence, " ", cause, NULL) : g_steal_pointer (&sentence);
}
