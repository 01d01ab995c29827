/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One version as an object for lists. Created and updated by NamidaVersions; used by the window, the command line and
 * the hub in the main context. */
#pragma once

#include "namida-landing.h"
#include "namida-version-music.h"
#include "namida-zip-doubt.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaVersion: one backup of one device as it arrived. Both kinds of saving create versions: NAMIDA_LANDING_BACKUP
 * is a dated folder that only the store writes to; NAMIDA_LANDING_LIBRARY is a record of files that belong to the
 * user, who may have changed or deleted them since. Main context. Created and updated only by NamidaVersions.
 * Properties that notify: "pinned" (boolean), "verified-at" (int64), "read-at" (int64), "damaged" (int), "files-left"
 * (uint), "present" (boolean), "doubted" (boolean). Constant ones have getters only. */
#define NAMIDA_TYPE_VERSION (namida_version_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersion, namida_version, NAMIDA, VERSION, GObject)

/** namida_version_get_id: Returns: (transfer none): an opaque, stable text, unique on this device and short enough to
 * type. */
const char *namida_version_get_id (NamidaVersion *self);
const char *namida_version_get_alias (NamidaVersion *self);       /* of the device at that time */
const char *namida_version_get_fingerprint (NamidaVersion *self); /* (nullable): from an unproven device */
const char *namida_version_get_title (NamidaVersion *self);       /* describes the contents */
gint64 namida_version_get_created_at (NamidaVersion *self);       /* microseconds since 1970 */
/** namida_version_get_landing: Returns: whether it is a folder of its own or files in the user's folders. */
NamidaLanding namida_version_get_landing (NamidaVersion *self);
/** namida_version_get_path: Returns: (transfer none): the folder that the user can open; for LIBRARY the folder of its
 * zip or of its music. Absolute, in file name encoding. */
const char *namida_version_get_path (NamidaVersion *self);
const char *namida_version_get_zip_path (NamidaVersion *self); /* (nullable): NULL if it has no backup zip */
/** namida_version_get_files: Returns: the number of files on arrival, without the manifest. namida_version_get_bytes():
 * their size. */
guint namida_version_get_files (NamidaVersion *self);
/** namida_version_get_bytes: Returns: the size of these files on arrival. */
guint64 namida_version_get_bytes (NamidaVersion *self);
/** namida_version_get_files_left: Returns: how many files still exist unchanged (by size and time; verifying compares
 * the content). */
guint namida_version_get_files_left (NamidaVersion *self);
/** namida_version_get_present: Returns: %FALSE if nothing of it is left, or its disk is not connected. */
gboolean namida_version_get_present (NamidaVersion *self);
/** namida_version_get_removing: Returns: %TRUE if its removal was interrupted and continues at the next start; nothing
 * else can be done with it. */
gboolean namida_version_get_removing (NamidaVersion *self);
/** namida_version_get_elsewhere: Returns: whether it is not present because its store is not here: the drive is not
 * connected. */
gboolean namida_version_get_elsewhere (NamidaVersion *self);
/** namida_version_check_here: Returns: %FALSE with NO_DRIVE if its store is not here. Another drive may be mounted at
 * the same path, with a version of the same name. */
gboolean namida_version_check_here (NamidaVersion *self, GError **error);
/** namida_version_get_found: Returns: whether it was found in a store and adopted instead of received here. */
gboolean namida_version_get_found (NamidaVersion *self);
/** namida_version_get_doubt: Returns: (transfer none) (nullable): what was found in its backup zip; %NULL if it has
 * none or it was not inspected yet (namida_versions_look_async()). */
const NamidaZipDoubt *namida_version_get_doubt (NamidaVersion *self);
/** namida_version_get_doubted: Returns: whether Namida is known to be unable to restore its backup zip. */
gboolean namida_version_get_doubted (NamidaVersion *self);
/** namida_version_get_complete: Returns: %FALSE if some of its files never arrived. */
gboolean namida_version_get_complete (NamidaVersion *self);
/** namida_version_get_pinned: Returns: whether it is protected from being removed. */
gboolean namida_version_get_pinned (NamidaVersion *self);
/** namida_version_get_verified_at: Returns: when all of its contents were last compared with their hashes on arrival,
 * in microseconds since 1970; 0 for never. */
gint64 namida_version_get_verified_at (NamidaVersion *self);
/** namida_version_get_read_at: Returns: of the times at which its files were last read and found intact, the oldest
 * one, in microseconds since 1970; 0 if unknown. */
gint64 namida_version_get_read_at (NamidaVersion *self);
/** namida_version_get_damaged: Returns: the number of files that were damaged or missing when it was verified and could
 * not be repaired, plus those that a restore, a fetch or the reading of another version has found damaged since; -1 if
 * it was never verified and no damage is known. */
int namida_version_get_damaged (NamidaVersion *self);
/** namida_version_get_music: Returns: (transfer none) (element-type NamidaVersionMusic): the music folders, sorted by
 * label, without the zip. */
GPtrArray *namida_version_get_music (NamidaVersion *self);
/** namida_version_dup_state_text: Returns: (transfer full): one translated line about its state, such as "Verified on
 * 19 July 2026", "3 files damaged", "12 of 200 files are still there", "Verified when it arrived" or "Files last read
 * on 19 July 2026". The day is that of the oldest read. */
char *namida_version_dup_state_text (NamidaVersion *self);

G_END_DECLS
