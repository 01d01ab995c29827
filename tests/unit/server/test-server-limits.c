/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the limits of what a server remembers and does for others at the same time: open offers, sending devices,
 * versions open for fetching, ended sessions, and downloads from a link. Also tests what ends when a device is no
 * longer trusted. The test creates the requests itself, so that a hundred devices need no handshakes; only requests
 * that take over a connection have a socket. */
#include "config.h"

#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-limits.h"
#include "namida-link-private.h"
#include "namida-scanner.h"
#include "request-world.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- offers ---- */

/* One of each device, three of all strangers, and as many of trusted devices, whom strangers never keep out. */
static void
test_offers (Fixture *f, gconstpointer data)
{
  static const char *const devices[]
      = { "A", "B", "C", "A", "D", "trusted 1", "trusted 2", "trusted 2", "trusted 3", "trusted 4" };
  static const gboolean asks[] = { TRUE, TRUE, TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, TRUE, FALSE };
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func (g_object_unref);
  Answer answers[G_N_ELEMENTS (devices) + 1] = { 0 };
  guint n = 0;

  g_signal_connect (f->server, "offer", G_CALLBACK (on_offer), asked);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      make_offer (f, devices[i], &answers[i]);
      n += asks[i];
      WAIT_FOR (asked->len == n || answers[i].n > 0);
      if (!asks[i])
        WAIT_FOR (answers[i].n > 0);
      g_assert_cmpuint (asked->len, ==, n);
      g_assert_cmpuint (answers[i].status, ==, asks[i] ? 0 : 409);
    }
  g_assert_cmpuint (f->server->offers->len, ==, 6);
  /* The place of what was answered is free. */
  namida_offer_decline (asked->pdata[1]);
  WAIT_FOR (answers[1].n == 1);
  make_offer (f, "D", &answers[G_N_ELEMENTS (devices)]);
  WAIT_FOR (asked->len == n + 1 || answers[G_N_ELEMENTS (devices)].n > 0);
  g_assert_cmpuint (asked->len, ==, n + 1);
  for (guint i = 0; i < asked->len; i++)
    namida_offer_decline (asked->pdata[i]);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      WAIT_FOR (answers[i].n > 0);
      g_free (answers[i].text);
    }
  g_assert_cmpuint (f->server->offers->len, ==, 0);
}

/* In the other dialects one device asks at a time. A stranger does not keep out a trusted device by that, either. */
static void
test_single (Fixture *f, gconstpointer data)
{
  NamidaRoute route = *route_of (&namida_server_v1, "prepare-upload");
  NamidaOfferWording wording = *route.offer;
  static const char *const devices[] = { "A", "B", "trusted 1", "trusted 2" };
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func (g_object_unref);
  Answer answers[G_N_ELEMENTS (devices)] = { 0 };

  wording.single = TRUE;
  route.offer = &wording;
  g_signal_connect (f->server, "offer", G_CALLBACK (on_offer), asked);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      make_offer_by (f, &route, devices[i], &answers[i]);
      WAIT_FOR (asked->len == i / 2 + 1 && (i % 2 == 0 || answers[i].n > 0));
      g_assert_cmpuint (answers[i].status, ==, i % 2 == 0 ? 0 : 409);
    }
  for (guint i = 0; i < asked->len; i++)
    namida_offer_decline (asked->pdata[i]);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      WAIT_FOR (answers[i].n > 0);
      g_free (answers[i].text);
    }
}

/* ---- sessions that ended ---- */

static void
test_ended (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      namida_server_note_cancelled (f->server, id, "A");
      g_assert_cmpuint (g_hash_table_size (f->server->ended), <=, 256);
      g_assert_cmpuint (g_hash_table_size (f->server->ended), ==, f->server->ended_order.length);
      g_assert_cmpint (find_code (f, id, "A"), ==, NAMIDA_ERROR_CANCELLED);
      g_assert_cmpint (find_code (f, id, "B"), ==, NAMIDA_ERROR_BAD_TOKEN);
    }
  g_assert_cmpint (find_code (f, "0", "A"), ==, NAMIDA_ERROR_NOT_FOUND);
}

static guint
finish (Fixture *f, const char *id, const char *fingerprint)
{
  g_autofree char *query = g_strdup_printf ("sessionId=%s", id);

  return ask (f, "finish", fingerprint, query, "{\"files\":{}}", NULL);
}

