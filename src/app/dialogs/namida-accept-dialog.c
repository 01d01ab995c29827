/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog that asks whether to receive an offer, and shows at a glance the sender, the contents and the
 * destination. The offer queue shows one at a time; while no window is visible, a notification asks instead. Main
 * context. */
#include "config.h"

#include "namida-accept-dialog.h"

#include <glib/gi18n.h>

#include "namida-accept-contents.h"
#include "namida-accept-place.h"
#include "namida-consent-guard.h"
#include "namida-device-avatar.h"
#include "namida-device-words.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-pair-dialog.h"
#include "namida-verify-words.h"
#include "namida-tag.h"

struct _NamidaAcceptDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  GSettings *settings;
  NamidaOffer *offer;

  NamidaDeviceAvatar *avatar;
  GtkLabel *name;
  GtkLabel *wants;
  NamidaTag *tag;
  GtkWidget *notice;
  GtkLabel *note;
  GtkLabel *note_who;
  NamidaAcceptContents *contents;
  NamidaAcceptPlace *landing;
  GtkWidget *pair_row;
  GtkLabel *room_problem;
  GtkWidget *always_list;
  GtkSwitch *always;
  GtkLabel *fingerprint;
  GtkWidget *block_button;
  GtkWidget *decline_button;
  GtkWidget *accept_button;

  GCancellable *looking; /* (nullable): ends the search for files that this computer has */
  char *looked_folder;   /* (nullable): what the last search was for */
  NamidaLanding looked_landing;
};

G_DEFINE_FINAL_TYPE (NamidaAcceptDialog, namida_accept_dialog, ADW_TYPE_WINDOW)

guint
namida_offer_tag (NamidaHub *hub, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);
  NamidaTrustStore *trust = namida_hub_get_trust_store (hub);

  if (!namida_offer_get_encrypted (offer))
    return NAMIDA_TAG_UNENCRYPTED;
  if (trust != NULL && fingerprint != NULL && namida_trust_store_is_trusted (trust, fingerprint))
    return NAMIDA_TAG_TRUSTED;
  return NAMIDA_TAG_NEW;
}

NamidaLanding
namida_offer_landing (NamidaHub *hub, GSettings *settings, NamidaOffer *offer)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (hub);
  const char *fingerprint = namida_offer_get_fingerprint (offer);
  const NamidaTrusted *known
      = trust != NULL && fingerprint != NULL ? namida_trust_store_lookup (trust, fingerprint) : NULL;

  if (known != NULL && known->landing != NULL)
    return g_str_equal (known->landing, "backup") ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
  return (NamidaLanding) g_settings_get_enum (settings, "landing");
}

char *
namida_offer_question (NamidaOffer *offer)
{
  NamidaBackup *backup = namida_offer_get_backup (offer);
  g_autofree char *alias = namida_format_name (namida_offer_get_alias (offer));
  guint files = namida_backup_get_files (backup);
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (backup);
  gboolean music = FALSE;

  if (namida_backup_get_name (backup) != NULL)
    return g_strdup_printf (_ ("Receive a backup from %s?"), alias);
  for (guint i = 0; i < contents->len; i++)
    music |= *((NamidaContent *) g_ptr_array_index (contents, i))->label != '\0';
  if (music)
    return g_strdup_printf (_ ("Receive music from %s?"), alias);
  return g_strdup_printf (ngettext ("Receive %'u file from %s?", "Receive %'u files from %s?", files), files, alias);
}

/* Describes the contents in one line: "wants to send a backup and 26 songs". Returns: (transfer full) */
static char *
accept_dialog_dup_wants (NamidaAcceptDialog *self)
{
  NamidaBackup *backup = namida_offer_get_backup (self->offer);
  gboolean zip = namida_backup_get_name (backup) != NULL;
  guint files = namida_backup_get_files (backup) - (zip ? 1 : 0);

  if (zip && files > 0)
    return g_strdup_printf (
        ngettext ("wants to send a backup and %'u file", "wants to send a backup and %'u files", files), files);
  if (zip)
    return g_strdup (_ ("wants to send a backup"));
  return g_strdup_printf (ngettext ("wants to send %'u file", "wants to send %'u files", files), files);
}

