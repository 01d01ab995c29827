/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which side reports a backup that did not happen, and how often: the receiver by its versions, the sender by its
 * schedules and its history. The clock is simulated, the database is in memory. */
#include "config.h"

#include "namida-clock.h"
#include "namida-schedule-row.h"
#include "namida-stale.h"

#define DAY (24 * G_TIME_SPAN_HOUR)
#define BEGIN (G_GINT64_CONSTANT (1770000000) * G_USEC_PER_SEC)

static void
run_sql (NamidaDatabase *database, const char *sql, const char *fingerprint, const char *text, gint64 at)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_database_exec (database, &error, sql, "ssi", fingerprint, text, at));
  g_assert_no_error (error);
}

static NamidaDatabase *
open_database (void)
{
  g_autoptr (GError) error = NULL;
  NamidaDatabase *database = namida_database_open (NULL, &error);

  g_assert_no_error (error);
  return database;
}

static void
add_version (NamidaDatabase *database, const char *fingerprint, guint songs, gint64 at)
{
  g_autofree char *labels = g_strdup_printf ("[{\"label\":\"Music\",\"files\":%u,\"bytes\":1}]", songs);

  run_sql (database,
           "INSERT INTO versions (session, alias, path, landing, title, offer_key, complete, fingerprint, labels,"
           " created_at, arrival) SELECT 's', 'Pixel 8a', '/v', 'backup', 't', 'k', 1, ?, ?, ?,"
           " coalesce (max (arrival), 0) + 1 FROM versions",
           fingerprint, labels, at);
}

static void
add_sent (NamidaDatabase *database, const char *fingerprint, gint64 at)
{
  g_autofree char *id = g_uuid_string_random ();

  run_sql (database, "INSERT OR IGNORE INTO trusted (fingerprint, alias, trusted_at) VALUES (?, ?, ?)", fingerprint,
           "NAS", 1);
  run_sql (database,
           "INSERT INTO sessions (direction, alias, title, offer_key, state, total_bytes, total_files, fingerprint, id,"
           " started_at, updated_at) VALUES ('send', 'NAS', 't', 'k', 'finished', 1, 1, ?, ?, ?3, ?3)",
           fingerprint, id, at);
}

