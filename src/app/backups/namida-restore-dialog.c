/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of the restore window: the device, the parts, and the location of the music; the fourth and fifth are in
 * namida-restore-place.c and namida-restore-run.c. A step with only one answer is skipped. Main context. */
#include "config.h"

#include "namida-restore-dialog-private.h"

#include <glib/gi18n.h>

#include "namida-device-avatar.h"
#include "namida-dialog.h"
#include "namida-error.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-music-here.h"
#include "namida-spoken.h"

G_DEFINE_FINAL_TYPE (NamidaRestoreDialog, namida_restore_dialog, ADW_TYPE_WINDOW)

#define PEER_KEY "namida-restore-peer"
/* More rows would make the list higher than the window. */
#define DEVICES_MOST 8u

void
namida_restore_dialog_show_problem (NamidaRestoreDialog *self, const char *title, const GError *error)
{
  g_autofree char *text = g_markup_escape_text (error->message, -1);

  adw_status_page_set_title (self->problem, title);
  adw_status_page_set_description (self->problem, text);
  gtk_stack_set_visible_child_name (self->stack, "problem");
}

gboolean
namida_restore_dialog_is_over (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
}

/* ---- choices ---- */

static gboolean
restore_has_zip (NamidaRestoreDialog *self)
{
  return self->plan != NULL && namida_restore_plan_get_zip (self->plan) != NULL;
}

/* Whether the user left out the backup in the step with the destinations. */
static gboolean
restore_leaves_out_zip (NamidaRestoreDialog *self)
{
  const NamidaRestoreLabel *zip = g_ptr_array_index (namida_restore_plan_get_labels (self->plan), 0);

  return self->peer == NULL && zip->destination == NULL;
}

gboolean
namida_restore_dialog_needs_copy (NamidaRestoreDialog *self)
{
  if (!restore_has_zip (self) || restore_leaves_out_zip (self))
    return FALSE;
  return self->playlist != NULL || gtk_switch_get_active (self->merge) || !namida_parts_list_get_all (self->parts)
         || namida_path_map_get_size (self->manual) > 0
         || (self->match != NULL && namida_path_map_get_size (self->match->map) > 0);
}

gboolean
namida_restore_dialog_is_part (NamidaRestoreDialog *self)
{
  return self->picked != NULL || self->playlist != NULL;
}

NamidaRestoreFitOptions
namida_restore_dialog_get_options (NamidaRestoreDialog *self)
{
  NamidaRestoreFitOptions options = { .parts = namida_parts_list_get_parts (self->parts),
                                      .merge = gtk_switch_get_active (self->merge),
                                      .manual = self->manual };

  if (self->playlist != NULL)
    {
      options.parts = NAMIDA_PART_ALL;
      options.playlists = self->playlists;
    }
  return options;
}

/* ---- the music ---- */

static void
restore_show_match (NamidaRestoreDialog *self)
{
  gtk_label_set_label (self->music_sub,
                       self->match != NULL && namida_path_map_get_size (self->match->map) == 0
                           ? _ ("Where the backup expects it. Nothing has to be changed")
                           : _ ("A copy of the backup gets the new places, so Namida finds its tracks"));
  namida_music_list_set_match (self->music, self->match, self->peer == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next_button), TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->next_button));
}

static void
restore_on_matched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaMusicMatch *match = namida_fitted_backup_take_match (
      NAMIDA_IS_HUB (source) ? namida_hub_fit_for_finish (NAMIDA_HUB (source), result, &error)
                             : namida_restore_plan_fit_finish (NAMIDA_RESTORE_PLAN (source), result, &error));

  if (g_task_get_cancellable (G_TASK (result)) != self->matching
      || (match == NULL && namida_restore_dialog_is_over (error)))
    {
      g_clear_pointer (&match, namida_music_match_free);
      return;
    }
  g_clear_object (&self->matching);
  g_clear_pointer (&self->match, namida_music_match_free);
  self->match = match;
  if (match != NULL)
    {
      restore_show_match (self);
      return;
    }
  /* The backup can still be restored unchanged. */
  gtk_label_set_label (self->music_sub, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->music), FALSE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next_button), TRUE);
}

