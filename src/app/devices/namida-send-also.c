/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row “Also Send To” of the send window: the same files for several devices at once, each in a transfer of its
 * own. The devices are those that are known when the window opens, except those with a warning: one that only looks
 * like a trusted device must not stand beside it. Called by namida-send-sheet.c. Main context. */
#include "config.h"

#include "namida-send-also.h"

#include <glib/gi18n.h>

#include "namida-device-avatar.h"
#include "namida-device-words.h"
#include "namida-format.h"
#include "namida-gradual.h"
#include "namida-spoken.h"
#include "namida-tag.h"

#define FIRST_DEVICES 4u /* the row is closed at first */
#define MORE_DEVICES 4u
#define CHECKS_KEY "namida-send-also-checks"
#define ALSO_KEY "namida-send-also"
#define PEER_KEY "namida-send-also-peer"
#define APART_KEY "namida-send-also-apart" /* (nullable): what tells the device from another one of its name */

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

/* Returns: (transfer full) (nullable): text such as "192.168.1.7 · 41C0 5B7E", if another device has the name of
 * @peer. */
static char *
send_also_dup_apart (NamidaHub *hub, NamidaPeer *peer)
{
  GListModel *peers = namida_hub_get_peers (hub);
  const char *fingerprint = namida_peer_get_fingerprint (peer);
  g_autofree char *address = namida_device_dup_address (peer);
  g_autofree char *digits = fingerprint != NULL ? namida_format_fingerprint (fingerprint) : NULL;
  gboolean shared = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (peers) && !shared; i++)
    {
      g_autoptr (NamidaPeer) other = g_list_model_get_item (peers, i);

      shared = other != peer && g_strcmp0 (namida_peer_get_alias (other), namida_peer_get_alias (peer)) == 0;
    }
  if (!shared || (address == NULL && digits == NULL))
    return NULL;
  if (address == NULL || digits == NULL)
    return g_strdup (address != NULL ? address : digits);
  return g_strdup_printf ("%s · %s", address, digits);
}

/* @apart: (nullable) */
static void
send_also_append_new (GString *names, const char *apart)
{
  const char *word = namida_tag_kind_word (NAMIDA_TAG_NEW);

  if (apart != NULL)
    g_string_append_printf (names, " (%s · %s)", word, apart);
  else
    g_string_append_printf (names, " (%s)", word);
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
        send_also_append_new (names, g_object_get_data (G_OBJECT (peer), APART_KEY));
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
  const char *subtitle = adw_action_row_get_subtitle (line);
  g_autofree char *spoken = subtitle != NULL && *subtitle != '\0'
                                ? g_strdup_printf ("%s · %s", namida_tag_kind_word (kind), subtitle)
                                : g_strdup (namida_tag_kind_word (kind));

  namida_tag_set (NAMIDA_TAG (tag), kind, NULL);
  adw_action_row_add_suffix (line, tag);
  /* The row gives the check button its name. */
  namida_spoken_set_description (check, spoken);
  namida_spoken_set_description (line, spoken);
}

/* @apart: (nullable): as send_also_dup_apart() returns it */
static void
send_also_add (AdwExpanderRow *row, NamidaPeer *peer, const char *apart, GPtrArray *checks)
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
  else if (apart != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (line), apart);
  g_object_set_data_full (G_OBJECT (peer), APART_KEY, g_strdup (apart), g_free);
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
  send_also_on_warning (peer, NULL, GTK_CHECK_BUTTON (check)); /* it may have come meanwhile */
}

/* What is left to add to the row, as its data. */
typedef struct
{
  AdwExpanderRow *row; /* borrowed: it owns this */
  NamidaHub *hub;      /* owned */
  GPtrArray *peers;    /* (element-type NamidaPeer) */
} SendAlso;

static void
send_also_free (gpointer data)
{
  SendAlso *also = data;

  g_object_unref (also->hub);
  g_ptr_array_unref (also->peers);
  g_free (also);
}

static void
send_also_add_next (guint index, gpointer user_data)
{
  SendAlso *also = user_data;
  NamidaPeer *peer = g_ptr_array_index (also->peers, index);
  g_autofree char *apart = send_also_dup_apart (also->hub, peer);

  send_also_add (also->row, peer, apart, g_object_get_data (G_OBJECT (also->row), CHECKS_KEY));
}

void
namida_send_also_fill (AdwExpanderRow *row, NamidaHub *hub, NamidaPeer *peer)
{
  GListModel *peers = namida_hub_get_peers (hub);
  guint n = g_list_model_get_n_items (peers);
  SendAlso *also = g_new0 (SendAlso, 1);

  also->row = row;
  also->hub = g_object_ref (hub);
  also->peers = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaPeer) other = g_list_model_get_item (peers, i);

      if (other != peer && namida_peer_get_encrypted (other) && namida_peer_get_warning (other) == NULL)
        g_ptr_array_add (also->peers, g_steal_pointer (&other));
    }
  g_object_set_data_full (G_OBJECT (row), CHECKS_KEY, g_ptr_array_new (), (GDestroyNotify) g_ptr_array_unref);
  g_object_set_data_full (G_OBJECT (row), ALSO_KEY, also, send_also_free);
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (row)), also->peers->len > 0);
  namida_gradual_run (GTK_WIDGET (row), also->peers->len, FIRST_DEVICES, MORE_DEVICES, send_also_add_next, also);
  send_also_show (row);
}
