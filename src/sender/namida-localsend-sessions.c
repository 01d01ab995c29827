/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-localsend-sessions.h: one list for the whole process. Main context. */
#include "config.h"

#include "namida-localsend-sessions.h"

typedef struct
{
  char *id, *fingerprint;
  GInetAddress *host;
  NamidaLocalsendStopped stopped;
  gpointer user_data;
} Session;

static GPtrArray *sessions; /* elements: Session; NULL if there was none yet */

static void
session_free (gpointer data)
{
  Session *session = data;

  g_free (session->id);
  g_free (session->fingerprint);
  g_object_unref (session->host);
  g_free (session);
}

void
namida_localsend_sessions_add (const char *session_id,
                               const char *fingerprint,
                               GInetAddress *host,
                               NamidaLocalsendStopped stopped,
                               gpointer user_data)
{
  Session *session = g_new0 (Session, 1);

  if (sessions == NULL)
    sessions = g_ptr_array_new_with_free_func (session_free);
  session->id = g_strdup (session_id);
  session->fingerprint = g_strdup (fingerprint);
  session->host = g_object_ref (host);
  session->stopped = stopped;
  session->user_data = user_data;
  g_ptr_array_add (sessions, session);
}

void
namida_localsend_sessions_remove (gpointer user_data)
{
  for (guint i = sessions != NULL ? sessions->len : 0; i > 0; i--)
    if (((Session *) g_ptr_array_index (sessions, i - 1))->user_data == user_data)
      g_ptr_array_remove_index (sessions, i - 1);
  if (sessions != NULL && sessions->len == 0)
    g_clear_pointer (&sessions, g_ptr_array_unref);
}

static gboolean
sessions_may_stop (const Session *session, const char *fingerprint, GInetAddress *host)
{
  /* A certificate is better evidence than an address; older versions and plain HTTP have none. */
  if (session->fingerprint != NULL && fingerprint != NULL)
    return g_ascii_strcasecmp (session->fingerprint, fingerprint) == 0;
  return g_inet_address_equal (session->host, host);
}

gboolean
namida_localsend_sessions_stop (const char *session_id, const char *fingerprint, GInetAddress *host)
{
  gboolean found = FALSE;

  for (guint i = sessions != NULL ? sessions->len : 0; i > 0; i--)
    {
      Session *session;
      NamidaLocalsendStopped stopped;
      gpointer user_data;

      /* A callback may have removed other sessions. */
      if (sessions == NULL || i > sessions->len)
        continue;
      session = g_ptr_array_index (sessions, i - 1);
      if ((session_id != NULL && g_strcmp0 (session_id, session->id) != 0)
          || !sessions_may_stop (session, fingerprint, host))
        continue;
      stopped = session->stopped;
      user_data = session->user_data;
      g_ptr_array_remove_index (sessions, i - 1);
      found = TRUE;
      stopped (user_data);
    }
  return found;
}
