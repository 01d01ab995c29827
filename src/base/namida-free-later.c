/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One background thread that frees large data structures; see the header. Any thread may add to its queue. */
#include "config.h"

#include "namida-free-later.h"

typedef struct
{
  gpointer data;
  GDestroyNotify free_data;
} Waste;

static void
free_now (gpointer data, gpointer user_data)
{
  Waste *waste = data;

  waste->free_data (waste->data);
  g_free (waste);
}

static gpointer
free_later_make_pool (gpointer data)
{
  return g_thread_pool_new (free_now, NULL, 1, FALSE, NULL);
}

void
namida_free_later (gpointer data, GDestroyNotify free_data)
{
  static GOnce once = G_ONCE_INIT;
  Waste *waste;

  if (data == NULL)
    return;
  waste = g_new0 (Waste, 1);
  waste->data = data;
  waste->free_data = free_data;
  /* A failure only means that no thread could be started now. The item stays in the queue. */
  g_thread_pool_push (g_once (&once, free_later_make_pool, NULL), waste, NULL);
}
