/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The question whether to receive what another device offers: who asks, what comes, where it goes, in one glance. The
 * queue of offers shows one at a time; a notification asks the same while no window is seen. Main context. */
#include "config.h"

#include "namida-accept-dialog.h"

#include <glib/gi18n.h>

#include "namida-consent-guard.h"
#include "namida-device-avatar.h"
#include "namida-device-words.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-pair-dialog.h"
#include "namida-verify-words.h"
#include "namida-tag.h"

#define MAX_ROWS 50

struct _NamidaAcceptDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  GSettings *settings;
  NamidaOffer *offer;
  GCancellable *cancellable;

  NamidaDeviceAvatar *avatar;
  GtkLabel *name;
  GtkLabel *wants;
  NamidaTag *tag;
  GtkWidget *notice;
  GtkLabel *note;
  GtkLabel *note_who;
  AdwExpanderRow *contents;
  AdwComboRow *landing;
  GtkWidget *pair_row;
  GtkLabel *room_problem;
  GtkWidget *always_list;
  GtkSwitch *always;
  GtkLabel *fingerprint;
  GtkWidget *block_button;
  GtkWidget *decline_button;
  GtkWidget *accept_button;
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

static void
add_content (NamidaAcceptDialog *self, const NamidaContent *content)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new ();
  g_autofree char *size = namida_format_size (content->bytes);
  g_autofree char *files = namida_format_files (content->files);
  GtkWidget *size_label = gtk_label_new (size);
  gboolean zip = content->kind == NAMIDA_ENTRY_BACKUP_ZIP;
  gboolean single = !zip && *content->label == '\0';
  const char *title = zip ? _ ("Namida backup") : single ? _ ("Files") : content->label;
  g_autofree char *shown = namida_format_alias (title);
  g_autofree char *name = zip && content->name != NULL ? namida_format_alias (content->name) : NULL;
  int year, month, day, hour, minute;

  if (name != NULL && sscanf (name, "Namida Backup - %4d-%2d-%2d %2d.%2d", &year, &month, &day, &hour, &minute) == 5)
    {
      g_autoptr (GDateTime) time = g_date_time_new_local (year, month, day, hour, minute, 0);

      if (time != NULL)
        {
          g_free (name);
          /* Translators: a day and a time, as g_date_time_format() writes it */
          name = g_date_time_format (time, _ ("%-d %B %Y, %H:%M"));
        }
    }
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), zip      ? "namida-backup-symbolic"
                                                  : single ? "text-x-generic-symbolic"
                                                           : "namida-music-symbolic");
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), shown);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), name != NULL ? name : files);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  gtk_widget_add_css_class (size_label, "dim-label");
  gtk_widget_add_css_class (size_label, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), size_label);
  adw_expander_row_add_row (self->contents, row);
}

static void
show_contents (NamidaAcceptDialog *self)
{
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (namida_offer_get_backup (self->offer));

  for (guint i = 0; i < contents->len && i < MAX_ROWS; i++)
    add_content (self, g_ptr_array_index (contents, i));
  if (contents->len > MAX_ROWS)
    {
      GtkWidget *row = adw_action_row_new ();
      g_autofree char *more
          = g_strdup_printf (ngettext ("and %u more folder", "and %u more folders", contents->len - MAX_ROWS),
                             contents->len - MAX_ROWS);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), more);
      adw_expander_row_add_row (self->contents, row);
    }
}

/* What comes, in one line: "wants to send a backup and 26 songs". Returns: (transfer full) */
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

static void
accept_dialog_show_files (NamidaAcceptDialog *self)
{
  NamidaBackup *backup = namida_offer_get_backup (self->offer);
  guint files = namida_backup_get_files (backup);
  g_autofree char *size = namida_format_size (namida_backup_get_bytes (backup));
  g_autofree char *title = g_strdup_printf (ngettext ("%'u File · %s", "%'u Files · %s", files), files, size);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->contents), title);
  show_contents (self);
}

/* What should make the person look twice, the worse first. */
static void
show_note (NamidaAcceptDialog *self)
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

