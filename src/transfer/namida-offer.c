/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaOffer: its properties, the part of it that is accepted, and the decision. The server creates offers;
 * the hub, the window and the command line decide on them. Main context. */
#include "config.h"

#include "namida-offer-decide.h"

#include "namida-error.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _NamidaOffer
{
  GObject parent_instance;
  char *id, *fingerprint, *alias, *device_type, *address, *key, *uuid, *warning;
  gboolean cannot_pair; /* the sender does not support pairing */
  gboolean invited;
  NamidaDoubt doubt;
  gboolean encrypted;
  NamidaBackup *backup;
  NamidaTransfer *transfer;
  guint8 *declined; /* (nullable): one byte for each entry; NULL: everything is accepted */
  gboolean by_time;
  NamidaOfferState state;
  NamidaOfferDecided decided;
  gpointer decided_data;
  gulong cancelled_handler;
};

G_DEFINE_FINAL_TYPE (NamidaOffer, namida_offer, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_OPEN,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];
static guint closed_signal;

static void
namida_offer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaOffer *self = NAMIDA_OFFER (object);

  if (id == PROP_ID)
    g_value_set_string (value, self->id);
  else if (id == PROP_OPEN)
    g_value_set_boolean (value, self->state == NAMIDA_OFFER_OPEN);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_offer_finalize (GObject *object)
{
  NamidaOffer *self = NAMIDA_OFFER (object);

  g_signal_handler_disconnect (namida_transfer_get_cancellable (self->transfer), self->cancelled_handler);
  g_free (self->id);
  g_free (self->fingerprint);
  g_free (self->alias);
  g_free (self->device_type);
  g_free (self->address);
  g_free (self->key);
  g_free (self->uuid);
  g_free (self->warning);
  g_free (self->declined);
  g_clear_object (&self->backup);
  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (namida_offer_parent_class)->finalize (object);
}

static void
namida_offer_class_init (NamidaOfferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = namida_offer_get_property;
  object_class->finalize = namida_offer_finalize;
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_OPEN] = g_param_spec_boolean ("open", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  closed_signal
      = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_offer_init (NamidaOffer *self)
{
  self->id = namida_random_hex (8);
}

/* Canceling the waiting transfer declines the offer. */
static void
offer_on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  namida_offer_decline (user_data);
}

NamidaOffer *
namida_offer_new (const char *fingerprint,
                  const char *alias,
                  const char *device_type,
                  const char *address,
                  gboolean encrypted,
                  NamidaBackup *backup,
                  const char *key)
{
  NamidaOffer *self = g_object_new (NAMIDA_TYPE_OFFER, NULL);

  self->fingerprint = g_strdup (fingerprint);
  self->alias = namida_format_alias (alias);
  self->device_type = g_strdup (device_type != NULL ? device_type : "");
  self->address = g_strdup (address);
  self->encrypted = encrypted;
  self->backup = g_object_ref (backup);
  self->key = g_strdup (key);
  self->transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, self->alias, fingerprint, encrypted);
  namida_transfer_set_backup (self->transfer, backup);
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_WAITING);
  self->cancelled_handler = g_signal_connect (namida_transfer_get_cancellable (self->transfer), "cancelled",
                                              G_CALLBACK (offer_on_cancelled), self);
  return self;
}

void
namida_offer_set_decided (NamidaOffer *self, NamidaOfferDecided decided, gpointer user_data)
{
  self->decided = decided;
  self->decided_data = user_data;
}

/* ---- the accepted part ---- */

guint
namida_offer_set_taken (NamidaOffer *self, const char *path, gboolean taken)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  gsize length = strlen (path);
  guint n = 0;

  g_return_val_if_fail (self->state == NAMIDA_OFFER_OPEN, 0);

  if (self->declined == NULL)
    self->declined = g_new0 (guint8, MAX (entries->len, 1));
  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *one = namida_entry_dup_path (g_ptr_array_index (entries, i));

      if (length > 0 && (strncmp (one, path, length) != 0 || (one[length] != '\0' && one[length] != '/')))
        continue;
      self->declined[i] = !taken;
      n++;
    }
  return n;
}

void
namida_offer_set_content_taken (NamidaOffer *self, const NamidaContent *content, gboolean taken)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);

  g_return_if_fail (self->state == NAMIDA_OFFER_OPEN);

  if (self->declined == NULL)
    self->declined = g_new0 (guint8, MAX (entries->len, 1));
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      gboolean is_zip = entry->kind == NAMIDA_ENTRY_BACKUP_ZIP;

      if (is_zip == (content->kind == NAMIDA_ENTRY_BACKUP_ZIP) && g_strcmp0 (entry->label, content->label) == 0)
        self->declined[i] = !taken;
    }
}

void
namida_offer_set_index_taken (NamidaOffer *self, guint index, gboolean taken)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);

  g_return_if_fail (self->state == NAMIDA_OFFER_OPEN && index < entries->len);

  if (self->declined == NULL)
    self->declined = g_new0 (guint8, entries->len);
  self->declined[index] = !taken;
}

gboolean
namida_offer_is_taken (NamidaOffer *self, guint index)
{
  return self->declined == NULL || !self->declined[index];
}

guint
namida_offer_count_taken (NamidaOffer *self, guint64 *bytes)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  guint64 sum = 0;
  guint n = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (!namida_offer_is_taken (self, i))
        continue;
      sum += entry->size;
      n += entry->kind != NAMIDA_ENTRY_FOLDER;
    }
  if (bytes != NULL)
    *bytes = sum;
  return n;
}

