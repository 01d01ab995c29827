/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of the server: requests, routes, dialects and the members of NamidaServer. Main context unless a
 * function says otherwise. */
#pragma once

#include "namida-body-buffer.h"
#include "namida-http.h"
#include "namida-listener.h"
#include "namida-offer-decide.h"
#include "namida-pair-guard.h"
#include "namida-pin-guard.h"
#include "namida-rate-limit.h"
#include "namida-receive-session.h"
#include "namida-server.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _NamidaRequest NamidaRequest;
typedef struct _NamidaPairing NamidaPairing;

/** NamidaOfferWording: the form of an offer and its answer in a dialect; namida-server-offer.c does the rest. */
typedef struct
{
  /* Parses the untrusted body in a worker thread. */
  NamidaOfferMessage *(*parse) (const char *data, gsize length, GError **error);
  /* Runs in a worker thread. Returns: (transfer full): the body of the 200 answer. */
  char *(*answer) (NamidaReceiveSession *session, gsize *length);
  /* (nullable): main context: the user is about to be asked about @offer. */
  void (*asked) (NamidaRequest *request, NamidaOffer *offer);
  /* (nullable): main context: the session has begun, and the answer is sent next. */
  void (*begun) (NamidaServer *self, NamidaRequest *request, NamidaReceiveSession *session);
  /* (nullable): main context, before the user is asked. Returns: whether to continue; otherwise the reason is in
   * @error, or the request was answered already. */
  gboolean (*look) (
      NamidaServer *self, NamidaRequest *request, const NamidaOfferMessage *message, const char *key, GError **error);
  const char *type; /* (nullable): the type of the answer's body; NULL: JSON */
  /* If TRUE, a repeated offer resumes the running session, which is parked before the user is asked. Otherwise the
   * running session of this sender continues until the new offer is accepted, which ends it. */
  gboolean supersedes;
  gboolean single;    /* only one open offer at a time from all senders; others are BUSY */
  gboolean sends_all; /* files that are not wanted are sent, too; "nothing is wanted" does not exist */
  /* The sender does not report later what it sent: without hashes in the offer, nothing verifies what arrives. */
  gboolean needs_hashes;
  gboolean invited; /* the local user invited the sender */
  /* The sender cannot resume within a file: files with a complete part are not requested, and all others are sent from
   * their beginning. */
  gboolean whole_files;
  /* (nullable): main context, before the user is asked. Returns: whether to wait, because an older session that this
   * sender left is being stored. */
  gboolean (*settle_older) (NamidaServer *self, const char *owner, const char *key);
} NamidaOfferWording;

/** NamidaRoute: one endpoint. It has either @handle, which is called with the whole body, or @take, which takes over
 * the connection after the head. @early: (nullable): checks the head before any byte of the body is accepted, and may
 * refuse the request. @parse: (nullable): converts the body, in a worker thread, into "parsed" of the request, for
 * @handle; the body is freed afterwards. It returns NULL only with an error. */
