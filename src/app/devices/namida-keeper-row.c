/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of a device from which a new computer can fetch its backups: see the header. The Welcome window lists these
 * rows. The device is asked for its list once it is trusted, also if this happens while the row is shown. Main
 * context. */
#include "config.h"

#include "namida-keeper-row.h"

#include <glib/gi18n.h>

#include "namida-backups-message.h"
#include "namida-device-avatar.h"
#include "namida-device-words.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-spoken.h"

struct _NamidaKeeperRow
{
  AdwActionRow parent_instance;

  NamidaHub *hub;
  NamidaPeer *peer;
  GCancellable *asking; /* (nullable): for asking what the device keeps */

  NamidaDeviceAvatar *avatar;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (NamidaKeeperRow, namida_keeper_row, ADW_TYPE_ACTION_ROW)

gboolean
namida_keeper_can_be (NamidaPeer *peer)
{
  return !namida_peer_get_away (peer) && (namida_peer_get_trusted (peer) || namida_device_can_pair (peer));
}

/* @name: the accessible name; @action: activated with the key of the device */
static void
keeper_row_set_button (NamidaKeeperRow *self, const char *label, const char *name, const char *action)
{
  gtk_button_set_label (self->button, label);
  namida_spoken_set_name (self->button, name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action);
}

static void
keeper_row_show_kept (NamidaKeeperRow *self, GPtrArray *kept)
{
  const NamidaKeptBackup *newest;
  g_autofree char *when = NULL;
  g_autofree char *words = NULL;
  g_autofree char *name = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->button), kept->len > 0);
  if (kept->len == 0)
    {
      adw_action_row_set_subtitle (
          ADW_ACTION_ROW (self),
          _ ("Keeps no backup for this computer. If it keeps those of an old one, choose “Replace a "
             "Device…” in the main menu there."));
      return;
    }
  newest = g_ptr_array_index (kept, 0);
  when = namida_files_time ((gint64) newest->created_ms * 1000);
  /* Translators: %s: “yesterday, 21:02” or “on 3 November” */
  words = g_strdup_printf (ngettext ("Keeps %u backup, from %s", "Keeps %u backups, the last from %s", kept->len),
                           kept->len, when);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), words);
  name = g_strdup_printf (_ ("Get a backup from %s"), namida_peer_get_alias (self->peer));
  /* Translators: a button: gets a backup from another device */
  keeper_row_set_button (self, C_ ("button", "Get…"), name, "keeper.get");
}

static void
keeper_row_on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaKeeperRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) kept = namida_hub_list_kept_finish (NAMIDA_HUB (source), result, &error);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  if (kept != NULL)
    keeper_row_show_kept (self, kept);
  else
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), error->message);
}

static void
keeper_row_show (NamidaKeeperRow *self)
{
  g_autofree char *name = namida_format_name (namida_peer_get_alias (self->peer));
  g_autofree char *pair = g_strdup_printf (_ ("Pair with %s"), name);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), name);
  namida_device_avatar_set_peer (self->avatar, self->peer);
  if (!namida_peer_get_trusted (self->peer))
    {
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _ ("Pair first to see what it keeps"));
      keeper_row_set_button (self, _ ("Pair…"), pair, "keeper.pair");
      gtk_widget_set_visible (GTK_WIDGET (self->button), TRUE);
      return;
    }
  if (self->asking != NULL)
    return;
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _ ("Checking…"));
  gtk_widget_set_visible (GTK_WIDGET (self->button), FALSE);
  self->asking = g_cancellable_new ();
  namida_hub_list_kept_async (self->hub, self->peer, self->asking, keeper_row_on_listed, g_object_ref (self));
}

static void
namida_keeper_row_dispose (GObject *object)
{
  NamidaKeeperRow *self = NAMIDA_KEEPER_ROW (object);

  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  g_clear_object (&self->peer);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_keeper_row_parent_class)->dispose (object);
}

/* The pending request holds a reference to the row until it is answered. */
static void
namida_keeper_row_unroot (GtkWidget *widget)
{
  g_cancellable_cancel (NAMIDA_KEEPER_ROW (widget)->asking);
  GTK_WIDGET_CLASS (namida_keeper_row_parent_class)->unroot (widget);
}

static void
namida_keeper_row_class_init (NamidaKeeperRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_keeper_row_dispose;
  GTK_WIDGET_CLASS (klass)->unroot = namida_keeper_row_unroot;
}

static void
namida_keeper_row_init (NamidaKeeperRow *self)
{
  self->avatar = g_object_new (NAMIDA_TYPE_DEVICE_AVATAR, NULL);
  self->button = GTK_BUTTON (gtk_button_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->button), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "pill");
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "in-row");
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), GTK_WIDGET (self->avatar));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->button));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), GTK_WIDGET (self->button));
  /* The button has an accessible name with its action and the device. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

NamidaKeeperRow *
namida_keeper_row_new (NamidaHub *hub, NamidaPeer *peer)
{
  NamidaKeeperRow *self = g_object_new (NAMIDA_TYPE_KEEPER_ROW, NULL);
  g_autofree char *key = namida_device_dup_key (peer);

  self->hub = g_object_ref (hub);
  self->peer = g_object_ref (peer);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->button), "s", key);
  g_signal_connect_object (peer, "notify", G_CALLBACK (keeper_row_show), self, G_CONNECT_SWAPPED);
  keeper_row_show (self);
  return self;
}
