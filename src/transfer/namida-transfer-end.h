/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Describes how a transfer ended. Used by the window, the history and the command line. */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaTransferEnd: everything that the words for an ended transfer depend on, for a transfer of this run or a row of
 * the history. It owns nothing. */
typedef struct
{
  NamidaDirection direction;
  NamidaTransferState state;           /* a final one */
  NamidaUnproven unproven;             /* whether no hash verified what arrived */
  gboolean can_resume;                 /* for a canceled one: the received data is kept, so that it can be resumed */
  guint stored, kept, failed;          /* files */
  guint skipped;                       /* links and special files, which are never sent */
  guint healed_files, healed_versions; /* damaged files that it repaired */
  const char *alias;                   /* the name of the other device */
  const char *message;                 /* (nullable): the message of the error */
  const char *advice;                  /* (nullable): namida_transfer_set_advice() */
} NamidaTransferEnd;

/**
 * namida_transfer_get_end:
 * @self: a transfer that has ended
 *
 * Main context.
 *
 * Returns: its end; @self owns the texts
 */
NamidaTransferEnd namida_transfer_get_end (NamidaTransfer *self);
/**
 * namida_transfer_count_skipped:
 * @self: a transfer
 *
 * Any thread after the backup is set.
 *
 * Returns: how many links and special files were skipped, which does not make the transfer incomplete
 */
guint namida_transfer_count_skipped (NamidaTransfer *self);
/**
 * namida_transfer_end_dup_words:
 * @end: how a transfer ended
 *
 * The row, the details, the notification and the history use this text, so that a transfer reads the same everywhere
 * and after a restart of the program. Any thread.
 *
 * Returns: (transfer full): how it ended, in words. Translated
 */
char *namida_transfer_end_dup_words (const NamidaTransferEnd *end);
/**
 * namida_transfer_end_dup_state:
 * @end: how a transfer ended
 *
 * Any thread.
 *
 * Returns: (transfer full): the beginning of namida_transfer_end_dup_words(), for callers that show the rest in
 * separate lines. Translated
 */
char *namida_transfer_end_dup_state (const NamidaTransferEnd *end);
/**
 * namida_healed_dup_words:
 * @direction: RECEIVE: repaired here; SEND: repaired on the device @alias
 * @alias: the name of the other device
 * @files: how many damaged files were repaired
 * @n_versions: in how many versions; 0 if unknown
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): a translated sentence, the same everywhere; %NULL for no files
 */
char *namida_healed_dup_words (NamidaDirection direction, const char *alias, guint files, guint n_versions);
/** namida_skipped_dup_words: Returns: (transfer full) (nullable): how many links and special files were skipped, in
 * translated words; %NULL for none. Any thread. */
char *namida_skipped_dup_words (guint skipped);

G_END_DECLS
