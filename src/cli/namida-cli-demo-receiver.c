/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the demo's other device as a child process, reads its JSON events from a pipe and writes answers to it.
 * namida-cli-demo.c uses it. Main thread. */
#include "config.h"

#include "namida-cli-demo-receiver.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define STOP_SECONDS 10

struct _NamidaCliDemoReceiver
{
  GSubprocess *process;
  GDataInputStream *output;
  GCancellable *cancellable;
  GQueue events; /* (element-type JsonObject) */
  gboolean over; /* the process has closed its output */
};

static void demo_receiver_read_next (NamidaCliDemoReceiver *self);

static void
demo_receiver_take_line (NamidaCliDemoReceiver *self, const char *line)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (!json_parser_load_from_data (parser, line, -1, NULL))
    return;
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    g_queue_push_tail (&self->events, json_node_dup_object (root));
}

static void
demo_receiver_on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaCliDemoReceiver *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, &error);

  if (line == NULL)
    {
      self->over = TRUE;
      return;
    }
  demo_receiver_take_line (self, line);
  demo_receiver_read_next (self);
}

static void
demo_receiver_read_next (NamidaCliDemoReceiver *self)
{
  g_data_input_stream_read_line_async (self->output, G_PRIORITY_DEFAULT, self->cancellable, demo_receiver_on_line,
                                       self);
}

/* Runs in the child, so that it does not outlive a demo that was killed. */
static void
demo_receiver_end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

NamidaCliDemoReceiver *
namida_cli_demo_receiver_start (const char *folder, const char *alias, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  NamidaCliDemoReceiver *self;
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  g_autofree char *received = g_build_filename (folder, "received", NULL);
  g_autofree char *music = g_build_filename (folder, "music", NULL);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", error);

  if (program == NULL)
    return NULL;
  g_subprocess_launcher_set_child_setup (launcher, demo_receiver_end_with_parent, NULL, NULL);
  process = g_subprocess_launcher_spawn (launcher, error, program, "--json", "--interface", "lo", "--data-dir", data,
                                         "--alias", alias, "receive", "--accept", "ask", "--as", "library", "--backups",
                                         received, "--music", music, NULL);
  if (process == NULL)
    return NULL;
  self = g_new0 (NamidaCliDemoReceiver, 1);
  self->process = g_steal_pointer (&process);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->events);
  demo_receiver_read_next (self);
  return self;
}

static JsonObject *
demo_receiver_take_event (NamidaCliDemoReceiver *self, const char *event)
{
  JsonObject *object;

  while ((object = g_queue_pop_head (&self->events)) != NULL)
    {
      if (g_strcmp0 (json_object_get_string_member_with_default (object, "event", NULL), event) == 0)
        return object;
      json_object_unref (object);
    }
  return NULL;
}

static gboolean
demo_receiver_set_flag (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

JsonObject *
namida_cli_demo_receiver_wait (NamidaCliDemoReceiver *self, const char *event, guint seconds, GError **error)
{
  gboolean late = FALSE;
  guint id = g_timeout_add_seconds (seconds, demo_receiver_set_flag, &late);
  JsonObject *object;

  while ((object = demo_receiver_take_event (self, event)) == NULL && !late && !self->over)
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (id);
  if (object == NULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                 _ ("The demo's second device did not answer (waiting for “%s”)."), event);
  return object;
}

gboolean
namida_cli_demo_receiver_answer (NamidaCliDemoReceiver *self, const char *line, GError **error)
{
  GOutputStream *input = g_subprocess_get_stdin_pipe (self->process);
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  /* A line fits into the pipe, so this does not block. */
  return g_output_stream_write_all (input, text, strlen (text), NULL, NULL, error);
}

static gboolean
demo_receiver_kill_it (gpointer user_data)
{
  g_subprocess_force_exit (user_data);
  return G_SOURCE_CONTINUE; /* removed by the caller that added it */
}

gboolean
namida_cli_demo_receiver_stop (NamidaCliDemoReceiver *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint id = g_timeout_add_seconds (STOP_SECONDS, demo_receiver_kill_it, self->process);
  gboolean good;

  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait_async (self->process, NULL, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  g_subprocess_wait_finish (self->process, result, NULL);
  good = g_subprocess_get_if_exited (self->process) && g_subprocess_get_exit_status (self->process) == 0;
  g_source_remove (id);
  g_cancellable_cancel (self->cancellable);
  while (!self->over)
    g_main_context_iteration (NULL, TRUE);
  g_queue_clear_full (&self->events, (GDestroyNotify) json_object_unref);
  g_object_unref (self->output);
  g_object_unref (self->cancellable);
  g_object_unref (self->process);
  g_free (self);
  return good;
}
