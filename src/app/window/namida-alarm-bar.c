/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The alarm bar of namida-alarm-bar.h: a label that wraps, so that no alarm is cut off, and a button. The hub keeps
 * the alarms: closing the bar dismisses them there, and a window that is created later shows the remaining ones. Main
 * context. */
#include "config.h"

#include "namida-alarm-bar.h"

#include "namida-mnemonics.h"

struct _NamidaAlarmBar
{
  AdwBin parent_instance;

  NamidaHub *hub;
  GtkLabel *words;
};

G_DEFINE_FINAL_TYPE (NamidaAlarmBar, namida_alarm_bar, ADW_TYPE_BIN)

static void
alarm_bar_show (NamidaAlarmBar *self)
{
  g_auto (GStrv) alarms = namida_hub_dup_alarms (self->hub);
  g_autofree char *text = g_strjoinv ("\n\n", alarms);

  gtk_label_set_text (self->words, text);
  gtk_widget_set_visible (GTK_WIDGET (self), *text != '\0');
}

static void
alarm_bar_on_close (NamidaAlarmBar *self)
{
  namida_hub_dismiss_alarms (self->hub);
  alarm_bar_show (self);
}

static void
namida_alarm_bar_dispose (GObject *object)
{
  NamidaAlarmBar *self = NAMIDA_ALARM_BAR (object);

  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_alarm_bar_parent_class)->dispose (object);
}

static void
namida_alarm_bar_class_init (NamidaAlarmBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_alarm_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-alarm-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaAlarmBar, words);
  gtk_widget_class_bind_template_callback (widget_class, alarm_bar_on_close);
}

static void
namida_alarm_bar_init (NamidaAlarmBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
}

void
namida_alarm_bar_set_hub (NamidaAlarmBar *self, NamidaHub *hub)
{
  g_return_if_fail (NAMIDA_IS_ALARM_BAR (self));
  g_return_if_fail (self->hub == NULL);

  self->hub = g_object_ref (hub);
  g_signal_connect_object (hub, "alarm", G_CALLBACK (alarm_bar_show), self, G_CONNECT_SWAPPED);
  alarm_bar_show (self);
}
