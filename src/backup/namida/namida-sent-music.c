/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks, before a backup is sent, whether its music is sent too, while the user can still add it. Used by “send” on
 * the command line and by the send sheet of the window, in worker threads. */
#include "config.h"

#include "namida-sent-music.h"

#include "namida-fit-file.h"

#include <glib/gi18n-lib.h>

NamidaMusicMatch *
namida_sent_music_match (GListModel *files, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (NamidaMusicHere) there = NULL;
  g_autofree char *zip = NULL;
  NamidaFitRequest request = { .device = NAMIDA_DEVICE_LINUX };

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *path = g_file_get_path (file);
      g_autofree char *name = g_file_get_basename (file);

      if (path == NULL || name == NULL)
        continue;
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (folders, g_steal_pointer (&path));
      else if (zip == NULL && g_str_has_prefix (name, "Namida Backup - ") && g_str_has_suffix (name, ".zip"))
        zip = g_steal_pointer (&path);
    }
  if (zip == NULL || folders->len == 0)
    return NULL;
  there = namida_music_here_scan (folders, cancellable, error);
  if (there == NULL)
    return NULL;
  /* Files elsewhere on this disk are not sent, so they do not count. */
  there->elsewhere = TRUE;
  request.there = there;
  return namida_music_match_file (zip, &request, TRUE, cancellable, error);
}

char *
namida_sent_music_dup_sentence (const NamidaMusicMatch *match)
{
  if (match->n_missing == 0)
    return NULL;
  return g_strdup_printf (ngettext ("%u song that was played or is in your lists is in none of these folders",
                                    "%u songs that were played or are in your lists are in none of these folders",
                                    (gulong) match->n_missing),
                          (guint) match->n_missing);
}
