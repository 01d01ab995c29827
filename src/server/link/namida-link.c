/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a link: it is opened by the session folder, taken by one browser, and ends when its time expires, when
 * the local user closes it, or when its purpose is fulfilled. The server keeps it for a while after that, so that the
 * page can say which of these happened. Main context. */

#include "config.h"

#include "namida-link-private.h"

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-format.h"
#include "namida-limits.h"
#include "namida-pin-guard.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define KEPT_MOST (2 * NAMIDA_LIMIT_LINKS) /* including those that have ended */
#define DIGITS 16

G_DEFINE_FINAL_TYPE (NamidaLink, namida_link, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_REFUSED,
  SIGNAL_FETCHED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
namida_link_dispose (GObject *object)
{
  NamidaLink *self = NAMIDA_LINK (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->offer, namida_request_unref);
  g_clear_object (&self->session);
  if (self->transfer != NULL)
    g_signal_handlers_disconnect_by_data (self->transfer, self);
  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (namida_link_parent_class)->dispose (object);
}

static void
namida_link_finalize (GObject *object)
{
  NamidaLink *self = NAMIDA_LINK (object);

  g_free (self->token);
  g_free (self->digits);
  g_free (self->owner);
  g_free (self->secret);
  g_free (self->browser);
  g_free (self->browser_address);
  g_clear_error (&self->refusal);
  g_clear_pointer (&self->files, g_hash_table_unref);
  g_clear_object (&self->backup);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (namida_link_parent_class)->finalize (object);
}

static void
namida_link_class_init (NamidaLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = namida_link_dispose;
  object_class->finalize = namida_link_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_REFUSED]
      = g_signal_new ("refused", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_FETCHED] = g_signal_new ("fetched", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                          G_TYPE_STRING, G_TYPE_UINT64, G_TYPE_BOOLEAN);
}

static void
namida_link_init (NamidaLink *self)
{
  self->cancellable = g_cancellable_new ();
  self->token = namida_random_hex (NAMIDA_LIMIT_LINK_BYTES);
}

/* ---- the server's links ---- */

static guint
link_count_open (NamidaServer *server)
{
  guint n = 0;

  for (guint i = 0; i < server->links->len; i++)
    n += namida_link_is_open (g_ptr_array_index (server->links, i));
  return n;
}

static void
link_forget_oldest (NamidaServer *server)
{
  for (guint i = 0; i < server->links->len && server->links->len >= KEPT_MOST; i++)
    if (!namida_link_is_open (g_ptr_array_index (server->links, i)))
      g_ptr_array_remove_index (server->links, i--);
}

NamidaLink *
namida_server_find_link (NamidaServer *self, const char *token)
{
  NamidaLink *found = NULL;

  for (guint i = 0; i < self->links->len; i++)
    {
      NamidaLink *link = g_ptr_array_index (self->links, i);

      if (namida_equal_secret (link->token, token))
        found = link;
    }
  return found;
}

static gboolean
link_on_tick (gpointer user_data)
{
  namida_link_tick (user_data);
  return G_SOURCE_CONTINUE;
}

static void
link_set_backup (NamidaLink *self, NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  self->backup = g_object_ref (backup);
  self->files = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (entry->kind != NAMIDA_ENTRY_FOLDER)
        g_hash_table_insert (self->files, entry->id, entry);
    }
}

static char *
link_group_digits (const char *fingerprint)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < DIGITS; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (text, ' ');
      g_string_append_c (text, g_ascii_toupper (fingerprint[i]));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

NamidaLink *
namida_server_open_link (NamidaServer *self,
                         NamidaLinkDirection direction,
                         NamidaBackup *backup,
                         guint minutes,
                         gboolean unencrypted,
                         GError **error)
{
  NamidaLink *link;

  g_return_val_if_fail (NAMIDA_IS_SERVER (self), NULL);
  g_return_val_if_fail ((direction == NAMIDA_LINK_FETCH) == (backup != NULL), NULL);

  if (link_count_open (self) >= NAMIDA_LIMIT_LINKS)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY,
                           _ ("Too many links are open. Close one of them first."));
      return NULL;
    }
  link_forget_oldest (self);
  link = g_object_new (NAMIDA_TYPE_LINK, NULL);
  link->server = self;
  link->direction = direction;
  link->minutes = CLAMP (minutes, 1, NAMIDA_LIMIT_LINK_MINUTES);
  link->unencrypted = unencrypted;
  link->owner = g_strconcat ("link ", link->token, NULL);
  link->digits = link_group_digits (namida_identity_get_fingerprint (self->identity));
  link->deadline = namida_clock_monotonic () + (gint64) link->minutes * 60 * G_USEC_PER_SEC;
  if (backup != NULL)
    link_set_backup (link, backup);
  link->timer = g_timeout_add_seconds (1, link_on_tick, link);
  g_ptr_array_add (self->links, link);
  return g_object_ref (link);
}

