/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search of the Backups page. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaFindList: the results of a search of all versions: playlists, albums and songs, each with the newest version
 * that has it and a button. Main context.
 */
#define NAMIDA_TYPE_FIND_LIST (namida_find_list_get_type ())
G_DECLARE_FINAL_TYPE (NamidaFindList, namida_find_list, NAMIDA, FIND_LIST, AdwBin)

/** namida_find_list_search: starts a search and cancels the previous one. @text: UTF-8, not empty */
void namida_find_list_search (NamidaFindList *self, NamidaHub *hub, const char *text);
/** namida_find_list_stop: cancels the search. */
void namida_find_list_stop (NamidaFindList *self);

G_END_DECLS
