/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-landing.h"
#include "namida-version-music.h"
#include "namida-zip-doubt.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaVersion: one backup of one device, as it arrived once. Both ways of landing are versions: NAMIDA_LANDING_BACKUP
 * is a dated folder of its own that nobody else writes to; NAMIDA_LANDING_LIBRARY is a record of files that belong to a
 * person, who may have changed or deleted them since. Main context. Made and kept true by NamidaVersions only.
 * Properties, notified when they change: "pinned" (boolean), "verified-at" (int64), "read-at" (int64), "damaged" (int),
 * "files-left" (uint), "present" (boolean), "doubted" (boolean). Constant ones have getters only.
 */
#define NAMIDA_TYPE_VERSION (namida_version_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersion, namida_version, NAMIDA, VERSION, GObject)

/** Opaque text, stable, unique on this device; short enough to be typed. */
const char *namida_version_get_id (NamidaVersion *self);
const char *namida_version_get_alias (NamidaVersion *self);       /* of the device, as it was called then */
const char *namida_version_get_fingerprint (NamidaVersion *self); /* (nullable): it came from an unproven device */
const char *namida_version_get_title (NamidaVersion *self);       /* what it is in words */
gint64 namida_version_get_created_at (NamidaVersion *self);       /* microseconds since 1970 */
NamidaLanding namida_version_get_landing (NamidaVersion *self);
/** The folder a person may open; of LIBRARY: where its zip is, or its music. Absolute, file name encoding. */
const char *namida_version_get_path (NamidaVersion *self);
const char *namida_version_get_zip_path (NamidaVersion *self); /* (nullable): it came without a backup zip */
/** As it arrived: manifest not counted. */
guint namida_version_get_files (NamidaVersion *self);
guint64 namida_version_get_bytes (NamidaVersion *self);
/** Files that are still there as they arrived (by size and time, not by content: that is verify). */
guint namida_version_get_files_left (NamidaVersion *self);
/** FALSE: nothing of it is left, or the disk it is on is not there. */
gboolean namida_version_get_present (NamidaVersion *self);
/** TRUE: its removal was cut off, and goes on at the next start; nothing else can be done with it. */
gboolean namida_version_get_removing (NamidaVersion *self);
/** Whether it is not present because its store is not here: the drive is not connected. */
gboolean namida_version_get_elsewhere (NamidaVersion *self);
/** Whether it did not arrive here, but was found in a store and adopted. */
gboolean namida_version_get_found (NamidaVersion *self);
/** namida_version_get_doubt: Returns: (transfer none) (nullable): what was found in its backup zip; %NULL: it has none,
 * or nobody has looked into it yet: namida_versions_look_async(). */
const NamidaZipDoubt *namida_version_get_doubt (NamidaVersion *self);
/** namida_version_get_doubted: whether it is known that Namida could not restore its backup zip. */
gboolean namida_version_get_doubted (NamidaVersion *self);
/** FALSE: some files of it never arrived. */
gboolean namida_version_get_complete (NamidaVersion *self);
gboolean namida_version_get_pinned (NamidaVersion *self);
/** When its contents were last compared whole with their hashes at arrival; microseconds since 1970, 0 never. */
gint64 namida_version_get_verified_at (NamidaVersion *self);
/** namida_version_get_read_at: Returns: microseconds since 1970: when the file of it that was not read for the longest
 * time was last read and was as it arrived; 0: not known. */
gint64 namida_version_get_read_at (NamidaVersion *self);
/** Files that were damaged or missing then and could not be repaired, and those that a restore, a fetch or the reading
 * of another version has found damaged since; -1: never verified, and no damage is known. */
int namida_version_get_damaged (NamidaVersion *self);
/** (transfer none) (element-type NamidaVersionMusic): by label; the zip is not among them. */
GPtrArray *namida_version_get_music (NamidaVersion *self);
/** (transfer full): one line on its state: "Verified on 19 July 2026", "3 files damaged", "12 of 200 files are still
 * there", "Verified when it arrived", "Files last read on 19 July 2026". The day is that of the oldest read.
 * Translated.
 */
char *namida_version_dup_state_text (NamidaVersion *self);

G_END_DECLS
