/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explains why a completed transfer is incomplete, in words. Called only by namida_transfer_finish(), which uses it to
 * decide between DONE and INCOMPLETE: a transfer is DONE if there is nothing to explain. Main context. */
#include "config.h"

#include "namida-transfer-private.h"

#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>

#define NAMED_FILES 3u

static GError *
outcome_sent (NamidaTransfer *self, const NamidaFileCounts *counts)
{
  g_autofree char *detail = NULL;
  g_autofree char *names = namida_transfer_dup_failed (self, counts->failed == 0, NAMED_FILES, &detail);
  const char *why = detail;

  if (why == NULL && counts->stored + counts->kept > 0)
    why = _ ("The other files were saved. Send again to transfer the missing ones.");
  else if (why == NULL)
    why = _ ("Send again.");

  if (counts->failed == 0)
    /* Translators: %u is a number of empty folders, the first %s their names, the second a sentence with the reason. */
    return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
                        ngettext ("%u empty folder was not created there: %s. %s",
                                  "%u empty folders were not created there: %s. %s", counts->failed_folders),
                        counts->failed_folders, names, why);
  /* Translators: the first %s are names of files, the second a sentence with the reason. */
  return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
                      ngettext ("%u of %u file was not saved on the other device: %s. %s",
                                "%u of %u files were not saved on the other device: %s. %s", counts->files),
                      counts->failed, counts->files, names, why);
}

char *
namida_transfer_dup_incomplete_words (guint failed, guint missed)
{
  if (failed > 0)
    return g_strdup_printf (ngettext ("%u file was not saved. Ask the sender to send it again.",
                                      "%u files were not saved. Ask the sender to send them again.", failed),
                            failed);
  return g_strdup_printf (
      ngettext ("The other device skipped %u file or folder, so this backup is not complete. It shows the reason.",
                "The other device skipped %u files or folders, so this backup is not complete. It shows the reasons.",
                missed),
      missed);
}

char *
namida_transfer_dup_part_words (guint declined, guint files)
{
  return g_strdup_printf (ngettext ("%u of %u file was not accepted.", "%u of %u files were not accepted.", files),
                          declined, files);
}

static GError *
outcome_received (const NamidaFileCounts *counts)
{
  guint declined = counts->by_result[NAMIDA_FILE_DECLINED];
  g_autofree char *words = NULL;

  if (counts->failed > 0 && counts->failed == declined)
    {
      words = namida_transfer_dup_part_words (declined, counts->files);
      return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE, words);
    }

  if (counts->failed == 0)
    return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
                        ngettext ("%u empty folder could not be created.", "%u empty folders could not be created.",
                                  counts->failed_folders),
                        counts->failed_folders);
  words = namida_transfer_dup_incomplete_words (counts->failed - declined, 0);
  return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE, words);
}

static GError *
outcome_fetched (const NamidaFileCounts *counts)
{
  if (counts->failed == 0)
    return outcome_received (counts);
  return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
                      ngettext ("%u file could not be fetched. Verify the backup on the other device.",
                                "%u files could not be fetched. Verify the backup on the other device.",
                                counts->failed),
                      counts->failed);
}

/* Sending again would not help. @missed includes other files that were left out; the scanner does not count any further
 * than NAMIDA_LIMIT_FILES. */
static GError *
outcome_too_many (guint files, guint missed)
{
  if (missed >= NAMIDA_LIMIT_FILES)
    return g_error_new (
        NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
        /* Translators: both are large numbers of files */
        _ ("Not everything was sent: at least %'u files were left out, because one backup can hold only "
           "%'u. Send fewer folders at a time."),
        missed, files);
  return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
                      ngettext ("Not everything was sent: %'u file was left out, because one backup can hold only %'u. "
                                "Send fewer folders at a time.",
                                "Not everything was sent: %'u files were left out, because one backup can hold only "
                                "%'u. Send fewer folders at a time.",
                                missed),
                      missed, files);
}

/* Everything that was offered has arrived, but some files could not be offered. */
static GError *
outcome_missed (NamidaTransfer *self, guint missed)
{
  if (namida_transfer_get_direction (self) == NAMIDA_DIRECTION_RECEIVE)
    {
      g_autofree char *words = namida_transfer_dup_incomplete_words (0, missed);

      return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE, words);
    }
  if (namida_backup_get_too_many (namida_transfer_get_backup (self)))
    return outcome_too_many (namida_backup_get_files (namida_transfer_get_backup (self)), missed);
  /* With LocalSend and the phone app, everything is sent again. */
  if (namida_transfer_get_unproven (self))
    return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
                        ngettext ("Not everything was sent: %u file or folder was left out. Details says why.",
                                  "Not everything was sent: %u files or folders were left out. Details says why.",
                                  missed),
                        missed);
  return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
                      ngettext ("Not everything was sent: %u file or folder was left out. See why, put it right and "
                                "send again: only what is missing travels.",
                                "Not everything was sent: %u files or folders were left out. See why, put it right "
                                "and send again: only what is missing travels.",
                                missed),
                      missed);
}

GError *
namida_transfer_dup_incomplete (NamidaTransfer *self)
{
  NamidaFileCounts counts = namida_transfer_count_files (self);
  guint missed = namida_transfer_count_missed (self);

  if (counts.failed + counts.failed_folders > 0)
    {
      if (namida_transfer_get_direction (self) == NAMIDA_DIRECTION_SEND)
        return outcome_sent (self, &counts);
      return namida_transfer_get_fetched (self) ? outcome_fetched (&counts) : outcome_received (&counts);
    }
  return missed > 0 ? outcome_missed (self, missed) : NULL;
}