static void
restore_find_music (NamidaRestoreDialog *self)
{
  NamidaRestoreFitOptions options = namida_restore_dialog_get_options (self);

  if (self->matching != NULL)
    g_cancellable_cancel (self->matching);
  g_clear_object (&self->matching);
  g_clear_pointer (&self->match, namida_music_match_free);
  self->matching = g_cancellable_new ();
  gtk_widget_set_visible (GTK_WIDGET (self->music), TRUE);
  namida_music_list_set_match (self->music, NULL, FALSE);
  gtk_label_set_label (self->music_sub, _ ("Looking for it…"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->next_button), FALSE);
  if (self->peer != NULL)
    namida_hub_fit_for_async (self->hub, self->version, self->peer, &options, TRUE, self->matching, restore_on_matched,
                              g_object_ref (self));
  else
    namida_restore_plan_fit_async (self->plan, &options, TRUE, self->matching, restore_on_matched, g_object_ref (self));
}

static void
restore_on_folder_chosen (NamidaRestoreDialog *self, const char *from, const char *to)
{
  namida_path_map_add_folder (self->manual, from, to);
  restore_find_music (self);
}

/* ---- the steps ---- */

/* Whether there is anything to choose. */
static gboolean
restore_is_wanted (NamidaRestoreDialog *self, RestoreStep step)
{
  switch (step)
    {
    case RESTORE_STEP_DEVICE:
      return gtk_widget_get_visible (self->pages[RESTORE_STEP_DEVICE]);
    case RESTORE_STEP_PARTS:
      return restore_has_zip (self) && self->playlist == NULL;
    case RESTORE_STEP_MUSIC:
      return restore_has_zip (self);
    case RESTORE_STEP_PLACE:
    case RESTORE_STEP_DONE:
    case N_RESTORE_STEPS:
    default:
      return TRUE;
    }
}

static gboolean
restore_is_first (NamidaRestoreDialog *self)
{
  for (RestoreStep step = 0; step < self->step; step++)
    if (restore_is_wanted (self, step))
      return FALSE;
  return TRUE;
}

static void
restore_update_buttons (NamidaRestoreDialog *self)
{
  gboolean done = self->step == RESTORE_STEP_DONE;

  gtk_widget_set_visible (GTK_WIDGET (self->back_button), !done && !restore_is_first (self));
  gtk_button_set_label (self->next_button, done                               ? _ ("_Done")
                                           : self->step != RESTORE_STEP_PLACE ? _ ("_Continue")
                                           : self->peer != NULL               ? _ ("_Send")
                                                                              : _ ("_Restore"));
  namida_mnemonics_unspeak (GTK_WIDGET (self->next_button));
}

static char *
restore_dup_progress (NamidaRestoreDialog *self)
{
  guint at = 0, total = 0;

  for (RestoreStep step = 0; step < N_RESTORE_STEPS; step++)
    {
      total += restore_is_wanted (self, step);
      at += step <= self->step && restore_is_wanted (self, step);
    }
  return g_strdup_printf (_ ("Step %u of %u"), at, total);
}

void
namida_restore_dialog_go_to (NamidaRestoreDialog *self, RestoreStep step)
{
  g_autofree char *progress = NULL;

  self->step = step;
  progress = restore_dup_progress (self);
  gtk_stack_set_visible_child_name (self->stack, "flow");
  gtk_widget_set_sensitive (GTK_WIDGET (self->next_button), TRUE);
  namida_spoken_set_name (self->dots, progress);
  if (step == RESTORE_STEP_MUSIC && self->match == NULL)
    restore_find_music (self);
  else if (step == RESTORE_STEP_PLACE)
    namida_restore_place_show (self);
  restore_update_buttons (self);
  adw_carousel_scroll_to (self->carousel, self->pages[step], gtk_widget_get_mapped (GTK_WIDGET (self->carousel)));
  gtk_widget_grab_focus (GTK_WIDGET (self->next_button));
}

