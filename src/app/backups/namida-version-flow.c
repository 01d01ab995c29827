/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations on a version, with their questions and results: verify, restore, merge, move to the trash. The rows
 * of versions and the actions of the window call it. Main context. */
#include "config.h"

#include "namida-version-flow.h"

#include <glib/gi18n.h>

#include "namida-device-chooser.h"
#include "namida-dialog.h"
#include "namida-error.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-merge-dialog.h"
#include "namida-send-flow.h"
#include "namida-restore-dialog.h"
#include "namida-song-picker.h"
#include "namida-unencrypted.h"
#include "namida-version-good.h"
#include "namida-shell.h"

/* At most this many damaged files are named; the others are only counted. */
#define NAMED_FILES 12u

static NamidaShell *
version_flow_window_of (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  return NAMIDA_IS_SHELL (root) ? NAMIDA_SHELL (root) : NULL;
}

static AdwMessageDialog *
version_flow_message (NamidaShell *window, const char *heading, const char *body)
{
  return ADW_MESSAGE_DIALOG (namida_dialog_new (GTK_WINDOW (window), heading, body));
}

static void
version_flow_report (NamidaShell *window, const char *heading, const char *body)
{
  AdwMessageDialog *dialog = version_flow_message (window, heading, body);

  adw_message_dialog_add_response (dialog, "close", _ ("_Close"));
  namida_dialog_present (dialog);
}

char *
namida_version_flow_dup_music (NamidaVersion *version)
{
  GPtrArray *music = namida_version_get_music (version);
  g_autoptr (GString) labels = g_string_new (NULL);
  guint64 files = 0;
  g_autofree char *count = NULL;

  for (guint i = 0; i < music->len; i++)
    {
      const NamidaVersionMusic *one = g_ptr_array_index (music, i);

      files += one->files;
      if (labels->len > 0)
        g_string_append (labels, ", ");
      g_string_append (labels, *one->label != '\0' ? one->label : _ ("Single files"));
    }
  if (music->len == 0)
    return NULL;
  count = g_strdup_printf (ngettext ("%'u file", "%'u files", (gulong) files), (guint) files);
  /* Translators: names of music folders, and how many files: "Music, Rips (2,913 files)" */
  return g_strdup_printf (_ ("%s (%s)"), labels->str, count);
}

void
namida_version_flow_show (GtkWidget *from, NamidaVersion *version)
{
  gtk_widget_activate_action (from, "win.show-version", "s", namida_version_get_id (version));
}

/* ---- verify ---- */

static char *
version_flow_dup_damages (const NamidaVerifyReport *report)
{
  GString *text = g_string_new (NULL);
  guint named = 0;

  for (guint i = 0; i < report->damages->len && named < NAMED_FILES; i++)
    {
      const NamidaDamage *damage = g_ptr_array_index (report->damages, i);

      g_string_append_printf (text, "%s%s: %s", named > 0 ? "\n\n" : "", damage->name, damage->detail);
      named++;
    }
  if (report->damages->len > named)
    g_string_append_printf (text, ngettext ("\n\nand %u more", "\n\nand %u more", report->damages->len - named),
                            report->damages->len - named);
  return g_string_free (text, FALSE);
}

/* All files are intact, but Namida cannot restore the backup. */
static char *
version_flow_dup_doubt (NamidaShell *window, NamidaVersion *version)
{
  NamidaVersions *versions = namida_hub_get_versions (namida_shell_get_hub (window));
  g_autofree char *why = namida_zip_doubt_dup_text (namida_version_get_doubt (version));
  g_autofree char *good = namida_versions_dup_good_words (versions, version);

  /* Translators: a reason such as “The backup is cut off”, and a sentence about an older backup. */
  return g_strdup_printf (_ ("%s. The files are as they arrived. %s"), why, good);
}

