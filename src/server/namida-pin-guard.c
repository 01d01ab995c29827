/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaPinGuard, with a bounded table of addresses and keys. Called by the server in the main context. */
#include "config.h"

#include "namida-pin-guard.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_KEYS 1024
#define MAX_DOUBLINGS 8 /* from 5 min up to 21 h */
#define MAX_KNOWN 256
/* Addresses (IPv6) and keys cost an attacker nothing, so wrong PINs of all senders together have a lock of their own,
 * after more attempts. It does not apply to devices that have once sent the right PIN. */
#define EVERYBODY "*"
#define TRIES_OF_ALL (NAMIDA_LIMIT_PIN_TRIES * 10)

typedef struct
{
  guint failures; /* since the last lock */
  guint locks;
  gint64 locked_until; /* monotonic µs */
  gint64 last;
} Record;

struct _NamidaPinGuard
{
  GHashTable *records; /* key → Record */
  GHashTable *known;   /* a set of fingerprints that sent the right PIN */
};

NamidaPinGuard *
namida_pin_guard_new (void)
{
  NamidaPinGuard *self = g_new0 (NamidaPinGuard, 1);

  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
namida_pin_guard_free (NamidaPinGuard *self)
{
  g_hash_table_unref (self->records);
  g_hash_table_unref (self->known);
  g_free (self);
}

guint
namida_pin_guard_wait (NamidaPinGuard *self, const char *key)
{
  Record *record = key != NULL ? g_hash_table_lookup (self->records, key) : NULL;
  gint64 left = record != NULL ? record->locked_until - namida_clock_monotonic () : 0;

  return left > 0 ? (guint) ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) : 0;
}

/* Removes the record that was inactive for the longest time, and locked ones last. */
static void
pin_guard_forget_one (NamidaPinGuard *self)
{
  GHashTableIter iter;
  gpointer key, value, oldest = NULL;
  gint64 oldest_at = G_MAXINT64;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Record *record = value;
      gint64 at = MAX (record->last, record->locked_until);

      if (at < oldest_at && !g_str_equal (key, EVERYBODY))
        {
          oldest_at = at;
          oldest = key;
        }
    }
  if (oldest != NULL)
    g_hash_table_remove (self->records, oldest);
}

static void
pin_guard_count_failure (NamidaPinGuard *self, const char *key, guint tries)
{
  Record *record;

  record = g_hash_table_lookup (self->records, key);
  if (record == NULL)
    {
      if (g_hash_table_size (self->records) >= MAX_KEYS)
        pin_guard_forget_one (self);
      record = g_new0 (Record, 1);
      g_hash_table_insert (self->records, g_strdup (key), record);
    }
  record->last = namida_clock_monotonic ();
  if (++record->failures < tries)
    return;
  record->failures = 0;
  record->locked_until
      = record->last + ((gint64) NAMIDA_LIMIT_PIN_LOCK_SECONDS << MIN (record->locks, MAX_DOUBLINGS)) * G_USEC_PER_SEC;
  record->locks++;
}

void
namida_pin_guard_failed (NamidaPinGuard *self, const char *key)
{
  if (key != NULL)
    pin_guard_count_failure (self, key, NAMIDA_LIMIT_PIN_TRIES);
}

static gboolean
pin_guard_is_known (NamidaPinGuard *self, const char *fingerprint)
{
  return fingerprint != NULL && g_hash_table_contains (self->known, fingerprint);
}

static void
pin_guard_remember (NamidaPinGuard *self, const char *fingerprint)
{
  if (fingerprint == NULL)
    return;
  if (g_hash_table_size (self->known) >= MAX_KNOWN)
    g_hash_table_remove_all (self->known);
  g_hash_table_add (self->known, g_strdup (fingerprint));
}

/* Deletes the record of @key (nullable), which has sent the right PIN. */
static void
pin_guard_succeeded (NamidaPinGuard *self, const char *key)
{
  if (key != NULL)
    g_hash_table_remove (self->records, key);
}

gboolean
namida_equal_secret (const char *secret, const char *given)
{
  gsize n = strlen (given), m = strlen (secret);
  volatile guint8 difference = n != m;

  for (gsize i = 0; i < n; i++)
    difference |= (guint8) (given[i] ^ secret[m > 0 ? i % m : 0]);
  return difference == 0;
}

gboolean
namida_pin_guard_check (NamidaPinGuard *self,
                        const char *pin,
                        const char *given,
                        const char *address,
                        const char *fingerprint,
                        guint *wait,
                        GError **error)
{
  *wait = MAX (namida_pin_guard_wait (self, address), namida_pin_guard_wait (self, fingerprint));
  if (!pin_guard_is_known (self, fingerprint))
    *wait = MAX (*wait, namida_pin_guard_wait (self, EVERYBODY));
  if (*wait > 0)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY,
                   _ ("The PIN was wrong too often. Try again in %u seconds."), *wait);
      return FALSE;
    }
  if (given == NULL || *given == '\0')
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED,
                           _ ("This device asks for a PIN. Enter the one that is set there."));
      return FALSE;
    }
  if (namida_equal_secret (pin, given))
    {
      pin_guard_succeeded (self, address);
      pin_guard_succeeded (self, fingerprint);
      pin_guard_remember (self, fingerprint);
      return TRUE;
    }
  namida_pin_guard_failed (self, address);
  namida_pin_guard_failed (self, fingerprint);
  if (!pin_guard_is_known (self, fingerprint))
    pin_guard_count_failure (self, EVERYBODY, TRIES_OF_ALL);
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG,
                       _ ("That PIN is wrong. Enter the one that is set on the other device."));
  return FALSE;
}
