/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaDetailsDialog: which files of an ended transfer are not there, and why. */
#define NAMIDA_TYPE_DETAILS_DIALOG (namida_details_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDetailsDialog, namida_details_dialog, NAMIDA, DETAILS_DIALOG, AdwWindow)

NamidaDetailsDialog *namida_details_dialog_new (NamidaTransfer *transfer, const char *words);

G_END_DECLS