void
namida_version_flow_report_verified (GtkWidget *from,
                                     NamidaVersion *version,
                                     const NamidaVerifyReport *report,
                                     const GError *error)
{
  NamidaShell *window = version_flow_window_of (from);
  g_autofree char *text = NULL;

  if (window == NULL)
    return;
  if (report == NULL)
    {
      version_flow_report (window, _ ("Could Not Verify"), error != NULL ? error->message : "");
      return;
    }
  if (report->damages->len == 0 && namida_version_get_doubted (version))
    {
      text = version_flow_dup_doubt (window, version);
      version_flow_report (window, _ ("Namida Cannot Restore This Backup"), text);
      return;
    }
  if (report->damages->len == 0)
    {
      text
          = g_strdup_printf (ngettext ("%'u file is intact", "All %'u files are intact", report->files), report->files);
      namida_shell_toast (window, text);
      return;
    }
  text = version_flow_dup_damages (report);
  if (namida_verify_report_is_clean (report))
    version_flow_report (window, _ ("Damaged Files Repaired"), text);
  else if (report->damaged > report->repaired)
    version_flow_report (window, _ ("Some Files Could Not Be Repaired"), text);
  else if (report->absent > 0)
    version_flow_report (window, _ ("Some versions are not here"), text);
  else
    version_flow_report (window, _ ("Some files changed or are missing"), text);
}

/* ---- restore to a device ---- */

typedef struct
{
  NamidaShell *window; /* owned */
  NamidaHub *hub;
  NamidaVersion *version;
  NamidaPeer *peer; /* (nullable) */
} Job;

static Job *
job_new (NamidaShell *window, NamidaHub *hub, NamidaVersion *version)
{
  Job *job = g_new0 (Job, 1);

  job->window = g_object_ref (window);
  job->hub = g_object_ref (hub);
  job->version = g_object_ref (version);
  return job;
}

static void
job_free (Job *job)
{
  g_object_unref (job->window);
  g_object_unref (job->hub);
  g_object_unref (job->version);
  g_clear_object (&job->peer);
  g_free (job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static void
version_flow_restore_now (gboolean unencrypted, gpointer user_data)
{
  Job *job = user_data;
  NamidaTransfer *transfer = namida_hub_restore_to (job->hub, job->version, job->peer, NULL, NULL);
  g_autofree char *text = g_strdup_printf (_ ("Sending to %s"), namida_peer_get_alias (job->peer));

  if (transfer != NULL && unencrypted)
    namida_sending_allow_unencrypted (transfer);
  if (transfer != NULL)
    namida_send_flow_watch (job->window, transfer);
  namida_shell_toast (job->window, text);
  namida_shell_show_page (job->window, "transfers");
}

static void
version_flow_on_device_chosen (NamidaPeer *peer, gpointer user_data)
{
  g_autoptr (Job) job = user_data;
  NamidaShell *window = job->window;

  if (peer == NULL)
    return;
  g_set_object (&job->peer, peer);
  namida_unencrypted_ask (window, peer, version_flow_restore_now, g_steal_pointer (&job), (GDestroyNotify) job_free);
}

void
namida_version_flow_restore_to (GtkWidget *from, NamidaHub *hub, NamidaVersion *version)
{
  NamidaShell *window = version_flow_window_of (from);

  if (window != NULL)
    namida_device_chooser_ask (GTK_WINDOW (window), hub, _ ("Restore to Which Device?"), version_flow_on_device_chosen,
                               job_new (window, hub, version));
}

void
namida_version_flow_restore_here (GtkWidget *from, NamidaHub *hub, NamidaVersion *version)
{
  NamidaRestoreDialog *dialog = namida_restore_dialog_new (hub, version);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (gtk_widget_get_root (from)));
  gtk_window_present (GTK_WINDOW (dialog));
}

void
namida_version_flow_restore_playlist (GtkWidget *from, NamidaHub *hub, NamidaVersion *version, const char *playlist)
{
  NamidaRestoreDialog *dialog = namida_restore_dialog_new_playlist (hub, version, playlist);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (gtk_widget_get_root (from)));
  gtk_window_present (GTK_WINDOW (dialog));
}

void
namida_version_flow_restore_songs (GtkWidget *from, NamidaHub *hub, NamidaVersion *version)
{
  NamidaSongPicker *picker = namida_song_picker_new (hub, version);

  gtk_window_set_transient_for (GTK_WINDOW (picker), GTK_WINDOW (gtk_widget_get_root (from)));
  gtk_window_present (GTK_WINDOW (picker));
}

