/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bodies of requests until they are parsed, with a common limit for strangers. Used by the server, in worker
 * threads. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaBodyBudget: limits what the bodies of all strangers may hold together, in memory
 * (NAMIDA_LIMIT_STRANGERS_MEMORY) and in files (NAMIDA_LIMIT_STRANGERS_FILES). Reference-counted; any thread.
 */
typedef struct _NamidaBodyBudget NamidaBodyBudget;
/** namida_body_budget_new: Returns: (transfer full): an unused budget. */
NamidaBodyBudget *namida_body_budget_new (void);
/** namida_body_budget_ref: Returns: (transfer full): @self. Any thread. */
NamidaBodyBudget *namida_body_budget_ref (NamidaBodyBudget *self);
/** namida_body_budget_unref: @self: (transfer full). Any thread. */
void namida_body_budget_unref (NamidaBodyBudget *self);
/** namida_body_budget_get_memory: Returns: the number of bytes that are in memory now. */
guint64 namida_body_budget_get_memory (NamidaBodyBudget *self);

/**
 * NamidaBodyBuffer: the body of one request while it arrives: up to NAMIDA_LIMIT_BODY_MEMORY bytes in memory, the rest
 * in an unnamed file. One worker thread at a time.
 */
typedef struct _NamidaBodyBuffer NamidaBodyBuffer;
/**
 * namida_body_buffer_new: @budget: (nullable): the budget of strangers; without one, nothing is counted. Returns:
 * (transfer full)
 */
NamidaBodyBuffer *namida_body_buffer_new (NamidaBodyBudget *budget);
/** namida_body_buffer_free: @self: (transfer full) */
void namida_body_buffer_free (NamidaBodyBuffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaBodyBuffer, namida_body_buffer_free)
/** namida_body_buffer_append: Returns: %FALSE with BUSY if the budget is used up, or with NO_SPACE or STORAGE. */
gboolean namida_body_buffer_append (NamidaBodyBuffer *self, const void *data, gsize length, GError **error);
/** namida_body_buffer_is_in_file: Returns: whether the body was too large for memory. */
gboolean namida_body_buffer_is_in_file (NamidaBodyBuffer *self);
/**
 * namida_body_buffer_end: @self: (transfer full). Returns: (transfer full) (nullable): the whole body. Its share of the
 * budget is given back with the last reference.
 */
GBytes *namida_body_buffer_end (NamidaBodyBuffer *self, GError **error);

G_END_DECLS
