/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of contents in the database, shared by the hash index of senders and by the versions of the store. Used
 * in worker threads. */
#pragma once

#include "namida-database.h"

#include <sys/stat.h>

G_BEGIN_DECLS

#define NAMIDA_SHA256_BYTES 32u

/** NamidaFileContent: a file on a disk and what was read from it. Owns nothing. */
typedef struct
{
  guint64 size, inode, device;
  gint64 mtime_ns;    /* nanoseconds since 1970 */
  gint64 ctime_ns;    /* nanoseconds since 1970; 0: unknown, so the file is read before it is trusted */
  gint64 read_at;     /* microseconds since 1970: when its bytes were read and matched @sha256; 0: not now */
  gint64 first_at;    /* microseconds since 1970: the date of a new row if @read_at is 0 */
  const char *sha256; /* 64 hex digits */
  const char *path;   /* (nullable): the absolute path, for a file outside of the versions */
  gboolean arrived;   /* the file was just written, so damage recorded for its inode does not apply to it */
} NamidaFileContent;

/**
 * NamidaContentWriter: enters many contents with prepared statements. Used by one thread, with the database locked and
 * within a transaction of the caller.
 */
typedef struct _NamidaContentWriter NamidaContentWriter;

/** namida_content_writer_new: Returns: (transfer full) (nullable): %NULL with STORAGE. */
NamidaContentWriter *namida_content_writer_new (NamidaDatabase *database, GError **error);
/** namida_content_writer_free: @self: (transfer full) */
void namida_content_writer_free (NamidaContentWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaContentWriter, namida_content_writer_free)
/**
 * namida_content_writer_enter:
 * @content: a file whose content is known; its hash must have 64 hex digits
 * @read_at: (out) (optional): microseconds since 1970: when the content was last read, including now
 *
 * Finds the row with the same inode, size, modification time and hash, or creates one. The row gets the change time and
 * the device number of @content, because a link, a chmod or a reconnected drive does not change the content. A row
 * whose file was read now is no longer damaged. Other rows of the inode that no version refers to are deleted.
 *
 * Returns: the id of the row, or 0 with @error (STORAGE, NO_SPACE)
 */
gint64 namida_content_writer_enter (NamidaContentWriter *self,
                                    const NamidaFileContent *content,
                                    gint64 *read_at,
                                    GError **error);

/** The columns of contents c that a statement must select, in this order, for namida_content_writer_refresh(). */
#define NAMIDA_CONTENT_ROW_COLUMNS                                                                                     \
  "c.id, c.inode, c.size, c.mtime_ns, c.sha256, c.device, c.ctime_ns, c.read_at, c.damaged, c.path"

/**
 * namida_content_writer_refresh:
 * @content: a file whose content is known
 * @statement: at a row that has %NAMIDA_CONTENT_ROW_COLUMNS from @column on; all are NULL if there is no content
 * @column: the first of these columns
 * @read_at: (out): as for namida_content_writer_enter()
 * @fine: (inout): set to %FALSE after an error
 *
 * Like namida_content_writer_enter(), for a row that was already found. The row must be that of @content and must not
 * be damaged.
 *
 * Returns: the id of the row; 0 if it is the row of another content, or if @error (STORAGE, NO_SPACE) is set
 */
gint64 namida_content_writer_refresh (NamidaContentWriter *self,
                                      const NamidaFileContent *content,
                                      sqlite3_stmt *statement,
                                      int column,
                                      gint64 *read_at,
                                      gboolean *fine,
                                      GError **error);

/**
 * namida_content_set_damaged:
 * @id: the id of the row, or 0 if it is unknown
 * @sha256: 64 hex digits: the hash that was expected
 * @st: (nullable): the file that was read; %NULL if it is missing or cannot be read, which marks every row with the
 * hash
 *
 * Makes the content unknown for every version, place and device that shares the file: it is no longer "already there"
 * and is not linked until it is sent again. Any worker thread.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE
 */
gboolean namida_content_set_damaged (
    NamidaDatabase *database, gint64 id, const char *sha256, const struct stat *st, GError **error);

/**
 * namida_content_heal: Makes the intact file @st, whose bytes were just read, the file of the content @id, in every
 * version that refers to it. Errors: STORAGE, NO_SPACE. Any worker thread.
 */
gboolean namida_content_heal (NamidaDatabase *database, gint64 id, const struct stat *st, GError **error);

/** namida_content_ctime_ns: Returns: the change time of @st in nanoseconds since 1970. */
gint64 namida_content_ctime_ns (const struct stat *st);
/**
 * namida_content_pack_hash: @hex: 64 hex digits. @bytes: NAMIDA_SHA256_BYTES bytes. Returns: %FALSE if @hex is not a
 * hash.
 */
gboolean namida_content_pack_hash (const char *hex, guint8 *bytes);
/**
 * namida_content_dup_hash: Returns: (transfer full) (nullable): the hash in @column as 64 lower-case hex digits; %NULL
 * if there is none.
 */
char *namida_content_dup_hash (sqlite3_stmt *statement, int column);

G_END_DECLS
