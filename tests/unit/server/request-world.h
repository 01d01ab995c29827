/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server whose requests are created by the test, without a handshake; only requests that take over a connection have
 * one. The test provides the versions that the server offers, and a sink. Main context, except for what the server runs
 * in worker threads. */
#pragma once

#include "namida-server-private.h"
#include "namida-version-source.h"

G_BEGIN_DECLS

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OFFER                                                                                                          \
  "{\"info\":{\"alias\":\"Peer\",\"port\":9},\"files\":[{\"id\":\"f1\",\"name\":\"a.flac\",\"size\":1,"                \
  "\"folderLabel\":\"Music\",\"relativePath\":\"a.flac\"}]}"

/** TestSource: each backup that is opened has one file, @source, of four bytes. */
#define TEST_TYPE_SOURCE (test_source_get_type ())
G_DECLARE_FINAL_TYPE (TestSource, test_source, TEST, SOURCE, GObject)
struct _TestSource
{
  GObject parent_instance;
  char *source;
  const char *sha256; /* (nullable): of its file, as it was recorded */
  gint open;          /* atomic: backups that still exist */
  gint refuses;       /* atomic: nobody may fetch */
  gint damaged;       /* atomic: how often a file was found to be damaged */
};

/** TestSink: takes everything, and remembers nothing. */
#define TEST_TYPE_SINK (test_sink_get_type ())
G_DECLARE_FINAL_TYPE (TestSink, test_sink, TEST, SINK, GObject)
struct _TestSink
{
  GObject parent_instance;
  char id[16];
  guint64 offset;             /* so much of each file is there */
  gint hold, waits;           /* atomic: commit waits while @hold is set; it waits */
  gboolean fails, part_fails; /* to commit; to close a part */
};

typedef struct
{
  char *dir;
  NamidaServer *server;
  TestSource *version_source;
} Fixture;

/** Answer: what a request was answered. */
typedef struct
{
  guint n, status;
  char *text;
} Answer;

#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    guint wait_id = g_timeout_add_seconds (60, request_world_wait_over, NULL);                                         \
    while (!(condition))                                                                                               \
      {                                                                                                                \
        g_main_context_iteration (NULL, FALSE);                                                                        \
        g_usleep (500);                                                                                                \
      }                                                                                                                \
    g_source_remove (wait_id);                                                                                         \
  }                                                                                                                    \
  G_STMT_END

gboolean request_world_wait_over (gpointer data);
void on_result (GObject *source, GAsyncResult *result, gpointer user_data);
void set_up (Fixture *f, gconstpointer data);
void tear_down (Fixture *f, gconstpointer data);
const NamidaRoute *route_of (const NamidaServerDialect *dialect, const char *name);
/** make_request: @answer: (nullable): for a request that gets a connection. Returns: (transfer full) */
NamidaRequest *
make_request (Fixture *f, const char *fingerprint, const NamidaRoute *route, const char *query, Answer *answer);
void set_body (NamidaRequest *request, const char *text);
/** connect_request: gives the request a connection. Returns: (transfer full): its other end. */
GSocket *connect_request (NamidaRequest *request);
/** assert_answer: waits for the start of what is answered there, and looks for @code in it. */
void assert_answer (GSocket *other, const char *code);
/** ask: sends a whole request and waits for its answer. @body: (nullable). Returns: its status. @text: (out) (optional)
 * (transfer full) */
guint ask (Fixture *f, const char *name, const char *fingerprint, const char *query, const char *body, char **text);
void make_offer_by (Fixture *f, const NamidaRoute *route, const char *fingerprint, Answer *answer);
void make_offer (Fixture *f, const char *fingerprint, Answer *answer);
/** on_offer: for the signal; @asked gets the offers. */
void on_offer (NamidaServer *server, NamidaOffer *offer, GPtrArray *asked);
/** open_session: Returns: (transfer full): a running session of @fingerprint without files. @sink: (out) (optional)
 * (transfer full) */
NamidaReceiveSession *
open_session (Fixture *f, const char *id, const char *key, const char *fingerprint, TestSink **sink);
/** find_code: Returns: why there is no such session; -1 if there is. */
int find_code (Fixture *f, const char *id, const char *fingerprint);
/** open_backup: Returns: (transfer full): the answer to the question for a backup. */
char *open_backup (Fixture *f, const char *fingerprint);
char *read_start (GSocket *other);

G_END_DECLS
