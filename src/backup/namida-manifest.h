/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"

G_BEGIN_DECLS

/* A manifest is kept as its text, never as a tree of JSON nodes: it names every file of a backup, and a tree of 100,000
 * files is 100 MB. */

/** namida_manifest_build: the cloud manifest (manifestVersion 2) for @backup. @now_ms: since 1970. Returns: (transfer
 * full): the text of a JSON object. */
GBytes *namida_manifest_build (NamidaBackup *backup, const char *device_id, const char *platform, gint64 now_ms);
/** namida_manifest_check: required: type, timestamp, deviceId, platform, folders, backupZip. Unknown keys are kept.
 * @text: has passed namida_json_scan(). INVALID_MANIFEST. */
gboolean namida_manifest_check (const char *text, gsize length, GError **error);
/** namida_manifest_file_name: @manifest: as checked. Returns: (transfer full): "manifest_<ISO with ':' as
 * '-'>_<platform>_<host>.json", safe as a name. */
char *namida_manifest_file_name (GBytes *manifest);

G_END_DECLS
