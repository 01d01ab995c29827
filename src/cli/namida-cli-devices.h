/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output of one device as JSON. Main thread. */
#pragma once

#include <json-glib/json-glib.h>
#include "namida-cli.h"

G_BEGIN_DECLS

G_END_DECLS
