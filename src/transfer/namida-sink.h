/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface through which the server and the puller save what they receive, without knowing the store. All methods
 * block: worker threads. */
#pragma once

#include "namida-backup.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-messages.h"

G_BEGIN_DECLS

/** NamidaSink: where received bytes are saved; implemented in src/store. Each session has its own sink. All methods
 * block and are called in worker threads. Different files may be handled in parallel, but each file by one thread at a
 * time. The indexes are those of the entries of the backup. */
#define NAMIDA_TYPE_SINK (namida_sink_get_type ())
G_DECLARE_INTERFACE (NamidaSink, namida_sink, NAMIDA, SINK, GObject)

/** NamidaWant: the decision of prepare about one entry: whether it is wanted, and from which offset on. */
typedef struct
{
  gboolean declined; /* set before prepare: the user declined it, so it is not wanted */
  gboolean wanted;
  guint64 offset;
  char *
      sha256; /* (nullable), owned and set by the caller after prepare: hash of a complete part; it is not sent again */
} NamidaWant;

/** NamidaCommit: one file at the end of a session. */
typedef struct
{
  guint index;
  const char *sent_sha256;     /* (nullable): hash of the bytes that the sender read; NULL: not named */
  const char *received_sha256; /* (nullable): hash of the complete written file; NULL: incomplete */
  NamidaFileResult result;     /* (inout): stays KEPT_EXISTING for an unwanted file unless it cannot be stored */
  char *reason;                /* (out) (nullable) (transfer full): why it was not stored, a sentence */
  NamidaError code;            /* (out): the error if the disk is the cause, otherwise INTERNAL */
} NamidaCommit;

struct _NamidaSinkInterface
{
  GTypeInterface g_iface;
  const char *(*get_session_id) (NamidaSink *self);
  gboolean (*prepare) (NamidaSink *self,
                       NamidaBackup *backup,
                       GBytes *manifest,
                       NamidaWant *wants,
                       GCancellable *cancellable,
                       GError **error);
  gboolean (*preview) (NamidaSink *self,
                       NamidaBackup *backup,
                       NamidaWant *wants,
                       GCancellable *cancellable,
                       GError **error); /* (nullable) */
  int (*open_part) (NamidaSink *self, guint index, guint64 offset, NamidaDigest *digest, GError **error);
  gboolean (*close_part) (NamidaSink *self, guint index, int fd, guint64 size, gboolean complete, GError **error);
  gboolean (*commit) (NamidaSink *self, NamidaCommit *files, guint n_files, GError **error);
  void (*park) (NamidaSink *self);
  void (*discard) (NamidaSink *self);
  char *(*dup_folder) (NamidaSink *self);
  guint (*get_hashed) (NamidaSink *self);                  /* (nullable): reports 0 */
  guint (*get_healed) (NamidaSink *self, guint *versions); /* (nullable): reports 0 */
};

/** namida_sink_get_session_id: Returns: (transfer none): the random, opaque ID of the session, which is also the name
 * of its staging folder. It stays the same when the session is resumed. */
const char *namida_sink_get_session_id (NamidaSink *self);
/**
 * namida_sink_prepare:
 * @wants: one for each entry, with @declined set; the other members are filled in
 *
 * Prepares the staging folder, checks the free space (NO_SPACE says how much is missing), and finds existing files
 * (content with the same hash is not wanted) and what is left of an interrupted session. If nothing is wanted, the
 * owner still calls namida_sink_commit() without files.
 *
 * Returns: %FALSE with @error
 */
gboolean namida_sink_prepare (NamidaSink *self,
                              NamidaBackup *backup,
                              GBytes *manifest,
                              NamidaWant *wants,
                              GCancellable *cancellable,
                              GError **error);
/**
 * namida_sink_preview:
 * @wants: one for each entry; filled in. A file that would have to be read first counts as wanted
 *
 * Finds out which files prepare would want, for a device that only asks. Nothing is created, read or recorded. Use a
 * sink that is used for nothing else. Worker threads.
 *
 * Returns: %FALSE with @error
 */
gboolean namida_sink_preview (
    NamidaSink *self, NamidaBackup *backup, NamidaWant *wants, GCancellable *cancellable, GError **error);
/** namida_sink_open_part: Opens the part for writing at @offset, truncates it there, and feeds the bytes before it into
 * @digest. Returns: a descriptor for namida_sink_close_part(), or -1, with WRONG_OFFSET if the part is shorter. */
int namida_sink_open_part (NamidaSink *self, guint index, guint64 offset, NamidaDigest *digest, GError **error);
/** namida_sink_close_part: @size: the current length of the part; @complete: whether all bytes are there. Always takes
 * ownership of @fd. Returns: %FALSE with @error. */
gboolean
namida_sink_close_part (NamidaSink *self, guint index, int fd, guint64 size, gboolean complete, GError **error);
/**
 * namida_sink_commit:
 * @files: all files of the backup, including those that were not wanted; @result of each is set
 *
 * Compares the hashes, makes the good files durable (fsync, rename without replacing, fsync of folders), and writes the
 * journal. A file that could not be stored is MISSING or MISMATCH, and the others are still stored.
 *
 * Returns: %FALSE only if nothing more can be stored (disk full, database lost). What was stored until then stays
 */
gboolean namida_sink_commit (NamidaSink *self, NamidaCommit *files, guint n_files, GError **error);
/** namida_sink_park: the session is idle or its connection was lost: its parts are kept for
 * NAMIDA_LIMIT_PARKED_DAYS. */
void namida_sink_park (NamidaSink *self);
/** namida_sink_discard: the session was canceled: removes its parts, but never a stored file. */
void namida_sink_discard (NamidaSink *self);
/** namida_sink_get_hashed: Returns: how many files prepare had to read completely to find out their content. */
guint namida_sink_get_hashed (NamidaSink *self);
/** namida_sink_get_healed: called after a commit, in the committing thread. @versions: (out): the number of versions
 * concerned. Returns: how many damaged files were repaired with what arrived. */
guint namida_sink_get_healed (NamidaSink *self, guint *versions);
/** namida_sink_dup_folder: Returns: (transfer full) (nullable): the folder that the user should open. */
char *namida_sink_dup_folder (NamidaSink *self);

G_END_DECLS
