/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-messages.h"

G_BEGIN_DECLS

/**
 * NamidaSink: where received bytes go; implemented in store/. One sink a session. All methods block and are called in
 * worker threads; different files in parallel, one file by one thread at a time. Indexes are those of the backup's
 * entries.
 */
#define NAMIDA_TYPE_SINK (namida_sink_get_type ())
G_DECLARE_INTERFACE (NamidaSink, namida_sink, NAMIDA, SINK, GObject)

/** One decision of prepare: wanted, and from where on. */
typedef struct
{
  gboolean declined; /* set before prepare: the person here does not take it, and it is not wanted */
  gboolean wanted;
  guint64 offset;
  char *
      sha256; /* (nullable), owned by who prepares; not set by prepare: of a part that is whole, and need not come again
               */
} NamidaWant;

/** One file at finish. */
typedef struct
{
  guint index;
  const char *sent_sha256;     /* (nullable) what the sender read; NULL: it did not name the file */
  const char *received_sha256; /* (nullable) what we wrote, whole; NULL: not complete */
  NamidaFileResult result;     /* (inout): KEPT_EXISTING: it was not wanted, and stays so unless it cannot be stored */
  char *reason;                /* (out) (nullable) (transfer full): why it could not be stored, a sentence */
  NamidaError code;            /* (out): likewise, when the disk is the cause; INTERNAL: another reason */
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
  void (*settle) (NamidaSink *self); /* (nullable): nothing is left to do */
  void (*park) (NamidaSink *self);
  void (*discard) (NamidaSink *self);
  char *(*dup_folder) (NamidaSink *self);
  guint (*get_hashed) (NamidaSink *self);                  /* (nullable): none */
  guint (*get_healed) (NamidaSink *self, guint *versions); /* (nullable): none */
};

/** The session's id (random, opaque), also the name of its staging folder; stable over resume. (transfer none) */
const char *namida_sink_get_session_id (NamidaSink *self);
/**
 * namida_sink_prepare: makes staging ready, checks room (NO_SPACE: says how much is missing), finds what is already
 * there (same content known by hash: not wanted) and what is left of an interrupted session. @wants: one per entry,
 * with what is declined; the rest is filled here. When nothing is wanted the owner still calls namida_sink_commit()
 * with no files.
 */
gboolean namida_sink_prepare (NamidaSink *self,
                              NamidaBackup *backup,
                              GBytes *manifest,
                              NamidaWant *wants,
                              GCancellable *cancellable,
                              GError **error);
/**
 * namida_sink_preview: what prepare would want, for somebody who only asks: nothing is made, read or written down. Of a
 * sink that is used for nothing else. @wants: one per entry, filled here; what would have to be read first is wanted.
 * Worker threads.
 */
gboolean namida_sink_preview (
    NamidaSink *self, NamidaBackup *backup, NamidaWant *wants, GCancellable *cancellable, GError **error);
/**
 * namida_sink_open_part: opens the part for writing at @offset, truncated there, and feeds the bytes before it into
 * @digest. WRONG_OFFSET when less is there. Returns: a descriptor for namida_sink_close_part(), or -1.
 */
int namida_sink_open_part (NamidaSink *self, guint index, guint64 offset, NamidaDigest *digest, GError **error);
/** namida_sink_close_part: @size: the part's length now; @complete: all bytes are there. Takes @fd, in any case. */
gboolean
namida_sink_close_part (NamidaSink *self, guint index, int fd, guint64 size, gboolean complete, GError **error);
/**
 * namida_sink_commit: compares, makes the good ones durable (fsync, rename without replacing, fsync of folders), writes
 * the journal, fills @result of each. @files: all of the backup, also those that were not wanted. A file that could not
 * be stored is MISSING or MISMATCH with the rest going on; %FALSE only when nothing more can be done (disk full,
 * database gone): what was stored stays stored.
 */
gboolean namida_sink_commit (NamidaSink *self, NamidaCommit *files, guint n_files, GError **error);
/** namida_sink_settle: once, after a successful namida_sink_commit(): what nobody has to wait for. */
void namida_sink_settle (NamidaSink *self);
/** The session is idle or its connection gone: parts stay for NAMIDA_LIMIT_PARKED_DAYS. */
void namida_sink_park (NamidaSink *self);
/** Cancelled: removes this session's parts (never anything stored). */
void namida_sink_discard (NamidaSink *self);
/** namida_sink_get_hashed: how many files prepare had to read whole, to know what they are. */
guint namida_sink_get_hashed (NamidaSink *self);
/** namida_sink_get_healed: after a commit: how many damaged files are whole again by what arrived. @versions: (out): of
 * how many versions. The committing thread. */
guint namida_sink_get_healed (NamidaSink *self, guint *versions);
/** Returns: (transfer full) (nullable): the folder a person should open. */
char *namida_sink_dup_folder (NamidaSink *self);

G_END_DECLS
