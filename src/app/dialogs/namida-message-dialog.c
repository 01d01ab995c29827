/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the text messages that other devices sent. The window opens it when a message arrives. Main context. */
#include "config.h"

#include "namida-message-dialog.h"

#include <glib/gi18n.h>

#include "namida-message.h"

struct _NamidaMessageDialog
{
  AdwWindow parent_instance;

  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (NamidaMessageDialog, namida_message_dialog, ADW_TYPE_WINDOW)

#define DIALOG_KEY "namida-message-dialog"

static void
namida_message_dialog_class_init (NamidaMessageDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-message-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaMessageDialog, list);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
namida_message_dialog_init (NamidaMessageDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
message_dialog_on_copy (GtkButton *button, gpointer user_data)
{
  NamidaMessage *message = user_data;

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), namida_message_get_text (message));
  gtk_button_set_label (button, _ ("Copied"));
}

/* Returns "From …", with a warning if the message was not encrypted. */
static GtkWidget *
message_dialog_make_heading (NamidaMessage *message)
{
  const char *alias = namida_message_get_alias (message);
  g_autofree char *text = namida_message_get_encrypted (message)
                              ? g_strdup_printf (_ ("From “%s”"), alias)
                              : g_strdup_printf (_ ("From “%s” · Not encrypted"), alias);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "heading");
  return label;
}

static GtkWidget *
message_dialog_make_text (NamidaMessage *message)
{
  /* No markup, because the text comes from a stranger. */
  GtkWidget *label = gtk_label_new (namida_message_get_text (message));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  return label;
}

static GtkWidget *
message_dialog_make_row (gpointer item, gpointer user_data)
{
  NamidaMessage *message = item;
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *copy = gtk_button_new_with_label (_ ("Copy"));

  g_signal_connect_object (copy, "clicked", G_CALLBACK (message_dialog_on_copy), message, 0);
  gtk_widget_set_valign (copy, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (top), message_dialog_make_heading (message));
  gtk_box_append (GTK_BOX (top), copy);
  gtk_box_append (GTK_BOX (box), top);
  gtk_box_append (GTK_BOX (box), message_dialog_make_text (message));
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  /* Only the button in the row can be activated. */
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  return row;
}

static NamidaMessageDialog *
message_dialog_new (GListModel *messages)
{
  NamidaMessageDialog *self = g_object_new (NAMIDA_TYPE_MESSAGE_DIALOG, NULL);

  gtk_list_box_bind_model (self->list, messages, message_dialog_make_row, NULL, NULL);
  return self;
}

static void
message_dialog_on_dialog_gone (GtkWindow *window)
{
  g_object_set_data (G_OBJECT (window), DIALOG_KEY, NULL);
}

static void
message_dialog_on_messages_changed (GtkWindow *window, guint position, guint removed, guint added, GListModel *messages)
{
  NamidaMessageDialog *dialog = g_object_get_data (G_OBJECT (window), DIALOG_KEY);

  /* A dialog that is open shows the new message, too. */
  if (added == 0 || dialog != NULL)
    return;
  dialog = message_dialog_new (messages);
  g_object_set_data (G_OBJECT (window), DIALOG_KEY, dialog);
  g_signal_connect_object (dialog, "destroy", G_CALLBACK (message_dialog_on_dialog_gone), window, G_CONNECT_SWAPPED);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), window);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
namida_message_dialog_watch (NamidaHub *hub, GtkWindow *window)
{
  g_signal_connect_object (namida_hub_get_messages (hub), "items-changed",
                           G_CALLBACK (message_dialog_on_messages_changed), window, G_CONNECT_SWAPPED);
}
