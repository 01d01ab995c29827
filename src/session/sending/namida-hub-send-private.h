/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outgoing transfers of the hub, shared by the files of src/session/sending and namida-hub-schedules.c. Main context.
 */
#pragma once

#include "namida-phone-names.h"
#include "namida-hub-private.h"
#include "namida-sender.h"

G_BEGIN_DECLS

/* NamidaSending: the hub's data of one outgoing transfer: scanning, sending, waiting for a device that is away, and
 * resuming. Owned by its transfer. */
typedef struct
{
  GWeakRef hub;      /* weak, because the hub holds the transfer, and the transfer holds this */
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
  guint64 limit;          /* bytes per second; 0: the limit of the hub */
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
  char *history_id;                    /* (nullable) until it has a row in the history */
  char *next_id;                       /* (nullable): the future history_id, if it was requested early */
  gboolean writing, write_again, last; /* state of writing the row, one write at a time; @last: the final write */
  GError *error;                       /* (nullable): why the last attempt ended */
} NamidaSending;

/* Used in place of a URI in the row of a transfer: nobody on the other device has accepted it yet. */
#define NAMIDA_SENDING_NOT_ACCEPTED "#not-accepted"

/* namida-sending.c */
/** namida_sending_attach: makes @transfer an outgoing transfer of @self. @peer: (nullable); @what: (transfer full) */
void namida_sending_attach (
    NamidaTransfer *transfer, NamidaHub *self, NamidaPeer *peer, const char *fingerprint, NamidaSendSource *what);
/** namida_sending_of: Returns: (transfer none) (nullable): %NULL if namida_hub_send() did not create @transfer. */
NamidaSending *namida_sending_of (NamidaTransfer *transfer);
/* namida-hub-send.c */
/** namida_sending_try: scans again, so that changed files are sent as they are now, and sends. */
void namida_sending_try (NamidaHub *self, NamidaTransfer *transfer);
/**
 * namida_sending_begin: creates the transfer and lists it, without sending. @peer: (nullable); @what: (transfer full)
 */
NamidaTransfer *namida_sending_begin (NamidaHub *self,
                                      NamidaPeer *peer,
                                      const char *alias,
                                      const char *fingerprint,
                                      gboolean encrypted,
                                      NamidaSendSource *what);

/* namida-hub-send-join.c: namida_sending_join: @pin: (nullable). Returns: (transfer none) (nullable): a transfer to
 * this device with the same files, or one that now sends @files, too. */
NamidaTransfer *namida_sending_join (NamidaHub *self, const char *fingerprint, GListModel *files, const char *pin);

/* namida-hub-wait.c */
/**
 * namida_sending_find_again: looks for the device in the list, because it may have come back with another address.
 */
void namida_sending_find_again (NamidaHub *self, NamidaSending *sending);
/** namida_sending_give_up: stops waiting and fails with the error of the last attempt. */
void namida_sending_give_up (NamidaHub *self, NamidaTransfer *transfer);
/**
 * namida_sending_wait: waits for the device, and tries again when it is seen, or after an interval that grows from 1
 * to 60 s. Gives up when the patience of the hub is exhausted.
 */
void namida_sending_wait (NamidaHub *self, NamidaTransfer *transfer);
/** namida_sending_cancelled: pausing and canceling by the user while no worker is active. */
void namida_sending_cancelled (NamidaTransfer *transfer);
/**
 * namida_sending_stay_paused: called when the workers of a paused transfer have stopped; resumes it if that was
 * requested meanwhile.
 */
void namida_sending_stay_paused (NamidaHub *self, NamidaTransfer *transfer);
/** namida_sending_seen: tries soon, because the device was seen. */
void namida_sending_seen (NamidaTransfer *transfer);

/* namida-hub-sent-before.c */
/**
 * namida_sending_leaves_out_sent: Returns: whether files that the device received before are left out. The device of
 * @sending must be known.
 */
gboolean namida_sending_leaves_out_sent (NamidaHub *self, NamidaSending *sending);
/** namida_sending_leave_out_sent_async: removes files from @backup that the device received before, in a worker. */
void namida_sending_leave_out_sent_async (
    NamidaHub *self, NamidaSending *sending, NamidaBackup *backup, GAsyncReadyCallback callback, gpointer user_data);
/**
 * namida_sending_leave_out_sent_finish: Returns: (transfer full): the remaining files. The advice text of @transfer
 * says how many were left out.
 */
NamidaBackup *namida_sending_leave_out_sent_finish (NamidaTransfer *transfer, GAsyncResult *result);

/* namida-sending-write.c */
/** namida_sending_write: writes the state of @transfer to its row of the history, in a worker. */
void namida_sending_write (NamidaHub *self, NamidaTransfer *transfer);

G_END_DECLS