/* Whether the device can be told apart from all others, by its key. */
static gboolean
accept_dialog_is_proven (NamidaAcceptDialog *self)
{
  return namida_offer_get_fingerprint (self->offer) != NULL
         && namida_offer_get_doubt (self->offer) != NAMIDA_DOUBT_IDENTITY_CHANGED;
}

/* What LocalSend's page “Verify” shows on the other device. */
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
show_who (NamidaAcceptDialog *self)
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
  /* As much of it as names a device, and what it is: to be compared with the other screen. */
  if (shown != NULL && kind == NAMIDA_TAG_NEW)
    /* Translators: %s is the begin of a fingerprint */
    compare = namida_offer_get_can_pair (self->offer)
                  ? g_strdup_printf (_ ("Not met before. Its screen shows the fingerprint %s."), shown)
                  : accept_dialog_dup_icons (self, fingerprint);
  gtk_label_set_label (self->fingerprint, compare != NULL ? compare : "");
  gtk_widget_set_visible (GTK_WIDGET (self->fingerprint), compare != NULL);
  gtk_widget_set_visible (self->block_button, fingerprint != NULL && kind == NAMIDA_TAG_NEW);
  gtk_widget_set_visible (self->pair_row, can_pair);
  /* No rows that are dead: only who may be asked no more. */
  gtk_widget_set_visible (self->always_list, can_trust);
  show_note (self);
}

/* The digits are compared while the offer stays open. */
static void
on_row_activated (NamidaAcceptDialog *self, GtkListBoxRow *row)
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
  g_signal_connect_object (dialog, "destroy", G_CALLBACK (show_who), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static NamidaLanding
chosen_landing (NamidaAcceptDialog *self)
{
  return adw_combo_row_get_selected (self->landing) == 1 ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
}

typedef struct
{
  NamidaStore *store; /* owned */
  NamidaLanding landing;
  guint64 free_bytes;
} Room;

static void
room_free (Room *room)
{
  g_clear_object (&room->store);
  g_free (room);
}

static void
room_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Room *room = data;

  room->free_bytes = namida_store_free_bytes (room->store, room->landing);
  g_task_return_boolean (task, TRUE);
}

static void
on_room_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAcceptDialog *self = NAMIDA_ACCEPT_DIALOG (source);
  Room *room = g_task_get_task_data (G_TASK (result));
  guint64 needed, reserve;
  g_autofree char *folder = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;
  g_autofree char *missing = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *problem = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), NULL) || room->landing != chosen_landing (self)
      || self->offer == NULL)
    return;
  needed = namida_backup_get_bytes (namida_offer_get_backup (self->offer));
  reserve = namida_store_get_reserve (room->store);
  folder = namida_store_dup_destination (room->store, room->landing, namida_offer_get_alias (self->offer));
  shown = namida_files_short_path (folder);
  size = namida_format_size (room->free_bytes);
  /* Translators: a folder, and how much room is left on its disk */
  text = g_strdup_printf (_ ("%s · %s free"), shown, size);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->landing), text);
  gtk_widget_set_visible (GTK_WIDGET (self->room_problem), needed + reserve > room->free_bytes);
  if (needed + reserve <= room->free_bytes)
    return;
  missing = namida_format_size (needed + reserve - room->free_bytes);
  kept = namida_format_size (reserve);
  /* What is here already needs no room, and is known only when it is received. */
  problem = reserve > 0
                ? g_strdup_printf (_ ("Up to %s more are needed; %s are kept free. Save it elsewhere, or free "
                                      "some space."),
                                   missing, kept)
                : g_strdup_printf (_ ("Up to %s more are needed. Save it elsewhere, or free some space."), missing);
  gtk_label_set_label (self->room_problem, problem);
}

static void
on_landing_changed (NamidaAcceptDialog *self)
{
  NamidaStore *store = self->hub != NULL ? namida_hub_get_store (self->hub) : NULL;
  g_autofree char *folder = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GTask) task = NULL;
  Room *room;

  if (store == NULL)
    return;
  folder = namida_store_dup_destination (store, chosen_landing (self), namida_offer_get_alias (self->offer));
  shown = namida_files_short_path (folder);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->landing), shown);
  room = g_new0 (Room, 1);
  room->store = g_object_ref (store);
  room->landing = chosen_landing (self);
  task = g_task_new (self, self->cancellable, on_room_known, NULL);
  g_task_set_source_tag (task, on_landing_changed);
  g_task_set_task_data (task, room, (GDestroyNotify) room_free);
  g_task_run_in_thread (task, room_thread);
}

