/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-phone-names.h"
#include "namida-hub-private.h"
#include "namida-sender.h"

G_BEGIN_DECLS

/* One sending: scan, send, wait for a device that is away, remember. Owned by its transfer. */
typedef struct
{
  GWeakRef hub;      /* the hub holds the transfer, and the transfer this */
  NamidaPeer *peer;  /* (nullable) until a device of an earlier run is seen */
  char *fingerprint; /* (nullable) until somebody has shown one */
  NamidaSendSource *what;
  GListModel *files; /* (nullable): what is found by scanning these, and can be found again by another run */
  char *pin;
  gboolean scanning;
  gboolean is_filtered;   /* only a part of @files is sent */
  gboolean by_schedule;   /* nobody asked for this one */
  gboolean reread;        /* its person wants every file read again */
  guint64 limit;          /* bytes a second, 0: that of the hub */
  gboolean unencrypted;   /* its person knows, and wants it nevertheless */
  NamidaSender *sender;   /* (nullable) between two tries */
  NamidaPhoneNames names; /* what becomes of names that a phone refuses */
  NamidaSentBeforePolicy sent_before;

  /* While the device is away. */
  gboolean accepted;                   /* somebody there said yes, once */
  gboolean resume;                     /* asked for while it was still stopping */
  gboolean closing;                    /* the program ends, and the next one goes on */
  gint64 away_since;                   /* monotonic; 0: it is not */
  gint64 tried_at;                     /* monotonic */
  guint tries;                         /* since then */
  guint retry_after;                   /* seconds until the next one, as the device named them; 0: none */
  guint timer;                         /* until the next one */
  NamidaPeer *watched;                 /* (nullable): its entry in the list of devices */
  char *history_id;                    /* (nullable) until it has a row of the history */
  char *next_id;                       /* (nullable): what that will be, when somebody has asked */
  gboolean writing, write_again, last; /* its row of the history, one at a time; @last: the final one */
  GError *error;                       /* why the last try ended */
} NamidaSending;

/* namida-sending.c */
/* Makes @transfer a sending of @self. @peer: (nullable); @what: (transfer full) */
void namida_sending_attach (
    NamidaTransfer *transfer, NamidaHub *self, NamidaPeer *peer, const char *fingerprint, NamidaSendSource *what);
NamidaSending *namida_sending_of (NamidaTransfer *transfer); /* (nullable): not one of namida_hub_send() */
/* namida-hub-send.c */
/* Scans again, so that what has changed is sent as it is now, and tries. */
void namida_sending_try (NamidaHub *self, NamidaTransfer *transfer);
/* @peer: (nullable); @what: (transfer full). Not tried yet. */
NamidaTransfer *namida_sending_begin (NamidaHub *self,
                                      NamidaPeer *peer,
                                      const char *alias,
                                      const char *fingerprint,
                                      gboolean encrypted,
                                      NamidaSendSource *what);

/* namida-hub-send-join.c: a sending to this device that does the same, or that takes @files, too: (transfer none)
 * (nullable). @pin: (nullable). */
NamidaTransfer *namida_sending_join (NamidaHub *self, const char *fingerprint, GListModel *files, const char *pin);

/* namida-hub-wait.c */
/* The device may have come back with another address. */
void namida_sending_find_again (NamidaHub *self, NamidaSending *sending);
/* Nobody waits any longer: it fails with the error of the last try. */
void namida_sending_give_up (NamidaHub *self, NamidaTransfer *transfer);
void namida_sending_wait (NamidaHub *self, NamidaTransfer *transfer);
/* A person's wish while nobody works for it. */
void namida_sending_cancelled (NamidaTransfer *transfer);
void namida_sending_stay_paused (NamidaHub *self, NamidaTransfer *transfer);
void namida_sending_seen (NamidaTransfer *transfer);

/* namida-hub-sent-before.c */
/* Whether files that the device has had before are left out of this sending, whose device is known. */
gboolean namida_sending_leaves_out_sent (NamidaHub *self, NamidaSending *sending);
void namida_sending_leave_out_sent_async (
    NamidaHub *self, NamidaSending *sending, NamidaBackup *backup, GAsyncReadyCallback callback, gpointer user_data);
/* Returns: (transfer full): the rest; @transfer says how many were left out. */
NamidaBackup *namida_sending_leave_out_sent_finish (NamidaTransfer *transfer, GAsyncResult *result);

/* namida-hub-send-history.c */
void namida_sending_write (NamidaHub *self, NamidaTransfer *transfer);

G_END_DECLS
