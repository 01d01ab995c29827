/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides where each entry of a backup is saved. Used by the sink of a session, and to adopt versions and find them in
 * the trash. Pure computation without I/O; any thread. */
#pragma once

#include "namida-entry.h"
#include "namida-landing.h"

G_BEGIN_DECLS

/** NamidaLayout: maps entries to places, for one of the two values of NamidaLanding. Does no I/O. To be used by one
 * thread. */
typedef struct _NamidaLayout NamidaLayout;

/** namida_layout_new: @labels: (nullable) (element-type utf8 filename): folders that are assigned to labels; copied.
 * Returns: (transfer full). */
NamidaLayout *namida_layout_new (
    NamidaLanding landing, const char *backups, const char *music, GHashTable *labels, const char *alias);
/** namida_layout_new_for_folder: saves everything in @folder: music folders, and single files beside them. Returns:
 * (transfer full). */
NamidaLayout *namida_layout_new_for_folder (const char *folder, const char *alias);
void namida_layout_free (NamidaLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaLayout, namida_layout_free)

/**
 * namida_layout_place:
 * @root: (out): a number for namida_layout_get_root()
 * @relative: (out) (transfer full): the path below that root
 *
 * Finds the place of @entry. With NAMIDA_LANDING_BACKUP there is one root, which stands for the folder of the version.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_UNSAFE_PATH
 */
gboolean
namida_layout_place (NamidaLayout *self, const NamidaEntry *entry, guint *root, char **relative, GError **error);
/** namida_layout_place_manifest: like namida_layout_place() for the manifest @name. Returns: %FALSE with UNSAFE_PATH.
 * */
gboolean
namida_layout_place_manifest (NamidaLayout *self, const char *name, guint *root, char **relative, GError **error);
/** namida_layout_dup_version_path: @label: (nullable); @below: the path below the label, or the name. Returns:
 * (transfer full): the path of a file in a version, on a drive that accepts every name. */
char *namida_layout_dup_version_path (const char *label, const char *below);
/** namida_layout_get_n_roots: Returns: the number of roots that were used so far. */
guint namida_layout_get_n_roots (NamidaLayout *self);
/** namida_layout_get_root: Returns: (transfer none): the path of a root folder, which may not exist yet. */
const char *namida_layout_get_root (NamidaLayout *self, guint root);
/** namida_layout_get_alias: Returns: (transfer none): the name of the device's folder in the folder for backups. */
const char *namida_layout_get_alias (NamidaLayout *self);
/** namida_layout_dup_version_name: @real_us: microseconds since 1970. Returns: (transfer full): a name such as
 * "2026-07-19 18.30.00", in local time. */
char *namida_layout_dup_version_name (gint64 real_us);

G_END_DECLS
