/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sending side of the feature "heal"; see docs/protocol.md, "wanted, heal". One connection asks for the list,
 * another one sends the files one after the other. Blocking: a worker thread. */
#include "config.h"

#include "namida-heal-sender.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-given-content.h"
#include "namida-limits.h"
#include "namida-open.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES (1024 * 1024)
#define WANTED_SECONDS 15u
/* The receiver repairs all of its versions before it answers. */
#define HEAL_SECONDS 120u

typedef struct
{
  const NamidaHttpPeer *peer;
  NamidaDatabase *database;
  GCancellable *cancellable;
  NamidaHttpConnection *connection; /* (nullable) */
  NamidaFinishHealed here;          /* repaired over this connection */
  NamidaFinishHealed before;        /* repaired over earlier connections */
  guint8 *buffer;
} HealSender;

/* The receiver reports the repairs of a connection for all its files together. The versions of several connections may
 * be the same. */
static void
heal_sender_drop (HealSender *self)
{
  g_clear_pointer (&self->connection, namida_http_connection_free);
  if (self->here.files == 0)
    return;
  self->before.versions = self->before.files == 0 ? self->here.versions : 0;
  self->before.files += self->here.files;
  self->here = (NamidaFinishHealed){ 0 };
}

static gboolean
heal_sender_connect (HealSender *self, GError **error)
{
  if (self->connection != NULL && namida_http_connection_is_reusable (self->connection))
    return TRUE;
  heal_sender_drop (self);
  self->connection = namida_http_connection_new (self->peer, self->cancellable, error);
  return self->connection != NULL;
}

/* @answer: with a status other than 200. */
static GError *
heal_sender_read_refusal (const NamidaHttpAnswer *answer)
{
  return namida_error_answer_parse ((const char *) answer->body->data, MIN (answer->body->len, NAMIDA_LIMIT_JSON_BYTES),
                                    answer->head.status, NULL);
}

/* Returns: (transfer full) (nullable): the list, which is empty if the device keeps no backups. */
static GPtrArray *
heal_sender_ask (HealSender *self, GError **error)
{
  NamidaHttpRequest request = { .method = "GET", .target = NAMIDA_V1_PREFIX "/wanted", .seconds = WANTED_SECONDS };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GError) refusal = NULL;

  if (!heal_sender_connect (self, error)
      || !namida_http_connection_request (self->connection, request, NULL, 0, NAMIDA_LIMIT_JSON_BYTES, &answer, error))
    return NULL;
  heal_sender_drop (self);
  if (answer.head.status == 200)
    return namida_wanted_parse ((const char *) answer.body->data, answer.body->len, error);
  refusal = heal_sender_read_refusal (&answer);
  if (g_error_matches (refusal, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND))
    return namida_wanted_list_new ();
  g_propagate_error (error, g_steal_pointer (&refusal));
  return NULL;
}

/* Whether the content of @fd, which is positioned at its start and has @expected bytes, is the wanted one. */
static gboolean
heal_sender_check (HealSender *self, int fd, const char *wanted, guint64 expected)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree char *sha256 = NULL;
  guint64 size = 0;
  ssize_t n;

  while (!g_cancellable_is_cancelled (self->cancellable) && size <= expected)
    {
      n = read (fd, self->buffer, BUFFER_BYTES);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      namida_digest_update (digest, self->buffer, (gsize) n);
      size += (guint64) n;
    }
  sha256 = namida_digest_finish (digest);
  return size == expected && g_str_equal (sha256, wanted) && lseek (fd, 0, SEEK_SET) == 0;
}

/* @size: (out): the other device may not know it. Returns: a descriptor of a local file with the content, positioned at
 * its start; -1 if there is none any more. */
