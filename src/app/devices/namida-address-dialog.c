/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog “Add a Device”: resolves what the user types with namida_hub_resolve_async() and shows the error if
 * nothing is found. Opened by the window. Main context. */
#include "config.h"

#include "namida-address-dialog.h"

#include "namida-mnemonics.h"

#define TIMEOUT_MS 8000

struct _NamidaAddressDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  GCancellable *cancellable;

  GtkEditable *entry;
  GtkWidget *add_button;
  GtkSpinner *spinner;
  GtkLabel *problem;
};

G_DEFINE_FINAL_TYPE (NamidaAddressDialog, namida_address_dialog, ADW_TYPE_WINDOW)

static void
address_dialog_set_busy (NamidaAddressDialog *self, gboolean busy)
{
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_sensitive (self->add_button, !busy);
}

static void
address_dialog_on_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaAddressDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaPeer) peer = namida_hub_resolve_finish (NAMIDA_HUB (source), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  address_dialog_set_busy (self, FALSE);
  if (peer != NULL)
    gtk_window_close (GTK_WINDOW (self));
  else
    gtk_label_set_label (self->problem, error->message);
}

static void
address_dialog_on_add (NamidaAddressDialog *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (self->entry)));

  address_dialog_set_busy (self, TRUE);
  gtk_label_set_label (self->problem, "");
  namida_hub_resolve_async (self->hub, text, TIMEOUT_MS, self->cancellable, address_dialog_on_resolved,
                            g_object_ref (self));
}

static void
address_dialog_on_changed (NamidaAddressDialog *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (self->entry)));

  gtk_widget_set_sensitive (self->add_button, *text != '\0' && !gtk_spinner_get_spinning (self->spinner));
}

/* Closes the dialog and activates @action of its window. */
static void
address_dialog_go_to (NamidaAddressDialog *self, const char *action)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  gtk_window_close (GTK_WINDOW (self));
  if (parent != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), action, NULL);
}

static void
address_dialog_on_scan (NamidaAddressDialog *self)
{
  address_dialog_go_to (self, "win.scan");
}

static void
address_dialog_on_link (NamidaAddressDialog *self)
{
  address_dialog_go_to (self, "win.link");
}

static void
namida_address_dialog_dispose (GObject *object)
{
  NamidaAddressDialog *self = NAMIDA_ADDRESS_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_address_dialog_parent_class)->dispose (object);
}

static void
namida_address_dialog_finalize (GObject *object)
{
  g_clear_object (&NAMIDA_ADDRESS_DIALOG (object)->cancellable);
  G_OBJECT_CLASS (namida_address_dialog_parent_class)->finalize (object);
}

static void
namida_address_dialog_class_init (NamidaAddressDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_address_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_address_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-address-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaAddressDialog, entry);
  gtk_widget_class_bind_template_child (widget_class, NamidaAddressDialog, add_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaAddressDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, NamidaAddressDialog, problem);
  gtk_widget_class_bind_template_callback (widget_class, address_dialog_on_add);
  gtk_widget_class_bind_template_callback (widget_class, address_dialog_on_changed);
  gtk_widget_class_bind_template_callback (widget_class, address_dialog_on_scan);
  gtk_widget_class_bind_template_callback (widget_class, address_dialog_on_link);
}

static void
namida_address_dialog_init (NamidaAddressDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
}

NamidaAddressDialog *
namida_address_dialog_new (NamidaHub *hub)
{
  NamidaAddressDialog *self = g_object_new (NAMIDA_TYPE_ADDRESS_DIALOG, NULL);

  self->hub = g_object_ref (hub);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  return self;
}
