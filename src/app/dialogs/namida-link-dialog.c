/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog for links for browsers, as described in the header. The action "win.link" opens it. An upload from a
 * browser is announced by the dialog for offers, like any other offer. Main context. */

#include "config.h"

#include "namida-link-dialog.h"

#include "namida-format.h"
#include "namida-hub-link.h"
#include "namida-limits.h"
#include "namida-mnemonics.h"
#include "namida-qr-view.h"

#include <glib/gi18n.h>

struct _NamidaLinkDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  NamidaLink *link; /* (nullable) */
  GCancellable *cancellable;
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
  char *version;                 /* (nullable) */
  char *url;                     /* (nullable) */
  guint timer;

  GtkStack *stack;
  GtkSwitch *unencrypted;
  GtkLabel *problem;
  NamidaQrView *code;
  GtkLabel *words;
  GtkLabel *address;
  GtkLabel *digits_words;
  GtkLabel *digits;
  GtkLabel *state;
};

G_DEFINE_FINAL_TYPE (NamidaLinkDialog, namida_link_dialog, ADW_TYPE_WINDOW)

/* ---- the link ---- */

static char *
link_dialog_dup_left (NamidaLink *link)
{
  guint left = namida_link_get_seconds_left (link);
  guint minutes = MAX (1, (left + 59) / 60);

  return g_strdup_printf (ngettext ("Valid for %u more minute", "Valid for %u more minutes", minutes), minutes);
}

static void
link_dialog_show_state (NamidaLinkDialog *self)
{
  NamidaLinkState state = namida_link_get_state (self->link);
  NamidaTransfer *transfer = namida_link_get_transfer (self->link);
  g_autofree char *text = NULL;

  if (state == NAMIDA_LINK_EXPIRED)
    text = g_strdup (_ ("The link has expired"));
  else if (state == NAMIDA_LINK_CLOSED)
    text = g_strdup (_ ("The link was closed"));
  else if (state == NAMIDA_LINK_WAITING)
    text = link_dialog_dup_left (self->link);
  else if (transfer != NULL && namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_DONE)
    text = g_strdup (_ ("The files have arrived"));
  else
    /* Translators: the name and the address of a browser, for example "Firefox on Android" and "192.168.1.7". */
    text = g_strdup_printf (_ ("Opened by %s at %s"), namida_link_get_browser (self->link),
                            namida_link_get_browser_address (self->link));
  if (g_strcmp0 (gtk_label_get_label (self->state), text) != 0)
    gtk_label_set_label (self->state, text);
  gtk_widget_set_opacity (GTK_WIDGET (self->code), state == NAMIDA_LINK_WAITING ? 1.0 : 0.3);
}

static gboolean
link_dialog_on_second (gpointer user_data)
{
  link_dialog_show_state (user_data);
  return G_SOURCE_CONTINUE;
}

static void
link_dialog_on_fetched (NamidaLinkDialog *self, const char *name, guint64 bytes, gboolean whole)
{
  g_autofree char *shown = namida_format_title (name);
  g_autofree char *text
      = g_strdup_printf (whole ? _ ("“%s” was downloaded") : _ ("“%s” was downloaded in part"), shown);

  gtk_label_set_label (self->words, text);
}

static void
link_dialog_on_refused (NamidaLinkDialog *self, const char *address)
{
  g_autofree char *text
      = g_strdup_printf (_ ("A second browser, at %s, tried to use the link and was refused."), address);

  gtk_label_set_label (self->words, text);
}

