/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Accepting a part of an offer, or into a folder of its own, on the command line. Main thread. */

/**
 * namida_cli_part_accept_json: accepts @offer as @object says: {"accept": ID, "only": [PATH…], "except": [PATH…],
 * "folder": FOLDER, "as": "library"|"backup"}; without these members all of it, with @landing. Complains and leaves the
 * offer open when a member names something that is not there.
 */
void namida_cli_part_accept_json (NamidaHub *hub, NamidaOffer *offer, NamidaLanding landing, JsonObject *object);
/** namida_cli_part_is_possible: whether @offer consists of more than one thing. */
gboolean namida_cli_part_is_possible (NamidaOffer *offer);
/** namida_cli_part_is_asked_for: whether @line, typed as the answer to an offer, asks for a part of it. */
gboolean namida_cli_part_is_asked_for (NamidaOffer *offer, const char *line);
/** namida_cli_part_ask: lists what @offer consists of, with numbers, and asks for them. */
void namida_cli_part_ask (NamidaOffer *offer);
/** namida_cli_part_choose: takes the numbers in @line. Returns: %FALSE when it names none, and was asked again. */
gboolean namida_cli_part_choose (NamidaOffer *offer, const char *line);

G_END_DECLS
