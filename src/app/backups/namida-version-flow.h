/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/* What a person can do with a version, from any widget of the window; @from: a widget in it. */

/** namida_version_flow_dup_music: (transfer full) (nullable): "Music and Rips (2,913 files)"; %NULL: it has none. */
char *namida_version_flow_dup_music (NamidaVersion *version);
/** namida_version_flow_show: what is in it, in words. */
void namida_version_flow_show (GtkWidget *from, NamidaVersion *version);
/** namida_version_flow_tell_verified: @report: (nullable): of @version; NULL with @error. */
void namida_version_flow_tell_verified (GtkWidget *from,
                                        NamidaVersion *version,
                                        const NamidaVerifyReport *report,
                                        const GError *error);
/** namida_version_flow_restore_to: asks for a device, then sends it there. */
void namida_version_flow_restore_to (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/** namida_version_flow_restore_here: asks what goes where, shows what would change, then does it. */
void namida_version_flow_restore_here (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/** namida_version_flow_has_songs: whether it has music that namida_version_flow_restore_songs() can offer. */
gboolean namida_version_flow_has_songs (NamidaVersion *version);
/** namida_version_flow_restore_songs: lists its songs, and restores those that are checked. */
void namida_version_flow_restore_songs (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/** namida_version_flow_merge: unites its backup with that of another version, which is asked for. */
void namida_version_flow_merge (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);
/** namida_version_flow_trash: moves it to the trash, with a toast that undoes it. */
void namida_version_flow_trash (GtkWidget *from, NamidaHub *hub, NamidaVersion *version);

G_END_DECLS
