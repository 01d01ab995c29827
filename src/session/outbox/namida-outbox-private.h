/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The instance structure of NamidaOutbox and the data of one outgoing transfer, shared by the files of
 * src/session/outbox, and by the files of the hub that write rows of the history or run schedules. Main context. */
#pragma once

#include "namida-outbox.h"

#include "namida-journal.h"
#include "namida-sender.h"

G_BEGIN_DECLS

struct _NamidaOutbox
{
  GObject parent_instance;

  NamidaPeerList *peers;
  NamidaTransferList *list;
  GListStore *transfers; /* the items of @list */
  const NamidaOutboxRules *rules;
  gpointer rules_data;

  NamidaOutboxPatience patience;
  guint64 limit; /* bytes per second; 0: none */

  NamidaIdentity *identity; /* (nullable) until the first start */
  NamidaDatabase *database; /* (nullable) until the first start */
  GCancellable *cancellable;
  gboolean running;
  gint64 reported_at; /* monotonic µs of the last report about the history; 0: never */
  guint n_open;       /* transfers that have begun and are not yet in the history with their end */
};

/* NamidaSending: the outbox's data of one outgoing transfer: scanning, sending, waiting for a device that is away, and
 * resuming. Owned by its transfer. */
typedef struct
{
  GWeakRef outbox;   /* weak, because the list of the outbox holds the transfer, and the transfer holds this */
  NamidaPeer *peer;  /* (nullable) until the device of an earlier run is seen */
  char *fingerprint; /* (nullable) until the device has shown its key */
  NamidaSendSource *what;
  GListModel *files; /* (nullable): the files to scan; another run can find them again */
  char *pin;
  gboolean scanning;
  gboolean is_filtered;   /* only a part of @files is sent */
  gboolean by_schedule;   /* started by a schedule, not by the user */
  gboolean reread;        /* the user wants every file to be read again */
  gboolean has_reread;    /* an attempt has done so */
  guint64 limit;          /* bytes per second; 0: the limit of the outbox */
  gboolean unencrypted;   /* the user was warned and wants to send anyway */
  NamidaSender *sender;   /* (nullable) between two attempts */
  NamidaPhoneNames names; /* how to handle names that a phone refuses */
  NamidaSentBeforePolicy sent_before;

  /* While the device is away. */
  gboolean accepted;                   /* the remote user has accepted once */
  gboolean resume;                     /* resuming was requested while the transfer was still stopping */
  gboolean closing;                    /* the program ends and its next run resumes the transfer */
  gboolean stays_paused;               /* with @closing: the user had paused it, so the next run only lists it */
  gint64 away_since;                   /* monotonic µs; 0: the device is not away */
  gint64 tried_at;                     /* monotonic µs of the last attempt */
  guint tries;                         /* number of attempts since @away_since */
  guint retry_after;                   /* seconds until the next attempt, as requested by the device; 0: none */
  guint timer;                         /* runs until the next attempt */
  NamidaPeer *watched;                 /* (nullable): the entry of the device in the list of devices */
  int lock;                            /* held while the row can be resumed; -1: none */
  char *history_id;                    /* (nullable) until it has a row in the history */
  char *next_id;                       /* (nullable): the future history_id, if it was requested early */
  gboolean writing, write_again, last; /* state of writing the row, one write at a time; @last: the final write */
  gboolean written;                    /* the last write succeeded */
  GError *error;                       /* (nullable): why the last attempt ended */
} NamidaSending;

/* Used in place of a URI in the row of a transfer: nobody on the other device has accepted it yet. */
#define NAMIDA_SENDING_NOT_ACCEPTED "#not-accepted"

/* namida-sending.c */
/** namida_sending_attach: makes @transfer an outgoing transfer of @outbox. @peer: (nullable); @what: (transfer full) */
void namida_sending_attach (
    NamidaTransfer *transfer, NamidaOutbox *outbox, NamidaPeer *peer, const char *fingerprint, NamidaSendSource *what);
/** namida_sending_of: Returns: (transfer none) (nullable): %NULL if no outbox created @transfer. */
NamidaSending *namida_sending_of (NamidaTransfer *transfer);

/**
 * namida_sending_claim: makes this program the one that resumes the transfer with this row of the history. Another
 * program with the same data folder that is waiting for the device would resume it, too.
 * @lock: (inout): -1, or a lock that is held already. The transfer keeps it.
 * Returns: %FALSE if another program has it
 */
gboolean namida_sending_claim (NamidaOutbox *outbox, const char *history_id, int *lock);
/** namida_sending_unclaim: lets the next program that starts resume the transfer. */
void namida_sending_unclaim (NamidaSending *sending);

