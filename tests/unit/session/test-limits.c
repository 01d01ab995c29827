/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What strangers can make a hub remember, or ask, stays bounded, however many of them there are. The hub is never
 * started: nothing of this needs a network. */
#include "config.h"

#include "namida-fixtures.h"
#include "namida-hub-private.h"

#include <glib/gstdio.h>

#define MANY 1000u

typedef struct
{
  char *dir;
  NamidaHub *hub;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  NamidaHubOptions options = { 0 };

  f->dir = g_dir_make_tmp ("namida-limits-XXXXXX", NULL);
  options.data_dir = f->dir;
  f->hub = namida_hub_new (&options);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->hub);
  fixtures_remove (f->dir);
  g_free (f->dir);
}

static void
on_alarm (NamidaHub *hub, const char *sentence, guint *n)
{
  (*n)++;
}

/* Each names another device: a person reads the first of them. */
static void
test_alarms (Fixture *f, gconstpointer data)
{
  g_auto (GStrv) alarms = NULL;
  guint n = 0;

  g_signal_connect (f->hub, "alarm", G_CALLBACK (on_alarm), &n);
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *sentence = g_strdup_printf ("device %u", i / 2);

      namida_hub_raise_alarm (f->hub, sentence);
    }
  alarms = namida_hub_dup_alarms (f->hub);
  g_assert_cmpuint (g_strv_length (alarms), ==, 4);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpstr (alarms[0], ==, "device 0");
  g_assert_cmpstr (alarms[3], ==, "device 3");
  namida_hub_dismiss_alarms (f->hub);
  namida_hub_raise_alarm (f->hub, "another");
  g_assert_cmpuint (n, ==, 5);
}

/* Anybody can make keys. */
static void
test_senders (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064x", i);

      namida_hub_note_sender (f->hub, fingerprint, "0123", FALSE);
      g_assert_cmpuint (g_hash_table_size (f->hub->senders), <=, 64);
      g_assert_true (g_hash_table_contains (f->hub->senders, fingerprint));
    }
}

static guint
ask_host (Fixture *f, const char *address)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_from_string (address);
  guint n = 0;

  for (; n < MANY && namida_hub_may_ask (f->hub, host); n++)
    g_ptr_array_add (f->hub->asking, g_object_ref (host));
  return n;
}

/* One host may be many devices, and many hosts may be one person's. */
static void
test_asking (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *device = g_build_filename (f->dir, "device", NULL);
  g_autoptr (NamidaIdentity) identity = NULL;
  guint all = 0;

  g_assert_cmpuint (ask_host (f, "192.0.2.1"), ==, 0); /* nobody is asked before it runs */
  g_assert_cmpint (g_mkdir (device, 0700), ==, 0);
  identity = namida_identity_load (device, &error);
  g_assert_no_error (error);
  f->hub->server = namida_server_new (identity);
  f->hub->asking = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < 255; i++)
    {
      g_autofree char *address = g_strdup_printf ("192.0.2.%u", i);
      guint n = ask_host (f, address);

      g_assert_cmpuint (n, <=, 4);
      g_assert_true (n == 4 || all == 64);
      all += n;
    }
  g_assert_cmpuint (all, ==, 64);
  g_clear_pointer (&f->hub->asking, g_ptr_array_unref);
  g_clear_object (&f->hub->server);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/limits/alarms", test_alarms);
  ADD ("/limits/senders", test_senders);
  ADD ("/limits/asking", test_asking);
  return g_test_run ();
}
