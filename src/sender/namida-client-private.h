/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What namida-client.c and namida-client-call.c share: the members of NamidaClient and the description of a request.
 * Main context. */
#pragma once

#include "namida-client.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

struct _NamidaClient
{
  GObject parent_instance;
  NamidaIdentity *identity;
  GInetSocketAddress *address;
  char *pinned; /* (nullable) */
  char *shown;  /* (nullable): the key that the last connection presented */
  SoupSession *session;
  gboolean timed_out; /* set by the last exchange */
};

/** NamidaClientParse: parses a successful answer into the result for the caller; any thread. Returns: (nullable): %NULL
 * without @error for an answer without content. */
typedef gpointer (*NamidaClientParse) (const char *data, gsize length, GError **error);

/** NamidaClientRequest: the description of a request. Members that are zero have their default. */
typedef struct
{
  const char *method;
  const char *path;
  const char *query; /* (nullable), encoded */
  GBytes *body;      /* (nullable) */
  guint seconds;
  gsize limit; /* maximum size of the answer in bytes */
  NamidaClientParse parse;
  GDestroyNotify free_result;
} NamidaClientRequest;

/** namida_client_call: sends one request over a new connection. @task, whose source is the client, returns the result
 * of the parse function, or an error. The data of the task is replaced. In namida-client-call.c; main context. */
void namida_client_call (GTask *task, const NamidaClientRequest *request);

G_END_DECLS
