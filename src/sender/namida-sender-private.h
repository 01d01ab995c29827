/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the state machine of NamidaSender (namida-sender-run.c) and its dialects. A dialect is a table of
 * functions that block in the worker thread of a step, and of the abilities of the other program. */
#pragma once

#include "namida-http-connection.h"
#include "namida-sender.h"
#include "namida-upload-job.h"

G_BEGIN_DECLS

/** NamidaBreak: what happens if a connection breaks in the middle of a file. */
typedef enum
{
  NAMIDA_BREAK_RESUMES,     /* the file resumes where it stopped */
  NAMIDA_BREAK_LOSES_FILE,  /* the file is lost, and the others continue */
  NAMIDA_BREAK_STARTS_OVER, /* everything is lost: the backup is offered again */
} NamidaBreak;

typedef struct _NamidaSenderDialect NamidaSenderDialect;
struct _NamidaSenderDialect
{
  /* The abilities of the other program. */
  gboolean proves;  /* it confirms by a hash what it has */
  gboolean folders; /* it accepts empty folders */
  gboolean parks; /* it keeps a session that is not ended for a later offer; other programs need a cancel at each end */
  NamidaBreak on_break;
  guint n_connections;
  guint n_tries;         /* attempts for a file that arrives with other content */
  guint n_offers;        /* offers in one transfer while connections break */
  gboolean offers_rest;  /* an offer after the first has only the remaining files */
  guint silence_seconds; /* see NamidaHttpPeer */
  guint stall_seconds;
  NamidaFileResult unwanted; /* for a file that was offered and is not in the answer */
  const char *no_folders;    /* (nullable) N_(): why folders are left out */
  const char *advice_at_end; /* (nullable) N_(): the remaining steps on the other device */

  /** format_offer: Returns: (transfer full) (nullable): the body of the offer. */
  GBytes *(*format_offer) (NamidaSender *self, GError **error);
  /** ask: sends the offer over @connection, waits for the answer and sets @self->answer, or leaves it %NULL if nothing
   * is wanted. Calls namida_sender_show_waiting() before the other user is asked. Returns: whether the offer was
   * accepted. */
  gboolean (*ask) (NamidaSender *self, NamidaHttpConnection **connection, GError **error);
  /** format_upload: Returns: (transfer full): the path and the query for uploading a file. */
  char *(*format_upload) (NamidaUploadJob *job, NamidaUploadItem *item);
  /** check_upload: interprets the answer to an upload. @sha256: the hash of what was sent. */
  NamidaTry (*check_upload) (
      NamidaUploadJob *job, NamidaUploadItem *item, const char *sha256, const NamidaHttpAnswer *answer, GError **error);
  /** uploaded: (nullable): called after each round of uploads, even if it was interrupted. */
  void (*uploaded) (NamidaSender *self);
  /** finish: (nullable): ends the session. Returns: (transfer full) (nullable): id → NamidaFileResult; %NULL with
   * @error. */
  GHashTable *(*finish) (NamidaSender *self, GError **error);
  /** settle: (nullable): work that is left when the results of all files are known. If it fails, the results stay the
   * same. */
  void (*settle) (NamidaSender *self);
  /** cancel: ends the session on the other device, because no file will follow. Takes a few seconds at most. */
  void (*cancel) (NamidaSender *self, gboolean keep_parts);
};

extern const NamidaSenderDialect namida_sender_v1;
extern const NamidaSenderDialect namida_sender_localsend;
extern const NamidaSenderDialect namida_sender_phone;

struct _NamidaSender
{
  GObject parent_instance;

