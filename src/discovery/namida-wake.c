/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listens to logind and compares two clocks to detect a suspend; see the header. Main context. */
#include "config.h"

#include <time.h>

#include "namida-wake.h"

/* org.freedesktop.login1(5) */
#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define MANAGER LOGIND ".Manager"

#define CHECK_SECONDS 20
#define SLEPT_US (2 * G_USEC_PER_SEC) /* a smaller difference is a measurement error */

struct _NamidaWake
{
  GObject parent_instance;
  GCancellable *cancellable;
  GDBusConnection *bus; /* (nullable) */
  guint subscription;
  guint timer;
  NamidaWakeClock clock;
  gint64 slept; /* microseconds of sleep that were already reported */
};

G_DEFINE_FINAL_TYPE (NamidaWake, namida_wake, G_TYPE_OBJECT)

static guint woke_signal;

static gint64
wake_read_clock (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* clock_gettime(2): CLOCK_BOOTTIME counts the time of a suspend, CLOCK_MONOTONIC does not. */
static gint64
wake_time_slept (void)
{
  return wake_read_clock (CLOCK_BOOTTIME) - wake_read_clock (CLOCK_MONOTONIC);
}

void
namida_wake_check (NamidaWake *self)
{
  gint64 slept;

  g_return_if_fail (NAMIDA_IS_WAKE (self));

  slept = self->clock ();
  if (slept - self->slept < SLEPT_US)
    return;
  self->slept = slept;
  g_signal_emit (self, woke_signal, 0);
}

static gboolean
wake_on_timer (gpointer data)
{
  namida_wake_check (data);
  return G_SOURCE_CONTINUE;
}

static void
wake_on_prepare_for_sleep (GDBusConnection *bus,
                           const char *sender,
                           const char *path,
                           const char *interface,
                           const char *name,
                           GVariant *parameters,
                           gpointer user_data)
{
  NamidaWake *self = user_data;
  gboolean going = TRUE;

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    g_variant_get (parameters, "(b)", &going);
  if (going)
    return;
  /* Prevent the timer from reporting the same sleep again. */
  self->slept = self->clock ();
  g_signal_emit (self, woke_signal, 0);
}

static void
wake_on_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaWake) self = user_data;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);

  if (bus == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  g_set_object (&self->bus, bus);
  self->subscription
      = g_dbus_connection_signal_subscribe (bus, LOGIND, MANAGER, "PrepareForSleep", LOGIND_PATH, NULL,
                                            G_DBUS_SIGNAL_FLAGS_NONE, wake_on_prepare_for_sleep, self, NULL);
}

void
namida_wake_set_clock (NamidaWake *self, NamidaWakeClock clock)
{
  g_return_if_fail (NAMIDA_IS_WAKE (self) && clock != NULL);

  self->clock = clock;
  self->slept = clock ();
}

static void
namida_wake_dispose (GObject *object)
{
  NamidaWake *self = NAMIDA_WAKE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  g_clear_object (&self->bus);
  G_OBJECT_CLASS (namida_wake_parent_class)->dispose (object);
}

static void
namida_wake_finalize (GObject *object)
{
  g_object_unref (NAMIDA_WAKE (object)->cancellable);
  G_OBJECT_CLASS (namida_wake_parent_class)->finalize (object);
}

static void
namida_wake_class_init (NamidaWakeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_wake_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_wake_finalize;
  woke_signal = g_signal_new ("woke", NAMIDA_TYPE_WAKE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_wake_init (NamidaWake *self)
{
  self->cancellable = g_cancellable_new ();
}

NamidaWake *
namida_wake_new (void)
{
  NamidaWake *self = g_object_new (NAMIDA_TYPE_WAKE, NULL);

  namida_wake_set_clock (self, wake_time_slept);
  self->timer = g_timeout_add_seconds (CHECK_SECONDS, wake_on_timer, self);
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, wake_on_bus, g_object_ref (self));
  return self;
}
