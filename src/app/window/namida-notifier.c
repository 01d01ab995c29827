/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications about offers, ended transfers and missing backups: see the header. The application creates it. Main
 * context. */
#include "config.h"

#include "namida-notifier.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "namida-accept-dialog.h"
#include "namida-format.h"
#include "namida-hub-schedules.h"
#include "namida-tag.h"
#include "namida-transfer-row.h"

struct _NamidaNotifier
{
  GObject parent_instance;

  GApplication *application; /* not owned */
  NamidaHub *hub;
  GHashTable *folders; /* opaque id → path */
};

G_DEFINE_FINAL_TYPE (NamidaNotifier, namida_notifier, G_TYPE_OBJECT)

static gboolean
notifier_person_looks (NamidaNotifier *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self->application)); l != NULL; l = l->next)
    /* A window that was hidden while it was active still reports that it is active. */
    if (gtk_widget_get_visible (l->data) && gtk_window_is_active (l->data))
      return TRUE;
  return FALSE;
}

static char *
notifier_offer_notification_id (const char *offer_id)
{
  return g_strconcat ("offer-", offer_id, NULL);
}

static void
notifier_on_offer_closed (NamidaNotifier *self, NamidaOffer *offer)
{
  g_autofree char *id = notifier_offer_notification_id (namida_offer_get_id (offer));

  g_application_withdraw_notification (self->application, id);
}

static void
notifier_on_offer_closed_signal (NamidaOffer *offer, NamidaNotifier *self)
{
  notifier_on_offer_closed (self, offer);
}

static void
notifier_send_offer (NamidaNotifier *self, NamidaOffer *offer)
{
  const char *offer_id = namida_offer_get_id (offer);
  g_autofree char *id = notifier_offer_notification_id (offer_id);
  g_autofree char *question = namida_offer_question (offer);
  g_autofree char *size = namida_format_size (namida_backup_get_bytes (namida_offer_get_backup (offer)));
  g_autofree char *files = namida_format_files (namida_backup_get_files (namida_offer_get_backup (offer)));
  g_autofree char *body
      = g_strdup_printf ("%s · %s · %s", files, size, namida_tag_kind_word (namida_offer_tag (self->hub, offer)));
  const char *warning = namida_offer_get_warning (offer);
  g_autofree char *careful = warning != NULL ? g_strdup_printf (_ ("Warning: %s"), warning) : NULL;
  g_autoptr (GNotification) notification = g_notification_new (question);

  g_notification_set_body (notification, careful != NULL ? careful : body);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  /* If there is a doubt about the sender, the user must read the whole question before accepting. */
  if (warning == NULL)
    g_notification_add_button_with_target (notification, _ ("Accept"), "app.accept", "s", offer_id);
  g_notification_add_button_with_target (notification, _ ("Decline"), "app.decline", "s", offer_id);
  g_notification_set_default_action (notification, "app.show");
  g_application_send_notification (self->application, id, notification);
}

static void
notifier_on_offers_changed (NamidaNotifier *self, guint position, guint removed, guint added, GListModel *offers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaOffer) offer = g_list_model_get_item (offers, i);

      g_signal_connect_object (offer, "closed", G_CALLBACK (notifier_on_offer_closed_signal), self, 0);
      if (namida_offer_get_state (offer) == NAMIDA_OFFER_OPEN && !notifier_person_looks (self))
        notifier_send_offer (self, offer);
    }
}

/* Successful transfers share one notification for each device and direction, so that 200 songs that a phone sends one
 * by one do not cause 200 notifications. Failed transfers have their own. The id contains no path. */
static char *
notifier_dup_id (NamidaTransfer *transfer)
{
  const char *fingerprint = namida_transfer_get_peer_fingerprint (transfer);
  const char *device = fingerprint != NULL ? fingerprint : namida_transfer_get_peer_alias (transfer);
  g_autofree char *known = NULL;

  if (namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_DONE)
    return g_uuid_string_random ();
  known = g_strdup_printf ("%d %s", namida_transfer_get_direction (transfer), device);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, known, -1);
}

static void
notifier_on_transfer_ended (NamidaTransfer *transfer, NamidaNotifier *self)
{
  NamidaTransferState state = namida_transfer_get_state (transfer);
  const char *folder = namida_transfer_get_folder (transfer);
  g_autofree char *words = namida_transfer_words (transfer);
  g_autofree char *body = namida_transfer_dup_state_text (transfer);
  g_autofree char *id = notifier_dup_id (transfer);
  g_autoptr (GNotification) notification = NULL;

  /* The user just did this by hand, so do not notify. */
  if (state == NAMIDA_TRANSFER_CANCELLED
      || (state == NAMIDA_TRANSFER_DECLINED && namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_RECEIVE)
      || notifier_person_looks (self))
    return;
  notification = g_notification_new (words);
  g_notification_set_body (notification, body);
  g_notification_set_default_action (notification, "app.show");
  if (folder != NULL)
    {
      g_hash_table_insert (self->folders, g_strdup (id), g_strdup (folder));
      g_notification_add_button_with_target (notification, _ ("Open Folder"), "app.open-folder", "s", id);
    }
  g_application_send_notification (self->application, id, notification);
}

static void
notifier_on_transfers_changed (NamidaNotifier *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);

      if (!namida_transfer_is_final (transfer))
        g_signal_connect_object (transfer, "ended", G_CALLBACK (notifier_on_transfer_ended), self, G_CONNECT_AFTER);
    }
}

const char *
namida_notifier_lookup_folder (NamidaNotifier *self, const char *id)
{
  return g_hash_table_lookup (self->folders, id);
}

static void
namida_notifier_finalize (GObject *object)
{
  NamidaNotifier *self = NAMIDA_NOTIFIER (object);

  g_clear_pointer (&self->folders, g_hash_table_unref);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_notifier_parent_class)->finalize (object);
}

static void
namida_notifier_class_init (NamidaNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_notifier_finalize;
}

static void
namida_notifier_init (NamidaNotifier *self)
{
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* Notify once each time a device stays away. A user who has seen it does not need to see it every day. */
static void
notifier_on_stale (NamidaNotifier *self, const char *sentence, gboolean first)
{
  g_autoptr (GNotification) notification = NULL;

  if (!first)
    return;
  notification = g_notification_new (_ ("A Backup Is Missing"));
  g_notification_set_body (notification, sentence);
  g_notification_set_default_action (notification, "app.show");
  g_application_send_notification (self->application, NULL, notification);
}

static void
notifier_on_shrunk (NamidaNotifier *self, const char *sentence)
{
  g_autoptr (GNotification) notification = g_notification_new (_ ("A Backup Has Lost Songs"));

  g_notification_set_body (notification, sentence);
  g_notification_set_default_action (notification, "app.show");
  g_application_send_notification (self->application, NULL, notification);
}

NamidaNotifier *
namida_notifier_new (GApplication *application, NamidaHub *hub)
{
  NamidaNotifier *self = g_object_new (NAMIDA_TYPE_NOTIFIER, NULL);

  self->application = application;
  self->hub = g_object_ref (hub);
  g_signal_connect_object (namida_inbox_get_offers (namida_hub_get_inbox (hub)), "items-changed",
                           G_CALLBACK (notifier_on_offers_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_transfers (hub), "items-changed", G_CALLBACK (notifier_on_transfers_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_stale (hub), "stale", G_CALLBACK (notifier_on_stale), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_stale (hub), "shrunk", G_CALLBACK (notifier_on_shrunk), self,
                           G_CONNECT_SWAPPED);
  return self;
}
