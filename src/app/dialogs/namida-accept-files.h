/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing single files of an offer. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-offer.h"

G_BEGIN_DECLS

/**
 * NamidaAcceptFiles: a window with all files of an offer and a check button for each, to choose what is accepted. It
 * closes with the offer. Signal "changed": emitted for each choice. Main context.
 */
#define NAMIDA_TYPE_ACCEPT_FILES (namida_accept_files_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAcceptFiles, namida_accept_files, NAMIDA, ACCEPT_FILES, AdwWindow)

/** namida_accept_files_new: Returns: (transfer none) */
NamidaAcceptFiles *namida_accept_files_new (NamidaOffer *offer);

G_END_DECLS
