/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates two hubs in one process for the tests of src/session; see the header. Main context. */
#include "config.h"

#include "two-hubs.h"
#include "namida-sample.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAIR_BYTES 5000

char *
below (Fixture *f, const char *name)
{
  return g_build_filename (f->dir, name, NULL);
}

gboolean
two_hubs_wait_over (gpointer data)
{
  g_error ("nothing happened for %d seconds", WAIT_SECONDS);
  return G_SOURCE_REMOVE;
}

void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

char *
full_alias (const char *alias)
{
  return g_strdup_printf ("%s%d", alias, (int) getpid ());
}

NamidaHub *
try_to_start (const NamidaHubOptions *options, GError **error)
{
  NamidaHub *hub = namida_hub_new (options);
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_start_async (hub, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  if (!namida_hub_start_finish (hub, result, error))
    g_clear_object (&hub);
  return hub;
}

static gboolean
is_free (guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean bound = bind (fd, (struct sockaddr *) &address, sizeof address) == 0;

  close (fd);
  return bound;
}

/* Returns the same port each time a device starts. Not one of the default ports, because there are only eleven for
 * all programs under test, and below those that the kernel assigns. */
static guint16
port_of (const char *alias)
{
  static GHashTable *ports;
  static guint next;
  guint port;

  if (ports == NULL)
    {
      ports = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      next = 20000 + (guint) getpid () % 1000 * 10;
    }
  port = GPOINTER_TO_UINT (g_hash_table_lookup (ports, alias));
  while (port == 0 && next < 32000)
    if (is_free (next++))
      port = next - 1;
  g_assert_cmpuint (port, !=, 0);
  g_hash_table_insert (ports, g_strdup (alias), GUINT_TO_POINTER (port));
  return (guint16) port;
}

NamidaHub *
start_hub_with (Fixture *f, const char *alias, NamidaHubOptions options)
{
  g_autofree char *data_dir = below (f, alias);
  g_autofree char *full = full_alias (alias);
  g_autofree char *backups = g_strconcat (data_dir, "/Backups", NULL);
  g_autofree char *music = g_strconcat (data_dir, "/Library", NULL);
  g_autoptr (GError) error = NULL;
  NamidaHub *hub;

  options.data_dir = data_dir;
  options.alias = full;
  options.interface = "lo";
  if (options.port == 0)
    options.port = port_of (alias);
  options.backups = backups;
  options.music = music;
  hub = try_to_start (&options, &error);
  g_assert_no_error (error);
  return hub;
}

NamidaHub *
start_hub (Fixture *f, const char *alias, NamidaAccept accept)
{
  return start_hub_with (f, alias, (NamidaHubOptions){ .accept = accept });
}

NamidaHub *
start_hub_elsewhere (Fixture *f, const char *alias, NamidaAccept accept)
{
  g_autofree char *elsewhere = g_strconcat (alias, "Elsewhere", NULL);

  return start_hub_with (f, alias, (NamidaHubOptions){ .accept = accept, .port = port_of (elsewhere) });
}

void
stop_hub (NamidaHub *hub)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_stop_async (hub, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_true (namida_hub_stop_finish (hub, result, NULL));
  g_object_unref (hub);
}

/* Writes files with the same size and time, which a superficial comparison would confuse. */
void
write_pairs (Fixture *f, const char *music, const char *fills)
{
  static const char *const names[] = { "one.flac", "two.flac", "other/one.flac", "copy/zwei.flac" };
  const struct timespec times[2] = { { 1600000000, 0 }, { 1600000000, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_build_filename (music, "Pairs", names[i], NULL);
      g_autofree char *path = below (f, name);
      g_autofree char *folder = g_path_get_dirname (path);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
      write_long (f, name, PAIR_BYTES, fills[i]);
      g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
    }
}

void
write_sample (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sample = NULL;

  f->dir = g_dir_make_tmp ("namida-two-hubs-XXXXXX", &error);
  g_assert_no_error (error);
  sample = below (f, "sample");
  g_assert_true (namida_sample_write (sample, 40, 7, &error));
  g_assert_no_error (error);
  write_pairs (f, "sample/Music", "1232");
}

void
set_up_accepting (Fixture *f, gconstpointer accept)
{
  write_sample (f);
  f->receiver = start_hub (f, RECEIVER, GPOINTER_TO_UINT (accept));
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
}

void
set_up (Fixture *f, gconstpointer data)
{
  set_up_accepting (f, GUINT_TO_POINTER (NAMIDA_ACCEPT_ASK));
}

void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *quoted = g_shell_quote (f->dir);
  g_autofree char *command = g_strdup_printf ("rm -rf -- %s", quoted);

  stop_hub (f->sender);
  stop_hub (f->receiver);
  g_assert_cmpint (system (command), ==, 0);
  g_free (f->dir);
}

NamidaPeer *
find_receiver (Fixture *f)
{
  g_autofree char *alias = full_alias (RECEIVER);
  g_autofree char *typed = g_ascii_strdown (alias, -1); /* case does not matter */
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaPeer *peer;

  namida_hub_resolve_async (f->sender, typed, 30000, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  peer = namida_hub_resolve_finish (f->sender, result, &error);
  g_assert_no_error (error);
  return peer;
}

GListModel *
sample_files (Fixture *f)
{
  GListStore *files = g_list_store_new (G_TYPE_FILE);
  g_autofree char *zip = below (f, "sample/Namida Backup - 2026-07-19 18.30.00.zip");
  g_autofree char *music = below (f, "sample/Music");
  g_autoptr (GFile) zip_file = g_file_new_for_path (zip);
  g_autoptr (GFile) music_file = g_file_new_for_path (music);

  g_list_store_append (files, zip_file);
  g_list_store_append (files, music_file);
  return G_LIST_MODEL (files);
}

NamidaTransfer *
send_sample (Fixture *f)
{
  g_autoptr (NamidaPeer) peer = find_receiver (f);
  g_autoptr (GListModel) files = sample_files (f);

  return namida_outbox_send (namida_hub_get_outbox (f->sender), peer, files, NULL, NULL);
}

void
assert_same_tree (Fixture *f)
{
  g_autofree char *command
      = g_strdup_printf ("diff -r %s/sample/Music %s/" RECEIVER "/Library/Music >&2 && "
                         "diff %s/sample/Namida*.zip %s/" RECEIVER "/Backups/" SENDER "*/Namida*.zip >&2",
                         f->dir, f->dir, f->dir, f->dir);

  g_assert_cmpint (system (command), ==, 0);
}

void
write_long (Fixture *f, const char *name, guint64 bytes, char fill)
{
  g_autofree char *path = below (f, name);
  g_autofree char *data = g_malloc (bytes);
  g_autoptr (GError) error = NULL;

  memset (data, fill, bytes);
  g_file_set_contents (path, data, (gssize) bytes, &error);
  g_assert_no_error (error);
}

NamidaHub *
start_sender (Fixture *f, guint64 limit)
{
  return start_hub_with (f, SENDER,
                         (NamidaHubOptions){ .limit = limit, .patience_seconds = 600, .wait_for_device = TRUE });
}

guint
n_offers (Fixture *f)
{
  return g_list_model_get_n_items (namida_inbox_get_offers (namida_hub_get_inbox (f->receiver)));
}

void
accept_offer (Fixture *f)
{
  g_autoptr (NamidaOffer) offer = NULL;

  WAIT_FOR (n_offers (f) == 1);
  offer = g_list_model_get_item (namida_inbox_get_offers (namida_hub_get_inbox (f->receiver)), 0);
  namida_inbox_accept (namida_hub_get_inbox (f->receiver), offer, NAMIDA_LANDING_LIBRARY, NULL, FALSE);
}

/* Returns the newest transfer of @hub. */
NamidaTransfer *
newest (NamidaHub *hub)
{
  g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (namida_hub_get_transfers (hub), 0);

  return transfer; /* the list holds it */
}

/* Starts a transfer that takes seconds, and waits until some megabytes have arrived. */
NamidaTransfer *
send_some (Fixture *f)
{
  NamidaTransfer *transfer;

  write_long (f, "sample/Music/long.flac", LONG_BYTES, 'a');
  stop_hub (f->sender);
  f->sender = start_sender (f, 3 * MB);
  transfer = send_sample (f);
  accept_offer (f);
  WAIT_FOR (namida_transfer_is_final (transfer) || namida_transfer_get_done_bytes (transfer) > 2 * MB);
  g_assert_true (namida_transfer_can_pause (transfer));
  return transfer;
}

gboolean
is_in (NamidaTransfer *transfer, NamidaTransferState state)
{
  return namida_transfer_get_state (transfer) == state;
}

void
assert_ends_equal (Fixture *f, NamidaTransfer *transfer)
{
  WAIT_FOR (namida_transfer_is_final (transfer) || n_offers (f) > 0);
  g_assert_cmpuint (n_offers (f), ==, 0);
  g_assert_no_error (namida_transfer_get_error (transfer));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_DONE));
  g_assert_cmpuint (namida_transfer_get_done_bytes (transfer), ==, namida_transfer_get_total_bytes (transfer));
  g_assert_cmpuint (namida_transfer_get_done_files (transfer), ==, namida_transfer_get_total_files (transfer));
  WAIT_FOR (is_in (newest (f->receiver), NAMIDA_TRANSFER_DONE));
  assert_same_tree (f);
}

gboolean
has_parts (Fixture *f)
{
  g_autofree char *command
      = g_strdup_printf ("find %s/" RECEIVER "/staging -name '*.part' 2>/dev/null | grep -q .", f->dir);

  return system (command) == 0;
}
