/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * namida_send_music_check:
 * @label: shows the result, and is hidden when there is nothing to say
 * @files: (element-type GFile) (transfer none): what is chosen to be sent
 *
 * Looks in a worker thread whether the music of the backup among @files goes with it. Called again, also with the same
 * files; only the last result is shown. Main context.
 */
void namida_send_music_check (GtkLabel *label, GListModel *files);

G_END_DECLS
