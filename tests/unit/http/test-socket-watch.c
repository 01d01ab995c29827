/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests waiting for data on many sockets with one source: which callbacks are called, and which are not called any
 * more. */
#include "config.h"

#include <glib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "namida-socket-watch.h"

#define PAIRS 40 /* more than are handled in one turn */

typedef struct
{
  int ends[2];
  guint called;
} Pair;

typedef struct
{
  NamidaSocketWatch *watch;
  Pair pairs[PAIRS];
  guint called;
  gboolean remove_all; /* at the first call */
} Fixture;

static void
on_ready (gpointer item, gpointer user_data)
{
  Pair *pair = item;
  Fixture *f = user_data;

  pair->called++;
  f->called++;
  for (guint i = 0; f->remove_all && i < PAIRS; i++)
    namida_socket_watch_remove (f->watch, &f->pairs[i]);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->watch = namida_socket_watch_new (NULL, on_ready, f);
  for (guint i = 0; i < PAIRS; i++)
    {
      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f->pairs[i].ends), ==, 0);
      g_assert_true (namida_socket_watch_add (f->watch, f->pairs[i].ends[0], &f->pairs[i]));
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  namida_socket_watch_free (f->watch);
  for (guint i = 0; i < PAIRS; i++)
    {
      close (f->pairs[i].ends[0]);
      close (f->pairs[i].ends[1]);
    }
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
say (Fixture *f, guint i)
{
  g_assert_cmpint (write (f->pairs[i].ends[1], "x", 1), ==, 1);
}

static void
test_ready (Fixture *f, gconstpointer data)
{
  iterate ();
  g_assert_cmpuint (f->called, ==, 0);
  say (f, 3);
  shutdown (f->pairs[5].ends[1], SHUT_RDWR);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (f->called, ==, 2);
  g_assert_cmpuint (f->pairs[3].called, ==, 1);
  g_assert_cmpuint (f->pairs[5].called, ==, 1);
  /* Until it is removed. */
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (f->pairs[3].called, ==, 2);
  namida_socket_watch_remove (f->watch, &f->pairs[3]);
  namida_socket_watch_remove (f->watch, &f->pairs[5]);
  iterate ();
  g_assert_cmpuint (f->called, ==, 4);
  /* And again. */
  g_assert_true (namida_socket_watch_add (f->watch, f->pairs[3].ends[0], &f->pairs[3]));
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (f->pairs[3].called, ==, 3);
}

/* The first of many that are ready removes all others. */
static void
test_removed_meanwhile (Fixture *f, gconstpointer data)
{
  f->remove_all = TRUE;
  for (guint i = 0; i < PAIRS; i++)
    say (f, i);
  iterate ();
  g_assert_cmpuint (f->called, ==, 1);
}

/* Those that are ready all the time do not keep the others from being called. */
static void
test_all_get_their_turn (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < PAIRS; i++)
    say (f, i);
  for (guint i = 0; i < 4; i++)
    g_main_context_iteration (NULL, FALSE);
  for (guint i = 0; i < PAIRS; i++)
    g_assert_cmpuint (f->pairs[i].called, >, 0);
}

/* Without a descriptor for it, nothing can be watched, and nothing else breaks. */
static void
test_no_descriptor (void)
{
  struct rlimit usual, none;
  NamidaSocketWatch *watch;
  int item = 0;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &usual), ==, 0);
  none = usual;
  none.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  watch = namida_socket_watch_new (NULL, on_ready, NULL);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &usual), ==, 0);
  g_assert_false (namida_socket_watch_add (watch, STDIN_FILENO, &item));
  namida_socket_watch_remove (watch, &item);
  namida_socket_watch_free (watch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/socket-watch/ready", Fixture, NULL, set_up, test_ready, tear_down);
  g_test_add ("/socket-watch/removed-meanwhile", Fixture, NULL, set_up, test_removed_meanwhile, tear_down);
  g_test_add ("/socket-watch/all-get-their-turn", Fixture, NULL, set_up, test_all_get_their_turn, tear_down);
  g_test_add_func ("/socket-watch/no-descriptor", test_no_descriptor);
  return g_test_run ();
}
