/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Describes how a transfer ended, in words. Transfers of this run and rows of the history use the same function, so
 * that they read the same after a restart of the program. Any thread, except for namida_transfer_get_end(), which is
 * called in the main context. */
#include "config.h"

#include "namida-transfer-end.h"

#include <glib/gi18n-lib.h>

NamidaTransferEnd
namida_transfer_get_end (NamidaTransfer *self)
{
  NamidaFileCounts counts = namida_transfer_count_files (self);
  const GError *error = namida_transfer_get_error (self);
  NamidaTransferEnd end = { .direction = namida_transfer_get_direction (self),
                            .state = namida_transfer_get_state (self),
                            .unproven = namida_transfer_get_why_unproven (self),
                            .can_resume = namida_transfer_can_resume (self),
                            .stored = counts.stored,
                            .kept = counts.kept,
                            .failed = counts.failed,
                            .skipped = namida_transfer_count_skipped (self),
                            .alias = namida_transfer_get_peer_alias (self),
                            .message = error != NULL ? error->message : NULL,
                            .advice = namida_transfer_get_advice (self) };

  end.healed_files = namida_transfer_get_healed (self, &end.healed_versions);
  return end;
}

guint
namida_transfer_count_skipped (NamidaTransfer *self)
{
  NamidaBackup *backup = namida_transfer_get_backup (self);
  guint left_out = backup != NULL ? namida_backup_get_left_out (backup)->len + namida_backup_count_unnamed (backup) : 0;

  return left_out - MIN (left_out, namida_transfer_count_missed (self));
}

char *
namida_healed_dup_words (NamidaDirection direction, const char *alias, guint files, guint n_versions)
{
  g_autofree char *versions = NULL;

  if (files == 0)
    return NULL;
  if (n_versions == 0 && direction == NAMIDA_DIRECTION_RECEIVE)
    return g_strdup_printf (ngettext ("%'u damaged file was repaired.", "%'u damaged files were repaired.", files),
                            files);
  if (n_versions == 0)
    /* Translators: a number of files, and the name of a device */
    return g_strdup_printf (ngettext ("%'u damaged file was repaired on “%s”.",
                                      "%'u damaged files were repaired on “%s”.", files),
                            files, alias);
  versions = g_strdup_printf (ngettext ("%'u version", "%'u versions", n_versions), n_versions);
  if (direction == NAMIDA_DIRECTION_RECEIVE)
    /* Translators: the second one is a number of versions, as in "in 3 versions" */
    return g_strdup_printf (ngettext ("%'u damaged file was repaired in %s.", "%'u damaged files were repaired in %s.",
                                      files),
                            files, versions);
  /* Translators: a number of files, a number of versions, as in "in 3 versions", and the name of a device */
  return g_strdup_printf (ngettext ("%'u damaged file was repaired in %s on “%s”.",
                                    "%'u damaged files were repaired in %s on “%s”.", files),
                          files, versions, alias);
}

char *
namida_skipped_dup_words (guint skipped)
{
  if (skipped == 0)
    return NULL;
  return g_strdup_printf (ngettext ("%'u link or special file skipped", "%'u links or special files skipped", skipped),
                          skipped);
}

static char *
transfer_end_dup_verified (const NamidaTransferEnd *end)
{
  gboolean send = end->direction == NAMIDA_DIRECTION_SEND;
  const char *verified = send ? _ ("Verified there") : _ ("Verified");

  if (end->kept == 0)
    return g_strdup (verified);
  if (send)
    /* Translators: “Verified there” and how many of the files were there before */
    return g_strdup_printf (ngettext ("%s · %'u of %'u was there already", "%s · %'u of %'u were there already",
                                      end->kept),
                            verified, end->kept, end->stored + end->kept);
  /* Translators: “Verified” and how many of the files were here before */
  return g_strdup_printf (ngettext ("%s · %'u of %'u was here already", "%s · %'u of %'u were here already", end->kept),
                          verified, end->kept, end->stored + end->kept);
}

static char *
transfer_end_dup_done (const NamidaTransferEnd *end)
{
  if (end->unproven == NAMIDA_UNPROVEN_NOT)
    return transfer_end_dup_verified (end);
  if (end->unproven == NAMIDA_UNPROVEN_PLAIN)
    return g_strdup (_ ("Received without encryption, not verified"));
  return g_strdup (end->direction == NAMIDA_DIRECTION_SEND ? _ ("Sent, not verified") : _ ("Received, not verified"));
}

static char *
transfer_end_dup_incomplete (const NamidaTransferEnd *end)
{
  if (end->failed > 0)
    return g_strdup_printf (ngettext ("%'u file missing", "%'u files missing", end->failed), end->failed);
  return g_strdup (_ ("Some files were not sent"));
}

char *
namida_transfer_end_dup_state (const NamidaTransferEnd *end)
{
  switch (end->state)
    {
    case NAMIDA_TRANSFER_DONE:
      return transfer_end_dup_done (end);
    case NAMIDA_TRANSFER_INCOMPLETE:
      return transfer_end_dup_incomplete (end);
    case NAMIDA_TRANSFER_DECLINED:
      return g_strdup (_ ("Declined"));
    case NAMIDA_TRANSFER_CANCELLED:
      return g_strdup (end->can_resume ? _ ("Canceled · can be resumed") : _ ("Canceled"));
    default:
      return g_strdup (end->message != NULL && end->message[0] != '\0' ? end->message : _ ("Transfer failed"));
    }
}

static void
transfer_end_add (GString *words, const char *more)
{
  if (more != NULL && *more != '\0')
    g_string_append_printf (words, " · %s", more);
}

char *
namida_transfer_end_dup_words (const NamidaTransferEnd *end)
{
  g_autofree char *state = namida_transfer_end_dup_state (end);
  g_autofree char *healed
      = namida_healed_dup_words (end->direction, end->alias, end->healed_files, end->healed_versions);
  g_autofree char *skipped = namida_skipped_dup_words (end->skipped);
  GString *words = g_string_new (state);

  transfer_end_add (words, healed);
  if (end->state == NAMIDA_TRANSFER_DONE)
    {
      transfer_end_add (words, end->advice);
      transfer_end_add (words, skipped);
    }
  return g_string_free (words, FALSE);
}