static void
link_dialog_show_link (NamidaLinkDialog *self)
{
  g_auto (GStrv) urls = namida_hub_dup_link_urls (self->hub, self->link);
  g_autofree char *digits = namida_link_dup_digits (self->link);
  gboolean plain = namida_link_get_unencrypted (self->link);

  g_free (self->url);
  self->url = g_strdup (urls[0]);
  namida_qr_view_set_text (self->code, self->url);
  gtk_label_set_label (self->address, self->url != NULL ? self->url : _ ("This device is not connected to a network."));
  gtk_widget_set_visible (GTK_WIDGET (self->address), TRUE);
  gtk_label_set_label (self->digits_words,
                       plain ? _ ("Not encrypted. Anyone on this network could read or change the files.")
                             : _ ("The browser will warn that the connection is not private, because this device made "
                                  "its certificate itself. To be sure that it is this device, compare: the page shows "
                                  "these digits, and the SHA-256 fingerprint of the certificate begins with them."));
  gtk_label_set_label (self->digits, plain ? "" : digits);
  gtk_widget_set_visible (GTK_WIDGET (self->digits), !plain);
  gtk_stack_set_visible_child_name (self->stack, "link");
  g_signal_connect_object (self->link, "changed", G_CALLBACK (link_dialog_show_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->link, "fetched", G_CALLBACK (link_dialog_on_fetched), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->link, "refused", G_CALLBACK (link_dialog_on_refused), self, G_CONNECT_SWAPPED);
  self->timer = g_timeout_add_seconds (1, link_dialog_on_second, self);
  link_dialog_show_state (self);
}

static void
link_dialog_on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaLinkDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaLink *link = namida_hub_open_link_finish (NAMIDA_HUB (source), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    {
      if (link != NULL)
        namida_link_close (link);
      g_clear_object (&link);
      return;
    }
  if (link == NULL)
    {
      gtk_label_set_label (self->problem, error->message);
      gtk_stack_set_visible_child_name (self->stack, "choose");
      return;
    }
  self->link = link;
  link_dialog_show_link (self);
}

/* @files: (nullable) */
static void
link_dialog_open (NamidaLinkDialog *self, GListModel *files)
{
  gtk_label_set_label (self->problem, "");
  gtk_stack_set_visible_child_name (self->stack, "counting");
  namida_hub_open_link_async (self->hub, files, self->version, NULL, NAMIDA_LIMIT_LINK_MINUTES_DEFAULT,
                              gtk_switch_get_active (self->unencrypted), self->cancellable, link_dialog_on_opened,
                              g_object_ref (self));
}

/* ---- choosing ---- */

static void
link_dialog_on_receive (NamidaLinkDialog *self)
{
  link_dialog_open (self, NULL);
}

static void
link_dialog_on_chosen (GtkNativeDialog *chooser, int response, NamidaLinkDialog *self)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (chooser));
  g_clear_object (&self->chooser);
  if (files != NULL && g_list_model_get_n_items (files) > 0)
    link_dialog_open (self, files);
}

static void
link_dialog_choose (NamidaLinkDialog *self, GtkFileChooserAction action, const char *title)
{
  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (link_dialog_on_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
link_dialog_on_send_files (NamidaLinkDialog *self)
{
  link_dialog_choose (self, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("Choose Files"));
}

static void
link_dialog_on_send_folders (NamidaLinkDialog *self)
{
  link_dialog_choose (self, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("Choose Folders"));
}

static void
link_dialog_on_copy (NamidaLinkDialog *self)
{
  if (self->url == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->url);
  gtk_label_set_label (self->words, _ ("The address was copied"));
}

/* ---- the object ---- */

/* A transfer that was accepted continues without the dialog; the transfers page shows it. */
static gboolean
link_dialog_is_needed (NamidaLink *link)
{
  NamidaTransfer *transfer = namida_link_get_transfer (link);

  return transfer != NULL && !namida_transfer_is_final (transfer)
         && namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_WAITING;
}

static void
namida_link_dialog_dispose (GObject *object)
{
  NamidaLinkDialog *self = NAMIDA_LINK_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->chooser);
  if (self->link != NULL && !link_dialog_is_needed (self->link))
    namida_link_close (self->link);
  g_clear_object (&self->link);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_link_dialog_parent_class)->dispose (object);
}

static void
namida_link_dialog_finalize (GObject *object)
{
  NamidaLinkDialog *self = NAMIDA_LINK_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_free (self->version);
  g_free (self->url);
  G_OBJECT_CLASS (namida_link_dialog_parent_class)->finalize (object);
}

static void
namida_link_dialog_class_init (NamidaLinkDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_link_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_link_dialog_finalize;
  g_type_ensure (NAMIDA_TYPE_QR_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-link-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, unencrypted);
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, code);
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, words);
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, address);
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, digits_words);
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, digits);
  gtk_widget_class_bind_template_child (widget_class, NamidaLinkDialog, state);
  gtk_widget_class_bind_template_callback (widget_class, link_dialog_on_receive);
  gtk_widget_class_bind_template_callback (widget_class, link_dialog_on_send_files);
  gtk_widget_class_bind_template_callback (widget_class, link_dialog_on_send_folders);
  gtk_widget_class_bind_template_callback (widget_class, link_dialog_on_copy);
}

static void
namida_link_dialog_init (NamidaLinkDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
}

NamidaLinkDialog *
namida_link_dialog_new (NamidaHub *hub)
{
  NamidaLinkDialog *self = g_object_new (NAMIDA_TYPE_LINK_DIALOG, NULL);

  self->hub = g_object_ref (hub);
  return self;
}

NamidaLinkDialog *
namida_link_dialog_new_for_version (NamidaHub *hub, const char *id)
{
  NamidaLinkDialog *self = namida_link_dialog_new (hub);

  self->version = g_strdup (id);
  link_dialog_open (self, NULL);
  return self;
}
