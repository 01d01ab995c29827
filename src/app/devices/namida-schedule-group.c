/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “Automatic Backup” on the page of a device: see the header. The rows show the current schedule, not what was just
 * clicked: a choice is written, and then the list of schedules updates the rows. Main context. */
#include "config.h"

#include "namida-schedule-group.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-hub-schedules.h"
#include "namida-music-here.h"
#include "namida-spoken.h"
#include "namida-trust-store.h"

#define NIGHT (2 * 60) /* 02:00, in minutes */

/* The choices of “When”, in the order of the list. */
enum
{
  WHEN_DAY,
  WHEN_WEEK,
  WHEN_MEETING,
  WHEN_OTHER, /* set with the command line */
};

struct _NamidaScheduleGroup
{
  AdwPreferencesGroup parent_instance;

  NamidaHub *hub;
  char *fingerprint; /* (nullable) */
  char *alias;
  NamidaSchedule *schedule; /* (nullable): %NULL until there is one */
  GPtrArray *folders;       /* (element-type utf8): the folders to choose from */
  GCancellable *cancellable;
  gboolean showing; /* the rows are being set by the program */

  GtkButton *now;
  AdwActionRow *head;
  GtkSwitch *enabled;
  AdwComboRow *when;
  AdwComboRow *day; /* of the week; shown for “Every Week” */
  AdwExpanderRow *what;
  GtkCheckButton *backup;
  GPtrArray *checks; /* (element-type GtkCheckButton), borrowed, one for each of @folders */
  GPtrArray *rows;   /* (element-type GtkWidget), borrowed, one for each of @folders */
  GtkSwitch *battery;
  GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE (NamidaScheduleGroup, namida_schedule_group, ADW_TYPE_PREFERENCES_GROUP)

static guint trouble_signal;

static void schedule_group_show (NamidaScheduleGroup *self);

/* ---- texts ---- */

/* Returns text such as "today, 21:00", "tomorrow, 02:00" or "on 3 December". */
static char *
schedule_group_dup_next (gint64 us)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) tomorrow = g_date_time_add_days (now, 1);
  g_autoptr (GDateTime) next = g_date_time_new_from_unix_local (us / G_USEC_PER_SEC);
  g_autofree char *today_text = g_date_time_format (now, "%F");
  g_autofree char *tomorrow_text = g_date_time_format (tomorrow, "%F");
  g_autofree char *day = next != NULL ? g_date_time_format (next, "%F") : g_strdup ("");

  if (next == NULL)
    return g_strdup ("");
  if (g_str_equal (day, today_text))
    /* Translators: a date format of strftime, for the next backup: "today, 21:00" */
    return g_date_time_format (next, _ ("today, %H:%M"));
  if (g_str_equal (day, tomorrow_text))
    /* Translators: a date format of strftime, for the next backup: "tomorrow, 02:00" */
    return g_date_time_format (next, _ ("tomorrow, %H:%M"));
  /* Translators: a date format of strftime, for the next backup: "on 3 December" */
  return g_date_time_format (next, _ ("on %-e %B"));
}

static char *
schedule_group_dup_last (const NamidaScheduleRow *row, gint64 sent_at)
{
  gint64 done_at = MAX (row->done_at, sent_at);
  g_autofree char *when = NULL;

  if (row->outcome == NAMIDA_SCHEDULE_OUTCOME_REFUSED || row->outcome == NAMIDA_SCHEDULE_OUTCOME_INCOMPLETE)
    return g_strdup (row->message != NULL ? row->message : _ ("The last backup failed"));
  if (done_at == 0)
    return g_strdup (_ ("No backup yet"));
  when = namida_files_when (done_at);
  /* Translators: %s is a time, as in "today, 09:12" */
  return g_strdup_printf (_ ("Last backup %s"), when);
}

