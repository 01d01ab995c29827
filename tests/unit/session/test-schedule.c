/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests schedules without a network: when they are due, and what the database keeps. Simulates a year with devices that
 * come and go, sleep, clock changes, full disks and a killed program, and tests what both sides report about backups
 * that did not happen. The clock is simulated. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-lock-file.h"
#include "namida-schedules.h"
#include "namida-stale.h"

#include <glib/gstdio.h>
#include <malloc.h>
#include <unistd.h>

#define NAS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HOUR G_TIME_SPAN_HOUR
#define DAY (24 * HOUR)

static GTimeZone *
berlin (void)
{
  GTimeZone *zone = g_time_zone_new_identifier ("Europe/Berlin");

  g_assert_nonnull (zone);
  return zone;
}

/* Microseconds since 1970 of a text in the time zone of Berlin, or with one of its own. */
static gint64
when (const char *text)
{
  g_autoptr (GTimeZone) zone = berlin ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, zone);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time) * G_USEC_PER_SEC;
}

static NamidaScheduleRule
rule_of (const char *every, const char *at, gint64 now)
{
  g_autoptr (GTimeZone) zone = berlin ();
  g_autoptr (GError) error = NULL;
  NamidaScheduleRule rule;

  namida_schedule_rule_parse (every, at, now, zone, &rule, &error);
  g_assert_no_error (error);
  return rule;
}

static void
assert_next (const char *every, const char *at, const char *slot, const char *expected)
{
  g_autoptr (GTimeZone) zone = berlin ();
  gint64 served = when (slot);
  NamidaScheduleRule rule = rule_of (every, at, served);

  g_assert_cmpint (namida_schedule_rule_next (&rule, served, served, zone), ==, when (expected));
}

static void
test_next (void)
{
  assert_next ("day", "02:30", "2026-05-01T02:30:00", "2026-05-02T02:30:00");
  assert_next ("day", NULL, "2026-05-01T00:00:00", "2026-05-02T00:00:00");
  assert_next ("week", "20:00", "2026-05-01T20:00:00", "2026-05-08T20:00:00");
  assert_next ("6h", NULL, "2026-05-01T01:00:00", "2026-05-01T07:00:00");
  /* The hour that does not exist: after the gap. The hour that comes twice: once. */
  assert_next ("day", "02:30", "2026-03-28T02:30:00", "2026-03-29T01:00:00Z");
  assert_next ("day", "02:30", "2026-03-29T01:00:00Z", "2026-03-30T02:30:00");
  assert_next ("day", "02:30", "2026-10-25T00:30:00Z", "2026-10-26T02:30:00");
  assert_next ("day", "02:30", "2026-10-25T01:30:00Z", "2026-10-26T02:30:00");
  /* Hours are hours, whatever the clock on the wall says. */
  assert_next ("12h", NULL, "2026-03-28T20:00:00", "2026-03-29T09:00:00");
  assert_next ("week", "02:30", "2026-12-28T02:30:00", "2027-01-04T02:30:00");
}

