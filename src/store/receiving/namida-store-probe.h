/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what a file system supports by trying it. Used when the user chooses a folder, when "receive" starts, and by
 * the name map of a session, in worker threads. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** The length of the longest name that is tested, in bytes. */
#define NAMIDA_STORE_PROBE_LONGEST 255u

/** NamidaStoreProbe: what a file system supports, found out by trying it. */
typedef struct
{
  gboolean renames;  /* renames without replacing in one step */
  gboolean links;    /* hard links */
  gboolean reflinks; /* copies that share their blocks */
  gboolean ignores_case;
  gint64 granularity_ns; /* resolution of modification times */
  guint longest_name;    /* bytes */
  guint64 largest_file;  /* in bytes; 0: no relevant limit */
  guint64 free_bytes;
  guint64 free_inodes;    /* G_MAXUINT64: not limited or not reported */
  char *refused;          /* characters that are not allowed in names; "" if there are none */
  gboolean refuses_bytes; /* names must be valid UTF-8 */
  gboolean refuses_text;  /* names must be ASCII, because of a mount option */
  gboolean refuses_ends;  /* a dot or a space at the end of a name is lost */
} NamidaStoreProbe;
void namida_store_probe_free (NamidaStoreProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaStoreProbe, namida_store_probe_free)

/**
 * namida_store_probe:
 * @path: an existing folder
 * @owner: the owner whose folder of unfinished files may be used (namida-store-owner.h)
 *
 * Creates a few small files in a hidden folder of @path and removes them again. Blocking: worker threads.
 *
 * Returns: (transfer full) (nullable): %NULL with STORAGE or NO_SPACE if nothing can be stored there
 */
NamidaStoreProbe *namida_store_probe (const char *path, const char *owner, GError **error);
/**
 * namida_store_probe_dup_sentences:
 * @versions: whether the folder is for versions or for music
 *
 * Returns: (transfer full) (array zero-terminated=1): one translated sentence for each limitation of the file system
 */
char **namida_store_probe_dup_sentences (const NamidaStoreProbe *self, gboolean versions);

G_END_DECLS
