/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dialog to choose a nearby device. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaDeviceChosen: @peer: (nullable): %NULL if the user chose none */
typedef void (*NamidaDeviceChosen) (NamidaPeer *peer, gpointer user_data);
/** namida_device_chooser_ask: shows a dialog over @parent with the nearby devices, and calls @chosen once. */
void namida_device_chooser_ask (
    GtkWindow *parent, NamidaHub *hub, const char *heading, NamidaDeviceChosen chosen, gpointer user_data);

G_END_DECLS
