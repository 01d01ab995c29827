/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations on a version, for any widget of the window. @from is a widget in the window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * namida_version_flow_dup_music: Returns: (transfer full) (nullable): text such as "Music, Rips (2,913 files)"; %NULL
 * if there is no music.
 */
char *namida_version_flow_dup_music (NamidaVersion *version);
/** namida_version_flow_show: shows the page of the version. */
void namida_version_flow_show (GtkWidget *from, NamidaVersion *version);
/** namida_version_flow_report_verified: reports the result of a verification. @report: (nullable): %NULL with @error */
void namida_version_flow_report_verified (GtkWidget *from,
                                          NamidaVersion *version,
                                          const NamidaVerifyReport *report,
                                          const GError *error);
/** namida_version_flow_restore_to: asks for a device, then sends the version there. */
void namida_version_flow_restore_to (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/**
 * namida_version_flow_restore_here: opens the restore window, which asks for the destinations, shows what would
 * change, and restores.
 */
void namida_version_flow_restore_here (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/**
 * namida_version_flow_has_songs: Returns: whether the version has music that namida_version_flow_restore_songs() can
 * offer.
 */
gboolean namida_version_flow_has_songs (NamidaVersion *version);
/** namida_version_flow_restore_songs: lists the songs of the version and restores those that the user selects. */
void namida_version_flow_restore_songs (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/** namida_version_flow_restore_playlist: restores one playlist of the backup, here or to another device. */
void
namida_version_flow_restore_playlist (GtkWidget *from, NamidaHub *hub, NamidaVersion *version, const char *playlist);
/** namida_version_flow_merge: merges the version's backup with that of another version, which the user chooses. */
void namida_version_flow_merge (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/** namida_version_flow_trash: moves the version to the trash and shows a toast with “Undo”. */
void namida_version_flow_trash (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/** namida_version_flow_trash_all: asks whether to move all @versions of one device to the trash, and moves those that
 * are not pinned. */
void namida_version_flow_trash_all (GtkWidget *from, NamidaHub *hub, GListModel *versions);
/** namida_version_flow_forget: asks whether to take the version, whose drive is not connected, off the list. */
void namida_version_flow_forget (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);

G_END_DECLS