gboolean
namida_version_flow_has_songs (NamidaVersion *version)
{
  return namida_version_get_landing (version) == NAMIDA_LANDING_BACKUP && namida_version_get_present (version)
         && namida_version_get_music (version)->len > 0;
}

void
namida_version_flow_merge (GtkWidget *from, NamidaHub *hub, NamidaVersion *version)
{
  NamidaMergeDialog *dialog = namida_merge_dialog_new (hub, version, NULL);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (gtk_widget_get_root (from)));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- moving to the trash ---- */

/* The data for the “Undo” button of a toast. */
typedef struct
{
  NamidaHub *hub; /* owned */
  NamidaShell *window;
  char *id;
} Trashed;

static void
trashed_free (Trashed *trashed)
{
  g_object_unref (trashed->hub);
  g_object_unref (trashed->window);
  g_free (trashed->id);
  g_free (trashed);
}

static Trashed *
trashed_new (NamidaHub *hub, NamidaShell *window, const char *id)
{
  Trashed *trashed = g_new0 (Trashed, 1);

  trashed->hub = g_object_ref (hub);
  trashed->window = g_object_ref (window);
  trashed->id = g_strdup (id);
  return trashed;
}

static void
trashed_on_taken_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Trashed *trashed = user_data;
  NamidaVersions *versions = NAMIDA_VERSIONS (source);
  NamidaVersion *version = namida_versions_find (versions, trashed->id);
  g_autoptr (GError) error = NULL;

  if (!namida_versions_take_back_finish (versions, result, &error))
    version_flow_report (trashed->window, _ ("Could Not Undo"), error->message);
  else if (version != NULL)
    /* The version was not pinned before, because a pinned version cannot be moved to the trash. */
    namida_versions_set_pinned_async (versions, version, FALSE, NULL, NULL, NULL);
  trashed_free (trashed);
}

static void
trashed_undo (Trashed *trashed)
{
  namida_versions_take_back_async (namida_hub_get_versions (trashed->hub), trashed->id, NULL, trashed_on_taken_back,
                                   trashed_new (trashed->hub, trashed->window, trashed->id));
}

/* ---- taking it off the list ---- */

static void
version_flow_on_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Job) job = user_data;
  g_autoptr (GError) error = NULL;

  if (!namida_versions_forget_finish (NAMIDA_VERSIONS (source), result, &error))
    version_flow_report (job->window, _ ("Could Not Take the Version Off the List"), error->message);
}

static void
version_flow_on_forget_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  Job *job = user_data;

  if (g_strcmp0 (response, "forget") == 0)
    namida_versions_forget_async (namida_hub_get_versions (job->hub), job->version, NULL, version_flow_on_forgotten,
                                  job);
  else
    job_free (job);
}

/* Asks whether to take the version off the list, because it cannot be moved to the trash without its drive. @job:
 * (transfer full) */
static void
version_flow_ask_to_forget (Job *job)
{
  AdwMessageDialog *dialog = version_flow_message (
      job->window, _ ("Take the Version Off the List?"),
      _ ("Its drive is not connected, so the version cannot be moved to the trash. If the drive is gone for "
         "good, take the version off the list. If it comes back, the version is found again."));

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "forget", _ ("_Take Off the List"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "forget", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (version_flow_on_forget_response), job);
  namida_dialog_present (dialog);
}

void
namida_version_flow_forget (GtkWidget *from, NamidaHub *hub, NamidaVersion *version)
{
  NamidaShell *window = version_flow_window_of (from);

  if (window != NULL)
    version_flow_ask_to_forget (job_new (window, hub, version));
}

static void
version_flow_on_trashed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Job) job = user_data;
  g_autoptr (GError) error = NULL;

  if (!namida_versions_trash_finish (NAMIDA_VERSIONS (source), result, &error)
      && g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE))
    version_flow_ask_to_forget (g_steal_pointer (&job));
  else if (error != NULL)
    version_flow_report (job->window, _ ("Could Not Move the Version to the Trash"), error->message);
  else
    namida_shell_toast_action (job->window, _ ("The version is in the trash for 30 days"), _ ("Undo"),
                               G_CALLBACK (trashed_undo),
                               trashed_new (job->hub, job->window, namida_version_get_id (job->version)),
                               (GDestroyNotify) trashed_free);
}

