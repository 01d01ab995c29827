/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The devices without a recent backup, for rows and for the code that notifies users: see the header. Main context;
 * the database is read in a worker thread. */
#include "config.h"

#include "namida-stale-list.h"

#include "namida-clock.h"

#include <gio/gio.h>

#define EVERY_SECONDS 3600
#define SOON_MS 2000 /* combines several changes into one check */

struct _NamidaStaleList
{
  GObject parent_instance;

  NamidaDatabase *database; /* (nullable) until it is started */
  GPtrArray *devices;       /* (nullable) (element-type NamidaStaleDevice) */
  GHashTable *lost;         /* fingerprint → number of songs that was last reported */
  gboolean note, loading, again, known;
  guint timer, soon;
};

G_DEFINE_FINAL_TYPE (NamidaStaleList, namida_stale_list, G_TYPE_OBJECT)

static guint changed_signal, stale_signal, shrunk_signal;

static void stale_list_load (NamidaStaleList *self);

static void
stale_list_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaStaleList *self = source;
  GError *error = NULL;
  GPtrArray *devices = namida_stale_list (data, namida_clock_real (), self->note, &error);

  if (devices != NULL)
    g_task_return_pointer (task, devices, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

/* Does not report a loss that existed when the program started, because it was reported when it happened. */
static void
stale_list_report_lost (NamidaStaleList *self, const NamidaStaleDevice *device)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (self->lost, device->fingerprint));
  g_autofree char *words = NULL;
  g_autofree char *sentence = NULL;

  if (device->direction != NAMIDA_STALE_RECEIVE || before == device->n_lost)
    return;
  g_hash_table_insert (self->lost, g_strdup (device->fingerprint), GUINT_TO_POINTER (device->n_lost));
  words = namida_stale_device_dup_lost_words (device);
  if (words == NULL || !self->known)
    return;
  sentence = g_strdup_printf ("%s: %s", device->alias, words);
  g_signal_emit (self, shrunk_signal, 0, sentence);
}

static void
stale_list_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaStaleList *self = NAMIDA_STALE_LIST (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = g_task_propagate_pointer (G_TASK (result), &error);
  gint64 now = namida_clock_real ();

  self->loading = FALSE;
  if (self->database == NULL)
    return;
  if (devices == NULL)
    g_message ("stale: %s", error->message);
  else
    {
      g_clear_pointer (&self->devices, g_ptr_array_unref);
      self->devices = g_ptr_array_ref (devices);
      for (guint i = 0; i < devices->len; i++)
        {
          const NamidaStaleDevice *device = devices->pdata[i];
          g_autofree char *sentence = namida_stale_device_dup_sentence (device, now);

          stale_list_report_lost (self, device);
          if (self->note && device->is_daily && sentence != NULL)
            g_signal_emit (self, stale_signal, 0, sentence, device->is_first);
        }
      self->known = TRUE;
      g_signal_emit (self, changed_signal, 0);
    }
  if (self->again)
    stale_list_load (self);
}

static void
stale_list_load (NamidaStaleList *self)
{
  g_autoptr (GTask) task = NULL;

  self->again = self->loading;
  if (self->loading || self->database == NULL)
    return;
  self->loading = TRUE;
  task = g_task_new (self, NULL, stale_list_loaded, NULL);
  g_task_set_source_tag (task, stale_list_load);
  g_task_set_task_data (task, g_object_ref (self->database), g_object_unref);
  g_task_run_in_thread (task, stale_list_thread);
}

static gboolean
stale_list_on_soon (gpointer user_data)
{
  NamidaStaleList *self = user_data;

  self->soon = 0;
  stale_list_load (self);
  return G_SOURCE_REMOVE;
}

static gboolean
stale_list_on_time (gpointer user_data)
{
  stale_list_load (user_data);
  return G_SOURCE_CONTINUE;
}

void
namida_stale_list_refresh (NamidaStaleList *self)
{
  if (self->soon == 0 && self->database != NULL)
    self->soon = g_timeout_add (SOON_MS, stale_list_on_soon, self);
}

void
namida_stale_list_start (NamidaStaleList *self, NamidaDatabase *database, gboolean note)
{
  g_set_object (&self->database, database);
  self->note = note;
  if (self->timer == 0)
    self->timer = g_timeout_add_seconds (EVERY_SECONDS, stale_list_on_time, self);
  /* Load at once, because the first backup may arrive in a moment and is compared with what is known by then. */
  stale_list_load (self);
}

void
namida_stale_list_stop (NamidaStaleList *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->soon, g_source_remove);
  g_clear_object (&self->database);
}

/* Returns: (transfer none) (nullable): valid until the next iteration of the main loop. */
static const NamidaStaleDevice *
stale_list_find (NamidaStaleList *self, const char *fingerprint, NamidaStaleDirection direction)
{
  for (guint i = 0; self->devices != NULL && i < self->devices->len; i++)
    {
      const NamidaStaleDevice *device = self->devices->pdata[i];

      if (device->direction == direction && g_strcmp0 (device->fingerprint, fingerprint) == 0)
        return device;
    }
  return NULL;
}

char *
namida_stale_list_dup_words (NamidaStaleList *self, const char *fingerprint, NamidaStaleDirection direction)
{
  const NamidaStaleDevice *device = stale_list_find (self, fingerprint, direction);

  return device != NULL ? namida_stale_device_dup_words (device, namida_clock_real ()) : NULL;
}

static void
namida_stale_list_dispose (GObject *object)
{
  namida_stale_list_stop (NAMIDA_STALE_LIST (object));
  G_OBJECT_CLASS (namida_stale_list_parent_class)->dispose (object);
}

static void
namida_stale_list_finalize (GObject *object)
{
  NamidaStaleList *self = NAMIDA_STALE_LIST (object);

  g_clear_pointer (&self->devices, g_ptr_array_unref);
  g_hash_table_unref (self->lost);
  G_OBJECT_CLASS (namida_stale_list_parent_class)->finalize (object);
}

static void
namida_stale_list_class_init (NamidaStaleListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_stale_list_dispose;
  object_class->finalize = namida_stale_list_finalize;
  changed_signal
      = g_signal_new ("changed", NAMIDA_TYPE_STALE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  stale_signal = g_signal_new ("stale", NAMIDA_TYPE_STALE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                               G_TYPE_STRING, G_TYPE_BOOLEAN);
  shrunk_signal = g_signal_new ("shrunk", NAMIDA_TYPE_STALE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING);
}

static void
namida_stale_list_init (NamidaStaleList *self)
{
  self->lost = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

NamidaStaleList *
namida_stale_list_new (void)
{
  return g_object_new (NAMIDA_TYPE_STALE_LIST, NULL);
}
