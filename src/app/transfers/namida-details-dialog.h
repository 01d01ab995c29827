/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a transfer. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaDetailsDialog: the files of a transfer, which of them are missing, and why. */
#define NAMIDA_TYPE_DETAILS_DIALOG (namida_details_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDetailsDialog, namida_details_dialog, NAMIDA, DETAILS_DIALOG, AdwWindow)

/** namida_details_dialog_new: @words: the title, such as "Music to Pixel 8". Returns: (transfer none) */
NamidaDetailsDialog *namida_details_dialog_new (NamidaTransfer *transfer, const char *words);

G_END_DECLS
