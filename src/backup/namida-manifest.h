/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manifest of the phone app's cloud backups: writing, checking and naming it. Used by the protocol, the sender,
 * the server and the store. Pure functions. */
#pragma once

#include "namida-backup.h"

G_BEGIN_DECLS

/* A manifest is kept as text, never as a tree of JSON nodes: it names every file of a backup, and the tree for
 * 100,000 files takes 100 MB. */

/**
 * namida_manifest_build: Writes the cloud manifest (manifestVersion 2) of @backup. @now_ms: milliseconds since 1970.
 * Returns: (transfer full): the text of a JSON object.
 */
GBytes *namida_manifest_build (NamidaBackup *backup, const char *device_id, const char *platform, gint64 now_ms);
/**
 * namida_manifest_check: @text: accepted by namida_json_scan(). The keys type, timestamp, deviceId, platform, folders
 * and backupZip are required; unknown keys are allowed. Returns: %FALSE with INVALID_MANIFEST.
 */
gboolean namida_manifest_check (const char *text, gsize length, GError **error);
/**
 * namida_manifest_file_name: @manifest: accepted by namida_manifest_check(). Returns: (transfer full): "manifest_<ISO
 * with ':' as '-'>_<platform>_<host>.json", which is safe as a file name.
 */
char *namida_manifest_file_name (GBytes *manifest);

G_END_DECLS
