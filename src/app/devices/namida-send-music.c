/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line of the send sheet about songs of the backup that are in none of the chosen folders, shown while these can
 * still be added. The files of the last search and its cancellable are attached to the label. Main context; the
 * search runs in a worker thread. */
#include "config.h"

#include "namida-send-music.h"

#include "namida-sent-music.h"

#include <glib/gi18n.h>

#define SEARCH_KEY "namida-app-send-music"
#define NAMED_MOST 3u

/* The last search of a label. */
typedef struct
{
  char *key; /* identifies its files */
  GCancellable *cancellable;
} MusicSearch;

static void
music_search_free (gpointer data)
{
  MusicSearch *search = data;

  g_cancellable_cancel (search->cancellable);
  g_object_unref (search->cancellable);
  g_free (search->key);
  g_free (search);
}

static char *
music_dup_key (GListModel *files)
{
  g_autoptr (GString) key = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *uri = g_file_get_uri (file);

      g_string_append_printf (key, "%s\n", uri);
    }
  return g_strdup (key->str);
}

static void
music_thread (GTask *task, gpointer source, gpointer files, GCancellable *cancellable)
{
  GError *error = NULL;
  NamidaMusicMatch *match = namida_sent_music_match (files, cancellable, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, match, (GDestroyNotify) namida_music_match_free);
}

static void
music_on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GtkLabel *label = GTK_LABEL (source);
  g_autoptr (NamidaMusicMatch) match = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autofree char *sentence = match != NULL ? namida_sent_music_dup_sentence (match) : NULL;
  g_autoptr (GString) text = g_string_new (sentence);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  for (guint i = 0; sentence != NULL && i < MIN (match->missing->len, NAMED_MOST); i++)
    g_string_append_printf (text, "\n%s", (const char *) match->missing->pdata[i]);
  if (sentence != NULL && match->n_missing > NAMED_MOST)
    g_string_append (text, "\n…");
  gtk_label_set_label (label, text->str);
  gtk_widget_set_visible (GTK_WIDGET (label), sentence != NULL);
}

void
namida_send_music_check (GtkLabel *label, GListModel *files)
{
  MusicSearch *last = g_object_get_data (G_OBJECT (label), SEARCH_KEY);
  g_autofree char *key = music_dup_key (files);
  g_autoptr (GTask) task = NULL;
  MusicSearch *search;

  if (last != NULL && g_str_equal (last->key, key))
    return;
  gtk_widget_set_visible (GTK_WIDGET (label), FALSE);
  search = g_new0 (MusicSearch, 1);
  search->key = g_steal_pointer (&key);
  search->cancellable = g_cancellable_new ();
  task = g_task_new (label, search->cancellable, music_on_found, NULL);
  g_task_set_source_tag (task, namida_send_music_check);
  g_task_set_task_data (task, g_object_ref (files), g_object_unref);
  g_object_set_data_full (G_OBJECT (label), SEARCH_KEY, search, music_search_free);
  g_task_run_in_thread (task, music_thread);
}
