/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** The longest name that is tried, bytes. */
#define NAMIDA_STORE_PROBE_LONGEST 255u

/** NamidaStoreProbe: what a file system can do, found out by trying it. */
typedef struct
{
  gboolean renames;  /* without replacing, in one step */
  gboolean links;    /* hard links */
  gboolean reflinks; /* copies that share their contents */
  gboolean ignores_case;
  gint64 granularity_ns; /* of times of files */
  guint longest_name;    /* bytes */
  guint64 largest_file;  /* bytes; 0: no limit that matters */
  guint64 free_bytes;
  guint64 free_inodes;    /* G_MAXUINT64: not counted there */
  char *refused;          /* characters that no name may have; "": none */
  gboolean refuses_bytes; /* names have to be UTF-8 text */
  gboolean refuses_text;  /* names have to be ASCII, because of an option that the drive is mounted with */
  gboolean refuses_ends;  /* a dot or a space at the end of a name is lost */
} NamidaStoreProbe;
void namida_store_probe_free (NamidaStoreProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaStoreProbe, namida_store_probe_free)

/**
 * namida_store_probe:
 * @path: a folder that is there
 * @owner: whose folder of unfinished files it may use (namida-store-owner.h)
 *
 * Makes a few small files in a hidden folder of @path and removes them again. Blocking: worker threads.
 *
 * Returns: (transfer full) (nullable): %NULL with STORAGE or NO_SPACE: nothing can be stored there
 */
NamidaStoreProbe *namida_store_probe (const char *path, const char *owner, GError **error);
/**
 * namida_store_probe_dup_sentences:
 * @versions: whether versions are kept there, or else music
 *
 * Returns: (transfer full) (array zero-terminated=1): what the file system costs, a translated sentence each
 */
char **namida_store_probe_dup_sentences (const NamidaStoreProbe *self, gboolean versions);

G_END_DECLS
