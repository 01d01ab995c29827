/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts about a device that its row and its page share: its latest backup, when it was last seen, and which program
 * it runs. Main context. */
#include "config.h"

#include "namida-device-words.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-schedule-group.h"

#define LOCALSEND (NAMIDA_DIALECT_LOCALSEND | NAMIDA_DIALECT_LOCALSEND_PLAIN)

char *
namida_device_dup_key (NamidaPeer *peer)
{
  if (namida_peer_get_fingerprint (peer) != NULL)
    return g_strdup (namida_peer_get_fingerprint (peer));
  if (namida_peer_get_uuid (peer) != NULL)
    return g_strdup (namida_peer_get_uuid (peer));
  return namida_peer_dup_address_text (peer);
}

NamidaPeer *
namida_device_find (NamidaHub *hub, const char *key)
{
  GListModel *peers = namida_hub_get_peers (hub);

  for (guint i = 0; i < g_list_model_get_n_items (peers); i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);
      g_autofree char *own = namida_device_dup_key (peer);

      if (g_strcmp0 (own, key) == 0)
        return g_steal_pointer (&peer);
    }
  return NULL;
}

NamidaTagKind
namida_device_tag_kind (NamidaPeer *peer)
{
  if (!namida_peer_get_encrypted (peer))
    return NAMIDA_TAG_UNENCRYPTED;
  return namida_peer_get_trusted (peer) ? NAMIDA_TAG_TRUSTED : NAMIDA_TAG_NEW;
}

const char *
namida_device_explain (NamidaPeer *peer)
{
  if (namida_peer_get_warning (peer) != NULL)
    return namida_peer_get_warning (peer);
  switch (namida_device_tag_kind (peer))
    {
    case NAMIDA_TAG_UNENCRYPTED:
      return _ ("This device does not support encryption. Anyone on this network could read or change what you send.");
    case NAMIDA_TAG_TRUSTED:
      return _ ("You trust this device. Its key is checked on every connection.");
    case NAMIDA_TAG_NEW:
    default:
      if ((namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) == 0)
        return _ ("Transfers are encrypted, but the identity of this device has not been confirmed. Verify it by the "
                  "icons that LocalSend shows.");
      return _ ("Transfers are encrypted, but the identity of this device has not been confirmed. Pair to confirm "
                "it.");
    }
}

gboolean
namida_device_can_pair (NamidaPeer *peer)
{
  return (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) != 0 && namida_peer_get_encrypted (peer)
         && !namida_peer_get_trusted (peer);
}

gboolean
namida_device_can_verify (NamidaPeer *peer)
{
  NamidaDialect dialects = namida_peer_get_dialects (peer);

  return (dialects & NAMIDA_DIALECT_LOCALSEND) != 0 && (dialects & NAMIDA_DIALECT_V1) == 0
         && namida_peer_get_encrypted (peer) && namida_peer_get_fingerprint (peer) != NULL
         && !namida_peer_get_trusted (peer);
}

char *
namida_device_dup_last_seen (NamidaPeer *peer)
{
  gint64 seen = namida_peer_get_last_seen (peer);
  gint64 minutes = (g_get_real_time () - seen) / G_USEC_PER_SEC / 60;
  g_autofree char *day = NULL;

  if (seen <= 0)
    return g_strdup (_ ("not seen yet"));
  if (minutes < 2)
    return g_strdup (_ ("last seen just now"));
  if (minutes < 60)
    return g_strdup_printf (ngettext ("last seen %d minute ago", "last seen %d minutes ago", (gulong) minutes),
                            (int) minutes);
  day = namida_files_day (seen);
  /* Translators: %s is a day within a sentence: “today”, “yesterday” or “on 3 November” */
  return g_strdup_printf (_ ("last seen %s"), day);
}

char *
namida_device_dup_address (NamidaPeer *peer)
{
  GInetSocketAddress *address = namida_peer_get_address (peer);

  return address != NULL ? namida_address_dup_host (address) : NULL;
}

/* Returns: (transfer none): what runs there: "LocalSend", "Namida Sync app", … */
static const char *
device_words_program (NamidaPeer *peer)
{
  NamidaDialect dialects = namida_peer_get_dialects (peer);

  if ((dialects & NAMIDA_DIALECT_V1) != 0)
    return _ ("Namida Sync for the desktop");
  if ((dialects & LOCALSEND) != 0)
    return "LocalSend";
  return _ ("Namida Sync app");
}

static char *
device_words_dup_stranger (NamidaPeer *peer)
{
  g_autofree char *address = namida_device_dup_address (peer);

  if ((namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) != 0)
    /* Translators: %s is a program: “Namida Sync for the desktop” */
    return g_strdup_printf (_ ("New here · %s"), device_words_program (peer));
  return address != NULL ? g_strdup_printf ("%s · %s", device_words_program (peer), address)
                         : g_strdup (device_words_program (peer));
}

static char *
device_words_dup_line (NamidaPeer *peer, NamidaDeviceDates *dates)
{
  const char *fingerprint = namida_peer_get_fingerprint (peer);
  const NamidaDeviceDate *date = namida_device_dates_lookup (dates, fingerprint);
  NamidaSchedule *schedule = namida_device_dates_get_schedule (dates, fingerprint);
  g_autofree char *stale = namida_device_dates_dup_stale (dates, fingerprint);
  g_autofree char *when = NULL;

  if (namida_peer_get_warning (peer) != NULL)
    return g_strdup (namida_peer_get_warning (peer));
  if (namida_peer_get_away (peer))
    {
      when = namida_device_dup_last_seen (peer);
      if (stale != NULL)
        /* Translators: “No backup for 23 days”, then “last seen yesterday” or its like */
        return g_strdup_printf (_ ("%s · %s"), stale, when);
      /* Translators: %s is “last seen yesterday” and its kind */
      return g_strdup_printf (_ ("Away · %s · sends when it is back"), when);
    }
  if (!namida_peer_get_trusted (peer))
    return device_words_dup_stranger (peer);
  if (stale != NULL)
    return g_steal_pointer (&stale);
  if (schedule != NULL)
    return namida_schedule_group_dup_words (schedule, date->sent_at);
  when = namida_files_time (MAX (date->sent_at, date->kept_at));
  if (date->sent_at == 0 && date->kept_at == 0)
    return g_strdup (_ ("No backup yet"));
  if (date->sent_at >= date->kept_at)
    /* Translators: a backup that was sent to this device; %s: “today, 09:12” or “on 3 November” */
    return g_strdup_printf (_ ("Last backup %s"), when);
  /* Translators: a backup that came from this device; %s: “today, 14:20” or “on 3 November” */
  return g_strdup_printf (_ ("Its last backup is from %s"), when);
}

char *
namida_device_dup_line (NamidaPeer *peer, NamidaDeviceDates *dates)
{
  g_autofree char *line = device_words_dup_line (peer, dates);

  if (!namida_peer_get_player (peer))
    return g_steal_pointer (&line);
  /* Translators: %s is the usual second line of a device */
  return g_strdup_printf (_ ("%s\nNamida is open there: its Sync carries the history, this carries the music and the "
                             "backups"),
                          line);
}
