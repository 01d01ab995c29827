/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-listener.h"
#include "namida-offer-decide.h"
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
} NamidaOfferWording;

/** NamidaRoute: one endpoint. Either @handle (the whole body is there), or @take: it gets the connection when the head
 * is there. @early: (nullable): checks before the body comes; may refuse. */
typedef struct
{
  const char *name;
  gboolean get, post;
  gboolean open; /* for the dialect's check: GET needs no certificate */
  gsize max_body;
  gboolean (*early) (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
  void (*handle) (NamidaServer *self, NamidaRequest *request);
  void (*take) (NamidaServer *self, SoupServerMessage *msg, NamidaConnection *connection);
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
  /* Whether this connection may use the route. */
  gboolean (*check) (NamidaServer *self,
                     const NamidaRoute *route,
                     SoupServerMessage *msg,
                     const NamidaConnection *connection,
                     GError **error);
} NamidaServerDialect;

extern const NamidaServerDialect namida_server_v1;        /* namida-server-v1.c */
extern const NamidaServerDialect namida_server_phone;     /* namida-server-phone.c */
extern const NamidaServerDialect namida_server_localsend; /* namida-server-localsend.c */

/** NamidaRequest: one control request from its head to its answer. Reference-counted (g_rc_box), main context. */
struct _NamidaRequest
{
  NamidaServer *server; /* borrowed; NULL once it is gone */
  SoupServerMessage *msg;
  NamidaConnection *connection; /* owned by the remote address, which @msg keeps */
  const NamidaRoute *route;
  char *query; /* (nullable) */
  GByteArray *body;
  GSource *timer;
  GSource *hangup;
  const char *type;       /* of the answer's body */
  NamidaDeviceInfo *info; /* (nullable): who it says it is, for the dialect */
  gboolean paused, answered, gone, holds_offer;
  /* Called once when the sender is gone before the answer. */
  void (*on_gone) (NamidaRequest *request, gpointer user_data);
  gpointer gone_data;
};

NamidaRequest *namida_request_ref (NamidaRequest *self);
void namida_request_unref (NamidaRequest *self);
/** Stops libsoup until the answer; from now on a hang-up is noticed. */
void namida_request_wait (NamidaRequest *self, void (*on_gone) (NamidaRequest *, gpointer), gpointer user_data);
/** @json: (transfer full) (nullable): or whatever @type says. Closes the connection after the answer. */
void namida_request_answer (NamidaRequest *self, guint status, char *json, gsize length);
void namida_request_fail (NamidaRequest *self, const GError *reason, guint retry_after);
/** Returns: (transfer full) (nullable): ?key= */
char *namida_request_get (NamidaRequest *self, const char *key);

struct _NamidaServer
{
  GObject parent_instance;
  NamidaIdentity *identity;
  NamidaListener *listener;
  SoupServer *soup;
  GThreadPool *uploads;
  char *device_type, *pin;
  NamidaRateLimit *limit; /* of what begins from now on */
  guint64 rate;           /* the same, as a number */
  gboolean localsend;     /* is spoken */
  gboolean unencrypted;   /* offers of devices without encryption are asked about */
  NamidaPinGuard *guard, *pair_guard;
  GHashTable *sessions; /* id → NamidaReceiveSession */
  GHashTable *ended;    /* id → Ended (namida-server-session.c) */
  GQueue ended_order;   /* ids, owned by @ended */
  GHashTable *requests; /* NamidaRequest, a set */
  GPtrArray *offers;    /* OpenOffer (namida-server-offer.c) */
  GHashTable *aliases;  /* fingerprint → alias, of POST register */
  NamidaPairing *pairing;
  char *declined_pair_id; /* (nullable): our person said no before the other's confirm came */ /* (nullable) */
  GTask *stopping;
  guint offer_seconds, pair_seconds; /* how long a person may think */
};

/* namida-server-routes.c */
/** Returns: (transfer none) (nullable): with NOT_FOUND, METHOD, TOO_LARGE, TOO_LONG, INVALID_REQUEST, or what the
 * dialect's check says. */
const NamidaRoute *namida_server_find_route (
    NamidaServer *self, SoupServerMessage *msg, const char *path, const NamidaConnection *connection, GError **error);

/* namida-server-requests.c: handlers of SoupServer, and the end. */
void namida_server_on_started (SoupServer *soup, SoupServerMessage *msg, gpointer user_data);
void namida_server_on_early (
    SoupServer *soup, SoupServerMessage *msg, const char *path, GHashTable *query, gpointer user_data);
void namida_server_on_request (
    SoupServer *soup, SoupServerMessage *msg, const char *path, GHashTable *query, gpointer user_data);
void namida_server_leave_requests (NamidaServer *self);

/* namida-server.c: the head of a request is here in time. */
void namida_server_head_came (GSocketAddress *remote);

/* namida-server-v1.c */
void namida_server_handle_register (NamidaServer *self, NamidaRequest *request);

/* namida-server-upload.c */
void namida_server_uploads_init (NamidaServer *self);
/** Takes @msg from libsoup: checks, then a worker receives or refuses. */
void namida_server_take_upload (NamidaServer *self, SoupServerMessage *msg, NamidaConnection *connection);
/** Takes @msg from libsoup: a worker answers and sees to it that the answer arrives. */
void namida_server_refuse (NamidaServer *self, SoupServerMessage *msg, const GError *reason, guint retry_after);

/* namida-server-offer.c */
gboolean namida_server_early_offer (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
void namida_server_handle_offer (NamidaServer *self, NamidaRequest *request);
void namida_server_release_offer (NamidaServer *self, NamidaRequest *request);
void namida_server_close_offers (NamidaServer *self);

/* namida-server-session.c */
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
void namida_server_handle_pair (NamidaServer *self, NamidaRequest *request);
void namida_server_close_pairing (NamidaServer *self);
/** namida_server_set_waits: NAMIDA_LIMIT_OFFER_ANSWER_SECONDS and NAMIDA_LIMIT_PAIR_SECONDS unless a test makes it
 * short. */
void namida_server_set_waits (NamidaServer *self, guint offer_seconds, guint pair_seconds);

G_END_DECLS
