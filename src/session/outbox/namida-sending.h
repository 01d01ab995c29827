/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of one outgoing transfer, for the window, the command line and schedules. Each takes a transfer that
 * namida_outbox_send() or namida_hub_restore_to() has just returned, before its files are scanned, unless it says
 * otherwise. Main context. */
#pragma once

#include "namida-phone-names.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaSentBeforePolicy: how to handle files that this device has sent to a LocalSend device before. */
typedef enum
{
  NAMIDA_SENT_BEFORE_SEND,  /* send them; a retry skips those that arrived */
  NAMIDA_SENT_BEFORE_SKIP,  /* skip them */
  NAMIDA_SENT_BEFORE_AGAIN, /* send them, also in a retry, because the user was asked */
} NamidaSentBeforePolicy;

/** namida_sending_set_sent_before: sets the policy of @transfer. */
void namida_sending_set_sent_before (NamidaTransfer *transfer, NamidaSentBeforePolicy policy);
/** namida_sending_read_everything: reads and hashes every file again before the offer, ignoring remembered hashes. */
void namida_sending_read_everything (NamidaTransfer *transfer);
/** namida_sending_set_limit: @limit: bytes per second; 0: the general limit */
void namida_sending_set_limit (NamidaTransfer *transfer, guint64 limit);
/**
 * namida_sending_set_phone_names: sets how to handle names that a phone refuses. By default, such a transfer fails
 * with UNSAFE_PATH before the other user is asked.
 */
void namida_sending_set_phone_names (NamidaTransfer *transfer, NamidaPhoneNames names);
/**
 * namida_sending_allow_unencrypted: lets @transfer go to a device that cannot encrypt, because the user was warned.
 * Otherwise such a transfer fails with ENCRYPTION_REQUIRED.
 */
void namida_sending_allow_unencrypted (NamidaTransfer *transfer);
/**
 * namida_sending_set_pin: sets the PIN that namida_outbox_retry() uses for @transfer, which has failed because the
 * other device requires one.
 */
void namida_sending_set_pin (NamidaTransfer *transfer, const char *pin);

/**
 * namida_sending_is_settled: Returns: whether @transfer is an outgoing one whose row in the history is final, so that
 * the list of transfers need not keep it. A failed transfer stays in the list until the user retries it, unless a
 * schedule does.
 */
gboolean namida_sending_is_settled (NamidaTransfer *transfer);
/** namida_sending_get_row_id: Returns: (nullable): the row in the history; %NULL: none yet, or not an outgoing one. */
const char *namida_sending_get_row_id (NamidaTransfer *transfer);

G_END_DECLS
