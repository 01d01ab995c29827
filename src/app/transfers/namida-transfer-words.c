/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-transfer-row.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-format.h"

/* What the rows of transfers say, those of now and those of earlier runs. */

/* The file name of a backup says less than the word, and is long. */
static const char *
what_words (NamidaTransfer *transfer)
{
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  const char *title = namida_transfer_get_title (transfer);

  if (backup != NULL && namida_backup_get_name (backup) != NULL)
    return namida_backup_get_files (backup) > 1 ? _ ("Backup and music") : _ ("Backup");
  return *title != '\0' ? title : _ ("Files");
}

char *
namida_transfer_what_to_whom (NamidaDirection direction, const char *what, const char *who)
{
  if (direction == NAMIDA_DIRECTION_SEND)
    /* Translators: what is sent, and the device it goes to */
    return g_strdup_printf (_ ("%s to %s"), what, who);
  /* Translators: what is received, and the device it comes from */
  return g_strdup_printf (_ ("%s from %s"), what, who);
}

char *
namida_transfer_words (NamidaTransfer *transfer)
{
  return namida_transfer_what_to_whom (namida_transfer_get_direction (transfer), what_words (transfer),
                                       namida_transfer_get_peer_alias (transfer));
}

static gboolean
is_bad (NamidaTransferState state)
{
  return state == NAMIDA_TRANSFER_FAILED || state == NAMIDA_TRANSFER_INCOMPLETE;
}

const char *
namida_transfer_state_class (NamidaTransferState state)
{
  return is_bad (state) ? "error" : state == NAMIDA_TRANSFER_INTERRUPTED ? "warning" : "dim-label";
}

void
namida_transfer_show_icon (GtkImage *icon, NamidaDirection direction, NamidaTransferState state)
{
  gboolean send = direction == NAMIDA_DIRECTION_SEND;
  const char *name = send ? "namida-send-symbolic" : "namida-receive-symbolic";
  const char *words = send ? _ ("Sending") : _ ("Receiving");

  if (state == NAMIDA_TRANSFER_DONE)
    {
      name = "object-select-symbolic";
      words = send ? _ ("Sent") : _ ("Received");
    }
  else if (is_bad (state))
    {
      name = "dialog-warning-symbolic";
      words = send ? _ ("Sending failed") : _ ("Receiving failed");
    }
  if (state == NAMIDA_TRANSFER_INCOMPLETE)
    words = send ? _ ("Sent in part") : _ ("Received in part");
  gtk_image_set_from_icon_name (icon, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

/* While bytes move, the amounts say more than the word "Sending". */
char *
namida_transfer_dup_line (NamidaTransfer *transfer)
{
  guint64 total = namida_transfer_get_total_bytes (transfer);
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  guint left_out = backup != NULL ? namida_backup_get_left_out (backup)->len : 0;
  g_autofree char *text = namida_transfer_dup_state_text (transfer);
  g_autofree char *amount = NULL;
  g_autofree char *healed = namida_transfer_dup_healed_words (transfer);

  /* A device that is away is no error. */
  if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_INTERRUPTED
      && namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND
      && namida_transfer_get_safe_bytes (transfer) == 0)
    /* Translators: %s is the name of a device */
    return g_strdup_printf (_ ("Waits for %s · sends when it is back"), namida_transfer_get_peer_alias (transfer));
  if (healed != NULL && namida_transfer_is_final (transfer))
    return g_strconcat (text, " · ", healed, NULL);
  if (namida_transfer_get_advice (transfer) != NULL)
    return g_strconcat (text, " · ", namida_transfer_get_advice (transfer), NULL);
  if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_DONE && left_out > 0)
    return g_strdup_printf (ngettext ("%s · %'u link or other special file was left out",
                                      "%s · %'u links and other special files were left out", left_out),
                            text, left_out);
  if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_RUNNING && total > 0)
    {
      amount = namida_format_progress (namida_transfer_get_done_bytes (transfer), total);
      /* Translators: "4.1 of 12.4 GB · 1,021 of 2,913 files"; no-break spaces let a narrow window part it at the dot */
      return g_strdup_printf (
          ngettext ("%s · %'u of %'u file", "%s · %'u of %'u files", namida_transfer_get_total_files (transfer)),
          amount, namida_transfer_get_done_files (transfer), namida_transfer_get_total_files (transfer));
    }
  return g_steal_pointer (&text);
}

char *
namida_transfer_dup_figures (NamidaTransfer *transfer)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (namida_transfer_is_final (transfer))
    {
      first = namida_format_size (namida_transfer_get_total_bytes (transfer));
      second = namida_files_when (namida_transfer_get_ended_at (transfer));
      if (namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_DONE)
        return g_steal_pointer (&second);
      return g_strdup_printf ("%s · %s", first, second);
    }
  /* Before the first second is over there is no speed to tell of. */
  if (namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_RUNNING
      || (namida_transfer_get_speed (transfer) == 0 && namida_transfer_get_done_bytes (transfer) == 0))
    return g_strdup ("");
  first = namida_format_speed (namida_transfer_get_speed (transfer));
  second = namida_format_time_left (namida_transfer_get_seconds_left (transfer));
  return *second != '\0' ? g_strdup_printf ("%s · %s", first, second) : g_steal_pointer (&first);
}
