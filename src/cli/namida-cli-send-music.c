/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “send”: whether the music of the backup that is sent is in the folders that go with it. Only names and sizes are
 * looked at; the work is done in a thread. Main thread. */
#include "config.h"

#include "namida-cli-send-music.h"

#include "namida-cli-job.h"
#include "namida-cli-output.h"
#include "namida-fit-file.h"

#include <glib/gi18n-lib.h>

#define SHOWN_MOST 10u

typedef struct
{
  char *zip;          /* (nullable) */
  GPtrArray *folders; /* char * */
} SendMusic;

static void
send_music_look (SendMusic *self, GListModel *files)
{
  self->folders = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *path = g_file_get_path (file);
      g_autofree char *name = g_file_get_basename (file);

      if (path == NULL || name == NULL)
        continue;
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (self->folders, g_steal_pointer (&path));
      else if (self->zip == NULL && g_str_has_prefix (name, "Namida Backup - ") && g_str_has_suffix (name, ".zip"))
        self->zip = g_steal_pointer (&path);
    }
}

static gpointer
send_music_match (gpointer data, GCancellable *cancellable, GError **error)
{
  SendMusic *self = data;
  g_autoptr (NamidaMusicHere) there = namida_music_here_scan (self->folders, cancellable, error);
  NamidaFitRequest request = { .there = there, .device = NAMIDA_DEVICE_LINUX };

  if (there == NULL)
    return NULL;
  /* A file elsewhere on this disk is not sent. */
  there->elsewhere = TRUE;
  return namida_music_match_file (self->zip, &request, TRUE, cancellable, error);
}

static void
send_music_say (NamidaCli *cli, const NamidaMusicMatch *match)
{
  JsonBuilder *builder;

  if (cli->json)
    {
      builder = namida_cli_event ("missing-music");
      namida_json_build_int (builder, "count", match->n_missing);
      json_builder_set_member_name (builder, "missing");
      json_builder_begin_array (builder);
      for (guint i = 0; i < match->missing->len; i++)
        json_builder_add_string_value (builder, match->missing->pdata[i]);
      json_builder_end_array (builder);
      namida_cli_emit (builder);
      return;
    }
  namida_cli_complain (ngettext ("%u song that was played or is in your lists is in none of these folders:",
                                 "%u songs that were played or are in your lists are in none of these folders:",
                                 (gulong) match->n_missing),
                       (guint) match->n_missing);
  for (guint i = 0; i < MIN (match->missing->len, SHOWN_MOST); i++)
    namida_cli_complain ("  %s", (const char *) match->missing->pdata[i]);
  if (match->n_missing > SHOWN_MOST)
    namida_cli_complain (ngettext ("  and %u more", "  and %u more", (gulong) (match->n_missing - SHOWN_MOST)),
                         (guint) (match->n_missing - SHOWN_MOST));
}

void
namida_cli_send_check_music (NamidaCli *cli, GListModel *files)
{
  SendMusic self = { 0 };
  g_autoptr (NamidaMusicMatch) match = NULL;

  send_music_look (&self, files);
  if (self.zip != NULL && self.folders->len > 0)
    match = namida_cli_run_job (cli, send_music_match, &self, (GDestroyNotify) namida_music_match_free, NULL);
  if (match != NULL && match->n_missing > 0)
    send_music_say (cli, match);
  g_ptr_array_unref (self.folders);
  g_free (self.zip);
}
