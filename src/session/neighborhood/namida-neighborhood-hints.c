/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Determines why no device is nearby and what the user can do about it, while the list of devices is visible and
 * empty. Called by namida-neighborhood.c and by the "devices"
 * command. Main context. */
#include "config.h"

#include "namida-neighborhood-private.h"

#include "namida-hint-checker.h"

#define HINTS_AFTER_SECONDS 3

/* Keep rows that have not changed, so that a screen reader does not read them again. */
static void
hints_show (NamidaNeighborhood *self, GPtrArray *hints)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->hints));
  gboolean same = n == hints->len;

  for (guint i = 0; i < n && same; i++)
    {
      g_autoptr (NamidaHint) shown = g_list_model_get_item (G_LIST_MODEL (self->hints), i);

      same = namida_hint_equal (shown, g_ptr_array_index (hints, i));
    }
  if (!same)
    g_list_store_splice (self->hints, 0, n, hints->pdata, hints->len);
}

static gboolean
hints_is_nobody_near (NamidaNeighborhood *self)
{
  return namida_peer_list_get_n_near (self->peers) == 0;
}

static void
hints_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaNeighborhood *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) hints = namida_hints_check_finish (result, &error);

  if (hints == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->finders != NULL && hints_is_nobody_near (self))
    hints_show (self, hints);
  g_task_return_boolean (task, TRUE);
}

void
namida_neighborhood_check_hints_async (NamidaNeighborhood *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  NamidaHintFacts facts = { 0 };
  g_autoptr (NamidaDeviceInfo) own = NULL;

  g_return_if_fail (NAMIDA_IS_NEIGHBORHOOD (self));

  g_task_set_source_tag (task, namida_neighborhood_check_hints_async);
  if (self->finders == NULL || !hints_is_nobody_near (self))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  own = self->own (self->own_data);
  facts.interface = self->interface;
  facts.tcp_port = own->port;
  facts.listening = !namida_neighborhood_wants ("multicast") || namida_multicast_finder_is_listening (self->multicast);
  facts.answered = namida_scan_finder_get_answered (self->scan);
  facts.scanned = facts.answered != NULL;
  namida_hints_check_async (&facts, NULL, cancellable, hints_checked, g_steal_pointer (&task));
}

gboolean
namida_neighborhood_check_hints_finish (NamidaNeighborhood *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
hints_on_still_nobody (gpointer data)
{
  NamidaNeighborhood *self = data;

  self->hints_timer = 0;
  namida_neighborhood_check_hints_async (self, self->cancellable, NULL, NULL);
  return G_SOURCE_REMOVE;
}

void
namida_neighborhood_hint_later (NamidaNeighborhood *self)
{
  g_clear_handle_id (&self->hints_timer, g_source_remove);
  if (self->finders != NULL && self->looking && hints_is_nobody_near (self))
    self->hints_timer = g_timeout_add_seconds (HINTS_AFTER_SECONDS, hints_on_still_nobody, self);
}

static void
hints_on_peers_changed (NamidaNeighborhood *self)
{
  if (!hints_is_nobody_near (self))
    {
      g_clear_handle_id (&self->hints_timer, g_source_remove);
      g_list_store_remove_all (self->hints);
    }
  else if (self->hints_timer == 0 && g_list_model_get_n_items (G_LIST_MODEL (self->hints)) == 0)
    namida_neighborhood_hint_later (self);
}

static void
hints_on_scanning (NamidaNeighborhood *self)
{
  /* A scan without answers is information, too. */
  if (self->looking && namida_scan_finder_get_answered (self->scan) != NULL)
    namida_neighborhood_check_hints_async (self, self->cancellable, NULL, NULL);
}

void
namida_neighborhood_start_hints (NamidaNeighborhood *self)
{
  g_signal_connect_object (self->peers, "items-changed", G_CALLBACK (hints_on_peers_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->scan, "notify::scanning", G_CALLBACK (hints_on_scanning), self, G_CONNECT_SWAPPED);
}

void
namida_neighborhood_stop_hints (NamidaNeighborhood *self)
{
  g_clear_handle_id (&self->hints_timer, g_source_remove);
  g_signal_handlers_disconnect_by_func (self->scan, hints_on_scanning, self);
  g_signal_handlers_disconnect_by_func (self->peers, hints_on_peers_changed, self);
  g_list_store_remove_all (self->hints);
}

GListModel *
namida_neighborhood_get_hints (NamidaNeighborhood *self)
{
  g_return_val_if_fail (NAMIDA_IS_NEIGHBORHOOD (self), NULL);

  return G_LIST_MODEL (self->hints);
}