static void
restore_on_next (NamidaRestoreDialog *self)
{
  RestoreStep step = self->step + 1;

  if (self->step == RESTORE_STEP_DONE)
    {
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  if (self->step == RESTORE_STEP_PLACE)
    {
      namida_restore_run (self);
      return;
    }
  while (!restore_is_wanted (self, step))
    step++;
  namida_restore_dialog_go_to (self, step);
}

static void
restore_on_back (NamidaRestoreDialog *self)
{
  RestoreStep step = self->step;

  if (self->busy || restore_is_first (self))
    return;
  do
    step--;
  while (!restore_is_wanted (self, step));
  namida_restore_dialog_go_to (self, step);
}

/* ---- the device ---- */

static void
restore_show_parts (NamidaRestoreDialog *self)
{
  GPtrArray *labels = namida_restore_plan_get_labels (self->plan);
  guint folders = labels->len - (restore_has_zip (self) ? 1 : 0);
  g_autofree char *music
      = folders > 0 ? g_strdup_printf (ngettext ("%u folder", "%u folders", folders), folders) : NULL;
  const char *type = self->peer != NULL ? namida_peer_get_device_type (self->peer) : NULL;
  NamidaDevice device = self->peer == NULL                ? NAMIDA_DEVICE_LINUX
                        : g_strcmp0 (type, "mobile") == 0 ? NAMIDA_DEVICE_ANDROID
                                                          : NAMIDA_DEVICE_LINUX;

  namida_parts_list_set (self->parts, namida_restore_plan_get_inspection (self->plan), device, music);
}

static void
restore_on_device (GtkCheckButton *check, NamidaRestoreDialog *self)
{
  if (!gtk_check_button_get_active (check))
    return;
  g_set_object (&self->peer, g_object_get_data (G_OBJECT (check), PEER_KEY));
  /* A search for the other device is of no use. */
  if (self->matching != NULL)
    g_cancellable_cancel (self->matching);
  g_clear_object (&self->matching);
  g_clear_pointer (&self->match, namida_music_match_free);
  restore_show_parts (self);
}

static GtkCheckButton *
restore_add_device (NamidaRestoreDialog *self, NamidaPeer *peer, GtkCheckButton *group)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *check = gtk_check_button_new ();
  NamidaDeviceAvatar *avatar = g_object_new (NAMIDA_TYPE_DEVICE_AVATAR, "size", 40, "margin-top", 6, "margin-bottom", 6,
                                             "valign", GTK_ALIGN_CENTER, NULL);
  const char *name = peer != NULL ? namida_peer_get_alias (peer) : _ ("This Computer");
  g_autofree char *escaped = g_markup_escape_text (name, -1);

  if (peer != NULL)
    namida_device_avatar_set_peer (avatar, peer);
  else
    namida_device_avatar_set (avatar, name, namida_device_kind_icon ("desktop"), FALSE);
  gtk_check_button_set_group (GTK_CHECK_BUTTON (check), group);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (check), PEER_KEY, peer != NULL ? g_object_ref (peer) : NULL, g_object_unref);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), escaped);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               peer == NULL                  ? (namida_here_is_installed () ? _ ("Namida is used here")
                                                                                            : _ ("Namida was not used here yet"))
                               : namida_peer_get_away (peer) ? _ ("Away · waits until it is back")
                                                             : _ ("Nearby · asks there first"));
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), GTK_WIDGET (avatar));
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  adw_preferences_group_add (self->devices_group, row);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), peer == NULL);
  g_signal_connect_object (check, "toggled", G_CALLBACK (restore_on_device), self, 0);
  return GTK_CHECK_BUTTON (check);
}

static void
restore_add_devices (NamidaRestoreDialog *self)
{
  GListModel *peers = namida_hub_get_peers (self->hub);
  GtkCheckButton *first = restore_add_device (self, NULL, NULL);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (peers) && n < DEVICES_MOST; i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);

      if (namida_peer_get_away (peer) && !namida_peer_get_trusted (peer))
        continue;
      restore_add_device (self, peer, first);
      n++;
    }
  gtk_widget_set_visible (self->pages[RESTORE_STEP_DEVICE], n > 0);
  if (n == 0)
    adw_carousel_remove (self->carousel, self->pages[RESTORE_STEP_DEVICE]);
}

/* Creates new music folders for names that do not exist here, unless the user chooses otherwise in the fourth
 * step. */
static void
restore_choose_folders (NamidaRestoreDialog *self)
{
  const char *asked;

  while ((asked = namida_restore_plan_needs_choice (self->plan)) != NULL)
    {
      g_autofree char *label = g_strdup (asked);
      g_autofree char *folder = namida_restore_plan_dup_new_folder (self->plan, label);

      if (!namida_restore_plan_set_destination (self->plan, label, folder, NULL))
        break;
    }
}

/* Returns: (transfer full): text such as “02 Jóga.flac”, “26 songs” or the name of a playlist. */
static char *
restore_dup_picked (NamidaRestoreDialog *self)
{
  g_autoptr (GPtrArray) songs = namida_restore_plan_dup_songs (self->plan);
  g_autofree char *name = songs->len == 1 ? g_path_get_basename (songs->pdata[0]) : NULL;

  if (self->playlist != NULL)
    return namida_format_title (self->playlist);
  if (name != NULL)
    return namida_format_title (name);
  return g_strdup_printf (ngettext ("%'u song", "%'u songs", songs->len), songs->len);
}

