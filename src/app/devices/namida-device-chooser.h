/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** @peer: (nullable): NULL: the person chose none. */
typedef void (*NamidaDeviceChosen) (NamidaPeer *peer, gpointer user_data);
/** namida_device_chooser_ask: a dialog over @parent with the devices near; calls @chosen once. */
void namida_device_chooser_ask (
    GtkWindow *parent, NamidaHub *hub, const char *heading, NamidaDeviceChosen chosen, gpointer user_data);

G_END_DECLS