/* Shows the warnings, the most serious one first. */
static void
accept_dialog_show_note (NamidaAcceptDialog *self)
{
  const char *warning = namida_offer_get_warning (self->offer);
  const char *open = namida_offer_get_encrypted (self->offer)
                         ? NULL
                         : _ ("Anyone on this network could read or change this transfer.");
  g_autofree char *text = warning != NULL && open != NULL ? g_strdup_printf ("%s\n%s", warning, open)
                                                          : g_strdup (warning != NULL ? warning : open);

  gtk_label_set_label (self->note, text != NULL ? text : "");
  gtk_label_set_label (self->note_who, namida_offer_get_address (self->offer));
  gtk_widget_set_visible (self->notice, text != NULL);
}

/* Whether the key distinguishes the device from all others. */
static gboolean
accept_dialog_is_proven (NamidaAcceptDialog *self)
{
  return namida_offer_get_fingerprint (self->offer) != NULL
         && namida_offer_get_doubt (self->offer) != NAMIDA_DOUBT_IDENTITY_CHANGED;
}

/* Returns what LocalSend's page “Verify” shows on the other device. */
static char *
accept_dialog_dup_icons (NamidaAcceptDialog *self, const char *fingerprint)
{
  NamidaIdentity *identity = namida_hub_get_identity (self->hub);
  g_auto (GStrv) words = namida_verify_words (namida_identity_get_fingerprint (identity), fingerprint);
  g_autofree char *icons = g_strjoinv (" · ", words);

  /* Translators: %s is a list of icons, in words */
  return g_strdup_printf (_ ("Not met before. LocalSend’s “Verify” page on it shows: %s."), icons);
}

static void
accept_dialog_show_who (NamidaAcceptDialog *self)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (self->hub);
  NamidaTagKind kind = namida_offer_tag (self->hub, self->offer);
  const char *fingerprint = namida_offer_get_fingerprint (self->offer);
  const NamidaTrusted *known
      = trust != NULL && fingerprint != NULL ? namida_trust_store_lookup (trust, fingerprint) : NULL;
  gboolean can_pair
      = kind == NAMIDA_TAG_NEW && accept_dialog_is_proven (self) && namida_offer_get_can_pair (self->offer);
  gboolean can_trust = accept_dialog_is_proven (self) && !can_pair && (known == NULL || !known->auto_accept);
  g_autofree char *shown = fingerprint != NULL ? namida_format_fingerprint (fingerprint) : NULL;
  g_autofree char *question = namida_offer_question (self->offer);
  g_autofree char *name = namida_format_name (namida_offer_get_alias (self->offer));
  g_autofree char *wants = accept_dialog_dup_wants (self);
  g_autofree char *compare = NULL;

  namida_device_avatar_set (self->avatar, namida_offer_get_alias (self->offer),
                            namida_device_kind_icon (namida_offer_get_device_type (self->offer)), FALSE);
  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->wants, wants);
  gtk_window_set_title (GTK_WINDOW (self), question);
  namida_tag_set (self->tag, kind, NULL);
  /* Show the part of the fingerprint that identifies the device, to be compared with the other screen. */
  if (shown != NULL && kind == NAMIDA_TAG_NEW)
    /* Translators: %s is the beginning of a fingerprint */
    compare = namida_offer_get_can_pair (self->offer)
                  ? g_strdup_printf (_ ("Not met before. Its screen shows the fingerprint %s."), shown)
                  : accept_dialog_dup_icons (self, fingerprint);
  gtk_label_set_label (self->fingerprint, compare != NULL ? compare : "");
  gtk_widget_set_visible (GTK_WIDGET (self->fingerprint), compare != NULL);
  gtk_widget_set_visible (self->block_button, fingerprint != NULL && kind == NAMIDA_TAG_NEW);
  gtk_widget_set_visible (self->pair_row, can_pair);
  /* Hide rows that cannot be used: show “Always” only for a device that may be trusted. */
  gtk_widget_set_visible (self->always_list, can_trust);
  accept_dialog_show_note (self);
}

