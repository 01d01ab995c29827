/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog that pairs with a device: it connects, shows the digits and asks whether both screens show the same.
 * Opened by the Welcome window, the send flow, the dialog for offers and, for requests of other devices, by the offer
 * queue. Main context. */
#include "config.h"

#include "namida-pair-dialog.h"

#include <glib/gi18n.h>

#include "namida-consent-guard.h"
#include "namida-format.h"
#include "namida-mnemonics.h"

typedef enum
{
  STEP_CONNECTING,
  STEP_ASKED, /* the other device began, and the digits are not known yet */
  STEP_COMPARE,
  STEP_WAITING,
  STEP_DONE,
  STEP_FAILED
} Step;

struct _NamidaPairDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;             /* (nullable): set if this device began */
  NamidaPairRequest *request; /* (nullable): set if the other device began */
  char *alias;
  char *warning; /* (nullable): why it may not be the device that it seems to be */
  GCancellable *cancellable;
  Step step;

  GtkImage *sign;
  GtkLabel *heading;
  GtkSpinner *spinner;
  GtkLabel *digits;
  GtkLabel *text;
  GtkCheckButton *auto_accept; /* whether the other device's transfers are accepted without asking */
  GtkButton *no_button;
  GtkButton *yes_button;
};

G_DEFINE_FINAL_TYPE (NamidaPairDialog, namida_pair_dialog, ADW_TYPE_WINDOW)

static void
pair_dialog_show_sign (NamidaPairDialog *self, Step step)
{
  gtk_widget_set_visible (GTK_WIDGET (self->sign), step == STEP_DONE || step == STEP_FAILED);
  gtk_image_set_from_icon_name (self->sign, step == STEP_DONE ? "namida-locked-symbolic" : "dialog-warning-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->sign), step == STEP_DONE ? "warning" : "success");
  gtk_widget_add_css_class (GTK_WIDGET (self->sign), step == STEP_DONE ? "success" : "warning");
}

/* @problem: (nullable): why the pairing failed */
static void
pair_dialog_show_step (NamidaPairDialog *self, Step step, const char *problem)
{
  gboolean busy = step == STEP_CONNECTING || step == STEP_ASKED || step == STEP_WAITING;
  g_autofree char *heading = NULL;
  g_autofree char *text = NULL;

  self->step = step;
  switch (step)
    {
    case STEP_CONNECTING:
      heading = g_strdup_printf (_ ("Asking %s"), self->alias);
      text = g_strdup (_ ("Check the screen of the other device."));
      break;
    case STEP_ASKED:
      /* Translators: %s is a device */
      heading = g_strdup_printf (_ ("%s wants to pair"), self->alias);
      text = g_strdup (_ ("The digits to compare will appear here."));
      break;
    case STEP_COMPARE:
      heading = g_strdup (_ ("Do the Codes Match?"));
      text = g_strdup_printf (_ ("Compare this code with the code shown on %s."), self->alias);
      if (self->warning != NULL)
        {
          char *both = g_strdup_printf ("%s\n\n%s", self->warning, text);

          g_free (text);
          text = both;
        }
      break;
    case STEP_WAITING:
      heading = g_strdup_printf (_ ("Waiting for %s"), self->alias);
      text = g_strdup (_ ("Confirm the code on the other device too."));
      break;
    case STEP_DONE:
      heading = g_strdup_printf (_ ("Paired With %s"), self->alias);
      text = g_strdup (_ ("Its key is checked on every connection."));
      break;
    case STEP_FAILED:
    default:
      heading = g_strdup (_ ("Pairing Failed"));
      text = g_strdup (problem != NULL ? problem : _ ("The other device stopped pairing. Try again."));
    }
  gtk_label_set_label (self->heading, heading);
  gtk_label_set_label (self->text, text);
  pair_dialog_show_sign (self, step);
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_widget_set_visible (GTK_WIDGET (self->digits), step == STEP_COMPARE || step == STEP_WAITING);
  gtk_widget_set_visible (GTK_WIDGET (self->yes_button), step == STEP_COMPARE);
  gtk_widget_set_visible (GTK_WIDGET (self->auto_accept), step == STEP_COMPARE);
  gtk_button_set_label (self->no_button, step == STEP_COMPARE ? _ ("Do _Not Match")
                                         : busy               ? _ ("_Cancel")
                                                              : _ ("_Close"));
}

static void
pair_dialog_show_digits (NamidaPairDialog *self, const char *digits)
{
  gtk_label_set_label (self->digits, digits);
  pair_dialog_show_step (self, STEP_COMPARE, NULL);
}

static void
pair_dialog_on_digits (const char *digits, gpointer user_data)
{
  pair_dialog_show_digits (NAMIDA_PAIR_DIALOG (user_data), digits);
}

static void
pair_dialog_on_paired (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaPairDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (namida_hub_pair_finish (NAMIDA_HUB (source), result, &error))
    pair_dialog_show_step (self, STEP_DONE, NULL);
  else
    pair_dialog_show_step (self, STEP_FAILED, error->message);
}

static void
pair_dialog_on_request_closed (NamidaPairDialog *self)
{
  /* Both users have to confirm. A confirmation on this device alone does not pair. */
  if (self->step == STEP_WAITING || self->step == STEP_COMPARE || self->step == STEP_ASKED)
    pair_dialog_show_step (self, namida_pair_request_get_paired (self->request) ? STEP_DONE : STEP_FAILED, NULL);
}

static void
pair_dialog_on_revealed (NamidaPairDialog *self)
{
  pair_dialog_show_digits (self, namida_pair_request_get_digits (self->request));
}

static void
pair_dialog_on_yes (NamidaPairDialog *self)
{
  gboolean auto_accept = gtk_check_button_get_active (self->auto_accept);

  pair_dialog_show_step (self, STEP_WAITING, NULL);
  if (self->request != NULL)
    {
      namida_pair_request_set_auto_accept (self->request, auto_accept);
      namida_pair_request_confirm (self->request);
    }
  else
    {
      namida_hub_pair_set_auto_accept (self->hub, auto_accept);
      namida_hub_pair_confirm (self->hub, TRUE);
    }
}

/* Rejects what is still open, and takes a confirmation back that the other user has not answered. */
static void
pair_dialog_give_up (NamidaPairDialog *self)
{
  Step step = self->step;

  self->step = STEP_FAILED;
  if (self->request != NULL && namida_pair_request_get_open (self->request))
    namida_pair_request_decline (self->request);
  if (self->hub != NULL && step == STEP_COMPARE)
    namida_hub_pair_confirm (self->hub, FALSE);
  g_cancellable_cancel (self->cancellable);
}

static void
pair_dialog_on_no (NamidaPairDialog *self)
{
  gtk_window_close (GTK_WINDOW (self));
}

static gboolean
namida_pair_dialog_close_request (GtkWindow *window)
{
  NamidaPairDialog *self = NAMIDA_PAIR_DIALOG (window);

  /* A request of the other device may have appeared while the user was typing. */
  if (namida_consent_guard_is_holding (GTK_WIDGET (self->no_button)))
    return GDK_EVENT_STOP;
  if (self->step != STEP_DONE && self->step != STEP_FAILED)
    pair_dialog_give_up (self);
  return GTK_WINDOW_CLASS (namida_pair_dialog_parent_class)->close_request (window);
}

static void
namida_pair_dialog_dispose (GObject *object)
{
  NamidaPairDialog *self = NAMIDA_PAIR_DIALOG (object);

  g_clear_object (&self->request);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_pair_dialog_parent_class)->dispose (object);
}

