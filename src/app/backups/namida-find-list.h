/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaFindList: what a search of all versions has found: playlists, albums and songs, each with the newest version
 * that has it and what can be done with it. Main context. */
#define NAMIDA_TYPE_FIND_LIST (namida_find_list_get_type ())
G_DECLARE_FINAL_TYPE (NamidaFindList, namida_find_list, NAMIDA, FIND_LIST, AdwBin)

/** namida_find_list_search: @text: UTF-8, not empty; replaces the search before. */
void namida_find_list_search (NamidaFindList *self, NamidaHub *hub, const char *text);
/** namida_find_list_stop: nothing is searched any more. */
void namida_find_list_stop (NamidaFindList *self);

G_END_DECLS