/* Of a trusted device only for that one. What is chosen for a stranger holds for this time: it must not become the
 * setting for all. */
static void
remember_landing (NamidaHub *hub, NamidaOffer *offer, NamidaLanding landing)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (hub);
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  if (trust != NULL && fingerprint != NULL && namida_trust_store_is_trusted (trust, fingerprint))
    namida_trust_store_set_landing (trust, fingerprint, landing == NAMIDA_LANDING_BACKUP ? "backup" : "library");
}

static void
on_accept (NamidaAcceptDialog *self)
{
  /* The answer closes this window, and with it goes what it has. */
  g_autoptr (NamidaHub) hub = g_object_ref (self->hub);
  g_autoptr (NamidaOffer) offer = g_object_ref (self->offer);
  NamidaLanding landing = chosen_landing (self);
  gboolean always = gtk_switch_get_active (self->always) && namida_offer_get_fingerprint (offer) != NULL;

  namida_hub_accept (hub, offer, landing, always);
  /* “Always” has made it a trusted one by now. */
  if (always)
    namida_trust_store_set_auto_accept (namida_hub_get_trust_store (hub), namida_offer_get_fingerprint (offer), TRUE);
  remember_landing (hub, offer, landing);
}

static void
on_decline (NamidaAcceptDialog *self)
{
  namida_hub_decline (self->hub, self->offer);
}

static void
on_block (NamidaAcceptDialog *self)
{
  g_autoptr (NamidaHub) hub = g_object_ref (self->hub);
  g_autoptr (NamidaOffer) offer = g_object_ref (self->offer);

  namida_hub_block (hub, offer);
}

static gboolean
namida_accept_dialog_close_request (GtkWindow *window)
{
  NamidaAcceptDialog *self = NAMIDA_ACCEPT_DIALOG (window);

  if (self->offer != NULL && namida_offer_get_state (self->offer) == NAMIDA_OFFER_OPEN)
    {
      /* The answer closes the offer, and that this window. Escape in its first moment was meant for something else. */
      if (!namida_consent_guard_is_holding (self->decline_button))
        on_decline (self);
      return GDK_EVENT_STOP;
    }
  return GTK_WINDOW_CLASS (namida_accept_dialog_parent_class)->close_request (window);
}

static void
on_closed (NamidaAcceptDialog *self)
{
  gtk_window_destroy (GTK_WINDOW (self));
}

NamidaOffer *
namida_accept_dialog_get_offer (NamidaAcceptDialog *self)
{
  return self->offer;
}

static void
namida_accept_dialog_dispose (GObject *object)
{
  NamidaAcceptDialog *self = NAMIDA_ACCEPT_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->offer);
  g_clear_object (&self->settings);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_accept_dialog_parent_class)->dispose (object);
}

static void
namida_accept_dialog_finalize (GObject *object)
{
  g_clear_object (&NAMIDA_ACCEPT_DIALOG (object)->cancellable);
  G_OBJECT_CLASS (namida_accept_dialog_parent_class)->finalize (object);
}

static void
namida_accept_dialog_class_init (NamidaAcceptDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_accept_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_accept_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = namida_accept_dialog_close_request;
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
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_landing_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_accept);
  gtk_widget_class_bind_template_callback (widget_class, on_decline);
  gtk_widget_class_bind_template_callback (widget_class, on_block);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, block_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptDialog, fingerprint);
}

static void
namida_accept_dialog_init (NamidaAcceptDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->landing), FALSE);
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
  g_signal_connect_object (offer, "closed", G_CALLBACK (on_closed), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  adw_combo_row_set_selected (self->landing,
                              namida_offer_landing (hub, settings, offer) == NAMIDA_LANDING_BACKUP ? 1 : 0);
  show_who (self);
  accept_dialog_show_files (self);
  on_landing_changed (self);
  return self;
}
