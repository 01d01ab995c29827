/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of error codes and the sentences for system errors; see the header. Any thread. */
#include "config.h"

#include "namida-error.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <sys/statvfs.h>

G_DEFINE_QUARK (namida - error - quark, namida_error)

typedef struct
{
  const char *name;
  guint status;
} WireCode;

/* The codes of docs/protocol.md, "Errors". Codes above NO_DRIVE are never sent and are "internal" on the wire. */
static const WireCode wire_codes[] = {
  [NAMIDA_ERROR_INTERNAL] = { "internal", 500 },
  [NAMIDA_ERROR_INVALID_REQUEST] = { "invalid-request", 400 },
  [NAMIDA_ERROR_INVALID_MANIFEST] = { "invalid-manifest", 400 },
  [NAMIDA_ERROR_UNSAFE_PATH] = { "unsafe-path", 400 },
  [NAMIDA_ERROR_PIN_REQUIRED] = { "pin-required", 401 },
  [NAMIDA_ERROR_PIN_WRONG] = { "pin-wrong", 401 },
  [NAMIDA_ERROR_DECLINED] = { "declined", 403 },
  [NAMIDA_ERROR_BAD_TOKEN] = { "bad-token", 403 },
  [NAMIDA_ERROR_ENCRYPTION_REQUIRED] = { "encryption-required", 403 },
  [NAMIDA_ERROR_CERTIFICATE_REQUIRED] = { "certificate-required", 403 },
  [NAMIDA_ERROR_NOT_FOUND] = { "not-found", 404 },
  [NAMIDA_ERROR_METHOD] = { "method", 405 },
  [NAMIDA_ERROR_CANCELLED] = { "cancelled", 410 },
  [NAMIDA_ERROR_EXPIRED] = { "expired", 410 },
  [NAMIDA_ERROR_BUSY] = { "busy", 409 },
  [NAMIDA_ERROR_PAUSED] = { "paused", 409 },
  [NAMIDA_ERROR_WRONG_OFFSET] = { "wrong-offset", 409 },
  [NAMIDA_ERROR_TOO_LARGE] = { "too-large", 413 },
  [NAMIDA_ERROR_TOO_LONG] = { "too-long", 414 },
  [NAMIDA_ERROR_WRONG_SIZE] = { "wrong-size", 422 },
  [NAMIDA_ERROR_CHECKSUM] = { "checksum", 422 },
  [NAMIDA_ERROR_TOO_MANY] = { "too-many", 429 },
  [NAMIDA_ERROR_NO_SPACE] = { "no-space", 507 },
  /* Version 0.1.0 does not know these codes and goes by the status, which says whether the whole transfer or only
   * this file has failed. */
  [NAMIDA_ERROR_NO_INODES] = { "no-inodes", 507 },
  [NAMIDA_ERROR_QUOTA] = { "quota", 507 },
  [NAMIDA_ERROR_FILE_TOO_LARGE] = { "file-too-large", 413 },
  [NAMIDA_ERROR_READ_ONLY] = { "read-only", 507 },
  [NAMIDA_ERROR_NO_PERMISSION] = { "no-permission", 500 },
  [NAMIDA_ERROR_NO_DRIVE] = { "no-drive", 500 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (wire_codes) == NAMIDA_ERROR_NO_DRIVE + 1);

const char *
namida_error_code_to_string (NamidaError code)
{
  if ((guint) code >= G_N_ELEMENTS (wire_codes))
    return wire_codes[NAMIDA_ERROR_INTERNAL].name;
  return wire_codes[code].name;
}

NamidaError
namida_error_code_from_string (const char *code)
{
  if (code == NULL)
    return NAMIDA_ERROR_INTERNAL;
  for (guint i = 0; i < G_N_ELEMENTS (wire_codes); i++)
    {
      if (strcmp (wire_codes[i].name, code) == 0)
        return (NamidaError) i;
    }
  return NAMIDA_ERROR_INTERNAL;
}

NamidaError
namida_error_code_from_status (guint status)
{
  switch (status)
    {
    case 400:
      return NAMIDA_ERROR_INVALID_REQUEST;
    case 401:
      return NAMIDA_ERROR_PIN_REQUIRED;
    case 403:
      return NAMIDA_ERROR_DECLINED;
    case 404:
      return NAMIDA_ERROR_NOT_FOUND;
    case 405:
      return NAMIDA_ERROR_METHOD;
    case 409:
      return NAMIDA_ERROR_BUSY;
    case 410:
      return NAMIDA_ERROR_CANCELLED;
    case 413:
      return NAMIDA_ERROR_TOO_LARGE;
    case 414:
      return NAMIDA_ERROR_TOO_LONG;
    case 422:
      return NAMIDA_ERROR_WRONG_SIZE;
    case 429:
      return NAMIDA_ERROR_TOO_MANY;
    case 507:
      return NAMIDA_ERROR_NO_SPACE;
    default:
      return status >= 400 && status < 500 ? NAMIDA_ERROR_INVALID_REQUEST : NAMIDA_ERROR_INTERNAL;
    }
}

guint
namida_error_http_status (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return wire_codes[NAMIDA_ERROR_NO_SPACE].status;
  if (error == NULL || error->domain != NAMIDA_ERROR || (guint) error->code >= G_N_ELEMENTS (wire_codes))
    return wire_codes[NAMIDA_ERROR_INTERNAL].status;
  return wire_codes[error->code].status;
}

/* Returns: (nullable): advice for the errors that the user can do something about, translated. */
static const char *
error_get_advice (int saved_errno)
{
  switch (saved_errno)
    {
    case EACCES:
    case EPERM:
      return _ ("Check who may read and write there, or choose another place.");
    case ENOENT:
      return _ ("Check the name, and that its drive is connected.");
    case EEXIST:
      return _ ("Choose another name, or remove what is there.");
    case EISDIR:
      return _ ("Name a file in that folder.");
    case ENOTDIR:
      return _ ("Choose another name: something on the way there is a file.");
    case EROFS:
      return _ ("Make the drive writable, or choose a folder on another one.");
    case ENAMETOOLONG:
      return _ ("Choose a shorter name, or a folder on another drive.");
    case EIO:
      return _ ("Check the drive: it may be failing.");
    case EMFILE:
    case ENFILE:
      return _ ("Close other programs and try again.");
    default:
      return NULL;
    }
}

void
namida_error_set_from_errno (GError **error, int saved_errno, const char *what)
{
  const char *advice = error_get_advice (saved_errno);

  g_return_if_fail (what != NULL);

  if (saved_errno == ENOSPC || saved_errno == EDQUOT)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE,
                   /* Translators: the first %s is what could not be done, the second the system's reason. */
                   _ ("%s: %s. Free some space and try again."), what, g_strerror (saved_errno));
      return;
    }
  if (advice != NULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                 /* Translators: what could not be done, the system's reason, and a sentence with what helps. */
                 _ ("%s: %s. %s"), what, g_strerror (saved_errno), advice);
  else
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                 /* Translators: the first %s is what could not be done, the second the system's reason. */
                 _ ("%s: %s"), what, g_strerror (saved_errno));
}

