/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canceling a transfer. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * namida_cancel_flow_start: cancels @transfer. Unless the preferences decide, first asks whether to keep the received
 * data. @from: a widget of the window
 */
void namida_cancel_flow_start (GtkWidget *from, NamidaTransfer *transfer);

G_END_DECLS