static int
heal_sender_open (HealSender *self, const NamidaWantedFile *file, guint64 *size)
{
  g_autoptr (GPtrArray) places = namida_given_content_find (self->database, self->peer->fingerprint, file->sha256);

  for (guint i = 0; i < places->len && !g_cancellable_is_cancelled (self->cancellable); i++)
    {
      int fd = namida_open_at (AT_FDCWD, g_ptr_array_index (places, i), O_RDONLY | O_NONBLOCK, 0);
      struct stat st;

      if (fd < 0)
        continue;
      if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode)
          && heal_sender_check (self, fd, file->sha256, (guint64) st.st_size))
        {
          *size = (guint64) st.st_size;
          return fd;
        }
      close (fd);
    }
  return -1;
}

/* @answered: (out): whether the other side answered before everything was sent. */
static gboolean
heal_sender_write (HealSender *self, int fd, guint64 size, gboolean *answered, GError **error)
{
  *answered = FALSE;
  while (size > 0 && !*answered)
    {
      ssize_t length = read (fd, self->buffer, (size_t) MIN (size, BUFFER_BYTES));

      if (length < 0 && errno == EINTR)
        continue;
      if (length <= 0)
        {
          g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED, "the file changed while it was sent");
          return FALSE;
        }
      for (ssize_t sent = 0; sent < length && !*answered;)
        {
          gssize n
              = namida_http_connection_write (self->connection, self->buffer + sent, (gsize) (length - sent), error);

          if (n < 0)
            return FALSE;
          *answered = n == 0;
          sent += n;
        }
      size -= (guint64) length;
    }
  return TRUE;
}

static gboolean
heal_sender_bring (HealSender *self, int fd, const NamidaWantedFile *file, guint64 size, GError **error)
{
  g_autofree char *target
      = g_strdup_printf (NAMIDA_V1_PREFIX "/heal?sha256=%s&size=%" G_GUINT64_FORMAT, file->sha256, size);
  NamidaHttpRequest request
      = { .target = target, .type = "application/octet-stream", .length = (gint64) size, .seconds = HEAL_SECONDS };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  gboolean answered;

  if (!heal_sender_connect (self, error))
    return FALSE;
  namida_http_connection_begin (self->connection, &request);
  if (!heal_sender_write (self, fd, size, &answered, error)
      || !namida_http_connection_read_answer (self->connection, NAMIDA_LIMIT_JSON_BYTES, &answer, error))
    return FALSE;
  if (answer.head.status == 200 && answer.whole)
    return namida_heal_answer_parse ((const char *) answer.body->data, answer.body->len, &self->here, error);
  g_propagate_error (error, heal_sender_read_refusal (&answer));
  return FALSE;
}

/* Whether to skip the remaining files, because the device is not reachable or does not allow it. */
static gboolean
heal_sender_must_stop (const GError *error)
{
  return !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND)
         && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM)
         && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
}

static gboolean
heal_sender_bring_all (HealSender *self, GPtrArray *wanted, GError **error)
{
  for (guint i = 0; i < wanted->len; i++)
    {
      const NamidaWantedFile *file = g_ptr_array_index (wanted, i);
      g_autoptr (GError) local = NULL;
      guint64 size = 0;
      int fd = heal_sender_open (self, file, &size);

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        {
          if (fd >= 0)
            close (fd);
          return FALSE;
        }
      if (fd < 0)
        continue;
      if (!heal_sender_bring (self, fd, file, size, &local))
        heal_sender_drop (self);
      close (fd);
      if (local != NULL && heal_sender_must_stop (local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
namida_heal_send (const NamidaHttpPeer *peer,
                  NamidaDatabase *database,
                  NamidaFinishHealed *healed,
                  GCancellable *cancellable,
                  GError **error)
{
  HealSender self = { .peer = peer, .database = database, .cancellable = cancellable };
  g_autoptr (GPtrArray) wanted = NULL;
  g_autofree guint8 *buffer = NULL;
  gboolean fine;

  g_return_val_if_fail (peer->fingerprint != NULL, FALSE);

  wanted = heal_sender_ask (&self, error);
  if (wanted != NULL && wanted->len > 0)
    self.buffer = buffer = g_malloc (BUFFER_BYTES);
  fine = wanted != NULL && heal_sender_bring_all (&self, wanted, error);
  heal_sender_drop (&self);
  *healed = self.before;
  return fine;
}
