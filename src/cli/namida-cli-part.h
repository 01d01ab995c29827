/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepting a part of an offer, or storing it in another folder, on the command line. Main thread. */
#pragma once

#include "namida-hub.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * namida_cli_part_accept_json: accepts @offer as specified by @object: {"accept": ID, "only": [PATH…], "except":
 * [PATH…], "folder": FOLDER, "as": "library"|"backup"}. Without these members, all of it is accepted, with @landing.
 * If a member names something that does not exist, prints an error and leaves the offer open.
 */
void namida_cli_part_accept_json (NamidaHub *hub, NamidaOffer *offer, NamidaLanding landing, JsonObject *object);
/** namida_cli_part_is_possible: Returns: whether @offer consists of more than one item. */
gboolean namida_cli_part_is_possible (NamidaOffer *offer);
/** namida_cli_part_is_asked_for: Returns: whether @line, typed as the answer to an offer, asks for a part of it. */
gboolean namida_cli_part_is_asked_for (NamidaOffer *offer, const char *line);
/** namida_cli_part_ask: lists the items of @offer with numbers and asks for a selection. */
void namida_cli_part_ask (NamidaOffer *offer);
/**
 * namida_cli_part_choose: applies the numbers in @line. Returns: %FALSE if it contains no valid number, after asking
 * again.
 */
gboolean namida_cli_part_choose (NamidaOffer *offer, const char *line);

G_END_DECLS