static void
test_due (void)
{
  g_autoptr (GTimeZone) zone = berlin ();
  NamidaScheduleRule rule = rule_of ("day", "02:30", when ("2026-05-01T12:00:00"));
  gint64 slot = when ("2026-05-01T02:30:00");

  g_assert_false (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-02T02:29:59"), zone));
  g_assert_true (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-02T02:30:00"), zone));
  g_assert_cmpint (slot, ==, when ("2026-05-02T02:30:00"));
  /* Ten days away: one run makes up for all of them. */
  g_assert_true (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-12T12:00:00"), zone));
  g_assert_cmpint (slot, ==, when ("2026-05-12T02:30:00"));
  /* The clock is set back a day: what was served is not due again. */
  g_assert_false (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-11T12:00:00"), zone));
  g_assert_false (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-12T03:00:00"), zone));
  g_assert_cmpint (slot, ==, when ("2026-05-12T02:30:00"));
  g_assert_true (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-13T03:00:00"), zone));
  /* The clock was a year ahead, and is right again: nobody waits for a year. */
  g_assert_true (namida_schedule_rule_is_due (&rule, &slot, when ("2027-05-13T12:00:00"), zone));
  g_assert_false (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-13T12:30:00"), zone));
  g_assert_cmpint (slot, ==, when ("2026-05-13T02:30:00"));
  g_assert_true (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-14T02:30:00"), zone));
  /* One that has never run and has no time of day is due at once. */
  rule = rule_of ("day", NULL, when ("2026-05-01T12:00:00"));
  slot = 0;
  g_assert_true (namida_schedule_rule_is_due (&rule, &slot, when ("2026-05-01T12:00:00"), zone));
  g_assert_cmpint (slot, ==, when ("2026-05-01T00:00:00"));
}

static void
test_parse (void)
{
  static const struct
  {
    const char *every, *at;
  } wrong[] = { { "month", NULL }, { "0h", NULL },        { "9000h", NULL },  { "h", NULL },
                { "-1h", NULL },   { "day", "24:00" },    { "day", "2:3" },   { "day", "02:60" },
                { "day", "" },     { "day", "02:30:00" }, { "12h", "noon!" }, { "", NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      NamidaScheduleRule rule;

      g_assert_false (namida_schedule_rule_parse (wrong[i].every, wrong[i].at, 0, NULL, &rule, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
    }
  g_assert_cmpint (rule_of ("day", "2:30", 0).at, ==, 150);
  g_assert_cmpint (rule_of ("day", "02:30", 0).at, ==, 150);
  g_assert_cmpint (rule_of ("week", "23:59", 0).at, ==, 1439);
}

/* ---- the list ---- */

typedef struct
{
  NamidaDatabase *database;
  NamidaSchedules *list;
  GTimeZone *zone;
  char *lock;
  gboolean near, battery, metered;
  NamidaScheduleOutcome outcome;
  gboolean hold;  /* runs go on until finish() */
  GTask *running; /* (nullable) */
  guint n_runs, n_looked, n_at_once;
} World;

static gboolean
world_is_near (gpointer host, const char *fingerprint)
{
  return ((World *) host)->near && g_str_equal (fingerprint, NAS);
}

static void
world_look_for (gpointer host, const char *fingerprint)
{
  ((World *) host)->n_looked++;
}

static gboolean
world_is_on_battery (gpointer host)
{
  return ((World *) host)->battery;
}

static gboolean
world_is_on_metered (gpointer host)
{
  return ((World *) host)->metered;
}

static void
finish (World *w)
{
  g_autoptr (GTask) task = g_steal_pointer (&w->running);

  w->n_at_once--;
  g_task_return_boolean (task, TRUE);
}

static void
world_on_cancelled (GCancellable *cancellable, World *w)
{
  if (w->running != NULL)
    finish (w);
}

static void
world_run (gpointer host,
           const NamidaScheduleRow *row,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  World *w = host;

  w->n_runs++;
  w->n_at_once++;
  g_assert_cmpuint (w->n_at_once, ==, 1);
  g_assert_null (w->running);
  w->running = g_task_new (NULL, NULL, callback, user_data);
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (world_on_cancelled), w);
  if (!w->hold)
    finish (w);
}

static NamidaScheduleOutcome
world_run_finish (gpointer host, GAsyncResult *result, char **message)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
  return ((World *) host)->outcome;
}

static const NamidaScheduleHost world_host = {
  .is_near = world_is_near,
  .look_for = world_look_for,
  .is_on_battery = world_is_on_battery,
  .is_on_metered = world_is_on_metered,
  .run = world_run,
  .run_finish = world_run_finish,
};

static void
settle (World *w)
{
  while (!namida_schedules_is_idle (w->list) && w->running == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
start_watched (World *w, GCallback on_ran, gpointer data)
{
  w->list = namida_schedules_new ();
  if (on_ran != NULL)
    g_signal_connect_swapped (w->list, "ran", on_ran, data);
  namida_schedules_set_zone (w->list, w->zone);
  namida_schedules_start (w->list, w->database, w->lock, &world_host, w);
  settle (w);
}

static void
start (World *w)
{
  start_watched (w, NULL, NULL);
}

/* The end of a program that was killed: nothing is written any more. */
static void
kill_program (World *w)
{
  namida_schedules_stop (w->list);
  while (!namida_schedules_is_idle (w->list))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&w->list);
  g_assert_null (w->running);
}

static void
set_up (World *w)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-schedule-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  *w = (World){ .near = TRUE, .outcome = NAMIDA_SCHEDULE_OUTCOME_DONE };
  w->zone = berlin ();
  w->lock = g_build_filename (dir, "lock", NULL);
  w->database = namida_database_open (NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (World *w)
{
  g_autofree char *dir = g_path_get_dirname (w->lock);

  if (w->list != NULL)
    kill_program (w);
  g_unlink (w->lock);
  g_rmdir (dir);
  g_free (w->lock);
  g_clear_object (&w->database);
  g_time_zone_unref (w->zone);
  namida_clock_set_fake (-1);
}

static gint64
add (World *w, const char *every, const char *at)
{
  const char *const folders[] = { "/music/A\n\xff", "/music/B", NULL };
  gint64 now = namida_clock_real ();
  NamidaScheduleRow row = {
    .fingerprint = (char *) NAS,
    .alias = (char *) "NAS",
    .rule = rule_of (every, at, now),
    .newest_backup = TRUE,
    .folders = (GStrv) folders,
    .limit = 5000000,
    .enabled = TRUE,
    .created_at = now,
    .slot_at = 0,
  };
  g_autoptr (GError) error = NULL;

  if (at != NULL)
    row.slot_at = namida_schedule_rule_latest (&row.rule, now, w->zone);
  g_assert_true (namida_schedule_row_add (w->database, &row, &error));
  g_assert_no_error (error);
  return row.id;
}

static void
go (World *w, const char *text)
{
  namida_clock_set_fake (when (text));
  namida_schedules_check (w->list);
  settle (w);
}

static NamidaSchedule *
only (World *w)
{
  g_autoptr (NamidaSchedule) schedule = g_list_model_get_item (G_LIST_MODEL (w->list), 0);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (w->list)), ==, 1);
  return schedule;
}

static void
assert_state (World *w, NamidaScheduleState state, const char *next)
{
  g_assert_cmpstr (namida_schedule_state_to_text (namida_schedule_get_state (only (w))), ==,
                   namida_schedule_state_to_text (state));
  if (next != NULL)
    g_assert_cmpint (namida_schedule_get_next_at (only (w)), ==, when (next));
}

static void
test_kept (void)
{
  World w;
  const NamidaScheduleRow *row;
  gint64 id;

  set_up (&w);
  namida_clock_set_fake (when ("2026-05-01T12:00:00"));
  id = add (&w, "week", "20:15");
  start (&w);
  row = namida_schedule_get_row (only (&w));
  g_assert_cmpint (row->id, ==, id);
  g_assert_cmpstr (row->fingerprint, ==, NAS);
  g_assert_cmpint (row->rule.every, ==, NAMIDA_SCHEDULE_WEEK);
  g_assert_cmpint (row->rule.at, ==, 20 * 60 + 15);
  g_assert_cmpint (row->rule.weekday, ==, 5);
  g_assert_cmpuint (g_strv_length (row->folders), ==, 2);
  g_assert_cmpstr (row->folders[0], ==, "/music/A\n\xff");
  g_assert_cmpuint (row->limit, ==, 5000000);
  assert_state (&w, NAMIDA_SCHEDULE_IDLE, "2026-05-01T20:15:00");
  go (&w, "2026-05-01T20:15:00");
  g_assert_cmpuint (w.n_runs, ==, 1);
  assert_state (&w, NAMIDA_SCHEDULE_IDLE, "2026-05-08T20:15:00");
  /* Another start of the program knows of it. */
  kill_program (&w);
  start (&w);
  g_assert_cmpuint (w.n_runs, ==, 1);
  assert_state (&w, NAMIDA_SCHEDULE_IDLE, "2026-05-08T20:15:00");
  tear_down (&w);
}

static void
test_obstacles (void)
{
  World w;

  set_up (&w);
  w.near = FALSE;
  w.battery = w.metered = TRUE;
  namida_clock_set_fake (when ("2026-05-01T12:00:00"));
  add (&w, "day", NULL);
  start (&w);
  assert_state (&w, NAMIDA_SCHEDULE_WAITS_FOR_POWER, NULL);
  w.battery = FALSE;
  go (&w, "2026-05-01T12:10:00");
  assert_state (&w, NAMIDA_SCHEDULE_WAITS_FOR_NETWORK, NULL);
  w.metered = FALSE;
  go (&w, "2026-05-01T12:20:00");
  assert_state (&w, NAMIDA_SCHEDULE_WAITS_FOR_DEVICE, NULL);
  g_assert_cmpuint (w.n_looked, >, 0);
  g_assert_cmpuint (w.n_runs, ==, 0);
  w.near = TRUE;
  go (&w, "2026-05-01T23:50:00");
  g_assert_cmpuint (w.n_runs, ==, 1);
  go (&w, "2026-05-01T23:59:00");
  g_assert_cmpuint (w.n_runs, ==, 1);
  tear_down (&w);
}

/* A try that failed is made again, later and later, and once the device is away not at all. */
static void
test_retry (void)
{
  World w;

  set_up (&w);
  w.outcome = NAMIDA_SCHEDULE_OUTCOME_AGAIN;
  namida_clock_set_fake (when ("2026-05-01T12:00:00"));
  add (&w, "day", NULL);
  start (&w);
  g_assert_cmpuint (w.n_runs, ==, 1);
  assert_state (&w, NAMIDA_SCHEDULE_WAITS_TO_RETRY, "2026-05-01T12:01:00");
  go (&w, "2026-05-01T12:00:59");
  g_assert_cmpuint (w.n_runs, ==, 1);
  go (&w, "2026-05-01T12:01:00");
  g_assert_cmpuint (w.n_runs, ==, 2);
  assert_state (&w, NAMIDA_SCHEDULE_WAITS_TO_RETRY, "2026-05-01T12:06:00");
  /* A program that is started again does not try at once. */
  kill_program (&w);
  start (&w);
  g_assert_cmpuint (w.n_runs, ==, 2);
  w.outcome = NAMIDA_SCHEDULE_OUTCOME_DONE;
  go (&w, "2026-05-01T12:06:00");
  g_assert_cmpuint (w.n_runs, ==, 3);
  assert_state (&w, NAMIDA_SCHEDULE_IDLE, "2026-05-02T00:00:00");
  /* What somebody declined is not asked again before it is due again. */
  w.outcome = NAMIDA_SCHEDULE_OUTCOME_REFUSED;
  go (&w, "2026-05-02T08:00:00");
  g_assert_cmpuint (w.n_runs, ==, 4);
  go (&w, "2026-05-02T23:00:00");
  g_assert_cmpuint (w.n_runs, ==, 4);
  tear_down (&w);
}

/* A try failed while the clock was a year ahead: now that it is right, nobody waits for a year. */
static void
test_retry_after_clock (void)
{
  World w;
  guint n;

  set_up (&w);
  w.outcome = NAMIDA_SCHEDULE_OUTCOME_AGAIN;
  namida_clock_set_fake (when ("2027-05-01T12:00:00"));
  add (&w, "day", NULL);
  start (&w);
  g_assert_cmpuint (w.n_runs, ==, 1);
  assert_state (&w, NAMIDA_SCHEDULE_WAITS_TO_RETRY, "2027-05-01T12:01:00");
  w.outcome = NAMIDA_SCHEDULE_OUTCOME_DONE;
  go (&w, "2026-05-01T12:00:00");
  n = w.n_runs;
  go (&w, "2026-05-02T08:00:00");
  g_assert_cmpuint (w.n_runs, ==, n + 1);
  assert_state (&w, NAMIDA_SCHEDULE_IDLE, "2026-05-03T00:00:00");
  tear_down (&w);
}

/* Two programs with one data folder. */
static void
test_one_at_once (void)
{
  World w;
  gint64 id;
  int lock;

  set_up (&w);
  namida_clock_set_fake (when ("2026-05-01T12:00:00"));
  id = add (&w, "day", NULL);
  lock = namida_lock_file_take (w.lock, id, NULL);
  g_assert_cmpint (lock, >=, 0);
  start (&w);
  g_assert_cmpuint (w.n_runs, ==, 0);
  assert_state (&w, NAMIDA_SCHEDULE_RUNNING, NULL);
  close (lock);
  w.hold = TRUE;
  go (&w, "2026-05-01T12:01:00");
  g_assert_cmpuint (w.n_runs, ==, 1);
  g_assert_cmpint (namida_lock_file_take (w.lock, id, NULL), ==, -1);
  go (&w, "2026-05-05T12:01:00");
  g_assert_cmpuint (w.n_runs, ==, 1);
  finish (&w);
  settle (&w);
  /* What became due meanwhile is served next. */
  g_assert_cmpuint (w.n_runs, ==, 2);
  w.hold = FALSE;
  finish (&w);
  settle (&w);
  tear_down (&w);
}

static void
on_trouble (NamidaSchedules *list, const char *sentence, char **told)
{
  g_free (*told);
  *told = g_strdup (sentence);
}

/* The lock cannot be used: nothing runs, and it says so and tries again, rather than “Backing up now”. */
static void
test_lock_not_usable (void)
{
  World w;
  g_autofree char *told = NULL;
  const NamidaScheduleRow *row;

  set_up (&w);
  g_assert_cmpint (g_mkdir (w.lock, 0700), ==, 0);
  namida_clock_set_fake (when ("2026-05-01T12:00:00"));
  add (&w, "day", NULL);
  w.list = namida_schedules_new ();
  g_signal_connect (w.list, "trouble", G_CALLBACK (on_trouble), &told);
  namida_schedules_set_zone (w.list, w.zone);
  namida_schedules_start (w.list, w.database, w.lock, &world_host, &w);
  settle (&w);
  g_assert_cmpuint (w.n_runs, ==, 0);
  assert_state (&w, NAMIDA_SCHEDULE_WAITS_TO_RETRY, "2026-05-01T12:01:00");
  row = namida_schedule_get_row (only (&w));
  g_assert_cmpint (row->outcome, ==, NAMIDA_SCHEDULE_OUTCOME_AGAIN);
  g_assert_nonnull (strstr (row->message, "lock"));
  g_assert_cmpstr (told, ==, row->message);
  g_assert_cmpint (g_rmdir (w.lock), ==, 0);
  go (&w, "2026-05-01T12:01:00");
  g_assert_cmpuint (w.n_runs, ==, 1);
  assert_state (&w, NAMIDA_SCHEDULE_IDLE, "2026-05-02T00:00:00");
  tear_down (&w);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

#define WAIT_FOR(result)                                                                                               \
  while ((result) == NULL)                                                                                             \
  g_main_context_iteration (NULL, TRUE)

static void
test_asked_and_changed (void)
{
  World w;
  g_autoptr (GAsyncResult) asked = NULL, saved = NULL, removed = NULL, missing = NULL;
  g_autoptr (NamidaScheduleRow) row = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  set_up (&w);
  w.battery = TRUE;
  namida_clock_set_fake (when ("2026-05-01T12:00:00"));
  id = add (&w, "day", "02:30");
  start (&w);
  g_assert_cmpuint (w.n_runs, ==, 0);
  /* By hand: whatever the battery, and the night has its own run. */
  namida_schedules_run_now_async (w.list, id, NULL, on_done, &asked);
  WAIT_FOR (asked);
  g_assert_true (namida_schedules_run_now_finish (w.list, asked, &error));
  settle (&w);
  g_assert_cmpuint (w.n_runs, ==, 1);
  assert_state (&w, NAMIDA_SCHEDULE_IDLE, "2026-05-02T02:30:00");
  row = namida_schedule_row_copy (namida_schedule_get_row (only (&w)));
  row->rule = rule_of ("day", "11:00", namida_clock_real ());
  row->on_battery = TRUE;
  namida_schedules_save_async (w.list, row, NULL, on_done, &saved);
  WAIT_FOR (saved);
  g_assert_cmpint (namida_schedules_save_finish (w.list, saved, &error), ==, id);
  settle (&w);
  /* The new time has passed today: the next one counts. */
  g_assert_cmpuint (w.n_runs, ==, 1);
  assert_state (&w, NAMIDA_SCHEDULE_IDLE, "2026-05-02T11:00:00");
  go (&w, "2026-05-02T11:00:00");
  g_assert_cmpuint (w.n_runs, ==, 2);
  namida_schedules_remove_async (w.list, id, NULL, on_done, &removed);
  WAIT_FOR (removed);
  g_assert_true (namida_schedules_remove_finish (w.list, removed, &error));
  settle (&w);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (w.list)), ==, 0);
  namida_schedules_remove_async (w.list, id, NULL, on_done, &missing);
  WAIT_FOR (missing);
  g_assert_false (namida_schedules_remove_finish (w.list, missing, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  tear_down (&w);
}

/* Bytes in 700 runs: less than 100 for each. */
#define GROWTH_MOST (64u * 1024)

/* A thousand runs leave no more behind than a few, in the database and in memory. */
static void
test_many_runs (void)
{
  World w;
  g_autoptr (GArray) runs = NULL;
  gsize before = 0;
  gint64 id;

  set_up (&w);
  namida_clock_set_fake (when ("2026-05-01T12:00:00"));
  id = add (&w, "1h", NULL);
  start (&w);
  for (guint i = 1; i < 1000; i++)
    {
      namida_clock_set_fake (when ("2026-05-01T12:00:00") + i * HOUR);
      namida_schedules_check (w.list);
      settle (&w);
      if (i == 300)
        before = mallinfo2 ().uordblks;
    }
  g_test_message ("%" G_GSSIZE_FORMAT " bytes more", (gssize) (mallinfo2 ().uordblks - before));
  g_assert_cmpuint (mallinfo2 ().uordblks, <, before + GROWTH_MOST);
  g_assert_cmpuint (w.n_runs, ==, 1000);
  runs = namida_schedule_runs_list (w.database, id, NULL);
  g_assert_cmpuint (runs->len, ==, NAMIDA_SCHEDULE_RUNS);
  tear_down (&w);
}

/* ---- a year ---- */

#define STEP (HOUR / 3)
#define SPARE (HOUR + STEP) /* the longest wait for another try, and one step */

typedef struct
{
  World world;
  GRand *dice;
  gint64 away_until, asleep_until, full_until, read_only_until, battery_until; /* true time */
  gboolean read_only;
  gboolean exact;     /* the clock is right */
  gint64 now;         /* true time */
  gint64 served;      /* the newest day that was served, as YYYYMMDD */
  gint64 obstacle_at; /* when something was in the way last */
  gint64 done_at;     /* when a run ended last */
  guint n_done;

  /* What both sides say from one backup to the next. */
  NamidaDatabase *receiver; /* it never sleeps, and for one day its clock is a year ahead */
  gint64 receiver_clock;
  gboolean receiver_sure; /* its clock was right at the last backup, and is */
  gboolean noted;         /* the sender's clock was right and its database could be written, all the time */
  guint told[2];          /* by NamidaStaleDirection: how often in this time */
  guint n_reported[2];    /* in the whole year */
} Year;

/* The newest day whose 02:30 is over, found without the code under test. */
static gint64
due_day (gint64 now, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (local, -1);
  gboolean over = g_date_time_get_hour (local) * 60 + g_date_time_get_minute (local) >= 2 * 60 + 30;
  GDateTime *day = over ? local : yesterday;

  return g_date_time_get_year (day) * 10000 + g_date_time_get_month (day) * 100 + g_date_time_get_day_of_month (day);
}

static void
year_on_ran (Year *year, NamidaSchedule *schedule)
{
  const NamidaScheduleRow *row = namida_schedule_get_row (schedule);
  gint64 day = due_day (row->slot_at, year->world.zone);

  if (row->outcome != NAMIDA_SCHEDULE_OUTCOME_DONE)
    return;
  /* Once, and late rather than early. */
  if (year->exact)
    {
      g_assert_cmpint (day, >, year->served);
      g_assert_cmpint (row->slot_at, <=, year->now);
    }
  year->served = day;
  year->done_at = year->now;
  year->n_done++;
  year->noted = year->exact && !year->read_only;
  year->told[NAMIDA_STALE_SEND] = year->told[NAMIDA_STALE_RECEIVE] = 0;
  g_assert_true (namida_database_exec (
      year->receiver, NULL,
      "INSERT INTO versions (session, alias, path, landing, title, offer_key, complete, fingerprint, labels, "
      "created_at,"
      " arrival) SELECT 's', 'Laptop', '/v', 'backup', 't', 'k', 1, ?, '[]', ?, coalesce (max (arrival), 0) + 1"
      " FROM versions",
      "si", NAS, year->receiver_clock));
  year->receiver_sure = year->receiver_clock == year->now;
}

/* What one side says now. @sure: nothing but the time since the last backup can have a say in it. */
static void
year_look (Year *year, NamidaDatabase *database, NamidaStaleDirection direction, gint64 clock, gboolean sure)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = namida_stale_list (database, clock, TRUE, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < devices->len; i++)
    {
      const NamidaStaleDevice *device = devices->pdata[i];

      g_assert_cmpint (device->direction, ==, direction);
      year->told[direction] += (guint) device->is_first;
      year->n_reported[direction] += (guint) device->is_first;
      g_assert_cmpuint (year->told[direction], <=, 1);
      if (!sure || device->interval == 0)
        continue;
      g_assert_cmpint (device->interval, >=, DAY);
      g_assert_cmpint (device->is_stale, ==, year->now - year->done_at > 2 * device->interval);
      g_assert_cmpuint (year->told[direction], ==, (guint) device->is_stale);
    }
}

static void
year_start_program (Year *year)
{
  start_watched (&year->world, G_CALLBACK (year_on_ran), year);
}

static gboolean
year_dice (Year *year, int sides)
{
  return g_rand_int_range (year->dice, 0, sides) == 0;
}

static void
year_hours (Year *year, int sides, int most, gint64 *until)
{
  if (year_dice (year, sides))
    *until = year->now + g_rand_int_range (year->dice, 1, most) * HOUR;
}

/* What happens to a computer in a year, each now and then. */
static void
year_happen (Year *year)
{
  World *w = &year->world;
  gboolean read_only;

  year_hours (year, 150, 70, &year->away_until);
  year_hours (year, 100, 30, &year->asleep_until);
  year_hours (year, 400, 20, &year->full_until);
  year_hours (year, 300, 12, &year->battery_until);
  year_hours (year, 900, 9, &year->read_only_until);
  w->near = year->now >= year->away_until;
  w->battery = year->now < year->battery_until;
  w->outcome = year->now < year->full_until ? NAMIDA_SCHEDULE_OUTCOME_AGAIN : NAMIDA_SCHEDULE_OUTCOME_DONE;
  if (!w->near || w->battery || w->outcome != NAMIDA_SCHEDULE_OUTCOME_DONE || year->now < year->asleep_until)
    year->obstacle_at = year->now;
  read_only = year->now < year->read_only_until;
  if (read_only != year->read_only)
    g_assert_true (
        namida_database_exec (w->database, NULL, read_only ? "PRAGMA query_only = 1" : "PRAGMA query_only = 0", ""));
  year->read_only = read_only;
  year->noted = year->noted && year->exact && !read_only;
}

static void
year_step (Year *year, gint64 clock)
{
  World *w = &year->world;

  namida_clock_set_fake (clock);
  year_happen (year);
  if (year->n_done > 0 && year->now % (6 * HOUR) == 0)
    year_look (year, year->receiver, NAMIDA_STALE_RECEIVE, year->receiver_clock, year->receiver_sure);
  if (year->now < year->asleep_until)
    return;
  /* Not while the database cannot be written: what only the program knows is lost then, and it runs once more. */
  if (!year->read_only && year_dice (year, 60))
    {
      namida_schedules_check (w->list);
      settle (w);
      /* The end of the run before may not be written yet when the next one has begun. */
      year->noted = year->noted && w->running == NULL;
      kill_program (w);
      year->obstacle_at = year->now;
      year_start_program (year);
    }
  w->hold = g_rand_boolean (year->dice);
  if (w->running != NULL && g_rand_boolean (year->dice))
    finish (w);
  settle (w);
  namida_schedules_check (w->list);
  settle (w);
  if (w->running != NULL)
    year->obstacle_at = year->now;
  if (year->exact && year->now - year->obstacle_at > SPARE)
    g_assert_cmpint (year->served, >=, due_day (clock - SPARE, w->zone));
  g_assert_cmpint (year->now - MAX (year->obstacle_at, year->done_at), <=, 2 * DAY + SPARE);
  if (!year->read_only && year->now % (6 * HOUR) == 0)
    year_look (year, w->database, NAMIDA_STALE_SEND, clock, year->noted);
}

/* From one clock to another one. */
static void
year_set_exact (Year *year, gboolean exact)
{
  const NamidaScheduleRow *row;

  if (year->exact == exact)
    return;
  year->exact = FALSE;
  if (year->world.running != NULL)
    finish (&year->world);
  year->world.hold = FALSE;
  settle (&year->world);
  namida_schedules_check (year->world.list);
  settle (&year->world);
  year->exact = exact;
  year->obstacle_at = year->now;
  row = namida_schedule_get_row (only (&year->world));
  year->served = due_day (row->slot_at, year->world.zone);
}

static gint64
year_clock (gint64 now, gint64 begin, gboolean *exact)
{
  gint64 day = (now - begin) / DAY;

  *exact = FALSE;
  if (day >= 60 && day < 63)
    return now - DAY;
  if (day == 120)
    return now + 365 * DAY;
  if (day >= 200 && day < 202)
    return now - 5 * HOUR;
  if (day >= 250 && day < 260)
    return now - 400 * DAY;
  *exact = TRUE;
  return now;
}

static void
test_year (void)
{
  Year year = { .exact = TRUE };
  gint64 begin = when ("2026-01-10T12:00:00"), clock;
  guint32 seed = g_test_rand_int ();

  g_test_message ("seed %u", seed);
  year.dice = g_rand_new_with_seed (seed);
  set_up (&year.world);
  year.receiver = namida_database_open (NULL, NULL);
  g_assert_nonnull (year.receiver);
  namida_clock_set_fake (begin);
  add (&year.world, "day", "02:30");
  year.served = due_day (begin, year.world.zone);
  year.done_at = begin;
  year_start_program (&year);
  for (year.now = begin; year.now < begin + 365 * DAY; year.now += STEP)
    {
      gboolean exact;

      clock = year_clock (year.now, begin, &exact);
      namida_clock_set_fake (clock);
      year.receiver_clock = (year.now - begin) / DAY == 300 ? year.now + 365 * DAY : year.now;
      year.receiver_sure = year.receiver_sure && year.receiver_clock == year.now;
      year_set_exact (&year, exact);
      year_step (&year, clock);
    }
  g_assert_cmpuint (year.n_done, >, 200);
  g_assert_cmpuint (year.n_done, <, 366 + 4);
  if (year.world.running != NULL)
    finish (&year.world);
  namida_database_exec (year.world.database, NULL, "PRAGMA query_only = 0", "");
  g_test_message ("%u backups; told %u times here, %u times there", year.n_done, year.n_reported[NAMIDA_STALE_SEND],
                  year.n_reported[NAMIDA_STALE_RECEIVE]);
  g_assert_cmpuint (year.n_reported[NAMIDA_STALE_SEND], >=, 3);
  g_assert_cmpuint (year.n_reported[NAMIDA_STALE_RECEIVE], >=, 3);
  tear_down (&year.world);
  g_object_unref (year.receiver);
  g_rand_free (year.dice);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/next", test_next);
  g_test_add_func ("/schedule/due", test_due);
  g_test_add_func ("/schedule/parse", test_parse);
  g_test_add_func ("/schedule/kept", test_kept);
  g_test_add_func ("/schedule/obstacles", test_obstacles);
  g_test_add_func ("/schedule/retry", test_retry);
  g_test_add_func ("/schedule/retry/after-clock", test_retry_after_clock);
  g_test_add_func ("/schedule/one-at-once", test_one_at_once);
  g_test_add_func ("/schedule/lock-not-usable", test_lock_not_usable);
  g_test_add_func ("/schedule/asked-and-changed", test_asked_and_changed);
  g_test_add_func ("/schedule/many-runs", test_many_runs);
  g_test_add_func ("/schedule/year", test_year);
  return g_test_run ();
}
