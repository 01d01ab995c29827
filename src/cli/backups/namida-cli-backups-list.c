/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups list” and “backups show”: the kept versions as rows, details or JSON. Main thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-identity.h"
#include "namida-cli-terminal.h"
#include "namida-error.h"
#include "namida-format.h"
#include "namida-version-good.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void
list_add_music (JsonBuilder *builder, NamidaVersion *version)
{
  GPtrArray *music = namida_version_get_music (version);

  json_builder_set_member_name (builder, "music");
  json_builder_begin_array (builder);
  for (guint i = 0; i < music->len; i++)
    {
      const NamidaVersionMusic *one = g_ptr_array_index (music, i);

      json_builder_begin_object (builder);
      namida_json_build_string (builder, "label", one->label);
      namida_json_build_int (builder, "files", one->files);
      namida_json_build_int (builder, "bytes", one->bytes);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* @doubt: (nullable): %NULL if its zip was not inspected, or if it has none */
static void
list_add_doubt (JsonBuilder *builder, const NamidaZipDoubt *doubt)
{
  gboolean doubted = doubt != NULL && !doubt->restorable;

  json_builder_set_member_name (builder, "restorable");
  if (doubt != NULL)
    json_builder_add_boolean_value (builder, doubt->restorable);
  else
    json_builder_add_null_value (builder);
  namida_json_build_string (builder, "doubt", doubted ? namida_inspection_kind_to_string (doubt->kind) : NULL);
  namida_json_build_string (builder, "damagedPart", doubted ? doubt->part : NULL);
}

static void
list_emit (NamidaVersion *version)
{
  JsonBuilder *builder = namida_cli_object ();
  int damaged = namida_version_get_damaged (version);
  g_autofree char *state = namida_version_dup_state_text (version);

  namida_json_build_string (builder, "id", namida_version_get_id (version));
  namida_json_build_string (builder, "alias", namida_version_get_alias (version));
  namida_json_build_string (builder, "fingerprint", namida_version_get_fingerprint (version));
  namida_json_build_string (builder, "title", namida_version_get_title (version));
  namida_json_build_int (builder, "created", (guint64) (namida_version_get_created_at (version) / 1000));
  namida_json_build_string (builder, "as",
                            namida_version_get_landing (version) == NAMIDA_LANDING_BACKUP ? "backup" : "library");
  namida_json_build_string (builder, "folder", namida_version_get_path (version));
  namida_json_build_string (builder, "zip", namida_version_get_zip_path (version));
  namida_json_build_int (builder, "files", namida_version_get_files (version));
  namida_json_build_int (builder, "bytes", namida_version_get_bytes (version));
  namida_json_build_int (builder, "left", namida_version_get_files_left (version));
  namida_json_build_boolean (builder, "complete", namida_version_get_complete (version));
  namida_json_build_boolean (builder, "here", !namida_version_get_elsewhere (version));
  namida_json_build_boolean (builder, "found", namida_version_get_found (version));
  namida_json_build_boolean (builder, "removing", namida_version_get_removing (version));
  namida_json_build_boolean (builder, "pinned", namida_version_get_pinned (version));
  namida_json_build_int (builder, "verified", (guint64) (namida_version_get_verified_at (version) / 1000));
  json_builder_set_member_name (builder, "readAt");
  if (namida_version_get_read_at (version) > 0)
    json_builder_add_int_value (builder, namida_version_get_read_at (version) / 1000);
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "damaged");
  if (damaged < 0)
    json_builder_add_null_value (builder);
  else
    json_builder_add_int_value (builder, damaged);
  list_add_doubt (builder, namida_version_get_doubt (version));
  namida_json_build_string (builder, "state", state);
  list_add_music (builder, version);
  namida_cli_emit (builder);
}

static void
list_print_row (NamidaVersion *version)
{
  g_autofree char *time = namida_cli_dup_time (namida_version_get_created_at (version));
  g_autofree char *alias = namida_format_alias (namida_version_get_alias (version));
  g_autofree char *title = namida_format_alias (namida_version_get_title (version));
  g_autofree char *size = namida_format_size (namida_version_get_bytes (version));
  g_autofree char *state = namida_version_dup_state_text (version);

  g_autofree char *column = namida_cli_text_pad (alias, 16);

  namida_cli_print ("%4s  %s  %s  %s, %s, %s%s", namida_version_get_id (version), time, column, title, size, state,
                    namida_version_get_pinned (version) ? _ (", pinned") : "");
}

static gboolean
list_is_of (NamidaVersion *version, const char *device)
{
  const char *fingerprint = namida_version_get_fingerprint (version);
  g_autofree char *typed = NULL;
  g_autofree char *alias = NULL;

  if (device == NULL)
    return TRUE;
  typed = namida_format_fold (device);
  alias = namida_format_fold (namida_version_get_alias (version));
  return g_str_equal (typed, alias) || namida_fingerprint_is_named (fingerprint, device, FALSE);
}

/* After the newest version of each device, prints the date of its newest intact one if that is another version. */
static void
list_report_good (NamidaVersions *versions, GPtrArray *devices, NamidaVersion *version)
{
  g_autofree char *words = NULL;

  for (guint i = 0; i < devices->len; i++)
    if (namida_version_is_same_device (g_ptr_array_index (devices, i), version))
      return;
  g_ptr_array_add (devices, g_object_ref (version));
  words = namida_versions_dup_good_words (versions, version);
  if (words != NULL)
    namida_cli_print ("      %s", words);
}

/* Versions of two devices with the same name must not look like those of one device. Returns: the fingerprints of
 * versions of @device; versions without a fingerprint, from release 0.1.0 or adopted, have "". */
static GPtrArray *
list_find_devices (NamidaVersions *versions, const char *device)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (versions)); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (versions), i);
      const char *fingerprint = namida_version_get_fingerprint (version);

      fingerprint = fingerprint != NULL ? fingerprint : "";
      if (list_is_of (version, device) && !g_ptr_array_find_with_equal_func (found, fingerprint, g_str_equal, NULL))
        g_ptr_array_add (found, g_strdup (fingerprint));
    }
  return found;
}

