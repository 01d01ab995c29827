/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the addresses that the user has entered: which are accepted and remembered, and when their names are resolved.
 */
#include <glib/gstdio.h>

#include "namida-address-book.h"
#include "namida-manual-finder.h"
#include "namida-peer.h"

/* A name server that knows two names and counts who asks. */
#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GResolver)

struct _TestResolver
{
  GResolver parent_instance;
  guint n_asked;
};

G_DEFINE_FINAL_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static void
test_resolver_lookup (
    GResolver *resolver, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);
  GList *list = NULL;

  TEST_RESOLVER (resolver)->n_asked++;
  for (guint i = 1; g_ascii_strcasecmp (name, "nas.local") == 0 && i <= 9; i++)
    {
      g_autofree char *text = g_strdup_printf ("127.0.0.%u", i);

      list = g_list_append (list, g_inet_address_new_from_string (text));
    }
  if (list != NULL)
    g_task_return_pointer (task, list, (GDestroyNotify) g_resolver_free_addresses);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
}

static GList *
test_resolver_lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  G_RESOLVER_CLASS (klass)->lookup_by_name_async = test_resolver_lookup;
  G_RESOLVER_CLASS (klass)->lookup_by_name_finish = test_resolver_lookup_finish;
}

static void
test_resolver_init (TestResolver *self)
{
}

static void
assert_place (const char *text, gboolean good, const char *expected_host, guint16 expected_port, gboolean clearly)
{
  g_autofree char *host = NULL;
  guint16 port = 0;

  g_assert_cmpint (namida_place_parse (text, &host, &port), ==, good);
  g_assert_cmpstr (host, ==, expected_host);
  if (good)
    g_assert_cmpuint (port, ==, expected_port);
  g_assert_cmpint (namida_place_is_clearly_host (text), ==, clearly);
}

static void
test_places (void)
{
  g_autofree char *much = g_strnfill (300, 'a');

  assert_place ("10.0.0.5", TRUE, NULL, 53317, FALSE);
  assert_place (" 10.0.0.5:40000 ", TRUE, NULL, 40000, FALSE);
  assert_place ("[fe80::1%lo]:53318", TRUE, NULL, 53318, FALSE);
  assert_place ("nas.local", TRUE, "nas.local", 53317, TRUE);
  assert_place ("nas:53318", TRUE, "nas", 53318, TRUE);
  assert_place ("nas", TRUE, "nas", 53317, FALSE);
  assert_place ("localhost", TRUE, "localhost", 53317, TRUE);
  assert_place ("nas:0", FALSE, NULL, 0, FALSE);
  assert_place ("nas:65536", FALSE, NULL, 0, FALSE);
  assert_place ("Desk PC", FALSE, NULL, 0, FALSE);
  assert_place ("10.0.0.256", FALSE, NULL, 0, FALSE);
  assert_place ("a..b", FALSE, NULL, 0, FALSE);
  assert_place ("-a.b", FALSE, NULL, 0, FALSE);
  assert_place ("../etc", FALSE, NULL, 0, FALSE);
  assert_place ("", FALSE, NULL, 0, FALSE);
  assert_place (much, FALSE, NULL, 0, FALSE);
}

