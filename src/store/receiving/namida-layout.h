/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-entry.h"
#include "namida-landing.h"

G_BEGIN_DECLS

/** NamidaLayout: where an entry goes, for one of the two landings: pure, no I/O. One thread. */
typedef struct _NamidaLayout NamidaLayout;

/** @labels: (nullable) (element-type utf8 filename): a label's own folder; copied. */
NamidaLayout *namida_layout_new (
    NamidaLanding landing, const char *backups, const char *music, GHashTable *labels, const char *alias);
/** namida_layout_new_for_folder: everything goes into @folder: music folders, and single files beside them. */
NamidaLayout *namida_layout_new_for_folder (const char *folder, const char *alias);
void namida_layout_free (NamidaLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaLayout, namida_layout_free)

/**
 * namida_layout_place: @root: (out): a number for namida_layout_get_root(); @relative: (out) (transfer full): below it.
 * NAMIDA_LANDING_BACKUP: the one root stands for the version's folder. Returns: %FALSE with %NAMIDA_ERROR_UNSAFE_PATH.
 */
gboolean
namida_layout_place (NamidaLayout *self, const NamidaEntry *entry, guint *root, char **relative, GError **error);
/** namida_layout_place_manifest: the same for the manifest's file @name. */
gboolean
namida_layout_place_manifest (NamidaLayout *self, const char *name, guint *root, char **relative, GError **error);
/** namida_layout_dup_version_path: where a file lies in a version on a drive that takes every name. @label: (nullable);
 * @below: below the label, or the name. (transfer full) */
char *namida_layout_dup_version_path (const char *label, const char *below);
guint namida_layout_get_n_roots (NamidaLayout *self);
/** (transfer none): a folder that need not exist yet. */
const char *namida_layout_get_root (NamidaLayout *self, guint root);
/** (transfer none): the device's folder name below the backups. */
const char *namida_layout_get_alias (NamidaLayout *self);
/** (transfer full): "2026-07-19 18.30.00", local time. */
char *namida_layout_dup_version_name (gint64 real_us);

G_END_DECLS