/* The user compares the digits while the offer stays open. */
static void
accept_dialog_on_row_activated (NamidaAcceptDialog *self, GtkListBoxRow *row)
{
  g_autoptr (NamidaPeer) peer = NULL;
  NamidaPairDialog *dialog;

  if (GTK_WIDGET (row) != self->pair_row || namida_offer_get_fingerprint (self->offer) == NULL)
    return;
  peer = namida_device_find (self->hub, namida_offer_get_fingerprint (self->offer));
  if (peer == NULL)
    {
      gtk_label_set_label (self->room_problem,
                           _ ("The device is not in the list of devices nearby. Pair on it instead."));
      gtk_widget_set_visible (GTK_WIDGET (self->room_problem), TRUE);
      return;
    }
  dialog = namida_pair_dialog_new (self->hub, peer);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  g_signal_connect_object (dialog, "destroy", G_CALLBACK (accept_dialog_show_who), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void accept_dialog_show_room (NamidaAcceptDialog *self);

static void
accept_dialog_on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaAcceptDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) here = namida_inbox_look_here_finish (NAMIDA_INBOX (source), result, &error);

  if (error != NULL)
    g_debug ("What is here already is not known: %s", error->message);
  if (here == NULL || self->offer == NULL)
    return;
  namida_accept_contents_set_here (self->contents, here);
  accept_dialog_show_room (self);
}

/* Searches again, because another destination may contain other files. */
static void
accept_dialog_look (NamidaAcceptDialog *self)
{
  NamidaLanding landing = namida_accept_place_get_landing (self->landing);
  const char *folder = namida_accept_place_get_folder (self->landing);

  if (self->looking != NULL && landing == self->looked_landing && g_strcmp0 (folder, self->looked_folder) == 0)
    return;
  g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  g_free (self->looked_folder);
  self->looked_folder = g_strdup (folder);
  self->looked_landing = landing;
  self->looking = g_cancellable_new ();
  namida_accept_contents_set_here (self->contents, NULL);
  namida_inbox_look_here_async (namida_hub_get_inbox (self->hub), self->offer, landing, folder, self->looking,
                                accept_dialog_on_looked, g_object_ref (self));
}

/* After a change of the contents or the destination, checks the free space and whether anything is left to accept. */
static void
accept_dialog_show_room (NamidaAcceptDialog *self)
{
  g_autofree char *problem = NULL;
  guint64 needed;
  guint taken;

  if (self->offer == NULL)
    return;
  accept_dialog_look (self);
  taken = namida_offer_count_taken (self->offer, &needed);
  /* For a version, count all files: those that this computer already has would be linked, but some drives cannot link.
   */
  if (namida_accept_place_get_landing (self->landing) == NAMIDA_LANDING_LIBRARY)
    needed = namida_accept_contents_get_new_bytes (self->contents);
  problem = namida_accept_place_dup_problem (self->landing, needed);
  gtk_label_set_label (self->room_problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->room_problem), problem != NULL);
  /* An offer without contents would be declined. During the first moment, the consent guard controls the button. */
  if (!namida_consent_guard_is_holding (self->accept_button))
    gtk_widget_set_sensitive (self->accept_button,
                              taken > 0 || namida_backup_get_files (namida_offer_get_backup (self->offer)) == 0);
}

/* Remembers the choice only for a trusted device. A choice for a stranger applies once and must not become the
 * general setting. */
static void
accept_dialog_remember_landing (NamidaHub *hub, NamidaOffer *offer, NamidaLanding landing)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (hub);
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  if (trust != NULL && fingerprint != NULL && namida_trust_store_is_trusted (trust, fingerprint))
    namida_trust_store_set_landing (trust, fingerprint, landing == NAMIDA_LANDING_BACKUP ? "backup" : "library");
}