char *
namida_schedule_group_dup_words (NamidaSchedule *schedule, gint64 sent_at)
{
  g_autofree char *last = schedule_group_dup_last (namida_schedule_get_row (schedule), sent_at);
  g_autofree char *next = NULL;

  switch (namida_schedule_get_state (schedule))
    {
    case NAMIDA_SCHEDULE_OFF:
      return g_steal_pointer (&last);
    case NAMIDA_SCHEDULE_IDLE:
      next = schedule_group_dup_next (namida_schedule_get_next_at (schedule));
      /* Translators: a sentence on the last backup, then when the next one is due, as in "tomorrow, 02:00" */
      return g_strdup_printf (_ ("%s · next %s"), last, next);
    default:
      next = namida_schedule_dup_state_words (schedule);
      /* Translators: a sentence on the last backup, then what it is doing or waiting for. */
      return g_strdup_printf (_ ("%s · %s"), last, next);
    }
}

static char *
schedule_group_dup_subtitle (NamidaScheduleGroup *self)
{
  return self->schedule != NULL ? namida_schedule_group_dup_words (self->schedule, 0)
                                : g_strdup (_ ("Sends new music and the newest Namida backup without asking"));
}

/* ---- writing ---- */

static void
schedule_group_on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaScheduleGroup) self = user_data;
  g_autoptr (GError) error = NULL;

  if (namida_schedules_save_finish (NAMIDA_SCHEDULES (source), result, &error) == 0
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, trouble_signal, 0, error->message);
  if (!g_cancellable_is_cancelled (self->cancellable))
    schedule_group_show (self);
}

static void
schedule_group_save (NamidaScheduleGroup *self, const NamidaScheduleRow *row)
{
  namida_schedules_save_async (namida_hub_get_schedules (self->hub), row, self->cancellable, schedule_group_on_saved,
                               g_object_ref (self));
}

/* Returns: (transfer full): the folders that are selected in the rows. */
static GStrv
schedule_group_dup_folders (NamidaScheduleGroup *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->folders->len; i++)
    if (gtk_check_button_get_active (self->checks->pdata[i]))
      g_strv_builder_add (builder, self->folders->pdata[i]);
  return g_strv_builder_end (builder);
}

static void
schedule_group_set_rule (NamidaScheduleGroup *self, NamidaScheduleRow *row)
{
  guint when = adw_combo_row_get_selected (self->when);

  if (when == WHEN_OTHER)
    return;
  row->rule = (NamidaScheduleRule){ .every = when == WHEN_WEEK ? NAMIDA_SCHEDULE_WEEK : NAMIDA_SCHEDULE_DAY,
                                    .at = when == WHEN_MEETING ? NAMIDA_SCHEDULE_ANY_TIME : NIGHT,
                                    .weekday = (int) adw_combo_row_get_selected (self->day) + 1 };
}

/* Returns: (transfer full): the schedule as set in the rows. */
static NamidaScheduleRow *
schedule_group_dup_row (NamidaScheduleGroup *self)
{
  NamidaScheduleRow *row = self->schedule != NULL ? namida_schedule_row_copy (namida_schedule_get_row (self->schedule))
                                                  : g_new0 (NamidaScheduleRow, 1);

  g_free (row->fingerprint);
  g_free (row->alias);
  g_strfreev (row->folders);
  row->fingerprint = g_strdup (self->fingerprint);
  row->alias = g_strdup (self->alias);
  row->folders = schedule_group_dup_folders (self);
  row->newest_backup = gtk_check_button_get_active (self->backup);
  row->on_battery = gtk_switch_get_active (self->battery);
  row->enabled = gtk_switch_get_active (self->enabled);
  return row;
}

static void
schedule_group_on_chosen (NamidaScheduleGroup *self)
{
  g_autoptr (NamidaScheduleRow) row = NULL;

  /* Before the switch is turned on, the rows only show what would be sent. */
  if (self->showing || self->fingerprint == NULL || (self->schedule == NULL && !gtk_switch_get_active (self->enabled)))
    return;
  row = schedule_group_dup_row (self);
  if (self->schedule == NULL)
    schedule_group_set_rule (self, row);
  schedule_group_save (self, row);
}

