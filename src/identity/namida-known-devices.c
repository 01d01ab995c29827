/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the list of namida-known-devices.h. It holds copies of the trust store's data under a lock, because
 * connections are made in worker threads and the trust store belongs to the main context. */
#include "config.h"

#include "namida-known-devices.h"

#include "namida-clock.h"
#include "namida-skeleton.h"
#include "namida-trusted.h"

#define MOST_CLAIMS 256u /* bounded, because anyone can send announcements */
#define CLAIM_US (30 * G_USEC_PER_SEC)

struct _NamidaKnownDevices
{
  GMutex mutex;
  GHashTable *devices; /* fingerprint → NamidaTrusted */
  GHashTable *claims;  /* "fingerprint host" → gint64 *: monotonic µs */
};

NamidaKnownDevices *
namida_known_devices_new (void)
{
  NamidaKnownDevices *self = g_new0 (NamidaKnownDevices, 1);

  g_mutex_init (&self->mutex);
  self->devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) namida_trusted_free);
  self->claims = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
namida_known_devices_free (NamidaKnownDevices *self)
{
  g_hash_table_unref (self->devices);
  g_hash_table_unref (self->claims);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
namida_known_devices_set (NamidaKnownDevices *self, GPtrArray *trusted)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  g_hash_table_remove_all (self->devices);
  for (guint i = 0; i < trusted->len; i++)
    {
      const NamidaTrusted *one = g_ptr_array_index (trusted, i);

      g_hash_table_insert (self->devices, g_ascii_strup (one->fingerprint, -1), namida_trusted_copy (one));
    }
}

static char *
known_devices_dup_claim (const char *fingerprint, const char *host)
{
  g_autofree char *text = g_strconcat (fingerprint, " ", host, NULL);

  return g_ascii_strup (text, -1);
}

void
namida_known_devices_note_claim (NamidaKnownDevices *self, const char *fingerprint, const char *host)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  gint64 *now = g_new (gint64, 1);

  *now = namida_clock_monotonic ();
  if (g_hash_table_size (self->claims) >= MOST_CLAIMS)
    g_hash_table_remove_all (self->claims);
  g_hash_table_replace (self->claims, known_devices_dup_claim (fingerprint, host), now);
}

gboolean
namida_known_devices_is_claimed (NamidaKnownDevices *self,
                                 const char *fingerprint,
                                 const char *host,
                                 const char *said_fingerprint,
                                 const char *said_uuid,
                                 const char *said_alias)
{
  g_autofree char *key = g_ascii_strup (fingerprint, -1);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autofree char *claim = known_devices_dup_claim (fingerprint, host);
  const NamidaTrusted *known = g_hash_table_lookup (self->devices, key);
  const gint64 *claimed_at = g_hash_table_lookup (self->claims, claim);

  if (claimed_at != NULL && namida_clock_monotonic () - *claimed_at < CLAIM_US)
    return TRUE;
  if (said_fingerprint != NULL && g_ascii_strcasecmp (said_fingerprint, fingerprint) == 0)
    return TRUE;
  if (known == NULL)
    return FALSE;
  return (said_uuid != NULL && known->uuid != NULL && g_ascii_strcasecmp (said_uuid, known->uuid) == 0)
         || (said_alias != NULL && namida_looks_like (said_alias, known->alias));
}
