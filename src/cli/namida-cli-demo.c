/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “demo” command: two devices on this computer pair, send a sample backup twice and compare the result byte by
 * byte. Main thread; comparing runs in a worker thread. */
#include "config.h"

#include "namida-cli-compare.h"
#include "namida-cli-demo-receiver.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-progress.h"
#include "namida-format.h"
#include "namida-report.h"
#include "namida-sample.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#define SENDER "Demo Phone"
#define RECEIVER "Demo PC"
#define N_FILES 200
#define SEED 20260719
#define WAIT_SECONDS 30

static int n_files;

static const GOptionEntry entries[] = {
  { "files", 0, 0, G_OPTION_ARG_INT, &n_files, N_ ("How many audio files the backup has (default: 200)"), N_ ("N") },
  { NULL },
};

typedef struct
{
  NamidaCli *cli;
  char *folder; /* the folder that contains all files of the demo */
  char *sample;
  char *landed;
  NamidaCliDemoReceiver *receiver;
  NamidaHub *hub;
  NamidaPeer *peer;
  GListStore *files;
  NamidaCliCompared compared;
  guint64 seconds_us; /* duration of the first transfer in µs */
  guint64 bytes;
} Demo;

static void
demo_step (Demo *demo, const char *name, const char *text)
{
  if (demo->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("step");
      namida_json_build_string (builder, "name", name);
      namida_cli_emit (builder);
    }
  namida_cli_say (demo->cli, "• %s", text);
}

static void
demo_sample_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (namida_sample_write (data, (guint) n_files, SEED, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
demo_make_sample (Demo *demo, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, demo->cli->cancellable, namida_cli_keep_result, &result);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_task_set_task_data (task, g_strdup (demo->sample), g_free);
  g_task_run_in_thread (task, demo_sample_thread);
  namida_cli_wait (&result);
  if (!g_task_propagate_boolean (G_TASK (result), error) || (dir = g_dir_open (demo->sample, 0, error)) == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autoptr (GFile) file = g_file_new_build_filename (demo->sample, name, NULL);
      g_list_store_append (demo->files, file);
    }
  return TRUE;
}

static gboolean
demo_start_devices (Demo *demo, GError **error)
{
  NamidaHubOptions options = { .send_only = TRUE, .device_type = "mobile" };
  g_autofree char *own = g_build_filename (demo->folder, "phone", NULL);
  g_autofree char *other = g_build_filename (demo->folder, "pc", NULL);
  g_autoptr (JsonObject) listening = NULL;

  demo->landed = g_steal_pointer (&other);
  demo->receiver = namida_cli_demo_receiver_start (demo->landed, RECEIVER, error);
  if (demo->receiver == NULL
      || (listening = namida_cli_demo_receiver_wait (demo->receiver, "listening", WAIT_SECONDS, error)) == NULL)
    return FALSE;
  /* Use separate data for this device, whatever was given on the command line. */
  g_free (demo->cli->data_dir);
  demo->cli->data_dir = g_steal_pointer (&own);
  g_free (demo->cli->interface);
  demo->cli->interface = g_strdup ("lo");
  g_free (demo->cli->alias);
  demo->cli->alias = g_strdup (SENDER);
  demo->cli->port = 0;
  demo->hub = namida_cli_start_hub (demo->cli, &options, error);
  if (demo->hub == NULL)
    return FALSE;
  /* Use the fingerprint, because other demos may run on this computer. */
  demo->peer
      = namida_cli_resolve (demo->cli, demo->hub, json_object_get_string_member (listening, "fingerprint"), error);
  return demo->peer != NULL;
}

static void
demo_keep_digits (const char *digits, gpointer user_data)
{
  *(char **) user_data = g_strdup (digits);
}

static gboolean
demo_compare_digits (Demo *demo, const char *digits, GError **error)
{
  g_autoptr (JsonObject) there = namida_cli_demo_receiver_wait (demo->receiver, "pair", WAIT_SECONDS, error);
  g_autofree char *text = NULL;

  if (there == NULL)
    return FALSE;
  if (g_strcmp0 (json_object_get_string_member_with_default (there, "digits", NULL), digits) != 0)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED,
                           _ ("The two devices show different codes."));
      return FALSE;
    }
  text = g_strdup_printf (_ ("Both show %s: confirmed on both."), digits);
  demo_step (demo, "digits", text);
  return namida_cli_demo_receiver_answer (demo->receiver, "{\"pair\": true}", error);
}