static void
schedule_group_on_when (NamidaScheduleGroup *self)
{
  g_autoptr (NamidaScheduleRow) row = NULL;

  if (self->showing || self->schedule == NULL)
    return;
  row = schedule_group_dup_row (self);
  schedule_group_set_rule (self, row);
  schedule_group_save (self, row);
}

static void
schedule_group_on_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaScheduleGroup) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!namida_schedules_run_now_finish (NAMIDA_SCHEDULES (source), result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, trouble_signal, 0, error->message);
}

static void
schedule_group_on_now (NamidaScheduleGroup *self)
{
  if (self->schedule != NULL)
    namida_schedules_run_now_async (namida_hub_get_schedules (self->hub), namida_schedule_get_id (self->schedule),
                                    self->cancellable, schedule_group_on_asked, g_object_ref (self));
}

/* ---- the choices ---- */

static gboolean
schedule_group_has_folder (NamidaScheduleGroup *self, const char *path)
{
  return g_ptr_array_find_with_equal_func (self->folders, path, g_str_equal, NULL);
}

static GtkCheckButton *
schedule_group_add_check (NamidaScheduleGroup *self, const char *title, const char *subtitle, GtkWidget **row)
{
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *action = adw_action_row_new ();

  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (action), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (action), title);
  if (subtitle != NULL)
    {
      g_autofree char *escaped = g_markup_escape_text (subtitle, -1);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (action), escaped);
    }
  adw_action_row_add_prefix (ADW_ACTION_ROW (action), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (action), check);
  adw_expander_row_add_row (self->what, action);
  g_signal_connect_object (check, "toggled", G_CALLBACK (schedule_group_on_chosen), self, G_CONNECT_SWAPPED);
  if (row != NULL)
    *row = action;
  return GTK_CHECK_BUTTON (check);
}

static void
schedule_group_add_folder (NamidaScheduleGroup *self, const char *path)
{
  g_autofree char *name = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *place = NULL;
  GtkWidget *row;

  if (path == NULL || schedule_group_has_folder (self, path))
    return;
  name = g_path_get_basename (path);
  shown = g_filename_display_name (name);
  place = namida_files_short_path (path);
  g_ptr_array_add (self->folders, g_strdup (path));
  g_ptr_array_add (self->checks, schedule_group_add_check (self, shown, place, &row));
  g_ptr_array_add (self->rows, row);
}

static void
schedule_group_on_folder (NamidaScheduleGroup *self, int response)
{
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_clear_object (&self->chooser);
  if (path == NULL)
    return;
  schedule_group_add_folder (self, path);
  for (guint i = 0; i < self->folders->len; i++)
    if (g_str_equal (self->folders->pdata[i], path))
      gtk_check_button_set_active (self->checks->pdata[i], TRUE);
}

