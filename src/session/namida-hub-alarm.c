/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms: a device claims to be a trusted one but has another key. They are kept until the user has read them,
 * whether or not a window was open when they were raised. Their number is limited, because a stranger can cause any
 * number of them. Called by namida-hub-trust.c and by the window's alarm bar. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#define MOST_ALARMS 4u

void
namida_hub_raise_alarm (NamidaHub *self, const char *sentence)
{
  if (g_ptr_array_find_with_equal_func (self->alarms, sentence, g_str_equal, NULL) || self->alarms->len >= MOST_ALARMS)
    return;
  g_ptr_array_add (self->alarms, g_strdup (sentence));
  g_signal_emit_by_name (self, "alarm", sentence);
}

GStrv
namida_hub_dup_alarms (NamidaHub *self)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv list;

  g_return_val_if_fail (NAMIDA_IS_HUB (self), NULL);

  for (guint i = 0; i < self->alarms->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->alarms, i));
  list = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return list;
}

void
namida_hub_dismiss_alarms (NamidaHub *self)
{
  g_return_if_fail (NAMIDA_IS_HUB (self));

  g_ptr_array_set_size (self->alarms, 0);
}
