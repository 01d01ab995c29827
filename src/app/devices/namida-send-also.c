/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row “Also Send To” of the send window: the same files for several devices at once, each in a transfer of its
 * own. The devices are those that are known when the window opens, except those with a warning: one that only looks
 * like a trusted device must not stand beside it. Called by namida-send-sheet.c. Main context. */
#include "config.h"

#include "namida-send-also.h"

#include <glib/gi18n.h>

#include "namida-device-avatar.h"
#include "namida-device-words.h"
#include "namida-tag.h"

#define CHECKS_KEY "namida-send-also-checks"
#define PEER_KEY "namida-send-also-peer"

GPtrArray *
namida_send_also_dup_chosen (AdwExpanderRow *row)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *checks = g_object_get_data (G_OBJECT (row), CHECKS_KEY);

  for (guint i = 0; checks != NULL && i < checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (checks, i)))
      g_ptr_array_add (chosen, g_object_ref (g_object_get_data (g_ptr_array_index (checks, i), PEER_KEY)));
  return chosen;
}

/* The closed row names the chosen devices, so that the user sees all of them, and says which are not trusted. */
static void
send_also_show (AdwExpanderRow *row)
{
  g_autoptr (GPtrArray) chosen = namida_send_also_dup_chosen (row);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *escaped = NULL;

  for (guint i = 0; i < chosen->len; i++)
    {
      NamidaPeer *peer = g_ptr_array_index (chosen, i);

      if (i > 0)
        g_string_append (names, ", ");
      g_string_append (names, namida_peer_get_alias (peer));
      if (!namida_peer_get_trusted (peer))
        g_string_append_printf (names, " (%s)", namida_tag_kind_word (NAMIDA_TAG_NEW));
    }
  escaped = g_markup_escape_text (chosen->len > 0 ? names->str : _ ("No other device"), -1);
  adw_expander_row_set_subtitle (row, escaped);
}

/* Removes a device that becomes doubtful while the window is open, so that nothing is sent to it. */
static void
send_also_on_warning (NamidaPeer *peer, GParamSpec *pspec, GtkCheckButton *check)
{
  gboolean doubtful = namida_peer_get_warning (peer) != NULL;

  if (doubtful)
    gtk_check_button_set_active (check, FALSE);
  gtk_widget_set_visible (gtk_widget_get_ancestor (GTK_WIDGET (check), ADW_TYPE_ACTION_ROW), !doubtful);
}

/* Says in @line and to screen readers (at @check) whether the device is trusted, because a name proves nothing. */
static void
send_also_show_trust (AdwActionRow *line, GtkWidget *check, NamidaPeer *peer)
{
  NamidaTagKind kind = namida_peer_get_trusted (peer) ? NAMIDA_TAG_TRUSTED : NAMIDA_TAG_NEW;
  GtkWidget *tag = g_object_new (NAMIDA_TYPE_TAG, "valign", GTK_ALIGN_CENTER, NULL);

  namida_tag_set (NAMIDA_TAG (tag), kind, NULL);
  adw_action_row_add_suffix (line, tag);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, namida_peer_get_alias (peer),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, namida_tag_kind_word (kind), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (line), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  namida_tag_kind_word (kind), -1);
}

static void
send_also_add (AdwExpanderRow *row, NamidaPeer *peer, GPtrArray *checks)
{
  GtkWidget *line = adw_action_row_new ();
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *avatar = g_object_new (NAMIDA_TYPE_DEVICE_AVATAR, "size", 32, "valign", GTK_ALIGN_CENTER, NULL);
  g_autofree char *escaped = g_markup_escape_text (namida_peer_get_alias (peer), -1);

  namida_device_avatar_set (NAMIDA_DEVICE_AVATAR (avatar), namida_peer_get_alias (peer),
                            namida_device_kind_icon (namida_peer_get_device_type (peer)), namida_peer_get_away (peer));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (line), escaped);
  if (namida_peer_get_away (peer))
    adw_action_row_set_subtitle (ADW_ACTION_ROW (line), _ ("Away · waits until it is back"));
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  adw_action_row_add_prefix (ADW_ACTION_ROW (line), avatar);
  adw_action_row_add_prefix (ADW_ACTION_ROW (line), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (line), check);
  send_also_show_trust (ADW_ACTION_ROW (line), check, peer);
  g_object_set_data_full (G_OBJECT (check), PEER_KEY, g_object_ref (peer), g_object_unref);
  g_signal_connect_object (check, "toggled", G_CALLBACK (send_also_show), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (peer, "notify::warning", G_CALLBACK (send_also_on_warning), check, 0);
  g_ptr_array_add (checks, check);
  adw_expander_row_add_row (row, line);
}

void
namida_send_also_fill (AdwExpanderRow *row, NamidaHub *hub, NamidaPeer *peer)
{
  GListModel *peers = namida_hub_get_peers (hub);
  guint n = g_list_model_get_n_items (peers);
  GPtrArray *checks = g_ptr_array_new ();

  g_object_set_data_full (G_OBJECT (row), CHECKS_KEY, checks, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaPeer) other = g_list_model_get_item (peers, i);

      if (other != peer && namida_peer_get_encrypted (other) && namida_peer_get_warning (other) == NULL)
        send_also_add (row, other, checks);
    }
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (row)), checks->len > 0);
  send_also_show (row);
}
