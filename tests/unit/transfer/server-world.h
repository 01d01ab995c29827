/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server with a sink in memory, and a raw client that connects to it, for the tests of the server. The client runs in
 * its own thread, everything else in the main context. */
#pragma once

#include "namida-offer.h"
#include "namida-pair-request.h"
#include "namida-server.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define PREFIX "/api/namidasync/v1/"
#define BIG (3 * 1024 * 1024 + 5)

#define TEST_TYPE_SINK (test_sink_get_type ())
G_DECLARE_FINAL_TYPE (TestSink, test_sink, TEST, SINK, GObject)
struct _TestSink
{
  GObject parent_instance;
  int fds[8];
  gboolean wanted;
  gboolean full; /* commit finds no space */
  GMutex *slow;  /* (nullable): a slow disk: a part is opened only when this is free */
  gint hold;     /* prepare and commit wait while this is set */
  gint waits;    /* one of them has begun to wait */
  gboolean fails_cancelled;
  gint parked, discarded, committed;
  gint held; /* atomic */
};

typedef enum
{
  ACCEPT,
  DECLINE,
  HOLD
} Mode;
typedef struct
{
  char *dir, *other_dir;
  NamidaIdentity *identity, *other;
  NamidaServer *server;
  TestSink *sink;
  Mode mode;
  NamidaOffer *offer;
  NamidaPairRequest *pair;
  char *dropped; /* (nullable): the session of the last "drop-parked" */
  int n_offers;
} Fixture;

typedef enum
{
  TLS,
  PLAIN,
  OTHER,
  NO_CERTIFICATE,
} How;

typedef struct
{
  Fixture *fixture;
  How how;
  GBytes *request;
  GString *answer;
  guint hang_up_ms; /* closes instead of reading */
  guint16 port;
  gint done;
} Exchange;

void set_up (Fixture *fixture, gconstpointer data);
void tear_down (Fixture *fixture, gconstpointer data);
Exchange *
exchange_begin (Fixture *fixture, How how, const char *request, gssize length, guint hang_up_ms, GThread **thread);
char *exchange_end (Exchange *self, GThread *thread);
char *exchange (Fixture *fixture, How how, const char *request, gssize length);
void expect (Fixture *fixture, How how, const char *request, gssize length, int status, const char *code);
char *post (const char *path, const char *body);
char *make_offer (guint64 size);
char *offered (Fixture *fixture, guint64 size);
GBytes *
upload_request (const char *token, guint64 offset, const char *data, gsize length, gboolean chunked, gboolean close_it);
void upload (Fixture *fixture,
             How how,
             const char *token,
             guint64 offset,
             const char *data,
             gsize length,
             gboolean chunked,
             int status,
             const char *code);
void finish (Fixture *fixture, const char *hash, int status, const char *needle);
void iterate (guint ms);
int wait_for_end (Fixture *fixture);
void wait_for_sink (Fixture *fixture);

G_END_DECLS
