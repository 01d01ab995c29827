/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepts a part of an offer: selected files and folders, or another destination folder. A program names paths in
 * JSON; a user at a terminal chooses numbers from a list. namida-cli-ask.c calls it; the selection is stored in the
 * offer. Main thread. */

#include "config.h"

#include "namida-cli-part.h"

#include "namida-cli-output.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>

static const char *
cli_part_get_string (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/* Returns: whether all paths in the member @key (nullable: no paths) are in the offer. */
static gboolean
cli_part_take_paths (NamidaOffer *offer, JsonObject *object, const char *key, gboolean taken)
{
  JsonNode *node = json_object_get_member (object, key);
  JsonArray *paths = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (node == NULL)
    return TRUE;
  if (taken)
    namida_offer_set_taken (offer, "", FALSE);
  for (guint i = 0; paths != NULL && i < json_array_get_length (paths); i++)
    {
      JsonNode *element = json_array_get_element (paths, i);
      const char *path = json_node_get_value_type (element) == G_TYPE_STRING ? json_node_get_string (element) : NULL;

      if (path == NULL || *path == '\0' || namida_offer_set_taken (offer, path, taken) == 0)
        {
          namida_cli_complain (_ ("The offer contains no file or folder “%s”."), path != NULL ? path : "");
          return FALSE;
        }
    }
  return paths != NULL;
}

void
namida_cli_part_accept_json (NamidaHub *hub, NamidaOffer *offer, NamidaLanding landing, JsonObject *object)
{
  const char *folder = cli_part_get_string (object, "folder");
  const char *as = cli_part_get_string (object, "as");

  if (as != NULL)
    landing = g_str_equal (as, "backup") ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
  else if (folder != NULL)
    landing = NAMIDA_LANDING_LIBRARY;
  if (folder != NULL && (!g_path_is_absolute (folder) || !g_file_test (folder, G_FILE_TEST_IS_DIR)))
    namida_cli_complain (_ ("“%s” is not a folder. Name one that exists, with its full path."), folder);
  else if (folder != NULL && landing == NAMIDA_LANDING_BACKUP)
    namida_cli_complain (_ ("A folder can be chosen only for files that are saved as a library."));
  else if (cli_part_take_paths (offer, object, "only", TRUE) && cli_part_take_paths (offer, object, "except", FALSE))
    namida_inbox_accept (namida_hub_get_inbox (hub), offer, landing, folder, FALSE);
  else
    namida_offer_set_taken (offer, "", TRUE);
}

/* ---- at a terminal ---- */

gboolean
namida_cli_part_is_possible (NamidaOffer *offer)
{
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (namida_offer_get_backup (offer));

  return contents->len > 1;
}

gboolean
namida_cli_part_is_asked_for (NamidaOffer *offer, const char *line)
{
  g_autofree char *typed = g_strstrip (g_utf8_make_valid (line, -1));
  g_autofree char *folded = g_utf8_casefold (typed, -1);
  /* Translators: what the user types at “Accept? [y/n, p for a part]” to accept a part; one lower-case letter */
  const char *letter = C_ ("accept a part", "p");

  return (g_str_equal (folded, "p") || g_str_equal (folded, letter)) && namida_cli_part_is_possible (offer);
}

void
namida_cli_part_ask (NamidaOffer *offer)
{
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (namida_offer_get_backup (offer));

  for (guint i = 0; i < contents->len; i++)
    {
      const NamidaContent *content = contents->pdata[i];
      g_autofree char *files = namida_format_files (content->files);
      g_autofree char *size = namida_format_size (content->bytes);
      const char *name = *content->label != '\0' ? content->label : content->name;
      g_autofree char *shown = namida_format_alias (name != NULL ? name : _ ("Files"));

      namida_cli_print ("  %u  %s: %s, %s", i + 1, shown, files, size);
    }
  namida_cli_prompt ("%s", _ ("Enter the numbers to accept, separated by spaces:"));
}

gboolean
namida_cli_part_choose (NamidaOffer *offer, const char *line)
{
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (namida_offer_get_backup (offer));
  g_auto (GStrv) words = g_strsplit_set (line, " ,\t", -1);
  guint n = 0;

  namida_offer_set_taken (offer, "", FALSE);
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint64 number = 0;

      if (*words[i] == '\0')
        continue;
      if (!g_ascii_string_to_unsigned (words[i], 10, 1, contents->len, &number, NULL))
        {
          n = 0;
          break;
        }
      namida_offer_set_content_taken (offer, contents->pdata[number - 1], TRUE);
      n++;
    }
  if (n > 0)
    return TRUE;
  namida_offer_set_taken (offer, "", TRUE);
  namida_cli_part_ask (offer);
  return FALSE;
}