static void
namida_pair_dialog_finalize (GObject *object)
{
  NamidaPairDialog *self = NAMIDA_PAIR_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_free (self->alias);
  g_free (self->warning);
  G_OBJECT_CLASS (namida_pair_dialog_parent_class)->finalize (object);
}

static void
namida_pair_dialog_class_init (NamidaPairDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_pair_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_pair_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = namida_pair_dialog_close_request;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-pair-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaPairDialog, sign);
  gtk_widget_class_bind_template_child (widget_class, NamidaPairDialog, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaPairDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, NamidaPairDialog, digits);
  gtk_widget_class_bind_template_child (widget_class, NamidaPairDialog, text);
  gtk_widget_class_bind_template_child (widget_class, NamidaPairDialog, auto_accept);
  gtk_widget_class_bind_template_child (widget_class, NamidaPairDialog, no_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaPairDialog, yes_button);
  gtk_widget_class_bind_template_callback (widget_class, pair_dialog_on_yes);
  gtk_widget_class_bind_template_callback (widget_class, pair_dialog_on_no);
}

static void
namida_pair_dialog_init (NamidaPairDialog *self)
{
  self->cancellable = g_cancellable_new ();
  self->alias = g_strdup ("");
  self->step = STEP_FAILED;
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  namida_consent_guard_add (GTK_WIDGET (self->yes_button));
}

NamidaPairDialog *
namida_pair_dialog_new (NamidaHub *hub, NamidaPeer *peer)
{
  NamidaPairDialog *self = g_object_new (NAMIDA_TYPE_PAIR_DIALOG, NULL);

  self->hub = g_object_ref (hub);
  g_free (self->alias);
  self->alias = namida_format_name (namida_peer_get_alias (peer));
  self->warning = g_strdup (namida_peer_get_warning (peer));
  pair_dialog_show_step (self, STEP_CONNECTING, NULL);
  /* The task holds a reference to the dialog while digits may still come. */
  namida_hub_pair_async (hub, peer, pair_dialog_on_digits, self, self->cancellable, pair_dialog_on_paired,
                         g_object_ref (self));
  return self;
}

NamidaPairDialog *
namida_pair_dialog_new_for_request (NamidaPairRequest *request)
{
  NamidaPairDialog *self = g_object_new (NAMIDA_TYPE_PAIR_DIALOG, NULL);

  self->request = g_object_ref (request);
  namida_consent_guard_add (GTK_WIDGET (self->no_button));
  g_free (self->alias);
  self->alias = namida_format_name (namida_pair_request_get_alias (request));
  self->warning = g_strdup (namida_pair_request_get_warning (request));
  g_signal_connect_object (request, "closed", G_CALLBACK (pair_dialog_on_request_closed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (request, "revealed", G_CALLBACK (pair_dialog_on_revealed), self, G_CONNECT_SWAPPED);
  if (namida_pair_request_get_digits (request) != NULL)
    pair_dialog_on_revealed (self);
  else
    pair_dialog_show_step (self, STEP_ASKED, NULL);
  return self;
}
