/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders of one program within a store that several programs share. Used by the code that stages, removes and
 * trashes versions, in worker threads. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

#define NAMIDA_STORE_OWNER_LENGTH 16

/**
 * namida_store_dup_owner:
 * @database: the database of this program
 *
 * Several programs may share one store, so each has its own folder in the hidden folders of the store, and removes only
 * what is in its own. Blocking: worker threads.
 *
 * Returns: (transfer full): the first 16 digits of the fingerprint of this program
 */
char *namida_store_dup_owner (NamidaDatabase *database);
/** namida_store_owner_is_valid: Returns: whether @name can be the name of an owner's folder. */
gboolean namida_store_owner_is_valid (const char *name);
/** namida_store_open_owned: opens the folder of @owner in the folder @hidden of the store @store_fd. @create: create it
 * if it is missing. Returns: a descriptor, or -1 with errno set. */
int namida_store_open_owned (int store_fd, const char *hidden, const char *owner, gboolean create);
/** namida_store_drop_owned: removes the folder of @owner, and then @hidden, if they are empty. */
void namida_store_drop_owned (int store_fd, const char *hidden, const char *owner);

G_END_DECLS
