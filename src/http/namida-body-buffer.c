/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds the body of one request until it is parsed. Strangers send bodies before anybody has agreed to anything, so
 * what all of them hold together is limited: a small part in memory, the rest in unnamed files below /var/tmp, which
 * the system releases when the process ends. Called by the server's worker threads. */

#include "config.h"

#include "namida-body-buffer.h"

#include "namida-error.h"
#include "namida-limits.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

struct _NamidaBodyBudget
{
  GMutex lock; /* guards: */
  guint64 memory, files;
};

struct _NamidaBodyBuffer
{
  NamidaBodyBudget *budget; /* (nullable) */
  GByteArray *bytes;
  int fd;                /* -1: the whole body is in @bytes */
  guint64 memory, files; /* bytes taken from @budget */
  GMappedFile *file;     /* (nullable): maps @fd, once the body is complete */
};

static void
body_buffer_budget_clear (gpointer data)
{
  g_mutex_clear (&((NamidaBodyBudget *) data)->lock);
}

NamidaBodyBudget *
namida_body_budget_new (void)
{
  NamidaBodyBudget *self = g_atomic_rc_box_new0 (NamidaBodyBudget);

  g_mutex_init (&self->lock);
  return self;
}

NamidaBodyBudget *
namida_body_budget_ref (NamidaBodyBudget *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
namida_body_budget_unref (NamidaBodyBudget *self)
{
  g_atomic_rc_box_release_full (self, body_buffer_budget_clear);
}

guint64
namida_body_budget_get_memory (NamidaBodyBudget *self)
{
  guint64 memory;

  g_mutex_lock (&self->lock);
  memory = self->memory;
  g_mutex_unlock (&self->lock);
  return memory;
}

static gboolean
body_buffer_budget_take (NamidaBodyBudget *self, guint64 memory, guint64 files)
{
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = self->memory + memory <= NAMIDA_LIMIT_STRANGERS_MEMORY && self->files + files <= NAMIDA_LIMIT_STRANGERS_FILES;
  if (ok)
    {
      self->memory += memory;
      self->files += files;
    }
  g_mutex_unlock (&self->lock);
  return ok;
}

static void
body_buffer_budget_give (NamidaBodyBudget *self, guint64 memory, guint64 files)
{
  g_mutex_lock (&self->lock);
  self->memory -= memory;
  self->files -= files;
  g_mutex_unlock (&self->lock);
}

NamidaBodyBuffer *
namida_body_buffer_new (NamidaBodyBudget *budget)
{
  NamidaBodyBuffer *self = g_new0 (NamidaBodyBuffer, 1);

  self->budget = budget != NULL ? namida_body_budget_ref (budget) : NULL;
  self->bytes = g_byte_array_new ();
  self->fd = -1;
  return self;
}

void
namida_body_buffer_free (NamidaBodyBuffer *self)
{
  if (self->budget != NULL)
    {
      body_buffer_budget_give (self->budget, self->memory, self->files);
      namida_body_budget_unref (self->budget);
    }
  g_clear_pointer (&self->file, g_mapped_file_unref);
  g_byte_array_unref (self->bytes);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

static gboolean
buffer_take (NamidaBodyBuffer *self, guint64 memory, guint64 files, GError **error)
{
  if (self->budget != NULL && !body_buffer_budget_take (self->budget, memory, files))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                           _ ("The other device is busy with many requests. Try again in a minute."));
      return FALSE;
    }
  self->memory += memory;
  self->files += files;
  return TRUE;
}

/* Returns: an unnamed file, or -1. */
static int
buffer_open_file (void)
{
  const char *const folders[] = { "/var/tmp", g_get_tmp_dir () };
  int fd = -1;

  for (guint i = 0; fd < 0 && i < G_N_ELEMENTS (folders); i++)
    fd = open (folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      g_autofree char *name = NULL;

      fd = g_file_open_tmp (NULL, &name, NULL);
      if (fd >= 0)
        unlink (name);
    }
  return fd;
}

static gboolean
buffer_write (NamidaBodyBuffer *self, const char *data, gsize length, GError **error)
{
  while (length > 0)
    {
      ssize_t n = write (self->fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          namida_error_set_from_errno (error, n < 0 ? errno : EIO, _ ("Could not keep a request"));
          return FALSE;
        }
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* Moves the body from memory to a file. If no file can be created, it stays in memory, within the limits for memory. */
static gboolean
buffer_move (NamidaBodyBuffer *self, GError **error)
{
  if (!buffer_take (self, 0, self->bytes->len, error))
    return FALSE;
  self->fd = buffer_open_file ();
  if (self->fd < 0)
    {
      if (self->budget != NULL)
        body_buffer_budget_give (self->budget, 0, self->files);
      self->files = 0;
      return TRUE;
    }
  if (!buffer_write (self, (const char *) self->bytes->data, self->bytes->len, error))
    return FALSE;
  g_byte_array_unref (self->bytes);
  self->bytes = g_byte_array_new ();
  if (self->budget != NULL)
    body_buffer_budget_give (self->budget, self->memory, 0);
  self->memory = 0;
  return TRUE;
}

gboolean
namida_body_buffer_append (NamidaBodyBuffer *self, const void *data, gsize length, GError **error)
{
  if (self->fd < 0 && self->bytes->len <= NAMIDA_LIMIT_BODY_MEMORY
      && self->bytes->len + length > NAMIDA_LIMIT_BODY_MEMORY && !buffer_move (self, error))
    return FALSE;
  if (self->fd >= 0)
    return buffer_take (self, 0, length, error) && buffer_write (self, data, length, error);
  if (!buffer_take (self, length, 0, error))
    return FALSE;
  g_byte_array_append (self->bytes, data, (guint) length);
  return TRUE;
}

gboolean
namida_body_buffer_is_in_file (NamidaBodyBuffer *self)
{
  return self->fd >= 0;
}

static void
buffer_free (gpointer buffer)
{
  namida_body_buffer_free (buffer);
}

GBytes *
namida_body_buffer_end (NamidaBodyBuffer *self, GError **error)
{
  if (self->fd < 0)
    return g_bytes_new_with_free_func (self->bytes->data, self->bytes->len, buffer_free, self);
  self->file = g_mapped_file_new_from_fd (self->fd, FALSE, error);
  if (self->file == NULL)
    {
      namida_body_buffer_free (self);
      return NULL;
    }
  return g_bytes_new_with_free_func (g_mapped_file_get_contents (self->file), g_mapped_file_get_length (self->file),
                                     buffer_free, self);
}
