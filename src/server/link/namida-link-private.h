/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a link share: its state (namida-link.c), who may ask (namida-link-access.c), how it answers
 * (namida-link-answer.c), what the browser brings (namida-link-bring.c, namida-link-pieces.c) and what it fetches
 * (namida-link-fetch.c, namida-link-zip.c). */
#pragma once

#include "namida-link.h"
#include "namida-link-uploads.h"
#include "namida-server-private.h"

G_BEGIN_DECLS

#define NAMIDA_LINK_PREFIX "/link"
#define NAMIDA_LINK_COOKIE "namida-link"

struct _NamidaLink
{
  GObject parent_instance;
  NamidaServer *server; /* (nullable): owns this; NULL once it is gone */
  NamidaLinkDirection direction;
  NamidaLinkState state;
  gboolean unencrypted;
  guint minutes;
  char *token;
  char *digits;
  char *owner; /* whose what it brings is, as NamidaConnection.owner */
  gint64 deadline, last_seen;
  guint timer;

  /* Once a browser has opened it. */
  char *secret; /* its cookie */
  char *browser, *browser_address;

  /* Bring. */
  NamidaRequest *offer;          /* (nullable): while it is undecided */
  NamidaReceiveSession *session; /* (nullable): the last that began */
  NamidaTransfer *transfer;      /* (nullable) */
  GError *refusal;               /* (nullable): why the last offer came to nothing */

  /* Fetch. */
  NamidaBackup *backup;
  GHashTable *files;         /* id → NamidaEntry, borrowed */
  gint n_downloads;          /* g_atomic */
  GCancellable *cancellable; /* of the downloads */
};

/** NamidaLinkAccess: whether a request may come in, and why not. */
typedef enum
{
  NAMIDA_LINK_ACCESS_FINE,
  NAMIDA_LINK_ACCESS_HOST,    /* asked by a name that is not this device's */
  NAMIDA_LINK_ACCESS_FOREIGN, /* from a page that is not the link's own */
  NAMIDA_LINK_ACCESS_UNKNOWN, /* there is no such link */
  NAMIDA_LINK_ACCESS_PLAIN,   /* without encryption */
  NAMIDA_LINK_ACCESS_USED,    /* another browser has it */
  NAMIDA_LINK_ACCESS_EXPIRED,
  NAMIDA_LINK_ACCESS_CLOSED,
} NamidaLinkAccess;

/* namida-link.c */
/** namida_server_find_link: Returns: (transfer none) (nullable): by its token, compared in constant time; also one that
 * is over. */
NamidaLink *namida_server_find_link (NamidaServer *self, const char *token);
gboolean namida_link_is_open (NamidaLink *self);
/** namida_link_bind: the browser that asks is the link's from now on. */
void namida_link_bind (NamidaLink *self, NamidaRequest *request);
/** namida_link_seen: its browser has asked for something: while it moves files the link does not expire. */
void namida_link_seen (NamidaLink *self);
void namida_link_set_state (NamidaLink *self, NamidaLinkState state);
void namida_link_changed (NamidaLink *self);
/** namida_link_tick: once a second; tests call it with a clock of their own. */
void namida_link_tick (NamidaLink *self);

/* namida-link-access.c; pure functions, any thread. */
/** namida_link_cookie_get: @header: (nullable): of Cookie. Returns: (transfer full) (nullable) */
char *namida_link_cookie_get (const char *header, const char *name);
/** namida_link_is_same_origin: whether the page that a link leads to made the request, as the browser tells: by Origin,
 * by Sec-Fetch-Site, or for a GET that has neither. @encrypted: of the connection. */
gboolean namida_link_is_same_origin (const NamidaHttpHead *head, gboolean encrypted);
/** namida_link_check_page: whether the page itself may be shown. */
NamidaLinkAccess namida_link_check_page (NamidaLink *link, const NamidaHttpHead *head, gboolean encrypted);
/** namida_link_check: whether a request of the page may be answered. @open: the one by which a browser takes the link.
 */
NamidaLinkAccess namida_link_check (NamidaLink *link, const NamidaHttpHead *head, gboolean encrypted, gboolean open);
/** namida_link_browser_name: Returns: (transfer full): "Firefox on Android", from User-Agent (nullable). */
char *namida_link_browser_name (const char *agent);

/* namida-link-answer.c */
/** namida_link_fields: Returns: (transfer full): the fields that every answer has. @nonce: (nullable): of a page. */
char *namida_link_fields (const char *nonce);
/** namida_link_answer: @json: (transfer full) (nullable) */
void namida_link_answer (NamidaRequest *request, guint status, char *json);
/** namida_link_answer_access: why not; a page for a browser's window, else JSON. */
void namida_link_answer_access (NamidaRequest *request, NamidaLinkAccess access, gboolean as_page);
void namida_link_answer_error (NamidaRequest *request, const GError *error);
/** namida_link_answer_page: @why: FINE: the page itself. */
void namida_link_answer_page (NamidaRequest *request, guint status, NamidaLinkAccess why);
const char *namida_link_access_code (NamidaLinkAccess access);

/* namida-link-bring.c */
extern const NamidaOfferWording namida_link_offer_proven, namida_link_offer_unproven;
void namida_link_handle_offer (NamidaServer *self, NamidaRequest *request);
void namida_link_handle_wanted (NamidaServer *self, NamidaRequest *request);
void namida_link_handle_finish (NamidaServer *self, NamidaRequest *request);
void namida_link_handle_cancel (NamidaServer *self, NamidaRequest *request);
/** namida_link_is_receiving: whether a session is open for what it brings. */
gboolean namida_link_is_receiving (NamidaLink *self);

/* namida-link-pieces.c */
void namida_link_take_upload (NamidaServer *self, NamidaRequest *request);
/** namida_link_refuse_body: ends @request, of whose body nothing was read, with the status and the code of @access.
 * Main context. */
void namida_link_refuse_body (NamidaServer *server, NamidaRequest *request, NamidaLinkAccess access);
/** namida_link_write_answer: a worker's answer, with all fields. Returns: whether it went out. */
gboolean namida_link_write_answer (NamidaServing *job, guint status, const char *json, gboolean keep_alive);

/* namida-link-state.c */
/** namida_link_dup_state: Returns: (transfer full): what the page is told, as JSON. */
char *namida_link_dup_state (NamidaLink *self, gboolean encrypted);
/** namida_link_withdraw: an open offer is taken back; @interrupt: what comes stops, too. */
void namida_link_withdraw (NamidaLink *self, gboolean interrupt);
gboolean namida_link_is_busy (NamidaLink *self);

/* namida-link-routes.c */
/** namida_link_of: Returns: (transfer none) (nullable): the link that the request's path names. */
NamidaLink *namida_link_of (NamidaServer *self, const NamidaHttpHead *head);

/* namida-link-fetch.c */
void namida_link_handle_list (NamidaServer *self, NamidaRequest *request);
void namida_link_take_file (NamidaServer *self, NamidaRequest *request);
void namida_link_take_zip (NamidaServer *self, NamidaRequest *request);

G_END_DECLS
