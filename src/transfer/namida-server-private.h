/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-listener.h"
#include "namida-offer-private.h"
#include "namida-pin-guard.h"
#include "namida-receive-session.h"
#include "namida-server.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _NamidaRequest NamidaRequest;
typedef struct _NamidaPairing NamidaPairing;

/** NamidaRoute: one endpoint. @early: (nullable): checks before the body comes; may refuse. @handle: the whole body is
 * there. */
typedef struct
{
  const char *name;
  gboolean get, post, open; /* @open: also in plain HTTP and without a certificate, for GET; see namida-server.c */
  gsize max_body;
  gboolean (*early) (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error);
  void (*handle) (NamidaServer *self, NamidaRequest *request);
} NamidaRoute;

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
  gboolean paused, answered, gone, holds_offer;
  /* Called once when the sender is gone before the answer. */
  void (*on_gone) (NamidaRequest *request, gpointer user_data);
  gpointer gone_data;
};

NamidaRequest *namida_request_ref (NamidaRequest *self);
void namida_request_unref (NamidaRequest *self);
/** Stops libsoup until the answer; from now on a hang-up is noticed. */
void namida_request_wait (NamidaRequest *self, void (*on_gone) (NamidaRequest *, gpointer), gpointer user_data);
/** @json: (transfer full) (nullable). Closes the connection after the answer. */
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
};

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

G_END_DECLS