static void
restore_show_picked (NamidaRestoreDialog *self)
{
  g_autofree char *what = restore_dup_picked (self);
  /* Translators: %s is the name of a song or a playlist, or “26 songs” */
  g_autofree char *text = g_strdup_printf (_ ("%s. Existing files are replaced only if you choose to"), what);
  /* Translators: the name of a song or a playlist, or “26 songs”; then a device and a time */
  g_autofree char *sub = g_strdup_printf (_ ("%s, from %s"), what, gtk_label_get_label (self->device_sub));

  gtk_label_set_label (self->place_sub, text);
  gtk_label_set_label (self->device_sub, sub);
}

/* @self->plan must be loaded. Returns: %FALSE after the window has shown the problem */
static gboolean
restore_pick (NamidaRestoreDialog *self)
{
  static const char *const none[] = { NULL };
  const char *const *picked = self->picked != NULL ? (const char *const *) self->picked : none;
  g_autoptr (GError) error = NULL;

  if (namida_restore_dialog_is_part (self)
      && !namida_restore_plan_pick (self->plan, picked, self->playlist != NULL, &error))
    {
      namida_restore_dialog_show_problem (self, _ ("Cannot Be Restored"), error);
      return FALSE;
    }
  restore_choose_folders (self);
  restore_add_devices (self);
  if (namida_restore_dialog_is_part (self))
    restore_show_picked (self);
  return TRUE;
}

static void
restore_on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  RestoreStep step = RESTORE_STEP_DEVICE;

  self->plan = namida_hub_plan_restore_finish (NAMIDA_HUB (source), result, &error);
  if (self->plan == NULL || self->hub == NULL)
    {
      if (error != NULL && !namida_restore_dialog_is_over (error))
        namida_restore_dialog_show_problem (self, _ ("Cannot Be Restored"), error);
      return;
    }
  if (!restore_pick (self))
    return;
  restore_show_parts (self);
  for (RestoreStep left_out = RESTORE_STEP_PARTS; left_out <= RESTORE_STEP_MUSIC; left_out++)
    if (!restore_is_wanted (self, left_out))
      adw_carousel_remove (self->carousel, self->pages[left_out]);
  while (!restore_is_wanted (self, step))
    step++;
  namida_restore_dialog_go_to (self, step);
}

/* ---- the end ---- */

static void
restore_on_copy (NamidaRestoreDialog *self)
{
  if (self->steps_text != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->steps_text);
}

static void
restore_on_show (NamidaRestoreDialog *self)
{
  g_autofree char *folder
      = self->shown_file != NULL ? g_path_get_dirname (self->shown_file) : g_strdup (self->shown_folder);

  if (folder != NULL)
    gtk_widget_activate_action (GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (self))), "win.open-folder", "^ay",
                                folder);
}

static void
restore_on_undo (NamidaRestoreDialog *self)
{
  namida_restore_run_undo (self);
}

static void
restore_on_policy (NamidaRestoreDialog *self)
{
  namida_restore_place_set_policy (self);
}

static void
restore_on_stop_response (AdwMessageDialog *dialog, const char *response, NamidaRestoreDialog *self)
{
  if (g_strcmp0 (response, "stop") != 0)
    return;
  self->applying = FALSE;
  gtk_window_close (GTK_WINDOW (self));
}

