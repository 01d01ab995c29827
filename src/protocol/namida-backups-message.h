/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages by which a device lists and fetches the backups that are kept for it: GET backups and POST
 * prepare-download. Used by the server, the puller and the window. Pure functions, any thread. Everything that is
 * parsed is untrusted. */
#pragma once

#include "namida-messages.h"

G_BEGIN_DECLS

/** NamidaKeptBackup: one backup that is kept for the requesting device. */
typedef struct
{
  char *id;    /* [A-Za-z0-9_-]{1,64} */
  char *title; /* its title as received; show it only through namida_format_alias() */
  guint64 created_ms;
  gboolean complete;
  guint64 files;
  guint64 bytes;
  gboolean zip;      /* whether it has a backup zip; only known if @labels is not %NULL */
  GPtrArray *labels; /* (nullable) (element-type utf8): its music folders; %NULL if the other program does not say */
} NamidaKeptBackup;
/**
 * Used instead of an id: the newest version of each music folder and of the zip. Programs that do not know it answer
 * NOT_FOUND.
 */
#define NAMIDA_KEPT_BACKUP_NEWEST "newest"
/** namida_kept_backup_free: @self: (transfer full) */
void namida_kept_backup_free (NamidaKeptBackup *self);

/**
 * namida_backups_format: @backups: (element-type NamidaKeptBackup): newest first. Backups that do not fit into
 * NAMIDA_LIMIT_JSON_BYTES are omitted. Returns: (transfer full)
 */
char *namida_backups_format (GPtrArray *backups, gsize *length);
/**
 * namida_backups_parse: Returns: (transfer full) (element-type NamidaKeptBackup) (nullable): %NULL with INVALID_REQUEST
 * or TOO_LARGE.
 */
GPtrArray *namida_backups_parse (const char *data, gsize length, GError **error);

/**
 * namida_download_request_format: Formats the request of prepare-download. @labels: (nullable): %NULL for all music
 * folders. Returns: (transfer full)
 */
char *namida_download_request_format (const char *backup_id, const char *const *labels, gsize *length);
/**
 * namida_download_request_parse: @backup_id: (out) (transfer full). @labels: (out) (transfer full) (nullable).
 * @all_names: (out): whether the requesting device accepts all names that are valid on Linux. Returns: %FALSE with
 * INVALID_REQUEST or TOO_LARGE.
 */
gboolean namida_download_request_parse (
    const char *data, gsize length, char **backup_id, char ***labels, gboolean *all_names, GError **error);
/**
 * namida_download_answer_format: Formats the answer of prepare-download: an offer, which namida_offer_message_parse()
 * reads, with "sessionId" as its first member. Returns: (transfer full)
 */
char *namida_download_answer_format (const char *session_id,
                                     NamidaDeviceInfo *info,
                                     GBytes *manifest,
                                     NamidaBackup *backup,
                                     gboolean all_names,
                                     gsize *length);
/**
 * namida_download_answer_dup_session: Returns: (transfer full) (nullable): the id of the session; %NULL with
 * INVALID_REQUEST.
 */
char *namida_download_answer_dup_session (const char *data, gsize length, GError **error);

/**
 * namida_range_parse: Parses the Range field of RFC 9110, 14.2, of which only "bytes=N-" is supported. Returns: N; 0
 * for %NULL; -1 for anything else.
 */
gint64 namida_range_parse (const char *text);

G_END_DECLS
