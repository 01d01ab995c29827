/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads cloud manifests and finds the files that they name; see the header. Blocking; worker threads. */
#include "config.h"

#include "namida-cloud-folder.h"

#include "namida-json-cursor.h"
#include "namida-limits.h"
#include "namida-manifest.h"
#include "namida-safe-path.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MANIFEST_BYTES NAMIDA_LIMIT_OFFER_BYTES
#define MANIFESTS_MOST 1000u

/* Returns: (transfer full) (nullable): the manifest if it is complete. */
static JsonNode *
cloud_folder_read_manifest (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  gsize length = file != NULL ? g_mapped_file_get_length (file) : 0;

  if (length == 0 || length > MANIFEST_BYTES || !g_file_get_contents (path, &text, &length, NULL)
      || length > MANIFEST_BYTES)
    return NULL;
  /* Check the text first: json-glib recurses for each level, and a file must not determine the depth of the
   * recursion. */
  if (!namida_json_scan (text, length, NAMIDA_LIMIT_OFFER_BYTES, NAMIDA_LIMIT_FILES * 2, NULL)
      || !namida_manifest_check (text, length, NULL)
      || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

static void
cloud_folder_add_if (GPtrArray *found, GPtrArray *absent, char *path, GFileTest test)
{
  gboolean exists = g_file_test (path, test) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK);

  g_ptr_array_add (exists ? found : absent, path);
}

/* A folder without files is not in the cloud, so it is not missing. */
static gboolean
cloud_folder_has_files (JsonObject *folder)
{
  JsonNode *files = json_object_get_member (folder, "files");

  return files == NULL || !JSON_NODE_HOLDS_ARRAY (files) || json_array_get_length (json_node_get_array (files)) > 0;
}

/* Returns the parts that @manifest names and that exist. @absent: gets the others */
static GPtrArray *
cloud_folder_find_parts (const char *folder, JsonNode *manifest, GPtrArray *absent)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  JsonObject *object = json_node_get_object (manifest);
  const char *zip = json_object_get_string_member (json_object_get_object_member (object, "backupZip"), "name");
  JsonArray *folders = json_object_get_array_member (object, "folders");

  if (namida_safe_path_check_component (zip, NULL))
    cloud_folder_add_if (found, absent, g_build_filename (folder, zip, NULL), G_FILE_TEST_IS_REGULAR);
  for (guint i = 0; i < json_array_get_length (folders); i++)
    {
      JsonObject *part = json_array_get_object_element (folders, i);
      const char *label = json_object_get_string_member (part, "label");
      g_autofree char *inside = g_build_filename (folder, "Music", label, NULL);
      g_autofree char *beside = g_build_filename (folder, label, NULL);
      gboolean is_inside = g_file_test (inside, G_FILE_TEST_IS_DIR)
                           && (g_str_equal (label, "Music") || !g_file_test (beside, G_FILE_TEST_IS_DIR));

      /* A version that is kept here has the folders below "Music". There, the label "Music" means the inner folder. */
      if (is_inside || cloud_folder_has_files (part) || g_file_test (beside, G_FILE_TEST_IS_DIR))
        cloud_folder_add_if (found, absent, g_strdup (is_inside ? inside : beside), G_FILE_TEST_IS_DIR);
    }
  return found;
}

static int
cloud_folder_compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) b, *(const char *const *) a);
}

/* Their names begin with the time, so sort them in reverse for the newest first. */
static GPtrArray *
cloud_folder_list_manifests (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && names->len < MANIFESTS_MOST && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "manifest_") && g_str_has_suffix (name, ".json"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, cloud_folder_compare_names);
  return names;
}

GPtrArray *
namida_cloud_folder_list (const char *path, GPtrArray *absent)
{
  g_autoptr (GPtrArray) names = cloud_folder_list_manifests (path);

  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (JsonNode) manifest = cloud_folder_read_manifest (path, g_ptr_array_index (names, i));
      g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) found = manifest != NULL ? cloud_folder_find_parts (path, manifest, missing) : NULL;

      if (found != NULL && found->len > 0)
        {
          g_ptr_array_extend_and_steal (absent, g_steal_pointer (&missing));
          return g_steal_pointer (&found);
        }
    }
  return NULL;
}