void
namida_version_flow_trash (GtkWidget *from, NamidaHub *hub, NamidaVersion *version)
{
  NamidaShell *window = version_flow_window_of (from);

  if (window != NULL)
    namida_versions_trash_async (namida_hub_get_versions (hub), version, NULL, version_flow_on_trashed,
                                 job_new (window, hub, version));
}

/* ---- moving all versions of a device to the trash ---- */

typedef struct
{
  NamidaShell *window;   /* owned */
  NamidaVersions *store; /* owned */
  GPtrArray *versions;   /* (element-type NamidaVersion): those that are left to move, taken from the end */
  guint moved;
} TrashAll;

static void
trash_all_free (TrashAll *all)
{
  g_object_unref (all->window);
  g_object_unref (all->store);
  g_ptr_array_unref (all->versions);
  g_free (all);
}

static void trash_all_next (TrashAll *all);

static void
trash_all_on_moved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TrashAll *all = user_data;
  g_autoptr (GError) error = NULL;

  if (!namida_versions_trash_finish (all->store, result, &error))
    {
      version_flow_report (all->window, _ ("Could Not Move the Version to the Trash"), error->message);
      trash_all_free (all);
      return;
    }
  all->moved++;
  trash_all_next (all);
}

/* One after the other, because each changes the list of versions. @all: (transfer full) */
static void
trash_all_next (TrashAll *all)
{
  g_autoptr (NamidaVersion) version = NULL;
  g_autofree char *text = NULL;

  if (all->versions->len > 0)
    {
      version = g_ptr_array_steal_index (all->versions, all->versions->len - 1);
      namida_versions_trash_async (all->store, version, NULL, trash_all_on_moved, all);
      return;
    }
  text = g_strdup_printf (ngettext ("%'u version is in the trash for 30 days",
                                    "%'u versions are in the trash for 30 days", all->moved),
                          all->moved);
  namida_shell_toast (all->window, text);
  trash_all_free (all);
}

static void
trash_all_on_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  if (g_strcmp0 (response, "trash") == 0)
    trash_all_next (user_data);
  else
    trash_all_free (user_data);
}

static TrashAll *
trash_all_new (NamidaShell *window, NamidaHub *hub, GListModel *versions)
{
  TrashAll *all = g_new0 (TrashAll, 1);

  all->window = g_object_ref (window);
  all->store = g_object_ref (namida_hub_get_versions (hub));
  all->versions = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (versions); i++)
    {
      NamidaVersion *version = g_list_model_get_item (versions, i);

      if (namida_version_get_pinned (version) || !namida_version_get_present (version))
        g_object_unref (version);
      else
        g_ptr_array_add (all->versions, version);
    }
  return all;
}

void
namida_version_flow_trash_all (GtkWidget *from, NamidaHub *hub, GListModel *versions)
{
  NamidaShell *window = version_flow_window_of (from);
  g_autoptr (NamidaVersion) newest = g_list_model_get_item (versions, 0);
  AdwMessageDialog *dialog;
  g_autofree char *title = NULL;
  g_autofree char *body = NULL;
  TrashAll *all;
  guint n;

  if (window == NULL || newest == NULL)
    return;
  all = trash_all_new (window, hub, versions);
  n = all->versions->len;
  if (n == 0)
    {
      namida_shell_toast (window, _ ("All versions are pinned or not here"));
      trash_all_free (all);
      return;
    }
  /* Translators: %s is the name of a device */
  title = g_strdup_printf (_ ("Move the Backups of “%s” to the Trash?"), namida_version_get_alias (newest));
  body
      = g_strdup_printf (ngettext ("%'u version is moved to the trash and deleted after 30 days. Pinned versions stay.",
                                   "%'u versions are moved to the trash and deleted after 30 days. Pinned versions "
                                   "stay.",
                                   n),
                         n);
  dialog = version_flow_message (window, title, body);
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "trash", _ ("Move to _Trash"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "trash", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (trash_all_on_response), all);
  namida_dialog_present (dialog);
}
