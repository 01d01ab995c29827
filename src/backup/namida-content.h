/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

#include <sys/stat.h>

G_BEGIN_DECLS

#define NAMIDA_SHA256_BYTES 32u

/** NamidaFileContent: one file on a disk, and what was read from it. Owns nothing. */
typedef struct
{
  guint64 size, inode, device;
  gint64 mtime_ns;    /* nanoseconds since 1970, as is: */
  gint64 ctime_ns;    /* 0: unknown: it will be read before it is believed */
  gint64 read_at;     /* microseconds since 1970, as is: when its bytes were read and had @sha256; 0: not now */
  gint64 first_at;    /* what a new row has as its date when @read_at is 0 */
  const char *sha256; /* 64 hex digits */
  const char *path;   /* (nullable): absolute, of a file outside the versions */
  gboolean arrived;   /* it was just written: that its inode was one of a damaged file says nothing of that */
} NamidaFileContent;

/** NamidaContentWriter: enters many contents with statements that are prepared once. Used with the database locked and
 * in a transaction of the caller's, by one thread. */
typedef struct _NamidaContentWriter NamidaContentWriter;

NamidaContentWriter *namida_content_writer_new (NamidaDatabase *database, GError **error);
void namida_content_writer_free (NamidaContentWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaContentWriter, namida_content_writer_free)
/**
 * namida_content_writer_enter:
 * @content: a file whose content is known; its hash must have 64 hex digits
 * @read_at: (out) (optional): microseconds since 1970: when the content was last read, now that it is entered
 *
 * Finds the row of the same inode, size, modification time and hash, or makes one. The row takes the change time and
 * the device number of @content: a link, a chmod or a drive that was plugged in again changes no content. A row that
 * was read now is no longer damaged. Other rows of the inode that no version refers to go.
 *
 * Returns: the row's number, or 0 with @error (STORAGE, NO_SPACE).
 */
gint64 namida_content_writer_enter (NamidaContentWriter *self,
                                    const NamidaFileContent *content,
                                    gint64 *read_at,
                                    GError **error);

/** What a statement must select of contents c, one column after the other, for namida_content_writer_refresh(). */
#define NAMIDA_CONTENT_ROW_COLUMNS                                                                                     \
  "c.id, c.inode, c.size, c.mtime_ns, c.sha256, c.device, c.ctime_ns, c.read_at, c.damaged, c.path"

/**
 * namida_content_writer_refresh:
 * @statement: is at a row that has %NAMIDA_CONTENT_ROW_COLUMNS from @column on, all NULL if there is no content
 * @read_at: (out): as of namida_content_writer_enter()
 * @fine: (inout): %FALSE after an error
 *
 * As namida_content_writer_enter() for a content whose row was found already, if it is the row of @content and nothing
 * has found it damaged.
 *
 * Returns: the row's number; 0: it is another content's, or @error (STORAGE, NO_SPACE) is set.
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
 * @id: the row's number, when it is known; or 0
 * @sha256: 64 hex digits: what should have been read
 * @st: (nullable): the file that was read; %NULL: nothing is there, or it cannot be read: every row of the hash
 *
 * Makes the content unknown for every version, place and device that shares the file: it is neither "already there" nor
 * linked until somebody sends it again. Any worker thread.
 */
gboolean namida_content_set_damaged (
    NamidaDatabase *database, gint64 id, const char *sha256, const struct stat *st, GError **error);

/**
 * namida_content_heal: the content @id is the whole file @st from now on, whose bytes were just read. In every version
 * that refers to it. Errors: STORAGE, NO_SPACE. Any worker thread.
 */
gboolean namida_content_heal (NamidaDatabase *database, gint64 id, const struct stat *st, GError **error);

/** namida_content_ctime_ns: Returns: the change time of @st in nanoseconds since 1970. */
gint64 namida_content_ctime_ns (const struct stat *st);
/** namida_content_pack_hash: @bytes: NAMIDA_SHA256_BYTES. Returns: %FALSE when @hex is no hash. */
gboolean namida_content_pack_hash (const char *hex, guint8 *bytes);
/** namida_content_dup_hash: Returns: (transfer full) (nullable): the hash in @column as 64 lower-case hex digits;
 * %NULL: there is none. */
char *namida_content_dup_hash (sqlite3_stmt *statement, int column);

G_END_DECLS
