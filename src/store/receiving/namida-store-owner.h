/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

#define NAMIDA_STORE_OWNER_LENGTH 16

/**
 * namida_store_dup_owner:
 * @database: this program's
 *
 * Two programs may share one store, so each has a folder of its own in the hidden folders of the store, and removes
 * only what is in there. Blocking: worker threads.
 *
 * Returns: (transfer full): the first 16 digits of this program's fingerprint
 */
char *namida_store_dup_owner (NamidaDatabase *database);
/** namida_store_owner_is_valid: whether @name may be the folder of an owner. */
gboolean namida_store_owner_is_valid (const char *name);
/** namida_store_open_owned: the folder of @owner in the folder @hidden of the store @store_fd, made when @create says
 * so and it is not there. Returns: a descriptor or -1 with errno. */
int namida_store_open_owned (int store_fd, const char *hidden, const char *owner, gboolean create);
/** namida_store_drop_owned: removes that folder, and the one above it, when they are empty. */
void namida_store_drop_owned (int store_fd, const char *hidden, const char *owner);

G_END_DECLS
