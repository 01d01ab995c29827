/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-listener-sockets.h"

/* Takes every port that is free at @address. Returns: the last one, 0: none was; @error says why there are no more. */
static guint16
take_all (const char *address, GPtrArray *taken, GError **error)
{
  guint16 last = 0;

  for (;;)
    {
      guint16 port = 0;
      GPtrArray *sockets = namida_listener_sockets_open (address, &port, error);

      if (sockets == NULL)
        return last;
      g_assert_cmpuint (port, >, last);
      g_assert_cmpuint (port, >=, NAMIDA_PORT_FIRST);
      g_assert_cmpuint (port, <=, NAMIDA_PORT_LAST);
      g_ptr_array_add (taken, sockets);
      last = port;
    }
}

static void
check_words (const GError *error, gboolean range, guint port)
{
  g_autofree char *first = g_strdup_printf ("%u", NAMIDA_PORT_FIRST);
  g_autofree char *named = g_strdup_printf ("%u", port);

  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, named));
  g_assert_true ((strstr (error->message, first) != NULL) == (range || port == NAMIDA_PORT_FIRST));
}

static void
test_taken (void)
{
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  /* Nobody else listens there; who listens everywhere may have some of the ports. */
  g_autofree char *address = g_strdup_printf ("127.%d.%d.%d", g_random_int_range (2, 255), g_random_int_range (1, 255),
                                              g_random_int_range (1, 255));
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) one = NULL;
  g_autoptr (GError) error = NULL;
  guint16 last = take_all (address, taken, &none), port = last;

  if (last == 0)
    {
      g_test_skip ("other programs have all the ports");
      return;
    }
  check_words (none, TRUE, NAMIDA_PORT_LAST);
  g_assert_null (namida_listener_sockets_open (address, &port, &one));
  check_words (one, FALSE, last);

  g_ptr_array_remove_index (taken, taken->len - 1);
  g_assert_cmpuint (take_all (address, taken, &error), ==, last);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listener-sockets/taken", test_taken);
  return g_test_run ();
}