static void
schedule_group_on_add (NamidaScheduleGroup *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Add a Folder"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Add"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (schedule_group_on_folder), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* ---- showing ---- */

static void
schedule_group_show_what (NamidaScheduleGroup *self, const NamidaScheduleRow *row)
{
  g_autofree char *words = NULL;
  g_autofree char *escaped = NULL;

  for (guint i = 0; row != NULL && row->folders != NULL && row->folders[i] != NULL; i++)
    schedule_group_add_folder (self, row->folders[i]);
  if (row == NULL)
    {
      adw_expander_row_set_subtitle (self->what, "");
      return;
    }
  gtk_check_button_set_active (self->backup, row->newest_backup);
  gtk_switch_set_active (self->battery, row->on_battery);
  for (guint i = 0; i < self->folders->len; i++)
    gtk_check_button_set_active (self->checks->pdata[i],
                                 row->folders != NULL
                                     && g_strv_contains ((const char *const *) row->folders, self->folders->pdata[i]));
  words = namida_schedule_row_dup_what_words (row);
  escaped = g_markup_escape_text (words, -1);
  adw_expander_row_set_subtitle (self->what, escaped);
}

static guint
schedule_group_when_of (const NamidaScheduleRule *rule)
{
  if (rule->every == NAMIDA_SCHEDULE_DAY && rule->at == NAMIDA_SCHEDULE_ANY_TIME)
    return WHEN_MEETING;
  if (rule->every == NAMIDA_SCHEDULE_DAY && rule->at == NIGHT)
    return WHEN_DAY;
  if (rule->every == NAMIDA_SCHEDULE_WEEK && rule->at == NIGHT)
    return WHEN_WEEK;
  return WHEN_OTHER;
}

static void
schedule_group_show_when (NamidaScheduleGroup *self, const NamidaScheduleRow *row)
{
  guint when = row != NULL ? schedule_group_when_of (&row->rule) : WHEN_DAY;
  g_autofree char *other = when == WHEN_OTHER ? namida_schedule_rule_dup_words (&row->rule) : NULL;
  const char *const texts[]
      = { _ ("Every Night"), _ ("Every Week"), _ ("Whenever Both Devices Are There"), other, NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (texts);

  adw_combo_row_set_model (self->when, G_LIST_MODEL (list));
  adw_combo_row_set_selected (self->when, when);
  if (when == WHEN_WEEK)
    adw_combo_row_set_selected (self->day, (guint) row->rule.weekday - 1);
  gtk_widget_set_visible (GTK_WIDGET (self->day), when == WHEN_WEEK);
}

/* Until the switch is on, say how the other direction is set up. */
static void
schedule_group_show_direction (NamidaScheduleGroup *self, gboolean on)
{
  /* Translators: %s is the name of a device */
  g_autofree char *text
      = g_strdup_printf (_ ("What this computer sends to %s. To back up %s here, turn on its automatic "
                            "backup there, on the page of this computer."),
                         self->alias != NULL ? self->alias : "", self->alias != NULL ? self->alias : "");
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), on ? NULL : escaped);
}

static void
schedule_group_show (NamidaScheduleGroup *self)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (self->hub);
  gboolean trusted
      = self->fingerprint != NULL && trust != NULL && namida_trust_store_is_trusted (trust, self->fingerprint);
  const NamidaScheduleRow *row = self->schedule != NULL ? namida_schedule_get_row (self->schedule) : NULL;
  g_autofree char *subtitle = schedule_group_dup_subtitle (self);
  g_autofree char *escaped = g_markup_escape_text (subtitle, -1);
  gboolean on = row != NULL && row->enabled;

  self->showing = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self), trusted);
  gtk_switch_set_active (self->enabled, on);
  adw_action_row_set_subtitle (self->head, escaped);
  schedule_group_show_direction (self, on);
  schedule_group_show_when (self, row);
  schedule_group_show_what (self, row);
  gtk_widget_set_sensitive (GTK_WIDGET (self->when), on);
  gtk_widget_set_sensitive (GTK_WIDGET (self->day), on);
  gtk_widget_set_sensitive (GTK_WIDGET (self->what), on);
  gtk_widget_set_sensitive (gtk_widget_get_ancestor (GTK_WIDGET (self->battery), ADW_TYPE_ACTION_ROW), on);
  gtk_widget_set_sensitive (GTK_WIDGET (self->now),
                            row != NULL && namida_schedule_get_state (self->schedule) != NAMIDA_SCHEDULE_RUNNING);
  self->showing = FALSE;
}

