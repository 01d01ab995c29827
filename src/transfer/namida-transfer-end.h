/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaTransferEnd: all that the words for a transfer that has ended depend on, whether it is of this run of the
 * program or a row of the history. Owns nothing. */
typedef struct
{
  NamidaDirection direction;
  NamidaTransferState state;           /* a final one */
  gboolean unproven;                   /* no hash proved what arrived */
  gboolean can_resume;                 /* of one that was canceled: what arrived is kept for a later sending */
  guint stored, kept, failed;          /* files */
  guint skipped;                       /* links and special files, which are never sent */
  guint healed_files, healed_versions; /* damaged files that it repaired */
  const char *alias;                   /* of the other device */
  const char *message;                 /* (nullable): of the error */
  const char *advice;                  /* (nullable): namida_transfer_set_advice() */
} NamidaTransferEnd;

/**
 * namida_transfer_get_end:
 * @self: a transfer that has ended
 *
 * Main context.
 *
 * Returns: its end; the texts belong to @self
 */
NamidaTransferEnd namida_transfer_get_end (NamidaTransfer *self);
/**
 * namida_transfer_count_skipped:
 * @self: a transfer
 *
 * Any thread once the backup is set.
 *
 * Returns: how many links and special files were skipped, which is no reason to call the sending incomplete
 */
guint namida_transfer_count_skipped (NamidaTransfer *self);
/**
 * namida_transfer_end_dup_words:
 * @end: how a transfer ended
 *
 * The row, the details, the notification and the history all take their words from here, so that a transfer reads the
 * same everywhere, and after the program was started again. Any thread.
 *
 * Returns: (transfer full): how it ended, in words. Translated.
 */
char *namida_transfer_end_dup_words (const NamidaTransferEnd *end);
/**
 * namida_transfer_end_dup_state:
 * @end: how a transfer ended
 *
 * Any thread.
 *
 * Returns: (transfer full): the beginning of namida_transfer_end_dup_words(), for whoever tells the rest in lines of
 * its own. Translated.
 */
char *namida_transfer_end_dup_state (const NamidaTransferEnd *end);
/**
 * namida_healed_dup_words:
 * @direction: RECEIVE: here; SEND: on the device @alias
 * @alias: of the other device
 * @files: how many damaged files are whole again
 * @n_versions: of how many versions; 0: not known
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): a sentence, the same wherever it is told; %NULL for no files. Translated.
 */
char *namida_healed_dup_words (NamidaDirection direction, const char *alias, guint files, guint n_versions);
/** namida_skipped_dup_words: Returns: (transfer full) (nullable): how many links and special files were skipped, in
 * words; %NULL for none. Translated; any thread. */
char *namida_skipped_dup_words (guint skipped);

G_END_DECLS
