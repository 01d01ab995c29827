/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check of what is chosen in the send sheet. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * namida_send_music_check:
 * @label: shows the result; hidden if there is nothing to report
 * @files: (element-type GFile) (transfer none): what is chosen to be sent
 *
 * Checks in a worker thread whether the music of the backup in @files is sent with it. May be called repeatedly, also
 * with the same files; only the last result is shown. Main context.
 */
void namida_send_music_check (GtkLabel *label, GListModel *files);

G_END_DECLS
