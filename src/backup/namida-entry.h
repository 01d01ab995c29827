/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One file or empty folder of a backup. Created by the scanner and by the parsers of offers; read by the sender, the
 * server and the store. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** The mtime of a file whose sender named none. No real time equals it, not even 1970. */
#define NAMIDA_ENTRY_TIME_UNKNOWN G_MININT64

typedef enum
{
  NAMIDA_ENTRY_BACKUP_ZIP, /* the backup zip itself; it has no label */
  NAMIDA_ENTRY_FILE,       /* a file of a music folder (with a label), or a single file (without a label) */
  NAMIDA_ENTRY_FOLDER,     /* an empty folder, type "inode/directory", size 0; only between our own devices */
} NamidaEntryKind;

/**
 * NamidaEntry: one file or folder of a backup. Reference-counted (g_atomic_rc_box). Keep it small, because one offer
 * may have 200,000 of them. Immutable once shared, except @sha256 at the sender.
 */
typedef struct
{
  NamidaEntryKind kind;
  char *id;            /* "f1": unique in its offer, [A-Za-z0-9_-]{1,64} */
  char *name;          /* the last component; like @relative_path, any bytes */
  char *label;         /* the music folder's label; "" for the zip and single files */
  char *relative_path; /* below the label, with '/' between, ends in @name; "" if the label is "" */
  guint64 size;        /* bytes */
  gint64 mtime_ns;     /* nanoseconds since 1970, or NAMIDA_ENTRY_TIME_UNKNOWN; the wire carries milliseconds */
  char *type;          /* (nullable) MIME type */
  char *sha256;        /* (nullable) lower-case hex, if known */
  char *offered_as;    /* (nullable) receiver only: the sender's name for it, if that is not a safe name */
  char *source;        /* (nullable) sender only: absolute path, in file name encoding */
  guint64 inode;       /* sender only */
  guint64 device;      /* sender only */
  gint64 ctime_ns;     /* sender only: change time in nanoseconds since 1970 */
} NamidaEntry;

/** namida_entry_new: Returns: (transfer full): an empty entry of unknown time. */
NamidaEntry *namida_entry_new (void);
/** namida_entry_ref: Returns: (transfer full): @self. Any thread. */
NamidaEntry *namida_entry_ref (NamidaEntry *self);
/** namida_entry_unref: @self: (transfer full). Any thread. */
void namida_entry_unref (NamidaEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaEntry, namida_entry_unref)
/**
 * namida_entry_dup_path: Returns: (transfer full): the path as shown to the user: "Music/Björk/01.flac", or the name.
 * Always UTF-8; other bytes are replaced.
 */
char *namida_entry_dup_path (const NamidaEntry *self);
/**
 * namida_entry_dup_place: Returns: (transfer full) (type filename): the same path, byte by byte. It is unique in a
 * backup.
 */
char *namida_entry_dup_place (const NamidaEntry *self);
/**
 * namida_entry_is_text: Returns: whether the names of the entry are UTF-8. On Linux, names may be any bytes. Any
 * thread.
 */
gboolean namida_entry_is_text (const NamidaEntry *self);

/**
 * namida_entry_dup_offered: Returns: (transfer full): like namida_entry_dup_path(), but with the name that the sender
 * uses.
 */
char *namida_entry_dup_offered (const NamidaEntry *self);

/**
 * namida_entry_compare: The order of a backup: the zip first, then by label and path. '/' sorts before every other
 * character, so that the contents of a folder directly follow its name. Returns: 0 if both have the same place.
 */
int namida_entry_compare (const NamidaEntry *a, const NamidaEntry *b);
/**
 * namida_entry_get_mtime_ms: Returns: milliseconds since 1970 as they are sent on the wire (rounded toward the past); 0
 * if the time is unknown.
 */
gint64 namida_entry_get_mtime_ms (const NamidaEntry *self);
/**
 * namida_entry_is_portable: Returns: whether every other program and version accepts the name of the entry
 * (namida_safe_path_check_portable()). Other entries are only sent to a device with the feature "names". Any thread.
 */
gboolean namida_entry_is_portable (const NamidaEntry *self);
/** namida_entry_guess_type: Returns: (transfer none): a MIME type, guessed from the extension. */
const char *namida_entry_guess_type (const char *name);

G_END_DECLS
