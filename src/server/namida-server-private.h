/* SPDX-License-Identifier: GPL-3.0-or-later */
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

/** NamidaOfferWording: how a dialect says an offer and the answer to it; namida-server-offer.c does the rest. */
typedef struct
{
  /* A worker thread; untrusted. */
  NamidaOfferMessage *(*parse) (const char *data, gsize length, GError **error);
  /* A worker thread. Returns: (transfer full): the body of the 200. */
  char *(*answer) (NamidaReceiveSession *session, gsize *length);
  /* (nullable): main context: somebody is going to be asked about @offer. */
  void (*asked) (NamidaRequest *request, NamidaOffer *offer);
  /* (nullable): main context: the session has begun, and the answer goes out next. */
  void (*begun) (NamidaServer *self, NamidaRequest *request, NamidaReceiveSession *session);
  /* (nullable): main context, before anybody is asked. Returns: whether it is to go on; else why not is in @error, or
   * it is answered already. */
  gboolean (*look) (
      NamidaServer *self, NamidaRequest *request, const NamidaOfferMessage *message, const char *key, GError **error);
  const char *type; /* (nullable): of the answer's body; NULL: JSON */
  /* A repeated offer goes on with the session that runs: that is parked before anybody is asked. Else the session of
   * this sender that runs is left alone until the new offer is accepted, which ends it. */
  gboolean supersedes;
  gboolean single;    /* one open offer at a time, of whoever; more are BUSY */
  gboolean sends_all; /* whatever is not wanted comes, too: there is no "nothing is wanted" */
  /* The sender says at no later point what it sent: without hashes in the offer, nothing proves what arrives. */
  gboolean needs_hashes;
  gboolean invited; /* the person here has asked for it */
  /* The sender cannot go on within a file: one whose part is whole is not asked for, any other from its beginning. */
  gboolean whole_files;
  /* (nullable): main context, before anybody is asked. Returns: whether to wait, because an older session of this
   * sender that it has left is being stored. */
  gboolean (*settle_older) (NamidaServer *self, const char *owner, const char *key);
} NamidaOfferWording;

/** NamidaRoute: one endpoint. Either @handle (the whole body is there), or @take: it gets the connection when the head
 * is there. @early: (nullable): checks on the head, before any byte of the body is accepted; may refuse. @parse:
 * (nullable): a worker thread: the body to what @handle finds in the request's "parsed" (its body is gone then); never
 * anything but NULL without an error. */