static gboolean
demo_pair (Demo *demo, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *digits = NULL;

  namida_hub_pair_async (demo->hub, demo->peer, demo_keep_digits, &digits, demo->cli->cancellable,
                         namida_cli_keep_result, &result);
  while (result == NULL && digits == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (result == NULL)
    {
      g_autoptr (GError) digits_error = NULL;
      gboolean same = demo_compare_digits (demo, digits, &digits_error);

      namida_hub_pair_confirm (demo->hub, same);
      namida_cli_wait (&result);
      if (!same)
        {
          namida_hub_pair_finish (demo->hub, result, NULL);
          g_propagate_error (error, g_steal_pointer (&digits_error));
          return FALSE;
        }
    }
  return namida_hub_pair_finish (demo->hub, result, error);
}

static void
demo_on_ended (NamidaTransfer *transfer, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Returns: (transfer full) (nullable) */
static NamidaTransfer *
demo_send_once (Demo *demo, GError **error)
{
  NamidaTransfer *transfer = g_object_ref (
      namida_outbox_send (namida_hub_get_outbox (demo->hub), demo->peer, G_LIST_MODEL (demo->files), NULL, NULL));
  gboolean over = FALSE;
  gulong stop = g_signal_connect_object (demo->cli->cancellable, "cancelled", G_CALLBACK (namida_transfer_cancel),
                                         transfer, G_CONNECT_SWAPPED);

  namida_cli_progress_watch (demo->cli, transfer, demo_on_ended, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (demo->cli->cancellable, stop);
  if (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_DONE)
    return transfer;
  if (namida_transfer_get_error (transfer) != NULL)
    *error = g_error_copy (namida_transfer_get_error (transfer));
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, _ ("The transfer failed."));
  g_object_unref (transfer);
  return NULL;
}

static gboolean
demo_send_first (Demo *demo, GError **error)
{
  g_autoptr (NamidaTransfer) transfer = demo_send_once (demo, error);

  if (transfer == NULL)
    return FALSE;
  demo->seconds_us
      = (guint64) MAX (namida_transfer_get_ended_at (transfer) - namida_transfer_get_started_at (transfer), 1);
  demo->bytes = namida_transfer_count_files (transfer).bytes;
  return TRUE;
}

static gboolean
demo_send_again (Demo *demo, GError **error)
{
  g_autoptr (NamidaTransfer) transfer = demo_send_once (demo, error);
  guint stored;

  if (transfer == NULL)
    return FALSE;
  stored = namida_transfer_count_files (transfer).stored;
  if (stored == 0)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, _ ("%u files were sent a second time."), stored);
  return FALSE;
}

/* Music folders are received below "music", single files in the sender's folder below "received". */
static gboolean
demo_compare_one (Demo *demo, const char *name, GError **error)
{
  g_autofree char *sent = g_build_filename (demo->sample, name, NULL);
  g_autofree char *there = NULL;

  if (g_file_test (sent, G_FILE_TEST_IS_DIR))
    {
      there = g_build_filename (demo->landed, "music", name, NULL);
      return namida_cli_compare_trees (sent, there, &demo->compared, error);
    }
  there = g_build_filename (demo->landed, "received", SENDER, name, NULL);
  return namida_cli_compare_files (sent, there, &demo->compared, error);
}

static void
demo_compare_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Demo *demo = data;
  GError *error = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (demo->files)); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (G_LIST_MODEL (demo->files), i);
      g_autofree char *name = g_file_get_basename (file);

      if (!demo_compare_one (demo, name, &error))
        {
          g_task_return_error (task, error);
          return;
        }
    }
  g_task_return_boolean (task, TRUE);
}

