/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dialog with the nearby devices, to choose one of them. namida-version-flow.c uses it to restore a version to
 * another device. Main context. */
#include "config.h"

#include "namida-device-chooser.h"

#include <glib/gi18n.h>

#include "namida-dialog.h"
#include "namida-gradual.h"
#include "namida-spoken.h"
#include "namida-state-line.h"
#include "namida-tag.h"

typedef struct
{
  NamidaDeviceChosen chosen;
  gpointer user_data;
  NamidaPeer *peer; /* (nullable) */
} Question;

#define PEER_KEY "namida-device-chooser-peer"
#define MOST_HEIGHT 360 /* pixels; a longer list scrolls */
#define FIRST_DEVICES 8u
#define MORE_DEVICES 4u

/* An AdwActionRow would break the name letter by letter with large text. */
static GtkWidget *
device_chooser_make_row (gpointer item, gpointer user_data)
{
  NamidaPeer *peer = item;
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *line = g_object_new (NAMIDA_TYPE_STATE_LINE, "margin-start", 12, "margin-end", 12, "margin-top", 9,
                                  "margin-bottom", 9, "height-request", 32, NULL);
  GtkWidget *name = gtk_label_new (namida_peer_get_alias (peer));
  NamidaTag *tag = g_object_new (NAMIDA_TYPE_TAG, "valign", GTK_ALIGN_CENTER, NULL);

  gtk_label_set_wrap (GTK_LABEL (name), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (name), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  namida_tag_set (tag,
                  !namida_peer_get_encrypted (peer) ? NAMIDA_TAG_UNENCRYPTED
                  : namida_peer_get_trusted (peer)  ? NAMIDA_TAG_TRUSTED
                                                    : NAMIDA_TAG_NEW,
                  NULL);
  namida_state_line_add (NAMIDA_STATE_LINE (line), name);
  namida_state_line_add (NAMIDA_STATE_LINE (line), GTK_WIDGET (tag));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  namida_spoken_set_name (row, namida_peer_get_alias (peer));
  g_object_set_data_full (G_OBJECT (row), PEER_KEY, g_object_ref (peer), g_object_unref);
  return row;
}

static gboolean
device_chooser_is_near (gpointer item, gpointer user_data)
{
  return !namida_peer_get_away (item);
}

static void
device_chooser_on_activated (GtkListBox *list, GtkListBoxRow *row, gpointer user_data)
{
  Question *question = user_data;

  g_set_object (&question->peer, g_object_get_data (G_OBJECT (row), PEER_KEY));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (gtk_widget_get_root (GTK_WIDGET (list))), "chosen");
  gtk_window_close (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (list))));
}

static void
device_chooser_on_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  Question *question = user_data;
  NamidaDeviceChosen chosen = question->chosen;

  /* Closing the dialog emits a second response. */
  question->chosen = NULL;
  if (chosen != NULL)
    chosen (question->peer, question->user_data);
}

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_clear_object (&question->peer);
  g_free (question);
}

void
namida_device_chooser_ask (
    GtkWindow *parent, NamidaHub *hub, const char *heading, NamidaDeviceChosen chosen, gpointer user_data)
{
  GtkWidget *dialog = namida_dialog_new (parent, heading, NULL);
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *nobody = gtk_label_new (
      _ ("No devices found. Open Namida Sync on the other device and connect it to the same network."));
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (device_chooser_is_near, NULL, NULL));
  GtkFilterListModel *near = gtk_filter_list_model_new (g_object_ref (namida_hub_get_peers (hub)), filter);
  g_autoptr (GtkSliceListModel) gradual = namida_gradual_list_new (G_LIST_MODEL (near), FIRST_DEVICES, MORE_DEVICES);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  Question *question = g_new0 (Question, 1);

  question->chosen = chosen;
  question->user_data = user_data;
  gtk_label_set_wrap (GTK_LABEL (nobody), TRUE);
  gtk_widget_set_margin_top (nobody, 12);
  gtk_widget_set_margin_bottom (nobody, 12);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (list), nobody);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_widget_set_margin_top (list, 12);
  gtk_widget_set_size_request (list, 280, -1);
  gtk_list_box_bind_model (GTK_LIST_BOX (list), G_LIST_MODEL (gradual), device_chooser_make_row, NULL, NULL);
  g_signal_connect (list, "row-activated", G_CALLBACK (device_chooser_on_activated), question);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), MOST_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), scrolled);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"));
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (device_chooser_on_response), question, question_free, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}