/* ---- the life of a link ---- */

gboolean
namida_link_is_open (NamidaLink *self)
{
  return self->state == NAMIDA_LINK_WAITING || self->state == NAMIDA_LINK_OPENED || self->state == NAMIDA_LINK_DONE;
}

void
namida_link_changed (NamidaLink *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
namida_link_set_state (NamidaLink *self, NamidaLinkState state)
{
  if (self->state == state || !namida_link_is_open (self))
    return;
  self->state = state;
  if (!namida_link_is_open (self))
    g_clear_handle_id (&self->timer, g_source_remove);
  namida_link_changed (self);
}

void
namida_link_bind (NamidaLink *self, NamidaRequest *request)
{
  self->secret = namida_random_hex (NAMIDA_LIMIT_LINK_BYTES);
  self->browser_address = g_strdup (request->connection->address);
  self->browser = namida_link_browser_name (request->head.agent);
  namida_link_seen (self);
  namida_link_set_state (self, NAMIDA_LINK_OPENED);
}

void
namida_link_seen (NamidaLink *self)
{
  gint64 now = namida_clock_monotonic ();

  self->last_seen = now;
  if (namida_link_is_busy (self) || g_atomic_int_get (&self->n_downloads) > 0)
    self->deadline = MAX (self->deadline, now + (gint64) self->minutes * 60 * G_USEC_PER_SEC);
}

/* Ends the link for any reason, and with it everything that uses it. */
static void
link_end (NamidaLink *self, NamidaLinkState state)
{
  if (!namida_link_is_open (self))
    return;
  g_object_ref (self);
  namida_link_withdraw (self, TRUE);
  g_cancellable_cancel (self->cancellable);
  namida_link_set_state (self, state);
  g_object_unref (self);
}

void
namida_link_tick (NamidaLink *self)
{
  gint64 now = namida_clock_monotonic ();

  if (!namida_link_is_open (self))
    return;
  if (g_atomic_int_get (&self->n_downloads) > 0)
    namida_link_seen (self);
  if (self->offer != NULL && now - self->last_seen > (gint64) NAMIDA_LIMIT_LINK_ABSENT_SECONDS * G_USEC_PER_SEC)
    namida_link_withdraw (self, FALSE);
  if (now >= self->deadline)
    link_end (self, NAMIDA_LINK_EXPIRED);
}

void
namida_link_close (NamidaLink *self)
{
  g_return_if_fail (NAMIDA_IS_LINK (self));

  link_end (self, NAMIDA_LINK_CLOSED);
}

void
namida_server_close_links (NamidaServer *self)
{
  for (guint i = 0; i < self->links->len; i++)
    {
      NamidaLink *link = g_ptr_array_index (self->links, i);

      link_end (link, NAMIDA_LINK_CLOSED);
      link->server = NULL;
    }
  g_ptr_array_set_size (self->links, 0);
}

/* ---- getters ---- */

NamidaLinkState
namida_link_get_state (NamidaLink *self)
{
  return self->state;
}

NamidaLinkDirection
namida_link_get_direction (NamidaLink *self)
{
  return self->direction;
}

gboolean
namida_link_get_unencrypted (NamidaLink *self)
{
  return self->unencrypted;
}

guint
namida_link_get_minutes (NamidaLink *self)
{
  return self->minutes;
}

guint
namida_link_get_seconds_left (NamidaLink *self)
{
  gint64 left = self->deadline - namida_clock_monotonic ();

  return namida_link_is_open (self) && left > 0 ? (guint) (left / G_USEC_PER_SEC) : 0;
}

char *
namida_link_dup_url (NamidaLink *self, GInetAddress *host)
{
  g_autofree char *text = g_inet_address_to_string (host);
  gboolean bracketed = g_inet_address_get_family (host) == G_SOCKET_FAMILY_IPV6;

  return g_strdup_printf ("%s://%s%s%s:%u" NAMIDA_LINK_PREFIX "/%s", self->unencrypted ? "http" : "https",
                          bracketed ? "[" : "", text, bracketed ? "]" : "",
                          self->server != NULL ? (guint) namida_server_get_port (self->server) : 0, self->token);
}

char *
namida_link_dup_digits (NamidaLink *self)
{
  return g_strdup (self->digits);
}

const char *
namida_link_get_browser (NamidaLink *self)
{
  return self->browser;
}

const char *
namida_link_get_browser_address (NamidaLink *self)
{
  return self->browser_address;
}

NamidaTransfer *
namida_link_get_transfer (NamidaLink *self)
{
  return self->transfer;
}

NamidaBackup *
namida_link_get_backup (NamidaLink *self)
{
  return self->backup;
}