/* An answer to “finish” may have megabytes: only the last eight are given again, and only to their device. */
static void
test_answers (Fixture *f, gconstpointer data)
{
  char ids[12][16];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (NamidaReceiveSession) session = NULL;

      g_snprintf (ids[i], sizeof ids[i], "session-%u", i);
      session = open_session (f, ids[i], ids[i], "A", NULL);
      g_assert_cmpuint (finish (f, ids[i], "B"), ==, 403);
      g_assert_cmpuint (finish (f, ids[i], "A"), ==, 200);
      g_assert_cmpuint (finish (f, ids[i], "A"), ==, 200);
      g_assert_cmpuint (finish (f, ids[i], "B"), ==, 403);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpuint (finish (f, ids[i], "A"), ==, i < G_N_ELEMENTS (ids) - 8 ? 410 : 200);
}

/* ---- backups that are open for fetching ---- */

static void
test_shares (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    {
      g_free (open_backup (f, "A"));
      WAIT_FOR (g_atomic_int_get (&f->version_source->open) <= 2);
    }
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *device = g_strdup_printf ("device %u", i);

      g_free (open_backup (f, device));
      WAIT_FOR (g_atomic_int_get (&f->version_source->open) <= 16);
    }
  g_assert_cmpint (g_atomic_int_get (&f->version_source->open), ==, 16);
}

/* ---- the end of trust ---- */

