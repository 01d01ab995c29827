/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts, icons and styles of transfers that NamidaTransferRow and NamidaHistoryRow share, so that a transfer
 * looks the same after the program was restarted. Main context. */
#include "config.h"

#include "namida-transfer-row.h"

#include <glib/gi18n.h>

#include "namida-entry.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-spoken.h"
#include "namida-transfer-interrupted.h"

/* The file name of a backup is long and says less than the word “Backup”. */
static const char *
transfer_words_what (NamidaTransfer *transfer)
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
  return namida_transfer_what_to_whom (namida_transfer_get_direction (transfer), transfer_words_what (transfer),
                                       namida_transfer_get_peer_alias (transfer));
}

static gboolean
transfer_words_is_bad (NamidaTransferState state)
{
  return state == NAMIDA_TRANSFER_FAILED || state == NAMIDA_TRANSFER_INCOMPLETE;
}

const char *
namida_transfer_state_class (NamidaTransferState state)
{
  return transfer_words_is_bad (state) ? "error" : state == NAMIDA_TRANSFER_INTERRUPTED ? "warning" : "dim-label";
}

void
namida_transfer_show_what (
    NamidaWhat *what, NamidaDirection direction, NamidaTransferState state, gboolean backup, const char *title)
{
  const char *dot = title != NULL ? strrchr (title, '.') : NULL;
  gboolean file = dot != NULL && !g_str_has_prefix (namida_entry_guess_type (title), "audio/");

  namida_what_set (what,
                   backup ? NAMIDA_WHAT_BACKUP
                   : file ? NAMIDA_WHAT_FILES
                          : NAMIDA_WHAT_MUSIC,
                   direction == NAMIDA_DIRECTION_SEND ? NAMIDA_WHAT_OUT : NAMIDA_WHAT_IN,
                   transfer_words_is_bad (state));
}

void
namida_transfer_show_icon (GtkImage *icon, NamidaDirection direction, NamidaTransferState state)
{
  gboolean send = direction == NAMIDA_DIRECTION_SEND;
  const char *name = NULL;
  const char *style = "dim-label";
  const char *words = send ? _ ("Sending") : _ ("Receiving");
  const char *classes[] = { "state-icon", NULL, NULL };

  if (state == NAMIDA_TRANSFER_DONE)
    {
      name = "object-select-symbolic";
      style = "success";
      words = send ? _ ("Sent") : _ ("Received");
    }
  else if (transfer_words_is_bad (state))
    {
      name = "dialog-warning-symbolic";
      style = "error";
      words = send ? _ ("Sending failed") : _ ("Receiving failed");
    }
  else if (state == NAMIDA_TRANSFER_INTERRUPTED)
    name = "alarm-symbolic";
  if (state == NAMIDA_TRANSFER_INCOMPLETE)
    words = send ? _ ("Partly sent") : _ ("Partly received");
  classes[1] = style;
  gtk_image_set_from_icon_name (icon, name);
  gtk_widget_set_css_classes (GTK_WIDGET (icon), classes);
  gtk_widget_set_visible (GTK_WIDGET (icon), name != NULL);
  namida_spoken_set_name (icon, words);
}

/* While data moves, the amounts say more than the word "Sending". */
char *
namida_transfer_dup_line (NamidaTransfer *transfer)
{
  guint64 total = namida_transfer_get_total_bytes (transfer);
  g_autofree char *text = namida_transfer_dup_state_text (transfer);
  g_autofree char *trouble = namida_transfer_dup_trouble (transfer);
  g_autofree char *amount = NULL;

  /* A device that is away is not an error. A nearby one may be full or busy. */
  if (trouble == NULL && namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_INTERRUPTED
      && namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND
      && namida_transfer_get_safe_bytes (transfer) == 0)
    /* Translators: %s is the name of a device */
    return g_strdup_printf (_ ("Waits for %s · sends when it is back"), namida_transfer_get_peer_alias (transfer));
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

  /* During the first second there is no speed to show. */
  if (namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_RUNNING
      || (namida_transfer_get_speed (transfer) == 0 && namida_transfer_get_done_bytes (transfer) == 0))
    return g_strdup ("");
  first = namida_format_speed (namida_transfer_get_speed (transfer));
  second = namida_format_time_left (namida_transfer_get_seconds_left (transfer));
  return *second != '\0' ? g_strdup_printf ("%s · %s", first, second) : g_steal_pointer (&first);
}

char *
namida_transfer_dup_short_line (NamidaTransfer *transfer)
{
  guint64 total = namida_transfer_get_total_bytes (transfer);
  g_autofree char *amount = NULL;
  g_autofree char *left = NULL;

  if (namida_transfer_get_state (transfer) != NAMIDA_TRANSFER_RUNNING || total == 0)
    return namida_transfer_dup_line (transfer);
  amount = namida_format_progress (namida_transfer_get_done_bytes (transfer), total);
  left = namida_format_time_left (namida_transfer_get_seconds_left (transfer));
  return *left != '\0' ? g_strdup_printf ("%s · %s", amount, left) : g_steal_pointer (&amount);
}