typedef struct
{
  const char *name;
  gboolean get, post;
  gboolean open;      /* for the check of the dialect: GET needs no certificate */
  gboolean describes; /* the answer describes this device; a hidden device sends it only to trusted devices */
  gsize max_body;
  gboolean (*early) (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
  gpointer (*parse) (NamidaRequest *request, GError **error);
  GDestroyNotify parsed_free;
  void (*handle) (NamidaServer *self, NamidaRequest *request);
  void (*take) (NamidaServer *self, NamidaRequest *request);
  const NamidaOfferWording *offer; /* with namida_server_handle_offer() */
} NamidaRoute;

/** NamidaServerDialect: one dialect; namida-server-routes.c lists them. */
typedef struct
{
  const char *prefix; /* prefix of its paths, without a slash at the end */
  const NamidaRoute *routes;
  gsize n_routes;
  /* (nullable): whether a connection of this kind can belong to this dialect; otherwise the next dialect with the
   * prefix is tried. */
  gboolean (*speaks) (const NamidaConnection *connection);
  /* (nullable): finds the route for @name if the names in the table do not suffice; its errors are answered as they
   * are. */
  const NamidaRoute *(*find) (NamidaServer *self, const NamidaRequest *request, const char *name, GError **error);
  /* Its requests come from a page of our own, and it checks that itself; for other dialects, browsers are refused. */
  gboolean of_page;
  /* Checks whether this connection may use the route. */
  gboolean (*check) (NamidaServer *self, const NamidaRoute *route, const NamidaRequest *request, GError **error);
  gboolean keeps; /* keep the connection open after an answer, for the next request */
} NamidaServerDialect;

extern const NamidaServerDialect namida_server_v1;        /* namida-server-v1.c */
extern const NamidaServerDialect namida_server_phone;     /* namida-server-phone.c */
extern const NamidaServerDialect namida_server_localsend; /* namida-server-localsend.c */
extern const NamidaServerDialect namida_server_link;      /* link/namida-link-routes.c */

/** NamidaRequest: one control request from its first byte to its answer. Reference-counted (g_atomic_rc_box). It
 * belongs to the main context, except between namida_server_run() and the moment when its worker hands it back. */
struct _NamidaRequest
{
  NamidaServer *server; /* borrowed; NULL after the server was freed */
  GMainContext *context;
  GIOStream *stream; /* (nullable): NULL after it was taken over, with @reader */
  NamidaHttpReader *reader;
  GSocket *socket;
  GSocketAddress *remote;
  NamidaConnection *connection; /* owned by @remote */
  NamidaHttpHead head;
  const NamidaRoute *route; /* (nullable) until the head is read */
  NamidaBodyBudget *budget;
  NamidaRateLimit *bodies;            /* shared by the bodies of all strangers; see @connections */
  NamidaConnectionLimit *connections; /* (nullable): @bodies applies while a trusted device is connected */
  GBytes *body;                       /* (nullable): until it is read, and after it is parsed */
  gboolean body_in_file;
  gpointer parsed; /* (nullable): the result of the @parse of @route */
  GError *failure; /* (nullable): set by a worker */
  GSource *timer;
  GSource *hangup;
  gint64 began;  /* when the body began: monotonic µs */
  gint received; /* g_atomic: received bytes of the body */
  guint retry_after;
  const char *type;       /* the type of the answer's body */
  char *fields;           /* (nullable): more fields of the answer, each with CRLF */
  NamidaDeviceInfo *info; /* (nullable): what the sender claims to be, for the dialect */
  gboolean keeps;         /* the connection stays open after the answer */
  gboolean answered, gone;
  /* Called once if the sender disconnects before the answer. */
  void (*on_gone) (NamidaRequest *request, gpointer user_data);
  gpointer gone_data;
  /* (nullable): for a request without a connection: receives the answer. @json: (nullable), as in
   * namida_request_answer(). namida_request_over() follows. */
  void (*on_answer) (NamidaRequest *request, guint status, const char *json, gsize length, gpointer user_data);
  gpointer answer_data;
};

/** namida_request_new_detached: Creates a request that outlives the request that began it. It has the route of @like,
 * @owner as the owner of its offer, and no connection. @on_answer: gets its answer once, in the main context.
 * Returns: (transfer full). */
NamidaRequest *namida_request_new_detached (
    NamidaRequest *like,
    const char *owner,
    void (*on_answer) (NamidaRequest *request, guint status, const char *json, gsize length, gpointer user_data),
    gpointer user_data);
/** namida_request_ref: Returns: (transfer full): @self. */
NamidaRequest *namida_request_ref (NamidaRequest *self);
void namida_request_unref (NamidaRequest *self);
/** namida_request_wait: from now on, a disconnection is noticed. @on_gone: (nullable): called once then. */
void namida_request_wait (NamidaRequest *self, void (*on_gone) (NamidaRequest *, gpointer), gpointer user_data);
/** namida_request_answer: @json: (transfer full) (nullable): the body, of the type @type. After the answer, closes the
 * connection or reads the next request from it. */
void namida_request_answer (NamidaRequest *self, guint status, char *json, gsize length);
/** namida_request_fail: Answers with the status and the body for @reason. @retry_after: seconds; 0 for none. */
void namida_request_fail (NamidaRequest *self, const GError *reason, guint retry_after);
/** namida_request_get: Returns: (transfer full) (nullable): the value of @key in the query. */
char *namida_request_get (NamidaRequest *self, const char *key);
/** namida_request_is_get: Returns: whether the method of the request is GET. */
gboolean namida_request_is_get (NamidaRequest *self);
/** namida_request_over: Ends the request and frees its place. If the connection was not taken over, it is closed with
 * the last reference. */
void namida_request_over (NamidaRequest *self);

struct _NamidaServer
{
  GObject parent_instance;
  NamidaIdentity *identity;
  NamidaListener *listener;
  gboolean running;
  GThreadPool *workers;
  NamidaBodyBudget *budget; /* for the bodies of strangers */
  NamidaRateLimit *bodies;  /* limits the speed of these bodies */
  char *device_type, *pin;
  gboolean sends_only;
  gboolean hidden;
  NamidaRateLimit *limit; /* for transfers that begin from now on */
  guint64 rate;           /* the same limit in bytes per second */
  gboolean localsend;     /* whether LocalSend is supported */
  gboolean unencrypted;   /* whether offers without encryption are accepted for asking */
  NamidaPinGuard *guard;
  NamidaPairGuard *pair_guard;
  gboolean may_pair;    /* whether a user can confirm a pairing here */
  GHashTable *sessions; /* id → NamidaReceiveSession */
  GHashTable *ended;    /* id → Ended (namida-server-session.c) */
  GQueue ended_order;   /* ids, owned by @ended */
  GHashTable *requests; /* a set of NamidaRequest */
  GPtrArray *offers;    /* OpenOffer (namida-server-offer.c) */
  GPtrArray *preparing; /* OpenOffer: accepted, but without a session yet */
  GPtrArray *links;     /* NamidaLink, including closed ones (link/) */
  GHashTable *aliases;  /* fingerprint → alias, from POST register */
  NamidaPairing *pairing;
  char *declined_pair_id; /* (nullable): the local user declined before the other's confirm came */
  GTask *stopping;
  guint offer_seconds, pair_seconds; /* how long users may take to answer */
};

/* link/namida-link.c */
/** namida_server_close_links: Closes all links, which others may still hold. */
void namida_server_close_links (NamidaServer *self);

/* namida-server-routes.c */
/** namida_server_find_route: also sets whether the dialect keeps the connection. Returns: (transfer none) (nullable):
 * %NULL with NOT_FOUND, METHOD, TOO_LARGE, TOO_LONG, INVALID_REQUEST, or the error of the dialect's check. */
const NamidaRoute *namida_server_find_route (NamidaServer *self, NamidaRequest *request, GError **error);

/* namida-server-requests.c */
/** namida_server_receive: Reads a request from a connection that is ready. */
void namida_server_receive (NamidaServer *self, GIOStream *stream, GSocketAddress *remote);
/** namida_server_receive_next: Reads the next request from a connection on which a request was answered. @reader:
 * (transfer full): with the bytes that it has read ahead. Main context. */
void
namida_server_receive_next (NamidaServer *self, GIOStream *stream, NamidaHttpReader *reader, GSocketAddress *remote);
/** namida_server_leave_requests: Disconnects all requests from the server and closes their connections, except those
 * whose answer is being written. */
void namida_server_leave_requests (NamidaServer *self);
void namida_server_reader_free (NamidaHttpReader *reader);

/* namida-server.c */
/** namida_server_run: Calls @run with @data in a worker thread, without a queue. Main context. */
void namida_server_run (NamidaServer *self, void (*run) (gpointer data), gpointer data);

/* namida-server-v1.c */
/** namida_server_parse_register: Parses the body of register; a worker. Returns: (transfer full) (nullable): a
 * NamidaDeviceInfo; %NULL with INVALID_REQUEST or TOO_LARGE. */
gpointer namida_server_parse_register (NamidaRequest *request, GError **error);
/** namida_server_handle_register: Answers with what this device says about itself; a POST also announces the other
 * device. */
void namida_server_handle_register (NamidaServer *self, NamidaRequest *request);

/* namida-server-upload.c */
/** namida_server_take_upload: Takes over the connection: checks the request, then a worker receives the body or refuses
 * it. */
void namida_server_take_upload (NamidaServer *self, NamidaRequest *request);
/** namida_server_refuse: Takes over the connection: a worker sends the answer and makes sure that it arrives. */
void namida_server_refuse (NamidaServer *self, NamidaRequest *request, const GError *reason, guint retry_after);

/* namida-server-offer.c */
/** namida_server_early_offer: Checks the head of an offer before its body. @retry_after: (out): seconds after which the
 * sender may try again, if known. Returns: %FALSE with @error. */
gboolean namida_server_early_offer (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
/** namida_server_parse_offer: Parses the body of an offer; a worker. Returns: (transfer full) (nullable): for
 * namida_server_parsed_offer_free(); %NULL with @error. */
gpointer namida_server_parse_offer (NamidaRequest *request, GError **error);
void namida_server_parsed_offer_free (gpointer parsed);
/** namida_server_handle_offer: Handles a parsed offer until it is answered. */
void namida_server_handle_offer (NamidaServer *self, NamidaRequest *request);
/** namida_server_release_offer: Frees the place of the offer of @request, and withdraws the offer if it is open. */
void namida_server_release_offer (NamidaServer *self, NamidaRequest *request);
/** namida_server_close_offers: Withdraws all open offers. */
void namida_server_close_offers (NamidaServer *self);
/** namida_server_close_offers_of: Declines the open offers of @owner, and cancels those that are being prepared. */
void namida_server_close_offers_of (NamidaServer *self, const char *owner);

/* namida-server-session.c */
/** namida_server_early_session: Checks that the session exists and belongs to the sender. */
gboolean namida_server_early_session (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
/** namida_server_handle_finish: Commits the session, and answers with the results of its files. */
void namida_server_handle_finish (NamidaServer *self, NamidaRequest *request);
/** namida_server_handle_session: Answers with the state of a session and how much of each file is here. */
void namida_server_handle_session (NamidaServer *self, NamidaRequest *request);
/** namida_server_handle_cancel: Ends a session for its sender, with or without keeping its parts. */
void namida_server_handle_cancel (NamidaServer *self, NamidaRequest *request);
/** namida_server_add_session: Opens @session and adds it to the running sessions. */
void namida_server_add_session (NamidaServer *self, NamidaReceiveSession *session);
/** namida_server_find_session: Returns: (transfer none) (nullable): %NULL with NOT_FOUND, BAD_TOKEN, CANCELLED or
 * EXPIRED. */
NamidaReceiveSession *
namida_server_find_session (NamidaServer *self, const char *id, const char *fingerprint, GError **error);
void namida_server_ended_free (gpointer data);
/** namida_server_check_stopped: Returns the task of namida_server_stop_async() if nothing is running any more. */
void namida_server_check_stopped (NamidaServer *self);

/* namida-server-pair.c */
gpointer namida_server_parse_pair (NamidaRequest *request, GError **error);
void namida_server_parsed_pair_free (gpointer message);
/** namida_server_handle_pair: Handles one step of a pairing. */
void namida_server_handle_pair (NamidaServer *self, NamidaRequest *request);
/** namida_server_close_pairing: Ends the pairing in progress, if any. */
void namida_server_close_pairing (NamidaServer *self);
/** namida_server_close_pairing_of: Ends the pairing if it is with @fingerprint. */
void namida_server_close_pairing_of (NamidaServer *self, const char *fingerprint);
/** namida_server_set_waits: for tests: shorter times than NAMIDA_LIMIT_OFFER_ANSWER_SECONDS and
 * NAMIDA_LIMIT_PAIR_SECONDS. */
void namida_server_set_waits (NamidaServer *self, guint offer_seconds, guint pair_seconds);

/* namida-server-preview.c */
gboolean namida_server_early_preview (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
/** namida_server_handle_preview: Answers which files of an offer would have to be sent. */
void namida_server_handle_preview (NamidaServer *self, NamidaRequest *request);
/* namida_server_parsed_offer_dup_backup: @parsed: from namida_server_parse_offer(). Returns: (transfer full): the
 * backup that is offered. */
NamidaBackup *namida_server_parsed_offer_dup_backup (gpointer parsed);

G_END_DECLS
