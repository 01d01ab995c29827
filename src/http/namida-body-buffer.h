/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaBodyBudget: how much the bodies of all strangers may hold together, in memory (NAMIDA_LIMIT_STRANGERS_MEMORY)
 * and in files (NAMIDA_LIMIT_STRANGERS_FILES). Reference-counted; any thread.
 */
typedef struct _NamidaBodyBudget NamidaBodyBudget;
NamidaBodyBudget *namida_body_budget_new (void);
NamidaBodyBudget *namida_body_budget_ref (NamidaBodyBudget *self);
void namida_body_budget_unref (NamidaBodyBudget *self);
/** namida_body_budget_get_memory: Returns: bytes in memory now. */
guint64 namida_body_budget_get_memory (NamidaBodyBudget *self);

/** NamidaBodyBuffer: the body of one request while it comes: in memory up to NAMIDA_LIMIT_BODY_MEMORY bytes, and beyond
 * that in a file that has no name. One worker thread at a time. */
typedef struct _NamidaBodyBuffer NamidaBodyBuffer;
/** namida_body_buffer_new: @budget: (nullable): of strangers; without one nothing is counted. */
NamidaBodyBuffer *namida_body_buffer_new (NamidaBodyBudget *budget);
void namida_body_buffer_free (NamidaBodyBuffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaBodyBuffer, namida_body_buffer_free)
/** namida_body_buffer_append: Errors: BUSY when the budget is used up, NO_SPACE, STORAGE. */
gboolean namida_body_buffer_append (NamidaBodyBuffer *self, const void *data, gsize length, GError **error);
gboolean namida_body_buffer_is_in_file (NamidaBodyBuffer *self);
/** namida_body_buffer_end: @self: (transfer full). Returns: (transfer full) (nullable): all of it; what it holds of the
 * budget is given back with the last reference. */
GBytes *namida_body_buffer_end (NamidaBodyBuffer *self, GError **error);

G_END_DECLS
