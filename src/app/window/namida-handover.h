/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders that Namida hands over. Main context, except for namida_handover_new(), which is pure. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * NamidaHandover: the folders that Namida passes when it starts this program by its other name, namida_sync: its backup
 * folder and its music folders. Files to send are looked up there, and received music with the same label is stored
 * there. Received backups are never stored in Namida's own folder.
 */
typedef struct
{
  char *backups; /* (nullable) */
  GStrv music;   /* never %NULL */
} NamidaHandover;

/**
 * namida_handover_new: parses the values of --backupPath and --musicFolders, whose quotes are part of them. @backups
 * and @music: (nullable); @music: entries separated by commas. Entries that are no absolute paths are skipped. Pure.
 * Returns: (transfer full) (nullable): %NULL if there is nothing useful.
 */
NamidaHandover *namida_handover_new (const char *backups, const char *music);
/** namida_handover_free: frees @self. */
void namida_handover_free (NamidaHandover *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaHandover, namida_handover_free)

/**
 * namida_handover_keep: attaches @self to @object (the hub), in place of an earlier one. @self: (transfer full). Main
 * context.
 */
void namida_handover_keep (NamidaHandover *self, GObject *object);
/** namida_handover_of: Returns: (transfer none) (nullable): the handover of @object. */
const NamidaHandover *namida_handover_of (GObject *object);

G_END_DECLS
