/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files that implement a link: its state (namida-link.c), access control (namida-link-access.c), its
 * answers (namida-link-answer.c), uploads of the browser (namida-link-bring.c, namida-link-pieces.c) and what it
 * fetches (namida-link-fetch.c, namida-link-zip.c). Main context unless a function says otherwise. */
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
  NamidaServer *server; /* (nullable): owns this; NULL after it was freed */
  NamidaLinkDirection direction;
  NamidaLinkState state;
  gboolean unencrypted;
  guint minutes;
  char *token;
  char *digits;
  char *owner; /* the owner of its offers and sessions, like NamidaConnection.owner */
  gint64 deadline, last_seen;
  guint timer;

  /* Set when a browser has opened the link. */
  char *secret; /* its cookie */
  char *browser, *browser_address;

  /* For NAMIDA_LINK_BRING. */
  NamidaRequest *offer;          /* (nullable): set while it is undecided */
  NamidaReceiveSession *session; /* (nullable): the last one that began */
  NamidaTransfer *transfer;      /* (nullable) */
  GError *refusal;               /* (nullable): why the last offer failed */

  /* For NAMIDA_LINK_FETCH. */
  NamidaBackup *backup;
  GHashTable *files;         /* id → NamidaEntry, borrowed */
  gint n_downloads;          /* g_atomic */
  GCancellable *cancellable; /* cancels the downloads */
};

/** NamidaLinkAccess: whether a request is allowed, and if not, why. */
typedef enum
{
  NAMIDA_LINK_ACCESS_FINE,
  NAMIDA_LINK_ACCESS_HOST,    /* the host name is not one of this device */
  NAMIDA_LINK_ACCESS_FOREIGN, /* the request came from another page than the link's own */
  NAMIDA_LINK_ACCESS_UNKNOWN, /* there is no such link */
  NAMIDA_LINK_ACCESS_PLAIN,   /* without encryption */
  NAMIDA_LINK_ACCESS_USED,    /* another browser has opened it */
  NAMIDA_LINK_ACCESS_EXPIRED,
  NAMIDA_LINK_ACCESS_CLOSED,
} NamidaLinkAccess;

/* namida-link.c */
/** namida_server_find_link: Returns: (transfer none) (nullable): the link with this token, which is compared in
 * constant time, including links that have ended. */
NamidaLink *namida_server_find_link (NamidaServer *self, const char *token);
/** namida_link_is_open: Returns: whether the link is WAITING, OPENED or DONE, so that its page still works. */
gboolean namida_link_is_open (NamidaLink *self);
/** namida_link_bind: Reserves the link for the browser that sent @request. */
void namida_link_bind (NamidaLink *self, NamidaRequest *request);
/** namida_link_seen: the browser of the link sent a request, so the link does not expire while files are
 * transferred. */
void namida_link_seen (NamidaLink *self);
/** namida_link_set_state: Sets the state and emits "changed". */
void namida_link_set_state (NamidaLink *self, NamidaLinkState state);
/** namida_link_changed: Emits "changed". */
void namida_link_changed (NamidaLink *self);
/** namida_link_tick: called once per second, and by tests with their own clock. */
void namida_link_tick (NamidaLink *self);

/* namida-link-access.c; pure functions, any thread. */
/** namida_link_cookie_get: @header: (nullable): the value of Cookie. Returns: (transfer full) (nullable): the value of
 * the cookie @name. */
char *namida_link_cookie_get (const char *header, const char *name);
/** namida_link_is_same_origin: @encrypted: whether the connection is. Returns: whether the page of the link made the
 * request according to the browser: by Origin, by Sec-Fetch-Site, or for a GET with neither. */
gboolean namida_link_is_same_origin (const NamidaHttpHead *head, gboolean encrypted);
/** namida_link_check_page: Returns: whether the page itself may be shown. */
NamidaLinkAccess namida_link_check_page (NamidaLink *link, const NamidaHttpHead *head, gboolean encrypted);
/** namida_link_check: @open: whether this is the request with which a browser takes the link. Returns: whether a
 * request of the page may be answered. */
NamidaLinkAccess namida_link_check (NamidaLink *link, const NamidaHttpHead *head, gboolean encrypted, gboolean open);
/** namida_link_browser_name: @agent: (nullable): the value of User-Agent. Returns: (transfer full): a name such as
 * "Firefox on Android". */