static void
list_report_devices (NamidaCliBackups *self, GPtrArray *devices, const char *name)
{
  g_autofree char *shown = namida_format_alias (name);

  namida_cli_complain (
      ngettext ("“%s” is the name of %'u device. Give the digits to see the versions of one:",
                "“%s” is the name of %'u devices. Give the digits to see the versions of one:", devices->len),
      shown, devices->len);
  for (guint i = 0; i < devices->len; i++)
    if (*(const char *) devices->pdata[i] != '\0')
      namida_cli_complain ("  namida-sync-cli backups list %.16s", (const char *) devices->pdata[i]);
}

static int
list_nothing (NamidaCliBackups *self, const char *device)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = device != NULL ? namida_format_alias (device) : NULL;

  if (device == NULL)
    {
      namida_cli_say (self->cli, _ ("No backups found. To receive one, run: namida-sync-cli receive"));
      return NAMIDA_CLI_EXIT_DONE;
    }
  g_set_error (&error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
               _ ("No backups found for “%s”. “namida-sync-cli backups list” shows all of them."), shown);
  return namida_cli_fail (self->cli, error);
}

int
namida_cli_backups_list (NamidaCliBackups *self, const char *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) named = NULL;
  guint n = 0;

  if (device != NULL && !g_utf8_validate (device, -1, NULL))
    return namida_cli_usage (_ ("The name of the device is not valid UTF-8."));
  versions = namida_cli_open_versions_to_read (self->cli, &error);
  if (versions == NULL || !namida_cli_look_into_zips (self->cli, versions, &error))
    return namida_cli_fail (self->cli, error);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (versions)); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (versions), i);

      if (!list_is_of (version, device))
        continue;
      n++;
      if (self->cli->json)
        list_emit (version);
      else
        {
          list_print_row (version);
          list_report_good (versions, devices, version);
        }
    }
  if (n == 0)
    return list_nothing (self, device);
  named = device != NULL ? list_find_devices (versions, device) : NULL;
  if (named != NULL && named->len > 1)
    list_report_devices (self, named, device);
  return NAMIDA_CLI_EXIT_DONE;
}

static void
list_print_details (NamidaVersion *version)
{
  GPtrArray *music = namida_version_get_music (version);
  g_autofree char *folder = g_filename_display_name (namida_version_get_path (version));
  g_autofree char *size = namida_format_size (namida_version_get_bytes (version));

  list_print_row (version);
  namida_cli_print (namida_version_get_landing (version) == NAMIDA_LANDING_BACKUP
                        ? _ ("      Kept as a backup in %s")
                        : _ ("      Received into your own folders, among them %s"),
                    folder);
  if (namida_version_get_zip_path (version) != NULL)
    {
      g_autofree char *zip = g_filename_display_name (namida_version_get_zip_path (version));
      namida_cli_print (_ ("      Backup: %s"), zip);
    }
  for (guint i = 0; i < music->len; i++)
    {
      const NamidaVersionMusic *one = g_ptr_array_index (music, i);
      g_autofree char *bytes = namida_format_size (one->bytes);
      g_autofree char *count
          = g_strdup_printf (ngettext ("%'u file", "%'u files", (gulong) one->files), (guint) one->files);

      namida_cli_print ("      %s: %s, %s", *one->label != '\0' ? one->label : _ ("Single files"), count, bytes);
    }
  namida_cli_print (_ ("      %'u of %'u files are there as they arrived (%s)"),
                    namida_version_get_files_left (version), namida_version_get_files (version), size);
}

int
namida_cli_backups_show (NamidaCliBackups *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVersions) versions = namida_cli_open_versions_to_read (self->cli, &error);
  NamidaVersion *version = versions != NULL ? namida_cli_find_version (versions, id, &error) : NULL;

  if (version == NULL || !namida_cli_look_into_zips (self->cli, versions, &error))
    return namida_cli_fail (self->cli, error);
  if (self->cli->json)
    list_emit (version);
  else
    list_print_details (version);
  return NAMIDA_CLI_EXIT_DONE;
}
