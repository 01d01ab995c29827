/* SPDX-License-Identifier: GPL-3.0-or-later */
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
  char *shown;  /* (nullable): by the last connection */
  SoupSession *session;
  gboolean timed_out; /* the last exchange */
};

/** Parses a good answer into what the caller gets; any thread. NULL with no error: an answer without content. */
typedef gpointer (*NamidaClientParse) (const char *data, gsize length, GError **error);

/** What a request is; zero is the default of the rest. */
typedef struct
{
  const char *method;
  const char *path;
  const char *query; /* (nullable), encoded */
  GBytes *body;      /* (nullable) */
  guint seconds;
  gsize limit; /* of the answer */
  NamidaClientParse parse;
  GDestroyNotify free_result;
} NamidaClientRequest;

/** namida_client_call: one request and its answer, over a connection of its own: @task, whose source is the client,
 * returns what parse() makes of the answer, or an error in words. Takes the place of the task's data.
 * (namida-client-call.c) */
void namida_client_call (GTask *task, const NamidaClientRequest *request);

G_END_DECLS