char *namida_link_browser_name (const char *agent);

/* namida-link-answer.c */
/** namida_link_fields: @nonce: (nullable): for a page. Returns: (transfer full): the fields of every answer. */
char *namida_link_fields (const char *nonce);
/** namida_link_answer: @json: (transfer full) (nullable): the body. */
void namida_link_answer (NamidaRequest *request, guint status, char *json);
/** namida_link_answer_access: Explains why access is denied. @as_page: with a page for the window of a browser,
 * otherwise with JSON. */
void namida_link_answer_access (NamidaRequest *request, NamidaLinkAccess access, gboolean as_page);
/** namida_link_answer_error: Answers with the status and the JSON text for @error. */
void namida_link_answer_error (NamidaRequest *request, const GError *error);
/** namida_link_answer_page: @why: FINE for the page itself, otherwise the reason that the page shows. */
void namida_link_answer_page (NamidaRequest *request, guint status, NamidaLinkAccess why);
const char *namida_link_access_code (NamidaLinkAccess access);
/** namida_link_access_status: Returns: the HTTP status with which a request is refused. */
guint namida_link_access_status (NamidaLinkAccess access);

/* namida-link-bring.c */
extern const NamidaOfferWording namida_link_offer_proven, namida_link_offer_unproven;
/** namida_link_handle_offer: Takes an offer of the page, and lets the hub ask the user about it. */
void namida_link_handle_offer (NamidaServer *self, NamidaRequest *request);
/** namida_link_handle_wanted: Answers with the files that are wanted and incomplete. */
void namida_link_handle_wanted (NamidaServer *self, NamidaRequest *request);
/** namida_link_parse_finish: Parses the body of @request. Runs in a worker. Returns: (transfer full): for
 * namida_link_handle_finish(), which also answers what is invalid in it. Free it with namida_link_finish_free(). */
gpointer namida_link_parse_finish (NamidaRequest *request, GError **error);
void namida_link_finish_free (gpointer data);
/** namida_link_handle_finish: Ends the session and stores what was received. */
void namida_link_handle_finish (NamidaServer *self, NamidaRequest *request);
/** namida_link_handle_cancel: Cancels the offer or the session of the link. */
void namida_link_handle_cancel (NamidaServer *self, NamidaRequest *request);
/** namida_link_is_receiving: Returns: whether a session for uploads of the browser is open. */
gboolean namida_link_is_receiving (NamidaLink *self);

/* namida-link-pieces.c */
void namida_link_take_upload (NamidaServer *self, NamidaRequest *request);
/** namida_link_refuse_body: Answers @request with the status and the code of @access, without reading its body, and
 * ends it. Main context. */
void namida_link_refuse_body (NamidaServer *server, NamidaRequest *request, NamidaLinkAccess access);
/** namida_link_write_answer: Writes an answer with all fields, in a worker. Returns: whether it was sent. */
gboolean namida_link_write_answer (NamidaServing *job, guint status, const char *json, gboolean keep_alive);

/* namida-link-state.c */
/** namida_link_dup_state: Returns: (transfer full): the state for the page, as JSON. */
char *namida_link_dup_state (NamidaLink *self, gboolean encrypted);
/** namida_link_withdraw: Withdraws an open offer. @interrupt: also stop a running session. */
void namida_link_withdraw (NamidaLink *self, gboolean interrupt);
/** namida_link_is_busy: Returns: whether the link has an open offer or a running session. */
gboolean namida_link_is_busy (NamidaLink *self);

/* namida-link-routes.c */
/** namida_link_of: Returns: (transfer none) (nullable): the link in the path of the request. */
NamidaLink *namida_link_of (NamidaServer *self, const NamidaHttpHead *head);

/* namida-link-fetch.c */
void namida_link_handle_list (NamidaServer *self, NamidaRequest *request);
/** namida_link_take_file: Takes over the connection: a worker sends one file, or a range of it. */
void namida_link_take_file (NamidaServer *self, NamidaRequest *request);
/** namida_link_take_zip: Takes over the connection: a worker sends all files as one zip. */
void namida_link_take_zip (NamidaServer *self, NamidaRequest *request);

G_END_DECLS