/* Returns: (transfer full): the one device that is known. */
static NamidaStaleDevice *
look (NamidaDatabase *database, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = namida_stale_list (database, now, TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (devices->len, ==, 1);
  return g_ptr_array_steal_index (devices, 0);
}

static void
test_interval (void)
{
  const gint64 daily[] = { 0, DAY, 2 * DAY, 3 * DAY };
  const gint64 bursts[] = { 0, G_TIME_SPAN_HOUR, 7 * DAY, 7 * DAY + 1000, 14 * DAY };
  const gint64 busy[] = { 0, DAY / 4, DAY / 2, DAY };
  /* A habit that has changed. */
  gint64 changed[32];

  for (gint64 i = 0; i < 32; i++)
    changed[i] = i < 16 ? i * 30 * DAY : 450 * DAY + (i - 15) * DAY;
  g_assert_cmpint (namida_stale_interval (daily, 4), ==, DAY);
  g_assert_cmpint (namida_stale_interval (bursts, 5), ==, 7 * DAY);
  g_assert_cmpint (namida_stale_interval (busy, 4), ==, DAY);
  g_assert_cmpint (namida_stale_interval (changed, 32), ==, DAY);
  g_assert_cmpint (namida_stale_interval (daily, 2), ==, 0);
  g_assert_cmpint (namida_stale_interval (NULL, 0), ==, 0);
  g_assert_cmpuint (namida_stale_days (DAY, DAY, 3 * DAY), ==, 0);
  g_assert_cmpuint (namida_stale_days (DAY, DAY, 3 * DAY + 1), ==, 2);
  g_assert_cmpuint (namida_stale_days (DAY, 0, 300 * DAY), ==, 0);
}

/* A phone that backs up each day, and then stops: told once, logged once a day, and anew after the next backup. */
static void
test_receiver (void)
{
  g_autoptr (NamidaDatabase) database = open_database ();
  guint first = 0, daily = 0;

  for (int day = 0; day < 5; day++)
    add_version (database, "PHONE", 200, BEGIN + day * DAY);
  for (int hour = 0; hour < 24 * 20; hour++)
    {
      g_autoptr (NamidaStaleDevice) device = look (database, BEGIN + 4 * DAY + hour * G_TIME_SPAN_HOUR);
      g_autofree char *words = namida_stale_device_dup_words (device, BEGIN + 4 * DAY + hour * G_TIME_SPAN_HOUR);

      g_assert_cmpint (device->direction, ==, NAMIDA_STALE_RECEIVE);
      g_assert_cmpint (device->is_stale, ==, hour > 48);
      g_assert_cmpint (words != NULL, ==, hour > 48);
      first += (guint) device->is_first;
      daily += (guint) device->is_daily;
      if (hour == 23 * 19)
        g_assert_cmpstr (words, ==, "No backup for 18 days");
    }
  g_assert_cmpuint (first, ==, 1);
  g_assert_cmpuint (daily, ==, 18);
  add_version (database, "PHONE", 200, BEGIN + 25 * DAY);
  {
    g_autoptr (NamidaStaleDevice) fresh = look (database, BEGIN + 26 * DAY);
    g_autoptr (NamidaStaleDevice) again = look (database, BEGIN + 28 * DAY);

    g_assert_false (fresh->is_stale);
    g_assert_true (again->is_first);
  }
}

/* The sender: by its schedule, also when that has never run, and by its history. */
static void
test_sender (void)
{
  g_autoptr (NamidaDatabase) database = open_database ();
  const char *const folders[] = { "/music", NULL };
  NamidaScheduleRow row = { .fingerprint = (char *) "NAS",
                            .alias = (char *) "Living Room NAS",
                            .rule = { .every = NAMIDA_SCHEDULE_DAY, .at = NAMIDA_SCHEDULE_ANY_TIME },
                            .folders = (GStrv) folders,
                            .enabled = TRUE,
                            .created_at = BEGIN };
  g_autoptr (NamidaStaleDevice) never = NULL, fresh = NULL, stale = NULL, off = NULL;
  g_autofree char *words = NULL;
  g_autofree char *sentence = NULL;

  g_assert_true (namida_schedule_row_add (database, &row, NULL));
  never = look (database, BEGIN + 3 * DAY);
  g_assert_true (never->is_stale && never->never && never->is_first);
  row.done_at = row.ended_at = BEGIN + 4 * DAY;
  row.outcome = NAMIDA_SCHEDULE_OUTCOME_DONE;
  g_assert_true (namida_schedule_row_note (database, &row, TRUE, NULL));
  fresh = look (database, BEGIN + 6 * DAY);
  g_assert_false (fresh->is_stale);
  stale = look (database, BEGIN + 13 * DAY);
  words = namida_stale_device_dup_words (stale, BEGIN + 13 * DAY);
  sentence = namida_stale_device_dup_sentence (stale, BEGIN + 13 * DAY);
  g_assert_cmpstr (words, ==, "Has not been reached for 9 days");
  g_assert_nonnull (strstr (sentence, "Living Room NAS"));
  /* Without the schedule, history decides. */
  g_assert_true (namida_schedule_row_remove (database, row.id, NULL));
  for (int week = 0; week < 4; week++)
    add_sent (database, "NAS", BEGIN + week * 7 * DAY);
  off = look (database, BEGIN + 21 * DAY + 15 * DAY);
  g_assert_true (off->is_stale);
  g_assert_cmpint (off->interval, ==, 7 * DAY);
}

/* Nothing is said before it is stale, in neither direction, and from then on the number of days. */
static void
test_words (void)
{
  for (guint send = 0; send < 2; send++)
    for (gint64 days = 0; days < 30; days++)
      {
        NamidaStaleDevice device = { .alias = (char *) "NAS",
                                     .direction = send ? NAMIDA_STALE_SEND : NAMIDA_STALE_RECEIVE,
                                     .last_at = BEGIN,
                                     .interval = 7 * DAY };
        gint64 now = BEGIN + days * DAY + DAY / 2;
        g_autofree char *words = namida_stale_device_dup_words (&device, now);
        g_autofree char *sentence = namida_stale_device_dup_sentence (&device, now);
        g_autofree char *number = g_strdup_printf (" %" G_GINT64_FORMAT " days", days);

        g_assert_cmpint (words != NULL, ==, days >= 14);
        g_assert_cmpint (sentence != NULL, ==, days >= 14);
        if (days < 14)
          continue;
        g_assert_nonnull (strstr (words, number));
        g_assert_nonnull (strstr (sentence, number));
        g_assert_true (g_str_has_prefix (sentence, "“NAS” "));
        g_assert_cmpint (strstr (words, "reached") != NULL, ==, send);
        g_assert_cmpint (strstr (sentence, "reached") != NULL, ==, send);
      }
}

static void
test_shrunk (void)
{
  g_autoptr (NamidaDatabase) database = open_database ();
  g_autoptr (NamidaStaleDevice) same = NULL, few = NULL, lost = NULL;
  g_autofree char *words = NULL;

  add_version (database, "PHONE", 200, BEGIN);
  add_version (database, "PHONE", 200, BEGIN + DAY);
  same = look (database, BEGIN + DAY);
  g_assert_cmpuint (same->n_lost, ==, 0);
  add_version (database, "PHONE", 195, BEGIN + 2 * DAY);
  few = look (database, BEGIN + 2 * DAY);
  g_assert_cmpuint (few->n_lost, ==, 0);
  add_version (database, "PHONE", 1, BEGIN + 3 * DAY);
  lost = look (database, BEGIN + 3 * DAY);
  g_assert_cmpuint (lost->n_lost, ==, 194);
  words = namida_stale_device_dup_lost_words (lost);
  g_assert_nonnull (strstr (words, "194"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stale/interval", test_interval);
  g_test_add_func ("/stale/receiver", test_receiver);
  g_test_add_func ("/stale/sender", test_sender);
  g_test_add_func ("/stale/shrunk", test_shrunk);
  g_test_add_func ("/stale/words", test_words);
  return g_test_run ();
}
