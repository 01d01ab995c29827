/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * namida_dialog_present: shows a complete AdwMessageDialog, its mnemonics unspoken and its heading at peace with newer
 * versions of GTK.
 */
void namida_dialog_present (AdwMessageDialog *dialog);

G_END_DECLS
