/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows that build-aux/check-threads finds a race of the program's own threads, and takes none for one where a lock or
 * the end of a thread orders them. Arguments: “unlocked” (the sanitizer must report it), “locked” or “joined” (it must
 * not). Built only with ThreadSanitizer. */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "namida-workers.h"

#define ITEMS 500u

typedef struct
{
  NamidaWorkers workers;
  gboolean locked;
  guint sum;
} Race;

static gpointer
race_work (gpointer data)
{
  Race *self = data;
  guint index;

  while (namida_workers_take (&self->workers, &index))
    {
      if (self->locked)
        g_mutex_lock (&self->workers.lock);
      self->sum += index;
      if (self->locked)
        g_mutex_unlock (&self->workers.lock);
      g_usleep (100); /* otherwise one thread may take all items before the other one has begun */
    }
  return NULL;
}

int
main (int argc, char **argv)
{
  Race self = { .locked = argc > 1 && strcmp (argv[1], "locked") == 0 };
  guint threads = argc > 1 && strcmp (argv[1], "joined") == 0 ? 1 : 2;

  namida_workers_init (&self.workers, ITEMS, NULL);
  if (!namida_workers_run (&self.workers, threads, race_work, &self, NULL))
    return 1;
  g_print ("%u\n", self.sum);
  namida_workers_clear (&self.workers);
  return 0;
}
