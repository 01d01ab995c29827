/* SPDX-License-Identifier: GPL-3.0-or-later */
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
  NAMIDA_ITEM_KEPT,     /* the same content is at its place: nothing to do */
  NAMIDA_ITEM_LINKED,   /* a version's hard link, made by prepare */
  NAMIDA_ITEM_COPIED,   /* its part was made from a file of this device */
  NAMIDA_ITEM_MADE,     /* a version's empty folder, made by prepare */
  NAMIDA_ITEM_THERE,    /* in a version that a commit before a crash finished, all but the journal */
  NAMIDA_ITEM_DECLINED, /* nobody here wants it */
} NamidaItemState;

/* What becomes of the entry of the same index. */
typedef struct
{
  NamidaItemState state;
  guint root;
  guint twin;           /* how many items before this have the same place */
  const char *relative; /* below the root */
  const char *sent;     /* what @relative would be on a drive that takes every name; mostly the same text */
  gboolean read;        /* of a LINKED file: prepare has read it */
  /* Of a KEPT file with the content that the sender named: what it was then. 0: by other means. */
  guint64 seen_inode;
  gint64 seen_ctime_ns;
} NamidaItem;

typedef struct
{
  char *path;
  int base_fd; /* the folder @path */
  int fd;      /* where items go: the same, or the version */
  NamidaStaging *staging;
  NamidaNameMap *names; /* (nullable): its drive refuses some names */
  gint64 roomy_until;   /* __atomic, monotonic µs: there was plenty of room a moment ago */
} NamidaRoot;

struct _NamidaStoreSink
{
  GObject parent_instance;

  /* Set by new. */
  NamidaDatabase *database;
  char *data_dir;
  NamidaLanding landing;
  NamidaLayout *layout;
  NamidaJournalSession *session;
  guint64 reserve;       /* 0: the usual */
  guint reread_days;     /* see namida_store_set_reread_days() */
  char *uuid;            /* (nullable): what the sending device says it is */
  char *agreed_by;       /* (nullable): see namida_store_sink_set_source() */
  guint left_out;        /* files that the sender could not read */
  const char *backups;   /* interned: the store */
  const char *chosen[2]; /* (nullable): interned: folders that are not made anew */
  gboolean resumed;
  gboolean same_offer; /* resumed, and nothing of the backup has changed since */
  gboolean by_time;    /* what has the same place, size and time is not asked for */

  /* Set by prepare, read by all threads from then on; @links by one at a time: prepare, then commit. */
  char *owner; /* whose folders of parts they are */
  NamidaBackup *backup;
  GBytes *manifest; /* (nullable) */
  NamidaItem *items;
  guint n_items;
  GStringChunk *places;  /* the texts of @items: one piece of memory, for the main context may be who frees it */
  GPtrArray *roots;      /* NamidaRoot */
  NamidaStaging *hidden; /* landing backup: where the version grows */
  guint hashed;          /* files that prepare has read whole */
  NamidaHealed healed;   /* by the commit */
  GHashTable *links;     /* inode → change time (both gint64) after the last link that was made here */
  gint64 reread_until;   /* monotonic microseconds: after that, what was read long ago is linked unread */
  char *version;         /* (nullable) its final path, once it is there */

  GMutex lock; /* guards: */
  gboolean ended;
  char *folder;
};

/* A hard link to a file that lies in a version below @root already. */
typedef struct
{
  const NamidaRoot *root;
  NamidaStoreSink *sink; /* what it has linked is remembered there */
  const char *sha256;    /* (nullable): read the file and compare before */
  gboolean read;         /* (out): whether it was read */
  guint64 size;
  gint64 mtime_ns; /* the link has its file's time: they must be the same, to a millisecond; NAMIDA_ENTRY_TIME_UNKNOWN:
                      any */
} NamidaLinkWish;
/** namida_link_known: makes @name in the folder @to. Only a file that nobody means to write to, through no link on its
 * way. What the table does not know for certain (another device number, another change time), or what was read last
 * long ago, is read before; what is found damaged is unknown from then on. Returns: %FALSE: nothing was made. */
gboolean namida_link_known (NamidaLinkWish *wish, const NamidaHashRow *row, int to, const char *name);
/** namida_store_sink_is_last_link: Returns: whether nothing happened to the file @st since namida_link_known() linked
 * it last for @self. */
gboolean namida_store_sink_is_last_link (NamidaStoreSink *self, const struct stat *st);

/* Of namida-prepare.c and namida-commit.c; worker threads. */
gboolean
namida_store_sink_do_prepare (NamidaStoreSink *self, NamidaWant *wants, GCancellable *cancellable, GError **error);
gboolean namida_store_sink_do_commit (NamidaStoreSink *self, NamidaCommit *files, guint n_files, GError **error);

NamidaEntry *namida_store_sink_entry (NamidaStoreSink *self, guint index);
NamidaRoot *namida_store_sink_root (NamidaStoreSink *self, guint index);
/** (transfer full): the part of an item is called after its place, size and time: a repeated offer may list the files
 * in another order, and a file that changed since starts over. */
char *namida_store_sink_dup_part_name (NamidaStoreSink *self, guint index);
/** (transfer full): the name of the device's folder in the root: what a drive takes of it. */
char *namida_store_sink_dup_device_folder (NamidaStoreSink *self, guint root);
/** The same, into @path. */
void namida_store_sink_write_final_path (NamidaStoreSink *self, guint root, const char *relative, GString *path);
/** Whether @need bytes fit on the disk of @fd with the reserve left free; @missing: (out) (optional): how many do not.
 */
gboolean namida_store_sink_has_room (NamidaStoreSink *self, int fd, guint64 need, guint64 *missing);
void namida_store_sink_remove_staging (NamidaStoreSink *self);
/** The mode and the time (0: any) that a stored file has; a part gets them as soon as it is whole, so that a commit
 * has little left to do. FALSE with errno. */
gboolean namida_store_sink_set_attributes (NamidaStoreSink *self, gint64 mtime_ns, int fd);
gboolean namida_store_sink_has_attributes (NamidaStoreSink *self, gint64 mtime_ns, const struct stat *st);

/* namida-preview.c: of the interface. */
gboolean namida_store_sink_preview (
    NamidaSink *sink, NamidaBackup *backup, NamidaWant *wants, GCancellable *cancellable, GError **error);

G_END_DECLS
