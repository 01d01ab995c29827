/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * NamidaHandover: the folders that Namida names when it opens this program by its other name, namida_sync: where its
 * backups are, and its music folders. What it sends is looked for there, and received music of the same label goes back
 * there; backups never land in Namida's own folder.
 */
typedef struct
{
  char *backups; /* (nullable) */
  GStrv music;   /* never NULL */
} NamidaHandover;

/**
 * namida_handover_new: @backups and @music: (nullable): the values of --backupPath and --musicFolders, whose quotes are
 * part of them; @music: entries separated by commas. What is no absolute path is skipped. Pure.
 * Returns: (transfer full) (nullable): NULL when there is nothing of use.
 */
NamidaHandover *namida_handover_new (const char *backups, const char *music);
void namida_handover_free (NamidaHandover *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaHandover, namida_handover_free)

/** namida_handover_keep: @self: (transfer full): in the stead of an earlier one of @object (the hub). Main context. */
void namida_handover_keep (NamidaHandover *self, GObject *object);
/** Returns: (transfer none) (nullable) */
const NamidaHandover *namida_handover_of (GObject *object);

G_END_DECLS
