/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** The time of a file that its sender did not name: every time that a file can have is another one, 1970 included. */
#define NAMIDA_ENTRY_TIME_UNKNOWN G_MININT64

typedef enum
{
  NAMIDA_ENTRY_BACKUP_ZIP, /* the backup zip itself: no label */
  NAMIDA_ENTRY_FILE,       /* a file of a music folder (label), or a single file (no label) */
  NAMIDA_ENTRY_FOLDER,     /* an empty folder, type "inode/directory", size 0: only between our own devices */
} NamidaEntryKind;

/** NamidaEntry: one thing of a backup. Reference-counted (g_atomic_rc_box), 200,000 of them in one offer: keep it
 * small. Immutable once shared, but for @sha256 on the sender. */
typedef struct
{
  NamidaEntryKind kind;
  char *id;            /* "f1": unique in its offer, [A-Za-z0-9_-]{1,64} */
  char *name;          /* last component; this and @relative_path: any bytes */
  char *label;         /* the music folder's label; "" for the zip and single files */
  char *relative_path; /* below the label, '/' between, ends in @name; "" when the label is "" */
  guint64 size;        /* bytes */
  gint64 mtime_ns;     /* nanoseconds since 1970, or NAMIDA_ENTRY_TIME_UNKNOWN; the wire carries milliseconds */
  char *type;          /* (nullable) MIME type */
  char *sha256;        /* (nullable) lower-case hex, when known */
  char *offered_as;    /* (nullable) receiver only: what its sender calls it, where that is no safe name */
  char *source;        /* (nullable) sender only: absolute path, file name encoding */
  guint64 inode;       /* sender only */
  guint64 device;      /* sender only */
  gint64 ctime_ns;     /* sender only: the change time, nanoseconds since 1970 */
} NamidaEntry;

NamidaEntry *namida_entry_new (void);
NamidaEntry *namida_entry_ref (NamidaEntry *self);
void namida_entry_unref (NamidaEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaEntry, namida_entry_unref)
/** namida_entry_dup_path: Returns: (transfer full): "Music/Björk/01.flac", or the name: how this entry is named to a
 * person. Always UTF-8: bytes of the name that are none are replaced. */
char *namida_entry_dup_path (const NamidaEntry *self);
/** namida_entry_dup_place: Returns: (transfer full) (type filename): the same, byte for byte: no two entries of a
 * backup have the same one. */
char *namida_entry_dup_place (const NamidaEntry *self);
/** namida_entry_is_text: whether the names of the entry are UTF-8 text. Names of Linux may be any bytes. Any thread. */
gboolean namida_entry_is_text (const NamidaEntry *self);

/** namida_entry_dup_offered: Returns: (transfer full): the same as its sender calls it. */
char *namida_entry_dup_offered (const NamidaEntry *self);

/**
 * namida_entry_compare: the order of a backup: zip first, then by label and path; '/' sorts before every other
 * character, so that what is in a folder directly follows its name. 0: the same place.
 */
int namida_entry_compare (const NamidaEntry *a, const NamidaEntry *b);
/** namida_entry_get_mtime_ms: Returns: milliseconds since 1970, as the wire carries them (rounded towards the past); 0
 * for a time that is unknown. */
gint64 namida_entry_get_mtime_ms (const NamidaEntry *self);
/**
 * namida_entry_is_portable: whether each program of any make and version takes the entry's name
 * (namida_safe_path_check_portable()); the others go only to a device with the feature "names". Any thread.
 */
gboolean namida_entry_is_portable (const NamidaEntry *self);
/** namida_entry_guess_type: Returns: (transfer none): a MIME type by the name's ending. */
const char *namida_entry_guess_type (const char *name);

G_END_DECLS
