/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** namida_cancel_flow_start: cancels @transfer; asks first, while the preferences say so, what becomes of the parts
 * that have arrived. @from: a widget of the window. */
void namida_cancel_flow_start (GtkWidget *from, NamidaTransfer *transfer);

G_END_DECLS