/* Handles that the schedule of the device was added, removed or replaced. */
static void
schedule_group_follow (NamidaScheduleGroup *self)
{
  NamidaSchedules *schedules = namida_hub_get_schedules (self->hub);
  NamidaSchedule *schedule
      = self->fingerprint != NULL ? namida_schedules_find_for_device (schedules, self->fingerprint) : NULL;

  if (schedule != self->schedule)
    {
      if (self->schedule != NULL)
        g_signal_handlers_disconnect_by_func (self->schedule, schedule_group_show, self);
      g_set_object (&self->schedule, schedule);
      if (schedule != NULL)
        g_signal_connect_object (schedule, "changed", G_CALLBACK (schedule_group_show), self, G_CONNECT_SWAPPED);
    }
  schedule_group_show (self);
}

/* ---- the folders of this computer ---- */

static void
schedule_group_look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, namida_here_dup_music_folders (), (GDestroyNotify) g_ptr_array_unref);
}

static void
schedule_group_on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaScheduleGroup *self = NAMIDA_SCHEDULE_GROUP (source);
  g_autoptr (GPtrArray) folders = g_task_propagate_pointer (G_TASK (result), NULL);

  if (folders == NULL)
    return;
  self->showing = TRUE;
  for (guint i = 0; i < folders->len; i++)
    {
      schedule_group_add_folder (self, folders->pdata[i]);
      /* Select everything by default, for users who turn the switch on without looking. */
      if (self->schedule == NULL)
        for (guint j = 0; j < self->folders->len; j++)
          if (g_str_equal (self->folders->pdata[j], folders->pdata[i]))
            gtk_check_button_set_active (self->checks->pdata[j], TRUE);
    }
  self->showing = FALSE;
}

static void
schedule_group_look (NamidaScheduleGroup *self)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, schedule_group_on_looked, NULL);

  g_task_set_source_tag (task, schedule_group_look);
  g_task_run_in_thread (task, schedule_group_look_thread);
}

/* ---- the object ---- */

static void
schedule_group_clear_folders (NamidaScheduleGroup *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (self->what, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->checks, 0);
  g_ptr_array_set_size (self->folders, 0);
}

void
namida_schedule_group_set_device (NamidaScheduleGroup *self, const char *fingerprint, const char *alias)
{
  g_autofree char *title = g_strdup_printf (_ ("Back Up to %s"), alias != NULL ? alias : "");

  g_return_if_fail (NAMIDA_IS_SCHEDULE_GROUP (self));

  g_free (self->alias);
  self->alias = g_strdup (alias);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->head), title);
  if (g_strcmp0 (fingerprint, self->fingerprint) != 0)
    {
      g_free (self->fingerprint);
      self->fingerprint = g_strdup (fingerprint);
      self->showing = TRUE;
      schedule_group_clear_folders (self);
      gtk_check_button_set_active (self->backup, TRUE);
      gtk_switch_set_active (self->battery, FALSE);
      self->showing = FALSE;
      schedule_group_look (self);
    }
  schedule_group_follow (self);
}

static void
namida_schedule_group_dispose (GObject *object)
{
  NamidaScheduleGroup *self = NAMIDA_SCHEDULE_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->schedule);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_schedule_group_parent_class)->dispose (object);
}

static void
namida_schedule_group_finalize (GObject *object)
{
  NamidaScheduleGroup *self = NAMIDA_SCHEDULE_GROUP (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->checks);
  g_ptr_array_unref (self->rows);
  g_free (self->fingerprint);
  g_free (self->alias);
  G_OBJECT_CLASS (namida_schedule_group_parent_class)->finalize (object);
}

static void
namida_schedule_group_class_init (NamidaScheduleGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_schedule_group_dispose;
  object_class->finalize = namida_schedule_group_finalize;
  trouble_signal = g_signal_new ("trouble", NAMIDA_TYPE_SCHEDULE_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
schedule_group_add_head (NamidaScheduleGroup *self)
{
  self->now = GTK_BUTTON (gtk_button_new_with_label (_ ("Back Up Now")));
  gtk_widget_add_css_class (GTK_WIDGET (self->now), "flat");
  gtk_widget_set_valign (GTK_WIDGET (self->now), GTK_ALIGN_CENTER);
  g_signal_connect_object (self->now, "clicked", G_CALLBACK (schedule_group_on_now), self, G_CONNECT_SWAPPED);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->now));

  self->head = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->head), FALSE);
  self->enabled = GTK_SWITCH (gtk_switch_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->enabled), GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (self->head, GTK_WIDGET (self->enabled));
  adw_action_row_set_activatable_widget (self->head, GTK_WIDGET (self->enabled));
  g_signal_connect_object (self->enabled, "notify::active", G_CALLBACK (schedule_group_on_chosen), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->head));
}

