/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-layout.h"
#include "namida-staging.h"
#include "namida-store-sink.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_ITEM_WANTED, /* its bytes come from the sender */
  NAMIDA_ITEM_KEPT,   /* the same content is at its place: nothing to do */
  NAMIDA_ITEM_LINKED, /* a version's hard link, made by prepare */
  NAMIDA_ITEM_COPIED, /* its part was made from a file of this device */
  NAMIDA_ITEM_MADE,   /* a version's empty folder, made by prepare */
  NAMIDA_ITEM_THERE,  /* in a version that a commit before a crash finished, all but the journal */
} NamidaItemState;

/* What becomes of the entry of the same index. */
typedef struct
{
  NamidaItemState state;
  guint root;
  guint twin;     /* how many items before this have the same place */
  char *relative; /* below the root */
} NamidaItem;

typedef struct
{
  char *path;
  int base_fd; /* the folder @path */
  int fd;      /* where items go: the same, or the version */
  NamidaStaging *staging;
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
  gboolean resumed;

  /* Set by prepare, read by all threads from then on. */
  NamidaBackup *backup;
  JsonNode *manifest; /* (nullable) */
  NamidaItem *items;
  guint n_items;
  GPtrArray *roots;      /* NamidaRoot */
  NamidaStaging *hidden; /* landing backup: where the version grows */
  char *version;         /* (nullable) its final path, once it is there */

  GMutex lock; /* guards: */
  gboolean ended;
  char *folder;
};

/* Of namida-prepare.c and namida-commit.c; worker threads. */
gboolean
namida_store_sink_do_prepare (NamidaStoreSink *self, NamidaWant *wants, GCancellable *cancellable, GError **error);
gboolean namida_store_sink_do_commit (NamidaStoreSink *self, NamidaCommit *files, guint n_files, GError **error);

NamidaEntry *namida_store_sink_entry (NamidaStoreSink *self, guint index);
NamidaRoot *namida_store_sink_root (NamidaStoreSink *self, guint index);
/** (transfer full): the part of an item is called after its place: a repeated offer may list the files in another
 * order. */
char *namida_store_sink_dup_part_name (NamidaStoreSink *self, guint index);
/** (transfer full): where the root's items are for good. */
char *namida_store_sink_dup_final_path (NamidaStoreSink *self, guint root, const char *relative);
void namida_store_sink_remove_staging (NamidaStoreSink *self);

G_END_DECLS