/* namida-outbox-attempt.c */
/** namida_outbox_try: scans again, so that changed files are sent as they are now, and sends. */
void namida_outbox_try (NamidaOutbox *self, NamidaTransfer *transfer);
/**
 * namida_outbox_begin: creates the transfer and lists it, without sending. @peer: (nullable); @what: (transfer full)
 */
NamidaTransfer *namida_outbox_begin (NamidaOutbox *self,
                                     NamidaPeer *peer,
                                     const char *alias,
                                     const char *fingerprint,
                                     gboolean encrypted,
                                     NamidaSendSource *what);
/** namida_outbox_end_unsent: ends a transfer that cannot be sent at all. @self: (nullable) */
void namida_outbox_end_unsent (NamidaOutbox *self, NamidaTransfer *transfer, const GError *error);

/* namida-outbox-history.c */
/**
 * namida_outbox_take_up_row: claims @row of the history, and resumes it as it is then: since @row was read, another
 * program may have ended it.
 * @outbox: (type NamidaOutbox)
 */
void namida_outbox_take_up_row (gpointer outbox, const NamidaJournalSession *row);
/** namida_outbox_take_up: resumes what the last run of the program was still sending, if this run may wait. */
void namida_outbox_take_up (NamidaOutbox *self);

/* namida-outbox-join.c */
/**
 * namida_outbox_join: @fingerprint: (nullable): never joins; @pin: (nullable). Returns: (transfer none) (nullable): a
 * transfer to this device with the same files, or one that now sends @files, too.
 */
NamidaTransfer *namida_outbox_join (NamidaOutbox *self, const char *fingerprint, GListModel *files, const char *pin);

/**
 * namida_outbox_find_same: Returns: (transfer none) (nullable): a transfer of the user with just @files that is under
 * way to this device and not paused.
 */
NamidaTransfer *namida_outbox_find_same (NamidaOutbox *self, const char *fingerprint, GListModel *files);

/* namida-outbox-wait.c */
/** namida_outbox_find_again: looks for the device in the list, because it may have come back with another address. */
void namida_outbox_find_again (NamidaOutbox *self, NamidaSending *sending);
/** namida_outbox_give_up: stops waiting and fails with the error of the last attempt. @self: (nullable) */
void namida_outbox_give_up (NamidaOutbox *self, NamidaTransfer *transfer);
/**
 * namida_outbox_wait: waits for the device, and tries again when it is seen, or after an interval that grows from 1
 * to 60 s. Gives up when the patience is exhausted.
 */
void namida_outbox_wait (NamidaOutbox *self, NamidaTransfer *transfer);
/** namida_outbox_canceled: pausing and canceling by the user while no worker is active. */
void namida_outbox_canceled (NamidaTransfer *transfer);
/**
 * namida_outbox_stay_paused: called when the workers of a paused transfer have stopped; resumes it if that was
 * requested meanwhile.
 */
void namida_outbox_stay_paused (NamidaOutbox *self, NamidaTransfer *transfer);
/** namida_outbox_device_seen: tries soon, because the device was seen. */
void namida_outbox_device_seen (NamidaTransfer *transfer);

/* namida-outbox-sent-before.c */
/**
 * namida_outbox_leaves_out_sent: Returns: whether files that the device received before are left out. The device of
 * @sending must be known.
 */
gboolean namida_outbox_leaves_out_sent (NamidaOutbox *self, NamidaSending *sending);
/** namida_outbox_leave_out_sent_async: removes files from @backup that the device received before, in a worker. */
void namida_outbox_leave_out_sent_async (
    NamidaOutbox *self, NamidaSending *sending, NamidaBackup *backup, GAsyncReadyCallback callback, gpointer user_data);
/**
 * namida_outbox_leave_out_sent_finish: Returns: (transfer full): the remaining files. The advice text of @transfer
 * says how many were left out.
 */
NamidaBackup *namida_outbox_leave_out_sent_finish (NamidaTransfer *transfer, GAsyncResult *result);

/* namida-sending-write.c */
/** namida_outbox_note_over: notes that a transfer has ended, and emits "settled" after the last one. */
void namida_outbox_note_over (NamidaOutbox *self);
/** namida_sending_write: writes the state of @transfer to its row of the history, in a worker. */
void namida_sending_write (NamidaOutbox *outbox, NamidaTransfer *transfer);
/** namida_sending_dup_row_id: Returns: (transfer full): the id of the row that @transfer has or will have. */
char *namida_sending_dup_row_id (NamidaTransfer *transfer);

G_END_DECLS