/* A running restore is stopped between files, and the next restore continues it. */
static gboolean
restore_on_close (NamidaRestoreDialog *self)
{
  GtkWidget *dialog;

  if (!self->applying)
    {
      g_cancellable_cancel (self->cancellable);
      return FALSE;
    }
  dialog = namida_dialog_new (GTK_WINDOW (self), _ ("Stop the Restore?"), _ ("Files that are in place stay."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "continue", _ ("_Continue"), "stop", _ ("_Stop"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "continue");
  g_signal_connect_object (dialog, "response", G_CALLBACK (restore_on_stop_response), self, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
  return TRUE;
}

static void
namida_restore_dialog_dispose (GObject *object)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (self->matching != NULL)
    g_cancellable_cancel (self->matching);
  g_clear_object (&self->matching);
  g_clear_object (&self->chooser);
  g_clear_object (&self->plan);
  g_clear_object (&self->peer);
  g_clear_object (&self->version);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_restore_dialog_parent_class)->dispose (object);
}

static void
namida_restore_dialog_finalize (GObject *object)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_clear_error (&self->apply_error);
  g_clear_pointer (&self->match, namida_music_match_free);
  namida_path_map_free (self->manual);
  g_ptr_array_unref (self->rows);
  g_strfreev (self->picked);
  g_free (self->playlist);
  g_free (self->choosing);
  g_free (self->shown_file);
  g_free (self->shown_folder);
  g_free (self->steps_text);
  G_OBJECT_CLASS (namida_restore_dialog_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, name)

static void
restore_bind_template (GtkWidgetClass *widget_class)
{
  BIND (stack);
  BIND (problem);
  BIND (carousel);
  BIND (dots);
  BIND (devices_group);
  BIND (device_sub);
  BIND (place_sub);
  BIND (parts);
  BIND (music);
  BIND (music_sub);
  BIND (labels_group);
  BIND (choices_group);
  BIND (policy_row);
  BIND (automatic_row);
  BIND (automatic);
  BIND (merge_row);
  BIND (merge);
  BIND (hint);
  BIND (bar);
  BIND (done_icon);
  BIND (done_title);
  BIND (done_sub);
  BIND (steps_group);
  BIND (note);
  BIND (copy_button);
  BIND (show_button);
  BIND (show_content);
  BIND (back_button);
  BIND (undo_button);
  BIND (next_button);
}

static void
namida_restore_dialog_class_init (NamidaRestoreDialogClass *klass)
{
  static const char *const names[] = { "page_device", "page_parts", "page_music", "page_place", "page_done" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_restore_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_restore_dialog_finalize;
  g_type_ensure (NAMIDA_TYPE_PARTS_LIST);
  g_type_ensure (NAMIDA_TYPE_MUSIC_LIST);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-restore-dialog.ui");
  restore_bind_template (widget_class);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    gtk_widget_class_bind_template_child_full (widget_class, names[i], FALSE,
                                               G_STRUCT_OFFSET (NamidaRestoreDialog, pages) + i * sizeof (GtkWidget *));
  gtk_widget_class_bind_template_callback_full (widget_class, "on_next", G_CALLBACK (restore_on_next));
  gtk_widget_class_bind_template_callback_full (widget_class, "on_back", G_CALLBACK (restore_on_back));
  gtk_widget_class_bind_template_callback_full (widget_class, "on_undo", G_CALLBACK (restore_on_undo));
  gtk_widget_class_bind_template_callback_full (widget_class, "on_copy", G_CALLBACK (restore_on_copy));
  gtk_widget_class_bind_template_callback_full (widget_class, "on_show", G_CALLBACK (restore_on_show));
  gtk_widget_class_bind_template_callback_full (widget_class, "on_policy", G_CALLBACK (restore_on_policy));
  namida_restore_place_install (widget_class);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
namida_restore_dialog_init (NamidaRestoreDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->manual = namida_path_map_new ();
  self->rows = g_ptr_array_new ();
  g_signal_connect_object (self->music, "folder-chosen", G_CALLBACK (restore_on_folder_chosen), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "close-request", G_CALLBACK (restore_on_close), NULL);
}

NamidaRestoreDialog *
namida_restore_dialog_new (NamidaHub *hub, NamidaVersion *version)
{
  NamidaRestoreDialog *self = g_object_new (NAMIDA_TYPE_RESTORE_DIALOG, NULL);
  g_autofree char *when = namida_files_when (namida_version_get_created_at (version));
  g_autofree char *sub = g_strdup_printf ("%s · %s", namida_version_get_alias (version), when);

  self->hub = g_object_ref (hub);
  self->version = g_object_ref (version);
  gtk_label_set_label (self->device_sub, sub);
  namida_hub_plan_restore_async (hub, version, self->cancellable, restore_on_loaded, g_object_ref (self));
  return self;
}

NamidaRestoreDialog *
namida_restore_dialog_new_picked (NamidaHub *hub, NamidaVersion *version, const char *const *paths)
{
  NamidaRestoreDialog *self = namida_restore_dialog_new (hub, version);

  /* Set before the plan is loaded, which takes at least one iteration of the main loop. */
  self->picked = g_strdupv ((char **) paths);
  return self;
}

NamidaRestoreDialog *
namida_restore_dialog_new_playlist (NamidaHub *hub, NamidaVersion *version, const char *playlist)
{
  NamidaRestoreDialog *self = namida_restore_dialog_new (hub, version);

  self->playlist = g_strdup (playlist);
  self->playlists[0] = self->playlist;
  return self;
}
