/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row “Also Send To” of the send window: further devices that receive the same. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * namida_send_also_fill:
 * @row: (transfer none): an empty row
 * @hub: (transfer none)
 * @peer: (transfer none): the device that the window is for, which is left out
 *
 * Lists the other devices that can encrypt, and hides the row's list if there is none. A device that cannot encrypt
 * needs a question of its own, so it is not listed. Main context.
 */
void namida_send_also_fill (AdwExpanderRow *row, NamidaHub *hub, NamidaPeer *peer);
/**
 * namida_send_also_dup_chosen:
 * @row: (transfer none): a row that namida_send_also_fill() has filled
 *
 * Main context. Returns: (transfer full) (element-type NamidaPeer): the selected devices
 */
GPtrArray *namida_send_also_dup_chosen (AdwExpanderRow *row);

G_END_DECLS