static gboolean
error_has_no_inodes (int fd)
{
  struct statvfs vfs;

  return fd >= 0 && fstatvfs (fd, &vfs) == 0 && vfs.f_files > 0 && vfs.f_favail == 0;
}

void
namida_error_set_from_write (GError **error, int saved_errno, int fd, const char *what)
{
  g_return_if_fail (what != NULL);

  /* Translators, of all of these: %s is what could not be done: "Could not store “x”". */
  if (saved_errno == ENOSPC && error_has_no_inodes (fd))
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_INODES,
                 _ ("%s: the drive cannot hold more files. Delete some files there and try again."), what);
  else if (saved_errno == EDQUOT)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_QUOTA,
                 _ ("%s: your storage quota is used up. Free some space and try again."), what);
  else if (saved_errno == EFBIG)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_FILE_TOO_LARGE,
                 _ ("%s: the file is too large for this drive. Choose a folder on another drive."), what);
  else if (saved_errno == EROFS)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_READ_ONLY, _ ("%s: the drive is read-only."), what);
  else if (saved_errno == EACCES || saved_errno == EPERM)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_PERMISSION,
                 _ ("%s: there is no permission to write in that folder."), what);
  else
    namida_error_set_from_errno (error, saved_errno, what);
}

gboolean
namida_error_is_full (const GError *error)
{
  return g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_INODES)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_QUOTA)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_READ_ONLY);
}

gboolean
namida_error_is_storage (const GError *error)
{
  return error != NULL && error->domain == NAMIDA_ERROR
         && (error->code == NAMIDA_ERROR_STORAGE
             || namida_error_storage_words_there ((NamidaError) error->code) != NULL);
}

const char *
namida_error_storage_words_there (NamidaError code)
{
  switch ((int) code)
    {
    case NAMIDA_ERROR_NO_SPACE:
      return _ ("The disk of the other device is full.");
    case NAMIDA_ERROR_NO_INODES:
      return _ ("The drive of the other device cannot hold more files.");
    case NAMIDA_ERROR_QUOTA:
      return _ ("The storage quota on the other device is used up.");
    case NAMIDA_ERROR_FILE_TOO_LARGE:
      return _ ("The file is too large for the drive of the other device.");
    case NAMIDA_ERROR_READ_ONLY:
      return _ ("The drive of the other device is read-only.");
    case NAMIDA_ERROR_NO_PERMISSION:
      return _ ("The other device has no permission to write in its folder.");
    case NAMIDA_ERROR_NO_DRIVE:
      return _ ("The folder of the other device is not there. Its drive may not be connected.");
    default:
      return NULL;
    }
}

const char *
namida_error_connection_words (const GError *error)
{
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return _ ("it did not respond in time");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return _ ("it refused the connection");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
    return _ ("it cannot be reached from this network");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
      || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF))
    return _ ("it closed the connection");
  return error->message;
}