static gboolean
demo_compare (Demo *demo, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, demo->cli->cancellable, namida_cli_keep_result, &result);

  memset (&demo->compared, 0, sizeof demo->compared);
  g_task_set_task_data (task, demo, NULL);
  g_task_run_in_thread (task, demo_compare_thread);
  namida_cli_wait (&result);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (demo->compared.bytes != demo->bytes || demo->bytes == 0)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM,
                   _ ("%" PRIu64 " bytes were compared, but %" PRIu64 " were sent."), demo->compared.bytes,
                   demo->bytes);
      return FALSE;
    }
  return TRUE;
}

static void
demo_summarise (Demo *demo)
{
  g_autofree char *size = namida_format_size (demo->compared.bytes);
  g_autofree char *files = namida_format_files (demo->compared.files);
  g_autofree char *speed
      = namida_format_speed ((guint64) ((double) demo->bytes * G_USEC_PER_SEC / (double) demo->seconds_us));

  if (demo->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("summary");
      namida_json_build_string (builder, "result", "done");
      namida_json_build_int (builder, "compared", demo->compared.files);
      namida_json_build_int (builder, "bytes", demo->compared.bytes);
      namida_json_build_int (builder, "again", 0);
      namida_cli_emit (builder);
    }
  namida_cli_say (demo->cli,
                  _ ("Demo finished: sent %s (%s) at %s and compared every byte. The second run transferred nothing."),
                  files, size, speed);
}

static gboolean
demo_run (Demo *demo, GError **error)
{
  demo_step (demo, "sample", _ ("Making up a backup: a zip of Namida and music"));
  if (!demo_make_sample (demo, error))
    return FALSE;
  demo_step (demo, "devices", _ ("Starting two devices on this computer"));
  if (!demo_start_devices (demo, error))
    return FALSE;
  demo_step (demo, "pair", _ ("They found each other. Pairing"));
  if (!demo_pair (demo, error))
    return FALSE;
  demo_step (demo, "send", _ ("Sending the backup"));
  if (!demo_send_first (demo, error))
    return FALSE;
  demo_step (demo, "compare", _ ("Comparing every byte"));
  if (!demo_compare (demo, error))
    return FALSE;
  demo_step (demo, "again", _ ("Sending it again: nothing should be transferred"));
  return demo_send_again (demo, error) && demo_compare (demo, error);
}

static void
demo_end (Demo *demo)
{
  g_clear_object (&demo->peer);
  if (demo->hub != NULL)
    namida_cli_stop_hub (demo->hub);
  g_clear_object (&demo->hub);
  if (demo->receiver != NULL && !namida_cli_demo_receiver_stop (demo->receiver))
    namida_cli_complain (_ ("The demo's second device did not end as it should."));
  if (demo->folder != NULL)
    namida_cli_remove_tree (demo->folder);
  g_clear_object (&demo->files);
  g_free (demo->folder);
  g_free (demo->sample);
  g_free (demo->landed);
}

int
namida_cli_demo (NamidaCli *cli, int argc, char **argv)
{
  Demo demo = { .cli = cli };
  g_autoptr (GError) error = NULL;
  int code = NAMIDA_CLI_EXIT_DONE;

  n_files = N_FILES;
  if (!namida_cli_parse (
          cli, NULL,
          _ ("Shows what Namida Sync does, with two devices as two programs on this computer and a made-up backup\n"
             "in a temporary folder: they find each other, pair, send, compare every byte, and send again."),
          entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc > 1)
    return namida_cli_usage (_ ("Unexpected argument “%s”."), argv[1]);
  if (n_files < 1 || n_files > 100000)
    return namida_cli_usage (_ ("--files is a number from 1 to 100000."));
  demo.files = g_list_store_new (G_TYPE_FILE);
  demo.folder = g_dir_make_tmp ("namida-sync-demo-XXXXXX", &error);
  if (demo.folder != NULL)
    {
      demo.sample = g_build_filename (demo.folder, "sample", NULL);
      if (demo_run (&demo, &error))
        demo_summarise (&demo);
    }
  if (error != NULL)
    code = namida_cli_fail (cli, error);
  demo_end (&demo);
  return code;
}
