/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaces the poll function of the default main context to measure how long each iteration blocks; see the header.
 * Runs in the main thread; the alarm is a signal that interrupts it. */
#include "config.h"

#include "namida-watchdog.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST_FRAMES 48
#define NS_PER_MS 1000000

typedef struct
{
  gint64 wall, worked, queued; /* ns: in total, on a processor, waiting for a processor */
  long waits;                  /* how often the thread gave up its processor voluntarily */
} Times;

/* Only used in the main thread, except what the signal handler reads. */
static struct
{
  gint64 limit; /* ns */
  int queue;    /* open file with the time in the run queue; -1 if unavailable */
  GPollFunc poll;
  timer_t alarm;
  Times begin; /* start of this iteration; wall 0 outside of an iteration */
  gint64 longest, worked;
  guint64 turns;
} dog;

/* CPU time in ns that the handler used in this iteration. Its output is not counted as work of the program. */
static volatile gint64 spent;

static gint64
watchdog_clock_ns (clockid_t clock)
{
  struct timespec now = { 0 };

  clock_gettime (clock, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC * 1000 + now.tv_nsec;
}

/* The second figure of schedstat (Documentation/scheduler/sched-stats.rst of Linux). */
static gint64
watchdog_queued_ns (void)
{
  char text[96] = { 0 };
  char *second = NULL;

  if (dog.queue < 0 || pread (dog.queue, text, sizeof text - 1, 0) <= 0)
    return 0;
  (void) g_ascii_strtoull (text, &second, 10);
  return (gint64) g_ascii_strtoull (second, NULL, 10);
}

static Times
watchdog_now (void)
{
  struct rusage usage = { 0 };
  Times times
      = { watchdog_clock_ns (CLOCK_MONOTONIC), watchdog_clock_ns (CLOCK_THREAD_CPUTIME_ID), watchdog_queued_ns (), 0 };

  getrusage (RUSAGE_THREAD, &usage);
  times.waits = usage.ru_nvcsw;
  return times;
}

/* Runs in the main thread, in the middle of what takes so long. The functions called here are safe in a signal
 * handler once backtrace() has loaded its library. */
static void
watchdog_on_alarm (int number)
{
  static const char head[] = "watchdog: the limit passed in\n";
  gint64 begin = watchdog_clock_ns (CLOCK_THREAD_CPUTIME_ID);
  void *frames[MOST_FRAMES];

  if (write (STDERR_FILENO, head, sizeof head - 1) > 0)
    backtrace_symbols_fd (frames, backtrace (frames, MOST_FRAMES), STDERR_FILENO);
  spent = watchdog_clock_ns (CLOCK_THREAD_CPUTIME_ID) - begin;
}

static void
watchdog_set_alarm (gint64 ns)
{
  struct itimerspec when = { .it_value = { ns / (1000 * NS_PER_MS), ns % (1000 * NS_PER_MS) } };

  timer_settime (dog.alarm, 0, &when, NULL);
}

/* Time spent neither working nor waiting for a processor. A thread that never waited did not sleep; the rest is then
 * time that the host of a virtual machine took. */
static gint64
watchdog_slept_ns (const Times *end, gint64 worked)
{
  gint64 rest = end->wall - dog.begin.wall - worked - (end->queued - dog.begin.queued);

  return dog.queue >= 0 && end->waits != dog.begin.waits ? MAX (rest, 0) : 0;
}

static void
watchdog_end_turn (void)
{
  Times end = watchdog_now ();
  gint64 worked = end.worked - dog.begin.worked;
  gint64 slept = watchdog_slept_ns (&end, worked);
  gint64 blocked;

  watchdog_set_alarm (0);
  worked -= spent;
  spent = 0;
  blocked = worked + slept;
  dog.turns++;
  dog.longest = MAX (dog.longest, blocked);
  dog.worked += worked;
  if (blocked >= dog.limit)
    fprintf (stderr, "watchdog: blocked %.1f ms (worked %.1f, slept %.1f)\n", (double) blocked / NS_PER_MS,
             (double) worked / NS_PER_MS, (double) slept / NS_PER_MS);
}

static int
watchdog_watched_poll (GPollFD *fds, guint n_fds, int timeout)
{
  int result;

  if (dog.begin.wall != 0)
    watchdog_end_turn ();
  result = dog.poll (fds, n_fds, timeout);
  dog.begin = watchdog_now ();
  watchdog_set_alarm (dog.limit);
  return result;
}

static void
watchdog_at_end (void)
{
  fprintf (stderr, "watchdog: %" G_GUINT64_FORMAT " turns worked %.1f ms, the longest blocked for %.1f ms\n", dog.turns,
           (double) dog.worked / NS_PER_MS, (double) dog.longest / NS_PER_MS);
}

static gboolean
watchdog_prepare_alarm (void)
{
  struct sigaction action = { .sa_handler = watchdog_on_alarm, .sa_flags = SA_RESTART };
  struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF };
  void *first[1];

  event._sigev_un._tid = gettid ();
  backtrace (first, 1);
  return sigaction (SIGPROF, &action, NULL) == 0 && timer_create (CLOCK_THREAD_CPUTIME_ID, &event, &dog.alarm) == 0;
}

void
namida_watchdog_start (void)
{
  const char *wanted = g_getenv ("NAMIDA_WATCHDOG");
  guint64 ms = wanted != NULL ? g_ascii_strtoull (wanted, NULL, 10) : 0;
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%d/schedstat", (int) gettid ());

  if (ms == 0 || ms > G_MAXINT || !watchdog_prepare_alarm ())
    return;
  dog.limit = (gint64) ms * NS_PER_MS;
  dog.queue = open (path, O_RDONLY | O_CLOEXEC);
  dog.poll = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, watchdog_watched_poll);
  atexit (watchdog_at_end);
}