/* Everything of the device ends, and nothing of another one. */
static void
test_end_device (Fixture *f, gconstpointer data)
{
  static const char *const devices[] = { "A", "B" };
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func (g_object_unref);
  NamidaReceiveSession *sessions[2];
  Answer answers[2] = { 0 };

  g_signal_connect (f->server, "offer", G_CALLBACK (on_offer), asked);
  for (guint i = 0; i < 2; i++)
    {
      sessions[i] = open_session (f, devices[i], devices[i], devices[i], NULL);
      g_free (open_backup (f, devices[i]));
      make_offer (f, devices[i], &answers[i]);
    }
  WAIT_FOR (asked->len == 2);
  g_assert_cmpint (g_atomic_int_get (&f->version_source->open), ==, 2);
  namida_server_end_device (f->server, "A");
  WAIT_FOR (answers[0].n > 0 && find_code (f, "A", "A") == NAMIDA_ERROR_CANCELLED);
  g_assert_cmpuint (answers[0].status, ==, 403);
  WAIT_FOR (g_atomic_int_get (&f->version_source->open) == 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (answers[1].n, ==, 0);
  g_assert_cmpint (namida_offer_get_state (asked->pdata[1]), ==, NAMIDA_OFFER_OPEN);
  g_assert_cmpint (namida_receive_session_get_state (sessions[1]), ==, NAMIDA_SESSION_OPEN);
  g_assert_true (namida_server_find_session (f->server, "B", "B", NULL) == sessions[1]);
  namida_offer_decline (asked->pdata[1]);
  WAIT_FOR (answers[1].n > 0);
  for (guint i = 0; i < 2; i++)
    {
      g_free (answers[i].text);
      g_object_unref (sessions[i]);
    }
}

/* ---- devices that bring files ---- */

/* Returns: (transfer full): the other end of a connection that has sent the head of “heal”. */
static GSocket *
bring (Fixture *f, const char *fingerprint)
{
  const NamidaRoute *route = route_of (&namida_server_v1, "heal");
  NamidaRequest *request = make_request (f, fingerprint, route, "sha256=" SHA "&size=4", NULL);
  GSocket *other = connect_request (request);

  request->head.length = 4;
  route->take (f->server, request);
  namida_request_unref (request);
  return other;
}

static void
test_healing (Fixture *f, gconstpointer data)
{
  GSocket *others[NAMIDA_LIMIT_HEALING_DEVICES];
  g_autoptr (GSocket) same = NULL;
  g_autoptr (GSocket) more = NULL;
  gboolean free = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *device = g_strdup_printf ("device %u", i);

      others[i] = bring (f, device);
    }
  same = bring (f, "device 1");
  assert_answer (same, "\"busy\"");
  more = bring (f, "one too many");
  assert_answer (more, "\"busy\"");
  /* One of them is done, with what is no wanted file: its place is free. */
  g_assert_cmpint (g_socket_send (others[1], "nope", 4, NULL, NULL), ==, 4);
  assert_answer (others[1], "\"checksum\"");
  g_clear_object (&others[1]);
  while (!free)
    {
      g_autoptr (GSocket) later = NULL;
      g_autofree char *text = NULL;

      while (g_main_context_iteration (NULL, FALSE))
        ;
      later = bring (f, "one too many");
      g_assert_cmpint (g_socket_send (later, "nope", 4, NULL, NULL), ==, 4);
      text = read_start (later);
      free = strstr (text, "\"checksum\"") != NULL;
      g_assert_true (free || strstr (text, "\"busy\"") != NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_clear_object (&others[i]);
}

/* ---- downloads of a link ---- */

#define LARGE_BYTES (4u * 1024 * 1024)

static NamidaBackup *
scan (Fixture *f)
{
  g_autofree char *music = g_build_filename (f->dir, "Music", NULL);
  g_autofree char *path = g_build_filename (music, "long.flac", NULL);
  g_autofree char *bytes = g_strnfill (LARGE_BYTES, 'x');
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (music);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaBackup *backup;

  g_assert_cmpint (g_mkdir (music, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, bytes, LARGE_BYTES, NULL));
  g_list_store_append (files, file);
  namida_scanner_scan_async (G_LIST_MODEL (files), NULL, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  backup = namida_scanner_scan_finish (result, &error);
  g_assert_no_error (error);
  return backup;
}

/* Returns: (transfer full): the other end of a connection that has asked for the zip. */
static GSocket *
fetch_zip (Fixture *f, NamidaLink *link, const char *secret)
{
  static const NamidaRoute route = { .name = "zip" };
  g_autofree char *text
      = g_strdup_printf ("GET /link/%s/zip HTTP/1.1\r\nHost: 192.0.2.1:9\r\nOrigin: https://192.0.2.1:9\r\n"
                         "Sec-Fetch-Site: same-origin\r\nCookie: " NAMIDA_LINK_COOKIE "=%s\r\n",
                         link->token, secret);
  NamidaRequest *request = make_request (f, "browser", &route, NULL, NULL);
  GSocket *other = connect_request (request);
  g_autoptr (GError) error = NULL;

  namida_http_head_clear (&request->head);
  g_assert_true (namida_http_head_parse (&request->head, text, strlen (text), &error));
  g_assert_no_error (error);
  namida_link_take_zip (f->server, request);
  namida_request_unref (request);
  return other;
}

static void
test_link_downloads (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaBackup) backup = scan (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaLink) link = namida_server_open_link (f->server, NAMIDA_LINK_FETCH, backup, 10, FALSE, &error);
  GSocket *others[NAMIDA_LIMIT_LINK_DOWNLOADS];
  g_autoptr (GSocket) foreign = NULL;
  g_autoptr (GSocket) more = NULL;
  g_autoptr (GSocket) later = NULL;

  g_assert_no_error (error);
  link->secret = g_strdup ("0123456789abcdef0123456789abcdef");
  namida_link_set_state (link, NAMIDA_LINK_OPENED);
  foreign = fetch_zip (f, link, "fedcba9876543210fedcba9876543210");
  assert_answer (foreign, " 403 ");
  g_assert_cmpint (g_atomic_int_get (&link->n_downloads), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      others[i] = fetch_zip (f, link, link->secret);
      assert_answer (others[i], " 200 ");
    }
  more = fetch_zip (f, link, link->secret);
  assert_answer (more, " 429 ");
  g_clear_object (&others[2]); /* the browser gave up */
  WAIT_FOR (g_atomic_int_get (&link->n_downloads) < (int) NAMIDA_LIMIT_LINK_DOWNLOADS);
  later = fetch_zip (f, link, link->secret);
  assert_answer (later, " 200 ");
  g_clear_object (&later);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_clear_object (&others[i]);
  WAIT_FOR (g_atomic_int_get (&link->n_downloads) == 0);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("/server-limits/offers", test_offers);
  ADD ("/server-limits/single", test_single);
  ADD ("/server-limits/end-device", test_end_device);
  ADD ("/server-limits/ended", test_ended);
  ADD ("/server-limits/answers", test_answers);
  ADD ("/server-limits/shares", test_shares);
  ADD ("/server-limits/healing", test_healing);
  ADD ("/server-limits/link-downloads", test_link_downloads);
  return g_test_run ();
}