GPtrArray *
namida_offer_dup_declined (NamidaOffer *self)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  g_autoptr (GPtrArray) paths = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      if (namida_offer_is_taken (self, i))
        continue;
      if (paths == NULL)
        paths = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (paths, namida_entry_dup_path (g_ptr_array_index (entries, i)));
    }
  return g_steal_pointer (&paths);
}

char *
namida_offer_format_declined (NamidaOffer *self)
{
  g_autoptr (GPtrArray) paths = namida_offer_dup_declined (self);
  GString *text;

  if (paths == NULL)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *escaped = g_strescape (paths->pdata[i], NULL);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", escaped);
    }
  return g_string_free (text, FALSE);
}

void
namida_offer_restore_declined (NamidaOffer *self, const char *text)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (text == NULL)
    return;
  for (guint i = 0; lines[i] != NULL; i++)
    g_hash_table_add (paths, g_strcompress (lines[i]));
  if (self->declined == NULL)
    self->declined = g_new0 (guint8, MAX (entries->len, 1));
  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *path = namida_entry_dup_path (g_ptr_array_index (entries, i));

      self->declined[i] = g_hash_table_contains (paths, path);
    }
}

void
namida_offer_set_by_time (NamidaOffer *self)
{
  self->by_time = TRUE;
}

gboolean
namida_offer_get_by_time (NamidaOffer *self)
{
  return self->by_time;
}

void
namida_offer_set_uuid (NamidaOffer *self, const char *uuid)
{
  g_free (self->uuid);
  self->uuid = g_strdup (uuid);
}

void
namida_offer_set_invited (NamidaOffer *self, gboolean invited)
{
  self->invited = invited;
}

gboolean
namida_offer_get_invited (NamidaOffer *self)
{
  return self->invited;
}

void
namida_offer_set_can_pair (NamidaOffer *self, gboolean can_pair)
{
  self->cannot_pair = !can_pair;
}

gboolean
namida_offer_get_can_pair (NamidaOffer *self)
{
  return !self->cannot_pair;
}

const char *
namida_offer_get_uuid (NamidaOffer *self)
{
  return self->uuid;
}

void
namida_offer_set_doubt (NamidaOffer *self, NamidaDoubt doubt, const char *warning)
{
  self->doubt = doubt;
  g_free (self->warning);
  self->warning = g_strdup (warning);
}

NamidaDoubt
namida_offer_get_doubt (NamidaOffer *self)
{
  return self->doubt;
}

const char *
namida_offer_get_warning (NamidaOffer *self)
{
  return self->warning;
}

const char *
namida_offer_get_id (NamidaOffer *self)
{
  return self->id;
}

NamidaOfferState
namida_offer_get_state (NamidaOffer *self)
{
  return self->state;
}

const char *
namida_offer_get_fingerprint (NamidaOffer *self)
{
  return self->fingerprint;
}

const char *
namida_offer_get_alias (NamidaOffer *self)
{
  return self->alias;
}

const char *
namida_offer_get_device_type (NamidaOffer *self)
{
  return self->device_type;
}

const char *
namida_offer_get_address (NamidaOffer *self)
{
  return self->address;
}

gboolean
namida_offer_get_encrypted (NamidaOffer *self)
{
  return self->encrypted;
}

NamidaBackup *
namida_offer_get_backup (NamidaOffer *self)
{
  return self->backup;
}

const char *
namida_offer_get_key (NamidaOffer *self)
{
  return self->key;
}

NamidaTransfer *
namida_offer_get_transfer (NamidaOffer *self)
{
  return self->transfer;
}

/* @reason: (nullable): for the sender; NULL if accepted; @here: (nullable): the same for the user of this device. */
static void
offer_decide (NamidaOffer *self, NamidaOfferState state, NamidaSink *sink, const GError *reason, const GError *here)
{
  g_autoptr (NamidaOffer) alive = g_object_ref (self);
  NamidaOfferDecided decided = self->decided;

  if (self->state != NAMIDA_OFFER_OPEN)
    return;
  self->state = state;
  self->decided = NULL;
  if (here != NULL)
    namida_transfer_fail (self->transfer, here);
  else
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_PREPARING);
  if (decided != NULL)
    decided (alive, sink, reason, self->decided_data);
  g_object_notify_by_pspec (G_OBJECT (alive), properties[PROP_OPEN]);
  g_signal_emit (alive, closed_signal, 0);
}

void
namida_offer_accept (NamidaOffer *self, NamidaSink *sink)
{
  offer_decide (self, NAMIDA_OFFER_ACCEPTED, sink, NULL, NULL);
}

void
namida_offer_decline (NamidaOffer *self)
{
  g_autoptr (GError) reason
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("The other device declined the transfer."));
  g_autoptr (GError) here
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("The transfer was declined on this device."));

  offer_decide (self, NAMIDA_OFFER_DECLINED, NULL, reason, here);
}

void
namida_offer_refuse (NamidaOffer *self, const GError *reason)
{
  offer_decide (self, NAMIDA_OFFER_DECLINED, NULL, reason, reason);
}

void
namida_offer_close (NamidaOffer *self, NamidaOfferState state)
{
  g_autoptr (GError) reason = NULL;

  if (state == NAMIDA_OFFER_WITHDRAWN)
    reason = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The other device withdrew its offer."));
  else
    reason = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("Nobody answered in time."));
  offer_decide (self, state, NULL, reason, reason);
}