static void
accept_dialog_on_accept (NamidaAcceptDialog *self)
{
  /* The answer closes and frees this window, so keep references. */
  g_autoptr (NamidaHub) hub = g_object_ref (self->hub);
  g_autoptr (NamidaOffer) offer = g_object_ref (self->offer);
  NamidaLanding landing = namida_accept_place_get_landing (self->landing);
  g_autofree char *folder = g_strdup (namida_accept_place_get_folder (self->landing));
  gboolean always = gtk_switch_get_active (self->always) && namida_offer_get_fingerprint (offer) != NULL;

  namida_inbox_accept (namida_hub_get_inbox (hub), offer, landing, folder, always);
  /* “Always” has made the device trusted. */
  if (always)
    namida_trust_store_set_auto_accept (namida_hub_get_trust_store (hub), namida_offer_get_fingerprint (offer), TRUE);
  /* A chosen folder applies once. */
  if (folder == NULL)
    accept_dialog_remember_landing (hub, offer, landing);
}

static void
accept_dialog_on_decline (NamidaAcceptDialog *self)
{
  namida_offer_decline (self->offer);
}

static void
accept_dialog_on_block (NamidaAcceptDialog *self)
{
  g_autoptr (NamidaHub) hub = g_object_ref (self->hub);
  g_autoptr (NamidaOffer) offer = g_object_ref (self->offer);

  namida_inbox_block (namida_hub_get_inbox (hub), offer);
}

static gboolean
namida_accept_dialog_close_request (GtkWindow *window)
{
  NamidaAcceptDialog *self = NAMIDA_ACCEPT_DIALOG (window);

  if (self->offer != NULL && namida_offer_get_state (self->offer) == NAMIDA_OFFER_OPEN)
    {
      /* The answer closes the offer, and the offer closes this window. During the first moment, Escape was meant for
       * something else. */
      if (!namida_consent_guard_is_holding (self->decline_button))
        accept_dialog_on_decline (self);
      return GDK_EVENT_STOP;
    }
  return GTK_WINDOW_CLASS (namida_accept_dialog_parent_class)->close_request (window);
}

static void
accept_dialog_on_closed (NamidaAcceptDialog *self)
{
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
namida_accept_dialog_dispose (GObject *object)
{
  NamidaAcceptDialog *self = NAMIDA_ACCEPT_DIALOG (object);

  g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  g_clear_pointer (&self->looked_folder, g_free);
  g_clear_object (&self->offer);
  g_clear_object (&self->settings);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_accept_dialog_parent_class)->dispose (object);
}

static void
namida_accept_dialog_class_init (NamidaAcceptDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_accept_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = namida_accept_dialog_close_request;
  g_type_ensure (NAMIDA_TYPE_ACCEPT_CONTENTS);
  g_type_ensure (NAMIDA_TYPE_ACCEPT_PLACE);
  g_type_ensure (NAMIDA_TYPE_DEVICE_AVATAR);
  g_type_ensure (NAMIDA_TYPE_TAG);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-accept-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, avatar);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, name);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, wants);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, notice);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, note_who);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, pair_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, room_problem);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, tag);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, note);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, contents);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, landing);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, always_list);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, always);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, decline_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, accept_button);
  gtk_widget_class_bind_template_callback (widget_class, accept_dialog_on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, accept_dialog_show_room);
  gtk_widget_class_bind_template_callback (widget_class, accept_dialog_on_accept);
  gtk_widget_class_bind_template_callback (widget_class, accept_dialog_on_decline);
  gtk_widget_class_bind_template_callback (widget_class, accept_dialog_on_block);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, block_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, fingerprint);
}

static void
namida_accept_dialog_init (NamidaAcceptDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  namida_consent_guard_add (self->accept_button);
  namida_consent_guard_add (self->decline_button);
  namida_consent_guard_add (self->block_button);
}

NamidaAcceptDialog *
namida_accept_dialog_new (NamidaHub *hub, GSettings *settings, NamidaOffer *offer)
{
  NamidaAcceptDialog *self = g_object_new (NAMIDA_TYPE_ACCEPT_DIALOG, NULL);

  self->hub = g_object_ref (hub);
  self->settings = g_object_ref (settings);
  self->offer = g_object_ref (offer);
  g_signal_connect_object (offer, "closed", G_CALLBACK (accept_dialog_on_closed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  namida_accept_place_set (self->landing, hub, offer, namida_offer_landing (hub, settings, offer));
  namida_accept_contents_set_offer (self->contents, offer);
  accept_dialog_show_who (self);
  accept_dialog_show_room (self);
  return self;
}