  const NamidaSenderDialect *dialect;
  gboolean plain; /* unencrypted */
  NamidaIdentity *identity;
  NamidaDeviceInfo *own;
  GListModel *addresses;    /* GInetSocketAddress, best first */
  char *fingerprint;        /* (nullable) until a device has presented one */
  NamidaDatabase *database; /* (nullable) */
  NamidaTransfer *transfer;
  char *pin; /* (nullable) */
  guint64 limit_bytes;
  gboolean patient;     /* a lost connection does not end the transfer */
  gboolean waits_busy;  /* nor does a busy device before it accepted */
  gboolean waits_away;  /* nor does an unreachable device before it accepted */
  guint retry_after;    /* seconds, given by the other device; 0: none */
  gboolean accepted;    /* in this attempt or an earlier one; main context */
  gboolean again;       /* an earlier attempt was accepted */
  gboolean reached;     /* this attempt was accepted; main context */
  char *session_id;     /* (nullable): of an accepted attempt; main context */
  char *session_before; /* (nullable): of the previous attempt */

  /* Used while it runs: written by one step and read by the next. */
  GTask *task;
  GCancellable *inner; /* canceled by the local or the remote user */
  gulong handler;
  GPtrArray *places; /* GInetSocketAddress, as they were at the start */
  NamidaRateLimit *limit;
  GHashTable *read_before; /* (nullable): a set of NamidaEntry that were read before the offer; the backup owns them */
  GBytes *offer;
  guint8 *settled; /* (nullable): for each entry the NamidaFileResult that an earlier offer of this transfer has
                      settled; PENDING: still to be sent */
  GHashTable *settled_details; /* with @settled: index → reason, a sentence */
  GBytes *portable_offer;      /* (nullable): for a device that does not accept all names, if it differs */
  GInetSocketAddress *address; /* (nullable): where the offer was sent to */
  GSocketAddress *source;      /* (nullable): where it was sent from */
  NamidaOfferAnswer *answer;   /* (nullable): NULL if nothing is wanted, or the dialect wants everything */
  gboolean takes_packs;
  gboolean takes_preview;
  gboolean takes_all_names; /* including names that only Linux accepts */
  gboolean takes_healing;   /* it reports which files it has lost */
  gboolean is_asked;        /* the other side may still answer the offer, or has accepted it and waits */
  NamidaUploadJob *job;
  guint n_offers;
  guint asked_timer;      /* main context */
  gboolean stopped_there; /* main context */
  gboolean try_elsewhere; /* set by ask(): the device may be at another address */
  GError *error;          /* (nullable): the final error, returned after the cancel was sent */
};

/** namida_sender_get_peer: Returns: a description of the other side at @address, for a connection of this transfer. Any
 * thread. */
NamidaHttpPeer namida_sender_get_peer (NamidaSender *self, GInetSocketAddress *address);
/** namida_sender_show_waiting: Shows that the other user is being asked. Any thread. */
void namida_sender_show_waiting (NamidaSender *self);
/**
 * namida_sender_request:
 * @connection: (inout): established again if it cannot be reused
 * @body: (nullable): the body of the request
 * @limit: the maximum size of the answer in bytes
 * @answer: (out): the answer
 *
 * Sends a request and reads the answer. Worker threads.
 *
 * Returns: %FALSE with @error if there was no answer
 */
gboolean namida_sender_request (NamidaSender *self,
                                NamidaHttpConnection **connection,
                                const NamidaHttpRequest *request,
                                GBytes *body,
                                gsize limit,
                                NamidaHttpAnswer *answer,
                                GError **error);
/** namida_sender_say: Sends a request whose answer is ignored, within 4 s and over a new connection, even if the
 * transfer was canceled. */
void namida_sender_say (NamidaSender *self, const char *target);
/** namida_sender_v1_request: Sends a request over @connection, reads the answer and closes the connection. Returns:
 * %FALSE with the error of the other side unless it succeeded. Worker threads. */
gboolean namida_sender_v1_request (NamidaSender *self,
                                   NamidaHttpConnection **connection,
                                   const NamidaHttpRequest *request,
                                   GBytes *body,
                                   NamidaHttpAnswer *answer,
                                   GError **error);
/** namida_sender_v1_register: Finds out which device answers, and what it supports. Returns: %FALSE with @error. Worker
 * threads. */
gboolean namida_sender_v1_register (NamidaSender *self, NamidaHttpConnection **connection, GError **error);
/** namida_sender_run: Runs the steps and returns the task at the end (namida-sender-run.c). Main context. */
void namida_sender_run (NamidaSender *self);

G_END_DECLS
