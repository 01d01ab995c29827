/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The results that a file of a transfer can have, and everything that depends on the result alone: its name in JSON,
 * its word on the wire, its text for the user, and whether it counts as a success. All parts of the program that
 * show or count results use it. Stateless; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaFileResult: the result of one file. The order is that of the table in namida-file-result.c. */
typedef enum
{
  NAMIDA_FILE_PENDING,
  NAMIDA_FILE_STORED,        /* written, compared and durable at the receiver */
  NAMIDA_FILE_KEPT_EXISTING, /* already there: the receiver knows the content by the hash that it was given */
  NAMIDA_FILE_CLAIMED,       /* already there according to the receiver, which was given no hash: no proof */
  NAMIDA_FILE_DECLINED,      /* the receiver did not want it */
  NAMIDA_FILE_LEFT_OUT,      /* not sent on purpose; the detail has the reason */
  NAMIDA_FILE_MISSING,       /* did not arrive, or could not be saved */
  NAMIDA_FILE_CHANGED,       /* changed at the sender while it was being sent */
  NAMIDA_FILE_MISMATCH,      /* arrived with different contents than were sent */
  NAMIDA_FILE_DAMAGED,       /* the sender's copy differs from what it was when it was saved */
  NAMIDA_FILE_UNREADABLE,    /* the sender could not read it */
  NAMIDA_FILE_N_RESULTS
} NamidaFileResult;

/**
 * namida_file_result_to_string:
 *
 * Returns: (transfer none): the name in JSON ("kept-existing"); names never change
 */
const char *namida_file_result_to_string (NamidaFileResult result);

/**
 * namida_file_result_to_wire:
 *
 * Returns: (transfer none): the word in a receiver's answer to finish; "missing" if the result has none
 */
const char *namida_file_result_to_wire (NamidaFileResult result);

/**
 * namida_file_result_from_wire:
 * @word: (nullable): a word of an answer to finish
 *
 * Returns: the result; MISSING if @word is unknown or cannot come from a receiver
 */
NamidaFileResult namida_file_result_from_wire (const char *word);

/**
 * namida_file_result_is_success:
 *
 * Returns: whether the receiver is known to have the file: stored, or already there and proven
 */
gboolean namida_file_result_is_success (NamidaFileResult result);

/**
 * namida_file_result_get_words:
 *
 * Returns: (transfer none): the translated state of a file, without a full stop
 */
const char *namida_file_result_get_words (NamidaFileResult result);

/**
 * namida_file_result_get_detail:
 *
 * Returns: (transfer none) (nullable): a translated sentence for a file that has no reason of its own; %NULL for a
 * success
 */
const char *namida_file_result_get_detail (NamidaFileResult result);

G_END_DECLS
