/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-cli.h"

G_BEGIN_DECLS

/** namida_cli_add_device: alias address port fingerprint uuid type speaks trusted encrypted. */
void namida_cli_add_device (JsonBuilder *builder, NamidaPeer *peer);

G_END_DECLS
