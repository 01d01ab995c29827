/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-backup.h"

G_BEGIN_DECLS

/** namida_manifest_build: the cloud manifest (manifestVersion 2) for @backup. @now_ms: since 1970. Returns: (transfer
 * full): a JSON object. */
JsonNode *namida_manifest_build (NamidaBackup *backup, const char *device_id, const char *platform, gint64 now_ms);
/** namida_manifest_check: required: type, timestamp, deviceId, platform, folders, backupZip. Unknown keys are kept. */
gboolean namida_manifest_check (JsonNode *manifest, GError **error);
/** namida_manifest_file_name: Returns: (transfer full): "manifest_<ISO with ':' as '-'>_<platform>_<host>.json", safe
 * as a name. */
char *namida_manifest_file_name (JsonNode *manifest);

G_END_DECLS
