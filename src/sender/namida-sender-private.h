/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the state machine of a sending (namida-sender-run.c) and its dialects share. A dialect is a table: functions
 * that block in the worker thread of a step, and what the other program can do. */
#pragma once

#include "namida-http-connection.h"
#include "namida-sender.h"
#include "namida-upload-job.h"

G_BEGIN_DECLS

/** What a connection that breaks in the middle of a file means. */
typedef enum
{
  NAMIDA_BREAK_RESUMES,     /* the file goes on where it stopped */
  NAMIDA_BREAK_LOSES_FILE,  /* that file is lost, the others go on */
  NAMIDA_BREAK_STARTS_OVER, /* nothing there is of use any more: it is offered anew */
} NamidaBreak;

typedef struct _NamidaSenderDialect NamidaSenderDialect;
struct _NamidaSenderDialect
{
  /* What the other program can do. */
  gboolean proves;  /* it says by a hash what it has */
  gboolean folders; /* it takes empty folders */
  gboolean parks;   /* a session that nobody ends stays for a later offer; other programs have to be told of each end */
  NamidaBreak on_break;
  guint n_connections;
  guint n_tries;         /* of a file that did not arrive as it is here */
  guint n_offers;        /* of one sending, while its connections break */
  gboolean offers_rest;  /* an offer after the first has only what is still to be sent */
  guint silence_seconds; /* see NamidaHttpPeer */
  guint stall_seconds;
  NamidaFileResult unwanted; /* a file that was offered and that the answer does not name */
  const char *no_folders;    /* (nullable) N_(): why a folder is left out */
  const char *advice_at_end; /* (nullable) N_(): what is left to do over there */

  /** format_offer: Returns: (transfer full) (nullable): the body of the offer. */
  GBytes *(*format_offer) (NamidaSender *self, GError **error);
  /** ask: offers over @connection, waits for the answer and fills @self->answer; leaves it %NULL when nothing is
   * wanted. Calls namida_sender_show_waiting() before a person is asked. Returns: whether it was accepted. */
  gboolean (*ask) (NamidaSender *self, NamidaHttpConnection **connection, GError **error);
  /** format_upload: Returns: (transfer full): path and query of a file's upload. */
  char *(*format_upload) (NamidaUploadJob *job, NamidaUploadItem *item);
  /** check_upload: what the answer to an upload says. @sha256: of what was sent. */
  NamidaTry (*check_upload) (
      NamidaUploadJob *job, NamidaUploadItem *item, const char *sha256, const NamidaHttpAnswer *answer, GError **error);
  /** uploaded: (nullable): after each round of uploads, also one that broke off. */
  void (*uploaded) (NamidaSender *self);
  /** finish: (nullable): ends the session. Returns: (transfer full) (nullable): id → NamidaFileResult. */
  GHashTable *(*finish) (NamidaSender *self, GError **error);
  /** settle: (nullable): what is left to do when the results of all files are known; its failure changes none of them.
   */
  void (*settle) (NamidaSender *self);
  /** cancel: tells the other side that nothing more comes. Takes a few seconds at most. */
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
  GListModel *addresses;    /* of GInetSocketAddress, best first */
  char *fingerprint;        /* (nullable) until somebody has shown one */
  NamidaDatabase *database; /* (nullable) */
  NamidaTransfer *transfer;
  char *pin; /* (nullable) */
  guint64 limit_bytes;
  gboolean patient;     /* a lost connection does not end the transfer */
  gboolean waits_busy;  /* neither does a device that is busy before it accepted */
  gboolean waits_away;  /* nor one that is away before it accepted */
  guint retry_after;    /* seconds, as the other device named them; 0: none */
  gboolean accepted;    /* in this try or an earlier one; main context */
  gboolean again;       /* an earlier try was accepted */
  gboolean reached;     /* this one was; main context */
  char *session_id;     /* (nullable): of an accepted try; main context */
  char *session_before; /* (nullable): of the try before this one */

  /* While it runs: written by one step, read by the next. */
  GTask *task;
  GCancellable *inner; /* cancelled by the person here, or by the one there */
  gulong handler;
  GPtrArray *places; /* of GInetSocketAddress, as they were at the start */
  NamidaRateLimit *limit;
  GHashTable *read_before; /* (nullable): NamidaEntry that were read before the offer, a set; the backup owns them */
  GBytes *offer;
  guint8 *settled; /* (nullable): NamidaFileResult of each entry that an earlier offer of this sending has settled;
                      PENDING: it is still to be sent */
  GHashTable *settled_details; /* with @settled: index → why, a sentence */
  GBytes *portable_offer;      /* (nullable): for a device that does not take all names, when it differs */
  GInetSocketAddress *address; /* (nullable): where it was offered */
  GSocketAddress *source;      /* (nullable): from where */
  NamidaOfferAnswer *answer;   /* (nullable): nothing is wanted, or the dialect wants everything */
  gboolean takes_packs;
  gboolean takes_preview;
  gboolean takes_all_names; /* those that only Linux takes, too */
  gboolean takes_healing;   /* it says which files it has lost */
  gboolean is_asked;        /* the other side may still answer the offer, or has accepted it: it waits for us */
  NamidaUploadJob *job;
  guint n_offers;
  guint asked_timer;      /* main context */
  gboolean stopped_there; /* main context */
  gboolean try_elsewhere; /* of ask(): the device may be at another of its addresses */
  GError *error;          /* (nullable): how it ends, once the other side was told */
};

/** namida_sender_get_peer: Returns: the other side at @address, for a connection of this sending. Any thread. */
NamidaHttpPeer namida_sender_get_peer (NamidaSender *self, GInetSocketAddress *address);
/** namida_sender_show_waiting: the other person is asked now. Any thread. */
void namida_sender_show_waiting (NamidaSender *self);
/**
 * namida_sender_request: a request and its answer over @connection, which is made anew when it cannot be used again.
 * @limit: bytes of the answer
 *
 * Returns: %FALSE when there was no answer, with @error.
 */
gboolean namida_sender_request (NamidaSender *self,
                                NamidaHttpConnection **connection,
                                const NamidaHttpRequest *request,
                                GBytes *body,
                                gsize limit,
                                NamidaHttpAnswer *answer,
                                GError **error);
/** namida_sender_say: a request whose answer does not matter, within 4 s, over a connection of its own; also when the
 * sending was cancelled. */
void namida_sender_say (NamidaSender *self, const char *target);
/** namida_sender_v1_request: a request and its good answer over @connection, which is closed then. Returns: %FALSE with
 * what the other side says instead. Worker threads. */
gboolean namida_sender_v1_request (NamidaSender *self,
                                   NamidaHttpConnection **connection,
                                   const NamidaHttpRequest *request,
                                   GBytes *body,
                                   NamidaHttpAnswer *answer,
                                   GError **error);
/** namida_sender_v1_register: who is there, and what can it do? Worker threads. */
gboolean namida_sender_v1_register (NamidaSender *self, NamidaHttpConnection **connection, GError **error);
/** namida_sender_run: (namida-sender-run.c) begins; ends by the task. */
void namida_sender_run (NamidaSender *self);

G_END_DECLS
