/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaError:
 *
 * The one error domain. Codes up to %NAMIDA_ERROR_NO_DRIVE are those of the wire (docs/protocol.md, "Errors"); the
 * rest never travel: they say what went wrong on this side. Messages are sentences for a person: what happened, to
 * what, and what to do next.
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
  NAMIDA_ERROR_NO_INODES,      /* the file system has no room for another name */
  NAMIDA_ERROR_QUOTA,          /* the user's share of the disk is used up */
  NAMIDA_ERROR_FILE_TOO_LARGE, /* for the file system */
  NAMIDA_ERROR_READ_ONLY,      /* the file system */
  NAMIDA_ERROR_NO_PERMISSION,  /* to write there */
  NAMIDA_ERROR_NO_DRIVE,       /* the folder that somebody chose is not there, as that of a drive that is unplugged */
  /* Never on the wire. */
  NAMIDA_ERROR_NO_SUCH_DEVICE,   /* nobody of that name, address or fingerprint answered */
  NAMIDA_ERROR_UNREACHABLE,      /* connection refused, lost or timed out */
  NAMIDA_ERROR_IDENTITY_CHANGED, /* the certificate is not the one that was pinned */
  NAMIDA_ERROR_INCOMPLETE,       /* done, but some files were not stored */
  NAMIDA_ERROR_SOURCE_CHANGED,   /* a file grew, shrank or vanished while it was sent */
  NAMIDA_ERROR_STORAGE,          /* a local file or the database could not be read or written */
  NAMIDA_N_ERRORS
} NamidaError;

#define NAMIDA_ERROR (namida_error_quark ())
GQuark namida_error_quark (void);

/**
 * namida_error_code_to_string:
 * Returns: (transfer none): the code as the wire spells it ("unsafe-path"); "internal" for those that never travel.
 */
const char *namida_error_code_to_string (NamidaError code);

/**
 * namida_error_code_from_string:
 * @code: (nullable): what a peer sent
 * Returns: the code, %NAMIDA_ERROR_INTERNAL when unknown.
 */
NamidaError namida_error_code_from_string (const char *code);

/**
 * namida_error_code_from_status:
 * @status: an HTTP status
 * Returns: the code that fits a status whose body named none.
 */
NamidaError namida_error_code_from_status (guint status);

/**
 * namida_error_http_status:
 * Returns: the HTTP status for @error; 500 for errors that are not ours, 507 also for %G_IO_ERROR_NO_SPACE.
 */
guint namida_error_http_status (const GError *error);

/**
 * namida_error_set_from_errno:
 * @what: what could not be done, a whole clause in the person's language ("Could not write “x”")
 *
 * Sets %NAMIDA_ERROR_NO_SPACE for ENOSPC and EDQUOT, else %NAMIDA_ERROR_STORAGE, with the system's reason.
 */
void namida_error_set_from_errno (GError **error, int saved_errno, const char *what);

/**
 * namida_error_set_from_write:
 * @fd: a descriptor on the file system that was written to, or -1
 * @what: what could not be done, a whole clause in the person's language
 *
 * As namida_error_set_from_errno(), for what was received and could not be written: sets %NAMIDA_ERROR_NO_SPACE,
 * NO_INODES, QUOTA, FILE_TOO_LARGE, READ_ONLY or NO_PERMISSION, else %NAMIDA_ERROR_STORAGE. Any thread.
 */
void namida_error_set_from_write (GError **error, int saved_errno, int fd, const char *what);

/**
 * namida_error_is_full:
 * @error: (nullable)
 * Returns: whether nothing more can be written until somebody makes room: NO_SPACE, NO_INODES, QUOTA or READ_ONLY.
 */
gboolean namida_error_is_full (const GError *error);

/**
 * namida_error_is_storage:
 * @error: (nullable)
 * Returns: whether this device's disk is the cause: one of namida_error_set_from_write().
 */
gboolean namida_error_is_storage (const GError *error);

/**
 * namida_error_storage_words_there:
 * Returns: (transfer none) (nullable): a sentence for a file that the other device could not store for the reason
 * @code; %NULL for a code that is no reason of a disk. Translated.
 */
const char *namida_error_storage_words_there (NamidaError code);

/**
 * namida_error_connection_words:
 * @error: (nullable): what a connection ended with, as GIO tells it; NULL: nothing came of it in time
 * Returns: (transfer none): the reason as a clause in the person's language ("nothing answers there"); the system's own
 * words for what is rare. Valid as long as @error.
 */
const char *namida_error_connection_words (const GError *error);

G_END_DECLS