static void
assert_listed (NamidaAddressBook *book, const char *expected)
{
  g_auto (GStrv) places = namida_address_book_list (book);
  g_autofree char *text = g_strjoinv (" ", places);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_remembered (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-book-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "state.db", NULL);
  g_autofree char *lock = g_build_filename (folder, "state.db.lock", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_database_open (path, &error);
  g_autoptr (NamidaAddressBook) book = NULL;

  g_assert_no_error (error);
  book = namida_address_book_new (database, &error);
  g_assert_no_error (error);
  assert_listed (book, "");
  namida_address_book_add (book, " nas.local ");
  namida_address_book_add (book, "[fe80::1%lo]:53318");
  namida_address_book_add (book, "10.0.0.5");
  namida_address_book_add (book, "Desk PC");
  namida_address_book_add (book, "nas.local");
  assert_listed (book, "nas.local 10.0.0.5 [fe80::1%lo]:53318");
  g_clear_object (&book); /* writes */
  book = namida_address_book_new (database, &error);
  g_assert_no_error (error);
  assert_listed (book, "nas.local 10.0.0.5 [fe80::1%lo]:53318");
  /* By another way of writing it, too; another port is another place. */
  g_assert_false (namida_address_book_remove (book, "10.0.0.5:40000"));
  g_assert_false (namida_address_book_remove (book, "Desk PC"));
  g_assert_true (namida_address_book_remove (book, "10.0.0.5:53317"));
  g_assert_false (namida_address_book_remove (book, "nas.local:40000"));
  g_assert_true (namida_address_book_remove (book, " NAS.local:53317 "));
  g_assert_false (namida_address_book_remove (book, "nas.local"));
  assert_listed (book, "[fe80::1%lo]:53318");
  g_clear_object (&book);
  book = namida_address_book_new (database, &error);
  g_assert_no_error (error);
  assert_listed (book, "[fe80::1%lo]:53318");
  for (guint i = 0; i < NAMIDA_ADDRESS_BOOK_MAX + 10; i++)
    {
      g_autofree char *place = g_strdup_printf ("10.1.0.%u", i);

      namida_address_book_add (book, place);
    }
  {
    g_auto (GStrv) places = namida_address_book_list (book);

    g_assert_cmpuint (g_strv_length (places), ==, NAMIDA_ADDRESS_BOOK_MAX);
  }
  g_clear_object (&book);
  book = namida_address_book_new (database, &error);
  {
    g_auto (GStrv) places = namida_address_book_list (book);

    g_assert_cmpuint (g_strv_length (places), ==, NAMIDA_ADDRESS_BOOK_MAX);
    g_assert_cmpstr (places[0], ==, "10.1.0.73");
  }
  g_clear_object (&book);
  /* Whoever wrote more of them: only the newest are looked at. */
  namida_database_lock (database);
  g_assert_true (
      namida_database_exec (database, &error,
                            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
                            " INSERT INTO manual_addresses (place, added_at) SELECT '10.2.0.' || i, i FROM n",
                            ""));
  namida_database_unlock (database);
  book = namida_address_book_new (database, &error);
  {
    g_auto (GStrv) places = namida_address_book_list (book);

    g_assert_cmpuint (g_strv_length (places), ==, NAMIDA_ADDRESS_BOOK_MAX);
    g_assert_cmpstr (places[0], ==, "10.1.0.73");
  }
  g_clear_object (&book);
  g_clear_object (&database);
  g_remove (path);
  g_remove (lock);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
on_probe_address (NamidaManualFinder *finder, GInetSocketAddress *address, GPtrArray *seen)
{
  g_ptr_array_add (seen, namida_address_to_text (address));
}

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_names (void)
{
  g_autoptr (TestResolver) resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);
  g_autoptr (NamidaManualFinder) finder = namida_manual_finder_new ();
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (g_free);

  g_resolver_set_default (G_RESOLVER (resolver));
  g_signal_connect (finder, "probe-address", G_CALLBACK (on_probe_address), seen);
  namida_manual_finder_add_host (finder, "nas.local", 53318);
  namida_manual_finder_add_host (finder, "gone.local", 53317);
  namida_manual_finder_add_host (finder, "NAS.local", 53318);
  spin ();
  g_assert_cmpuint (resolver->n_asked, ==, 0);
  g_assert_true (namida_finder_start (NAMIDA_FINDER (finder), own, NULL));
  spin ();
  g_assert_cmpuint (resolver->n_asked, ==, 2);
  /* A name with very many addresses does not make us knock at all of them. */
  g_assert_cmpuint (seen->len, ==, 4);
  g_assert_cmpstr (g_ptr_array_index (seen, 0), ==, "127.0.0.1:53318");
  namida_finder_refresh (NAMIDA_FINDER (finder));
  /* An answer that comes after the end is nobody's. */
  namida_finder_stop (NAMIDA_FINDER (finder));
  spin ();
  g_assert_cmpuint (resolver->n_asked, ==, 4);
  g_assert_cmpuint (seen->len, ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address-book/places", test_places);
  g_test_add_func ("/address-book/remembered", test_remembered);
  g_test_add_func ("/manual-finder/names", test_names);
  return g_test_run ();
}
