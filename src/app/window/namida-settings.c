/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the GSettings schema and creates the settings: see the header. The application calls it. Main context. */
#include "config.h"

#include "namida-settings.h"

#include <glib/gi18n.h>

/* The keyfile backend is declared only if this is defined. */
#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

#include "namida-error.h"

static GSettingsSchema *
settings_lookup_in (const char *folder)
{
  g_autoptr (GSettingsSchemaSource) source
      = g_settings_schema_source_new_from_directory (folder, g_settings_schema_source_get_default (), FALSE, NULL);

  return source != NULL ? g_settings_schema_source_lookup (source, NAMIDA_APP_ID, TRUE) : NULL;
}

/* Finds the schema of a build that is not installed, or that is installed in a prefix unknown to the desktop. */
static GSettingsSchema *
settings_lookup_beside_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *built = folder != NULL ? g_build_filename (folder, "..", "..", "data", NULL) : NULL;
  g_autofree char *installed
      = folder != NULL ? g_build_filename (folder, "..", "share", "glib-2.0", "schemas", NULL) : NULL;
  GSettingsSchema *schema = built != NULL ? settings_lookup_in (built) : NULL;

  return schema == NULL && installed != NULL ? settings_lookup_in (installed) : schema;
}

static GSettingsSchema *
settings_lookup_schema (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  GSettingsSchema *schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, NAMIDA_APP_ID, TRUE);
  return schema != NULL ? schema : settings_lookup_beside_program ();
}

GSettings *
namida_settings_new (const char *data_dir, GError **error)
{
  g_autoptr (GSettingsSchema) schema = settings_lookup_schema ();
  g_autoptr (GSettingsBackend) backend = NULL;

  if (schema == NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                           _ ("The description of the settings is missing. Install Namida Sync again."));
      return NULL;
    }
  if (data_dir != NULL)
    {
      g_autofree char *file = g_build_filename (data_dir, "settings.ini", NULL);
      backend = g_keyfile_settings_backend_new (file, NAMIDA_SETTINGS_PATH, "Settings");
    }
  return g_settings_new_full (schema, backend, NULL);
}