static void
schedule_group_add_battery (NamidaScheduleGroup *self)
{
  GtkWidget *row = adw_action_row_new ();

  self->battery = GTK_SWITCH (gtk_switch_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->battery), GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Also on Battery Power"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), GTK_WIDGET (self->battery));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), GTK_WIDGET (self->battery));
  g_signal_connect_object (self->battery, "notify::active", G_CALLBACK (schedule_group_on_chosen), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
}

/* Monday to Sunday, of which today is selected until there is a schedule. */
static void
schedule_group_add_day (NamidaScheduleGroup *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GtkStringList) days = gtk_string_list_new (NULL);

  for (int weekday = 1; weekday <= 7; weekday++)
    {
      g_autoptr (GDateTime) day = g_date_time_add_days (now, weekday - g_date_time_get_day_of_week (now));
      g_autofree char *name = g_date_time_format (day, "%A");

      gtk_string_list_append (days, name);
    }
  self->day = ADW_COMBO_ROW (adw_combo_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->day), _ ("Day"));
  adw_combo_row_set_model (self->day, G_LIST_MODEL (days));
  adw_combo_row_set_selected (self->day, (guint) g_date_time_get_day_of_week (now) - 1);
  gtk_widget_set_visible (GTK_WIDGET (self->day), FALSE);
  g_signal_connect_object (self->day, "notify::selected", G_CALLBACK (schedule_group_on_when), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->day));
}

static void
schedule_group_add_rows (NamidaScheduleGroup *self)
{
  GtkWidget *add = gtk_button_new_from_icon_name ("list-add-symbolic");

  self->when = ADW_COMBO_ROW (adw_combo_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->when), _ ("When"));
  g_signal_connect_object (self->when, "notify::selected", G_CALLBACK (schedule_group_on_when), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->when));
  schedule_group_add_day (self);

  self->what = ADW_EXPANDER_ROW (adw_expander_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->what), _ ("What"));
  namida_spoken_set_name (self->what, _ ("What"));
  gtk_widget_set_valign (add, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (add, "flat");
  gtk_widget_set_tooltip_text (add, _ ("Add a Folder"));
  g_signal_connect_object (add, "clicked", G_CALLBACK (schedule_group_on_add), self, G_CONNECT_SWAPPED);
  adw_expander_row_add_action (self->what, add);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->what));
  self->backup = schedule_group_add_check (self, _ ("Newest Namida backup"), NULL, NULL);
  schedule_group_add_battery (self);
}

static void
namida_schedule_group_init (NamidaScheduleGroup *self)
{
  self->cancellable = g_cancellable_new ();
  self->folders = g_ptr_array_new_with_free_func (g_free);
  self->checks = g_ptr_array_new ();
  self->rows = g_ptr_array_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Automatic Backup"));
  schedule_group_add_head (self);
  schedule_group_add_rows (self);
}

NamidaScheduleGroup *
namida_schedule_group_new (NamidaHub *hub)
{
  NamidaScheduleGroup *self = g_object_new (NAMIDA_TYPE_SCHEDULE_GROUP, NULL);

  self->hub = g_object_ref (hub);
  g_signal_connect_object (namida_hub_get_schedules (hub), "items-changed", G_CALLBACK (schedule_group_follow), self,
                           G_CONNECT_SWAPPED);
  schedule_group_show (self);
  return self;
}
