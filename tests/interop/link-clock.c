/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the program's server with one link for browsers and a clock that can be set, for link_browser.py, which tests
 * what a real browser shows when a link has expired. Usage: link-clock DATA. It prints the address of the link, and
 * "expired" when the link has expired. Each line of standard input is a number of seconds to advance the clock; the end
 * of the input ends the program. */
#include "config.h"

#include <gio/gunixinputstream.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include "namida-clock.h"
#include "namida-link.h"

static gint64 moved;
static GMainLoop *loop;

/* Clocks that stand still would hold up whatever waits for them. */
static gboolean
clock_go_on (gpointer user_data)
{
  namida_clock_set_fake (g_get_monotonic_time () + moved);
  return G_SOURCE_CONTINUE;
}

static void
clock_on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (loop);
      return;
    }
  moved += g_ascii_strtoll (line, NULL, 10) * G_USEC_PER_SEC;
  clock_go_on (NULL);
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (source), G_PRIORITY_DEFAULT, NULL, clock_on_line, NULL);
}

static void
clock_on_changed (NamidaLink *link)
{
  if (namida_link_get_state (link) == NAMIDA_LINK_EXPIRED)
    g_print ("expired\n");
}

int
main (int argc, char **argv)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (NamidaIdentity) identity = NULL;
  g_autoptr (NamidaServer) server = NULL;
  g_autoptr (NamidaLink) link = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;
  guint timer;

  setlocale (LC_ALL, "");
  g_assert_cmpint (argc, ==, 2);
  clock_go_on (NULL);
  loop = g_main_loop_new (NULL, FALSE);
  identity = namida_identity_load (argv[1], &error);
  g_assert_no_error (error);
  server = namida_server_new (identity);
  g_assert_true (namida_server_start (server, "lo", 0, &error));
  g_assert_no_error (error);
  link = namida_server_open_link (server, NAMIDA_LINK_BRING, NULL, 10, FALSE, &error);
  g_assert_no_error (error);
  g_signal_connect (link, "changed", G_CALLBACK (clock_on_changed), NULL);
  url = namida_link_dup_url (link, host);
  g_print ("%s\n", url);
  timer = g_timeout_add (20, clock_go_on, NULL);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, clock_on_line, NULL);
  g_main_loop_run (loop);
  g_source_remove (timer);
  namida_link_close (link);
  g_main_loop_unref (loop);
  return EXIT_SUCCESS;
}
