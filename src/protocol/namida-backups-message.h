/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-messages.h"

G_BEGIN_DECLS

/* GET backups and POST prepare-download. Pure functions, any thread; everything parsed is untrusted. */

/** One backup that is kept for the asker. */
typedef struct
{
  char *id;    /* [A-Za-z0-9_-]{1,64} */
  char *title; /* what it is in words; as sent: for namida_format_alias() */
  guint64 created_ms;
  gboolean complete;
  guint64 files;
  guint64 bytes;
  gboolean zip;      /* it has a backup zip; when @labels is not %NULL */
  GPtrArray *labels; /* (nullable) (element-type utf8): its music folders; %NULL: the other program does not say */
} NamidaKeptBackup;
/** In the place of an id: the newest of each music folder and of the zip. NOT_FOUND of programs that do not know it. */
#define NAMIDA_KEPT_BACKUP_NEWEST "newest"
void namida_kept_backup_free (NamidaKeptBackup *self);

/** @backups: (element-type NamidaKeptBackup): newest first. What does not fit NAMIDA_LIMIT_JSON_BYTES is left out. */
char *namida_backups_format (GPtrArray *backups, gsize *length);
/** (transfer full) (element-type NamidaKeptBackup) (nullable): INVALID_REQUEST, TOO_LARGE. */
GPtrArray *namida_backups_parse (const char *data, gsize length, GError **error);

/** prepare-download's question. @labels: (nullable): all music folders. */
char *namida_download_request_format (const char *backup_id, const char *const *labels, gsize *length);
/** @labels: (out) (transfer full) (nullable); @all_names: (out): who asks takes all names that Linux takes */
gboolean namida_download_request_parse (
    const char *data, gsize length, char **backup_id, char ***labels, gboolean *all_names, GError **error);
/** Its answer: an offer (namida_offer_message_parse() reads that) with "sessionId" as its first member. */
char *namida_download_answer_format (const char *session_id,
                                     NamidaDeviceInfo *info,
                                     GBytes *manifest,
                                     NamidaBackup *backup,
                                     gboolean all_names,
                                     gsize *length);
/** (transfer full) (nullable): the session's id; INVALID_REQUEST. */
char *namida_download_answer_dup_session (const char *data, gsize length, GError **error);

/** namida_range_parse: the Range field of RFC 9110, 14.2, as far as it is spoken here: "bytes=N-". Returns: N; 0 for
 * NULL; -1 for everything else, which is no range here. */
gint64 namida_range_parse (const char *text);

G_END_DECLS
