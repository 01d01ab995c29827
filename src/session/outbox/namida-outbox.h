/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outgoing transfers of this device: starting, waiting for a device that is away, pausing, retrying, and resuming
 * what an earlier run did not finish. The hub creates the outbox and decides through NamidaOutboxRules which device
 * may be sent to; the window, the command line and schedules start transfers. Main context; files are scanned and sent
 * in worker threads. */
#pragma once

#include "namida-database.h"
#include "namida-device-info.h"
#include "namida-identity.h"
#include "namida-peer-list.h"
#include "namida-scan-filter.h"
#include "namida-send-source.h"
#include "namida-sending.h"
#include "namida-transfer-list.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_OUTBOX (namida_outbox_get_type ())
/**
 * NamidaOutbox: signals: "settled" when the last outgoing transfer has ended and is in the history, so that a program
 * that ends need not wait any longer; "trouble" (sentence) when a transfer could not be written to the history.
 */
G_DECLARE_FINAL_TYPE (NamidaOutbox, namida_outbox, NAMIDA, OUTBOX, GObject)

/** NamidaOutboxRules: what the owner of an outbox decides. The functions get the @data of namida_outbox_new(). */
typedef struct
{
  /* Whether @peer is the device that the user means; otherwise %FALSE with @error. */
  gboolean (*check_recipient) (NamidaPeer *peer, GError **error, gpointer data);
  /* Whether sending to @peer is possible; @allowed: also without encryption, because the user was warned. */
  gboolean (*check_encryption) (NamidaPeer *peer, gboolean allowed, GError **error, gpointer data);
  /* Returns: (transfer full): what this device says about itself */
  NamidaDeviceInfo *(*dup_own_info) (gpointer data);
} NamidaOutboxRules;

/** NamidaOutboxPatience: when a transfer waits instead of failing. */
typedef struct
{
  guint seconds;       /* how long an accepted transfer waits for a device that is away or busy; 0: it fails at once */
  gboolean for_device; /* with @seconds: also wait before the offer was accepted, and while the disk is full */
  gboolean next_run;   /* with @seconds: the next run of the program resumes what is still waiting */
} NamidaOutboxPatience;

/**
 * namida_outbox_new: Returns: (transfer full): an outbox that sends nothing before namida_outbox_start().
 * @peers: the nearby devices
 * @list: the list that each outgoing transfer is added to; other transfers in it are ignored
 * @rules: static; @data: not owned, valid until namida_outbox_stop()
 */
NamidaOutbox *
namida_outbox_new (NamidaPeerList *peers, NamidaTransferList *list, const NamidaOutboxRules *rules, gpointer data);
/** namida_outbox_set_patience: sets when transfers wait. Default: never. */
void namida_outbox_set_patience (NamidaOutbox *self, NamidaOutboxPatience patience);
/** namida_outbox_set_limit: @limit: bytes per second of each transfer without a limit of its own; 0: none */
void namida_outbox_set_limit (NamidaOutbox *self, guint64 limit);
/** namida_outbox_start: lets transfers begin, and resumes those that the last run left waiting in @database. */
void namida_outbox_start (NamidaOutbox *self, NamidaIdentity *identity, NamidaDatabase *database);
/**
 * namida_outbox_stop: cancels all transfers because the program ends. Data that has arrived stays on the other devices,
 * and the next run resumes what may wait. "settled" follows unless namida_outbox_count() is 0.
 */
void namida_outbox_stop (NamidaOutbox *self);
/** namida_outbox_count: Returns: transfers that have begun and are not yet in the history with their end. */
guint namida_outbox_count (NamidaOutbox *self);

/**
 * namida_outbox_send: scans @files (GListModel of GFile), sends the offer and then the files. If a transfer of the same
 * files to @peer is running, or one that @peer has not seen yet is waiting, it is returned instead.
 * @filter: (nullable): which of the files to send
 * @pin: (nullable): the PIN of @peer
 * Returns: (transfer none): the transfer, which is in the list of transfers. Its signal "ended" reports the outcome,
 * including errors of scanning.
 */
NamidaTransfer *
namida_outbox_send (NamidaOutbox *self, NamidaPeer *peer, GListModel *files, NamidaScanFilter *filter, const char *pin);
/** namida_outbox_send_what: sends @what to @peer. @what: (transfer full). Returns: (transfer none) */
NamidaTransfer *namida_outbox_send_what (NamidaOutbox *self, NamidaPeer *peer, NamidaSendSource *what, const char *pin);
/**
 * namida_outbox_retry: sends a failed transfer of this run again, without the files that are already there. A transfer
 * that waits for its device tries at once and is returned itself. Returns: (transfer none) (nullable): %NULL if the
 * transfer is not of this outbox, runs, or its device is not known
 */
NamidaTransfer *namida_outbox_retry (NamidaOutbox *self, NamidaTransfer *transfer);
/** namida_outbox_pause: pauses an outgoing transfer. The state PAUSED follows when its workers have stopped. */
void namida_outbox_pause (NamidaOutbox *self, NamidaTransfer *transfer);
/** namida_outbox_resume: resumes an outgoing transfer that is paused or pausing. */
void namida_outbox_resume (NamidaOutbox *self, NamidaTransfer *transfer);
/**
 * namida_outbox_count_sent_before_async: counts which of @files, which are scanned as in namida_outbox_send(), were
 * sent to @peer before and would be stored a second time. Only for LocalSend devices; other devices are asked what they
 * have.
 */
void namida_outbox_count_sent_before_async (NamidaOutbox *self,
                                            NamidaPeer *peer,
                                            GListModel *files,
                                            NamidaScanFilter *filter,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
/**
 * namida_outbox_count_sent_before_finish: Returns: the number of files; 0 also with @error (of the scanner). @bytes:
 * (out): their size
 */
guint namida_outbox_count_sent_before_finish (NamidaOutbox *self, GAsyncResult *result, guint64 *bytes, GError **error);

G_END_DECLS
