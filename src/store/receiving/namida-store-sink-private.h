/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The internals of NamidaStoreSink that its files share: the items, the roots and the state of a session. Used by
 * namida-store-sink.c, namida-prepare.c, namida-preview.c, namida-link-known.c and the commit, in the worker that the
 * session currently runs in. */
#pragma once

#include "namida-hash-index.h"
#include "namida-heal.h"
#include "namida-layout.h"
#include "namida-name-map.h"
#include "namida-staging.h"
#include "namida-store-sink.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_ITEM_WANTED,   /* its bytes come from the sender */
  NAMIDA_ITEM_KEPT,     /* the same content is already in its place */
  NAMIDA_ITEM_LINKED,   /* a hard link in a version, created by prepare */
  NAMIDA_ITEM_COPIED,   /* its part was copied from a file on this device */
  NAMIDA_ITEM_MADE,     /* an empty folder of a version, created by prepare */
  NAMIDA_ITEM_THERE,    /* in a version that a commit finished before a crash, except for the journal */
  NAMIDA_ITEM_DECLINED, /* the user did not select it */
} NamidaItemState;

/* The state of the entry with the same index. */
typedef struct
{
  NamidaItemState state;
  guint root;
  guint twin;           /* the number of earlier items with the same place */
  const char *relative; /* below the root */
  const char *sent;     /* @relative as on a drive that accepts every name; mostly the same text */
  gboolean read;        /* for a LINKED file: prepare has read it */
  /* For a KEPT file that matched the sender’s SHA-256: its inode and change time at that moment. 0 if it was matched in
   * another way. */
  guint64 seen_inode;
  gint64 seen_ctime_ns;
} NamidaItem;

typedef struct
{
  char *path;
  int base_fd; /* the folder @path */
  int fd;      /* where items are created: the same folder, or the version */
  NamidaStaging *staging;
  NamidaNameMap *names; /* (nullable): set if the drive refuses some names */
  gint64 roomy_until;   /* __atomic, monotonic µs: free space was found to be plentiful until then */
} NamidaRoot;

struct _NamidaStoreSink
{
  GObject parent_instance;

  /* Set when the sink is created. */
  NamidaDatabase *database;
  char *data_dir;
  NamidaLanding landing;
  NamidaLayout *layout;
  NamidaJournalSession *session;
  guint64 reserve;       /* bytes; 0: the default */
  guint reread_days;     /* see namida_store_set_reread_days() */
  char *uuid;            /* (nullable): the UUID that the sending device claims */
  char *agreed_by;       /* (nullable): see namida_store_sink_set_source() */
  guint left_out;        /* the number of files that the sender skipped */
  const char *backups;   /* interned: the folder of the store */
  const char *chosen[2]; /* (nullable), interned: folders that are never created again */
  gboolean resumed;
  gboolean same_offer; /* resumed, and the backup has not changed since */
  gboolean by_time;    /* files with the same place, size and time are not requested */

  /* Set by prepare and read by all threads afterwards. @links is used by one thread at a time: prepare, then commit. */
  char *owner; /* the owner of the folders of parts */
  NamidaBackup *backup;
  GBytes *manifest; /* (nullable) */
  NamidaItem *items;
  guint n_items;
  GStringChunk *places;  /* the texts of @items, in one block, so that freeing them in the main context is fast */
  GPtrArray *roots;      /* NamidaRoot */
  NamidaStaging *hidden; /* for NAMIDA_LANDING_BACKUP: where the version is assembled */
  guint hashed;          /* the number of files that prepare has read completely */
  NamidaHealed healed;   /* set by commit */
  GHashTable *links;     /* inode → change time (both gint64) after the last link that this session made */
  gint64 reread_until;   /* monotonic µs: afterwards, files that were last read long ago are linked without reading */
  char *version;         /* (nullable): its final path, once it has been renamed */

  GMutex lock; /* guards the following members */
  gboolean ended;
  char *folder;
};