typedef struct
{
  const char *name;
  gboolean get, post;
  gboolean open; /* for the dialect's check: GET needs no certificate */
  gsize max_body;
  gboolean (*early) (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
  gpointer (*parse) (NamidaRequest *request, GError **error);
  GDestroyNotify parsed_free;
  void (*handle) (NamidaServer *self, NamidaRequest *request);
  void (*take) (NamidaServer *self, NamidaRequest *request);
  const NamidaOfferWording *offer; /* with namida_server_handle_offer() */
} NamidaRoute;

/** NamidaServerDialect: one way of speaking; namida-server-routes.c lists them. */
typedef struct
{
  const char *prefix; /* of its paths, no slash at the end */
  const NamidaRoute *routes;
  gsize n_routes;
  /* (nullable): whether a connection of this kind can be this dialect's; else the next one with the prefix is tried. */
  gboolean (*speaks) (const NamidaConnection *connection);
  /* (nullable): which route @name is, where the table's names do not say; its errors are its own answers. */
  const NamidaRoute *(*find) (NamidaServer *self, const NamidaRequest *request, const char *name, GError **error);
  /* Its requests come from a page of our own, and it looks itself whether they do; else browsers are refused. */
  gboolean of_page;
  /* Whether this connection may use the route. */
  gboolean (*check) (NamidaServer *self, const NamidaRoute *route, const NamidaRequest *request, GError **error);
  gboolean keeps; /* a connection stays open after an answer, for the next request */
} NamidaServerDialect;

extern const NamidaServerDialect namida_server_v1;        /* namida-server-v1.c */
extern const NamidaServerDialect namida_server_phone;     /* namida-server-phone.c */
extern const NamidaServerDialect namida_server_localsend; /* namida-server-localsend.c */
extern const NamidaServerDialect namida_server_link;      /* link/namida-link-routes.c */

/** NamidaRequest: one control request from its first byte to its answer. Reference-counted (g_atomic_rc_box); of the
 * main context, but for the time between namida_server_run() and what its worker hands back. */
struct _NamidaRequest
{
  NamidaServer *server; /* borrowed; NULL once it is gone */
  GMainContext *context;
  GIOStream *stream; /* (nullable): given away, with @reader */
  NamidaHttpReader *reader;
  GSocket *socket;
  GSocketAddress *remote;
  NamidaConnection *connection; /* owned by @remote */
  NamidaHttpHead head;
  const NamidaRoute *route; /* (nullable) until the head is there */
  NamidaBodyBudget *budget;
  NamidaRateLimit *bodies;            /* of all strangers together, */
  NamidaConnectionLimit *connections; /* (nullable): while a trusted device is among these */
  GBytes *body;                       /* (nullable) until it is there, and once it is parsed */
  gboolean body_in_file;
  gpointer parsed; /* (nullable): by @route */
  GError *failure; /* (nullable): of a worker */
  GSource *timer;
  GSource *hangup;
  gint64 began;  /* of the body: monotonic µs */
  gint received; /* g_atomic: bytes of the body */
  guint retry_after;
  const char *type;       /* of the answer's body */
  char *fields;           /* (nullable): more fields of the answer, each with its CRLF */
  NamidaDeviceInfo *info; /* (nullable): who it says it is, for the dialect */
  gboolean keeps;         /* the connection stays open after the answer */
  gboolean answered, gone;
  /* Called once when the sender is gone before the answer. */
  void (*on_gone) (NamidaRequest *request, gpointer user_data);
  gpointer gone_data;
  /* (nullable): this request has no connection of its own, and its answer goes here. @json: (nullable), as in
   * namida_request_answer(); namida_request_over() follows. */
  void (*on_answer) (NamidaRequest *request, guint status, const char *json, gsize length, gpointer user_data);
  gpointer answer_data;
};

/** namida_request_new_detached: for what outlives the request that began it: @route of @like, its sender with @owner as
 * whose it is, and no connection. @on_answer gets its answer, once, in the main context. (transfer full) */
NamidaRequest *namida_request_new_detached (
    NamidaRequest *like,
    const char *owner,
    void (*on_answer) (NamidaRequest *request, guint status, const char *json, gsize length, gpointer user_data),
    gpointer user_data);
NamidaRequest *namida_request_ref (NamidaRequest *self);
void namida_request_unref (NamidaRequest *self);
/** From now on a hang-up is noticed. */
void namida_request_wait (NamidaRequest *self, void (*on_gone) (NamidaRequest *, gpointer), gpointer user_data);
/** @json: (transfer full) (nullable): or whatever @type says. Closes the connection after the answer, or reads the next
 * request from it. */
void namida_request_answer (NamidaRequest *self, guint status, char *json, gsize length);
void namida_request_fail (NamidaRequest *self, const GError *reason, guint retry_after);
/** Returns: (transfer full) (nullable): ?key= */
char *namida_request_get (NamidaRequest *self, const char *key);
gboolean namida_request_is_get (NamidaRequest *self);
/** It needs nothing any more: its place is free. The connection ends with the last reference, if it is still here. */
void namida_request_over (NamidaRequest *self);

struct _NamidaServer
{
  GObject parent_instance;
  NamidaIdentity *identity;
  NamidaListener *listener;
  gboolean running;
  GThreadPool *workers;
  NamidaBodyBudget *budget; /* of strangers' bodies */
  NamidaRateLimit *bodies;  /* how fast they come */
  char *device_type, *pin;
  gboolean sends_only;
  NamidaRateLimit *limit; /* of what begins from now on */
  guint64 rate;           /* the same, as a number */
  gboolean localsend;     /* is spoken */
  gboolean unencrypted;   /* offers of devices without encryption are asked about */
  NamidaPinGuard *guard;
  NamidaPairGuard *pair_guard;
  gboolean may_pair;    /* somebody here can confirm a pairing */
  GHashTable *sessions; /* id → NamidaReceiveSession */
  GHashTable *ended;    /* id → Ended (namida-server-session.c) */
  GQueue ended_order;   /* ids, owned by @ended */
  GHashTable *requests; /* NamidaRequest, a set */
  GPtrArray *offers;    /* OpenOffer (namida-server-offer.c) */
  GPtrArray *links;     /* NamidaLink, also those that are closed (link/) */
  GHashTable *aliases;  /* fingerprint → alias, of POST register */
  NamidaPairing *pairing;
  char *declined_pair_id; /* (nullable): our person said no before the other's confirm came */ /* (nullable) */
  GTask *stopping;
  guint offer_seconds, pair_seconds; /* how long a person may think */
};

/* link/namida-link.c */
/** Closes all, for whoever still holds them. */
void namida_server_close_links (NamidaServer *self);

/* namida-server-routes.c */
/** Returns: (transfer none) (nullable): with NOT_FOUND, METHOD, TOO_LARGE, TOO_LONG, INVALID_REQUEST, or what the
 * dialect's check says. Sets whether the dialect keeps the connection. */
const NamidaRoute *namida_server_find_route (NamidaServer *self, NamidaRequest *request, GError **error);

/* namida-server-requests.c */
/** Reads a request from a connection that is ready. */
void namida_server_receive (NamidaServer *self, GIOStream *stream, GSocketAddress *remote);
/** Reads the next request from a connection that was answered. @reader: (transfer full): with what it has read ahead.
 * Main context. */
void
namida_server_receive_next (NamidaServer *self, GIOStream *stream, NamidaHttpReader *reader, GSocketAddress *remote);
void namida_server_leave_requests (NamidaServer *self);
void namida_server_reader_free (NamidaHttpReader *reader);

/* namida-server.c: @run in a worker thread, at once. */
void namida_server_run (NamidaServer *self, void (*run) (gpointer data), gpointer data);

/* namida-server-v1.c */
gpointer namida_server_parse_register (NamidaRequest *request, GError **error);
void namida_server_handle_register (NamidaServer *self, NamidaRequest *request);

/* namida-server-upload.c */
/** Takes the connection: checks, then a worker receives or refuses. */
void namida_server_take_upload (NamidaServer *self, NamidaRequest *request);
/** Takes the connection: a worker answers and sees to it that the answer arrives. */
void namida_server_refuse (NamidaServer *self, NamidaRequest *request, const GError *reason, guint retry_after);

/* namida-server-offer.c */
gboolean namida_server_early_offer (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
gpointer namida_server_parse_offer (NamidaRequest *request, GError **error);
void namida_server_parsed_offer_free (gpointer parsed);
void namida_server_handle_offer (NamidaServer *self, NamidaRequest *request);
void namida_server_release_offer (NamidaServer *self, NamidaRequest *request);
void namida_server_close_offers (NamidaServer *self);
/** Withdraws the open offers of @owner. */
void namida_server_close_offers_of (NamidaServer *self, const char *owner);

/* namida-server-session.c */
/** Whether the session is here and the sender's. */
gboolean namida_server_early_session (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
void namida_server_handle_finish (NamidaServer *self, NamidaRequest *request);
void namida_server_handle_session (NamidaServer *self, NamidaRequest *request);
void namida_server_handle_cancel (NamidaServer *self, NamidaRequest *request);
void namida_server_add_session (NamidaServer *self, NamidaReceiveSession *session);
/** Returns: (transfer none) (nullable): with NOT_FOUND, BAD_TOKEN, CANCELLED or EXPIRED. */
NamidaReceiveSession *
namida_server_find_session (NamidaServer *self, const char *id, const char *fingerprint, GError **error);
void namida_server_ended_free (gpointer data);
void namida_server_check_stopped (NamidaServer *self);

/* namida-server-pair.c */
gpointer namida_server_parse_pair (NamidaRequest *request, GError **error);
void namida_server_parsed_pair_free (gpointer message);
void namida_server_handle_pair (NamidaServer *self, NamidaRequest *request);
void namida_server_close_pairing (NamidaServer *self);
/** Ends the pairing if it is that of @fingerprint. */
void namida_server_close_pairing_of (NamidaServer *self, const char *fingerprint);
/** namida_server_set_waits: NAMIDA_LIMIT_OFFER_ANSWER_SECONDS and NAMIDA_LIMIT_PAIR_SECONDS unless a test makes it
 * short. */
void namida_server_set_waits (NamidaServer *self, guint offer_seconds, guint pair_seconds);

/* namida-server-preview.c */
gboolean namida_server_early_preview (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
void namida_server_handle_preview (NamidaServer *self, NamidaRequest *request);
/* Of what namida_server_parse_offer() made. Returns: (transfer full) */
NamidaBackup *namida_server_parsed_offer_dup_backup (gpointer parsed);

G_END_DECLS
