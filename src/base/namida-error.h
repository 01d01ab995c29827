/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the program: its codes, their names and HTTP statuses on the wire, and how system errors
 * become sentences. Used in every folder. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaError:
 *
 * The only error domain. Codes up to %NAMIDA_ERROR_NO_DRIVE are sent on the wire (docs/protocol.md, "Errors"); the
 * others are never sent and describe local failures. Messages are sentences for the user: what happened, to what, and
 * what to do next.
 */
typedef enum
{
  NAMIDA_ERROR_INTERNAL,
  NAMIDA_ERROR_INVALID_REQUEST,
  NAMIDA_ERROR_INVALID_MANIFEST,
  NAMIDA_ERROR_UNSAFE_PATH,
  NAMIDA_ERROR_PIN_REQUIRED,
  NAMIDA_ERROR_PIN_WRONG,
  NAMIDA_ERROR_DECLINED,
  NAMIDA_ERROR_BAD_TOKEN,
  NAMIDA_ERROR_ENCRYPTION_REQUIRED,
  NAMIDA_ERROR_CERTIFICATE_REQUIRED,
  NAMIDA_ERROR_NOT_FOUND,
  NAMIDA_ERROR_METHOD,
  NAMIDA_ERROR_CANCELLED,
  NAMIDA_ERROR_EXPIRED,
  NAMIDA_ERROR_BUSY,
  NAMIDA_ERROR_PAUSED,
  NAMIDA_ERROR_WRONG_OFFSET,
  NAMIDA_ERROR_TOO_LARGE,
  NAMIDA_ERROR_TOO_LONG,
  NAMIDA_ERROR_WRONG_SIZE,
  NAMIDA_ERROR_CHECKSUM,
  NAMIDA_ERROR_TOO_MANY,
  NAMIDA_ERROR_NO_SPACE,
  NAMIDA_ERROR_NO_INODES,      /* the file system cannot hold another file */
  NAMIDA_ERROR_QUOTA,          /* the user's disk quota is used up */
  NAMIDA_ERROR_FILE_TOO_LARGE, /* too large for the file system */
  NAMIDA_ERROR_READ_ONLY,      /* the file system is read-only */
  NAMIDA_ERROR_NO_PERMISSION,  /* no permission to write to the folder */
  NAMIDA_ERROR_NO_DRIVE,       /* the chosen folder does not exist, for example because its drive is unplugged */
  /* Never sent on the wire. */
  NAMIDA_ERROR_NO_SUCH_DEVICE,   /* no device of that name, address or fingerprint answered */
  NAMIDA_ERROR_UNREACHABLE,      /* connection refused, lost or timed out */
  NAMIDA_ERROR_IDENTITY_CHANGED, /* the certificate is not the one that was pinned */
  NAMIDA_ERROR_INCOMPLETE,       /* finished, but some files were not saved */
  NAMIDA_ERROR_SOURCE_CHANGED,   /* a file grew, shrank or vanished while it was being sent */
  NAMIDA_ERROR_STORAGE,          /* a local file or the database could not be read or written */
  NAMIDA_N_ERRORS
} NamidaError;

#define NAMIDA_ERROR (namida_error_quark ())
/** namida_error_quark: The domain of NamidaError. */
GQuark namida_error_quark (void);

/**
 * namida_error_code_to_string:
 *
 * Returns: (transfer none): the code as it is spelled on the wire ("unsafe-path"); "internal" for codes that are never
 * sent
 */
const char *namida_error_code_to_string (NamidaError code);

/**
 * namida_error_code_from_string:
 * @code: (nullable): a code that the other device sent
 *
 * Returns: the code; %NAMIDA_ERROR_INTERNAL if @code is unknown
 */
NamidaError namida_error_code_from_string (const char *code);

/**
 * namida_error_code_from_status:
 * @status: an HTTP status
 *
 * Returns: the code to use for an answer with this status whose body names none
 */
NamidaError namida_error_code_from_status (guint status);

/**
 * namida_error_http_status:
 *
 * Returns: the HTTP status for @error; 500 for errors of other domains, except 507 for %G_IO_ERROR_NO_SPACE
 */
guint namida_error_http_status (const GError *error);

/**
 * namida_error_set_from_errno:
 * @what: what could not be done, as a translated clause ("Could not write “x”")
 *
 * Sets %NAMIDA_ERROR_NO_SPACE for ENOSPC and EDQUOT, otherwise %NAMIDA_ERROR_STORAGE, with the reason that the system
 * gives.
 */
void namida_error_set_from_errno (GError **error, int saved_errno, const char *what);

/**
 * namida_error_set_from_write:
 * @fd: a descriptor on the file system that was written to, or -1
 * @what: what could not be done, as a translated clause
 *
 * Like namida_error_set_from_errno(), but for received data that could not be written: sets %NAMIDA_ERROR_NO_SPACE,
 * NO_INODES, QUOTA, FILE_TOO_LARGE, READ_ONLY or NO_PERMISSION, otherwise %NAMIDA_ERROR_STORAGE. Any thread.
 */
void namida_error_set_from_write (GError **error, int saved_errno, int fd, const char *what);

/**
 * namida_error_is_full:
 * @error: (nullable)
 *
 * Returns: whether nothing more can be written until the user frees space or makes the drive writable: NO_SPACE,
 * NO_INODES, QUOTA or READ_ONLY
 */
gboolean namida_error_is_full (const GError *error);

/**
 * namida_error_is_storage:
 * @error: (nullable)
 *
 * Returns: whether the local disk is the cause, that is, whether it is one of the errors of
 * namida_error_set_from_write()
 */
gboolean namida_error_is_storage (const GError *error);

/**
 * namida_error_storage_words_there:
 *
 * Returns: (transfer none) (nullable): a translated sentence for a file that the other device could not save for the
 * reason @code; %NULL if @code is not a disk error
 */
const char *namida_error_storage_words_there (NamidaError code);

/**
 * namida_error_connection_words:
 * @error: (nullable): the GIO error that ended a connection; %NULL if the connection timed out
 *
 * Returns: (transfer none): the reason as a translated clause ("it refused the connection"); the system's own message
 * for rare errors. Valid as long as @error.
 */
const char *namida_error_connection_words (const GError *error);

G_END_DECLS