/* NamidaLinkRequest: a request to create a hard link to a file that is already in a version below @root. */
typedef struct
{
  const NamidaRoot *root;
  NamidaStoreSink *sink; /* remembers the link */
  const char *sha256;    /* (nullable): read the file and compare it with this first */
  gboolean read;         /* (out): whether the file was read */
  guint64 size;
  gint64 mtime_ns; /* must match the file to 1 ms; NAMIDA_ENTRY_TIME_UNKNOWN: any */
} NamidaLinkRequest;
/** namida_link_known: creates the link @name in the folder @to. Links only to files that are read-only and are reached
 * without following links. A file is read first if the table is not certain about it (another device number or change
 * time) or if it was last read long ago. A file that turns out to be damaged is marked as such. Returns: %FALSE if no
 * link was created. */
gboolean namida_link_known (NamidaLinkRequest *request, const NamidaHashRow *row, int to, const char *name);
/** namida_store_sink_is_last_link: Returns: whether the file @st is unchanged since namida_link_known() last linked to
 * it for @self. */
gboolean namida_store_sink_is_last_link (NamidaStoreSink *self, const struct stat *st);

/** namida_store_sink_do_prepare: implements namida_sink_prepare(), in namida-prepare.c. Worker threads. */
gboolean
namida_store_sink_do_prepare (NamidaStoreSink *self, NamidaWant *wants, GCancellable *cancellable, GError **error);
/** namida_store_sink_do_commit: implements namida_sink_commit(), in namida-commit.c. Worker threads. */
gboolean namida_store_sink_do_commit (NamidaStoreSink *self, NamidaCommit *files, guint n_files, GError **error);

/** namida_store_sink_entry: Returns: (transfer none): the entry with this index. */
NamidaEntry *namida_store_sink_entry (NamidaStoreSink *self, guint index);
/** namida_store_sink_root: Returns: (transfer none): the root with this index. */
NamidaRoot *namida_store_sink_root (NamidaStoreSink *self, guint index);
/** namida_store_sink_dup_part_name: Returns: (transfer full): the name of the part of an item. It is derived from the
 * item's place, size and time, because a repeated offer may list the files in another order, and a file that has
 * changed must start over. */
char *namida_store_sink_dup_part_name (NamidaStoreSink *self, guint index);
/** namida_store_sink_dup_device_folder: Returns: (transfer full): the name of the device's folder in the root, as the
 * drive accepts it. */
char *namida_store_sink_dup_device_folder (NamidaStoreSink *self, guint root);
/** namida_store_sink_write_final_path: @path: (out caller-allocates): is set to the final path of @relative below the
 * root with this index. */
void namida_store_sink_write_final_path (NamidaStoreSink *self, guint root, const char *relative, GString *path);
/** namida_store_sink_has_room: Returns: whether @need bytes fit on the disk of @fd with the reserve kept free.
 * @missing: (out) (optional): the number of bytes that do not fit. */
gboolean namida_store_sink_has_room (NamidaStoreSink *self, int fd, guint64 need, guint64 *missing);
/** namida_store_sink_remove_staging: removes the parts of the session and its unfinished version; what cannot be
 * removed is logged. */
void namida_store_sink_remove_staging (NamidaStoreSink *self);
/** namida_store_sink_set_attributes: sets the mode and the time (0: leave it) of a stored file. A part gets them as
 * soon as it is complete, so that the commit has little left to do. Returns: %FALSE with errno set. */
gboolean namida_store_sink_set_attributes (NamidaStoreSink *self, gint64 mtime_ns, int fd);
/** namida_store_sink_has_attributes: Returns: whether @st has what namida_store_sink_set_attributes() sets. */
gboolean namida_store_sink_has_attributes (NamidaStoreSink *self, gint64 mtime_ns, const struct stat *st);

/** namida_store_sink_preview: implements namida_sink_preview(), in namida-preview.c. */
gboolean namida_store_sink_preview (
    NamidaSink *sink, NamidaBackup *backup, NamidaWant *wants, GCancellable *cancellable, GError **error);

G_END_DECLS
