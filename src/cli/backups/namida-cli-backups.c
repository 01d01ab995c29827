/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “backups” command: parses its options, opens the list of versions and calls the function of each subcommand.
 * Main thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-exit.h"
#include "namida-cli-fit.h"
#include "namida-cli-output.h"
#include "namida-cli-pin.h"
#include "namida-cli-restore.h"
#include "namida-cli-terminal.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define UNSET G_MININT /* a numeric option that was not given */

static char *to, *from, *pin, *pin_file, *landing_text, *backups_folder, *music_folder;
static char **labels;
static gboolean no_repair, dry_run, zip_only, rename_odd, leave_out, keep_names, unencrypted;
static gboolean here, preview, yes, replace, keep_both, automatic, fit, merge, all_settings;
static int stale_days = UNSET;
static int keep = UNSET;
static gboolean keep_monthly;
static char **only_parts, **without_parts;
static char **picks, **playlists;
static char *zip_to;
static char **map;

static const GOptionEntry entries[] = {
  { "to", 0, 0, G_OPTION_ARG_STRING, &to, N_ ("restore: send it to this device"),
    N_ ("NAME|ADDRESS[:PORT]|FINGERPRINT") },
  { "music", 0, 0, G_OPTION_ARG_STRING_ARRAY, &labels,
    N_ ("restore --to, fetch: only this music folder beside the zip (default: all; can be repeated)"), N_ ("LABEL") },
  { "zip-only", 0, 0, G_OPTION_ARG_NONE, &zip_only, N_ ("restore --to, fetch: only the backup zip"), NULL },
  { "from", 0, 0, G_OPTION_ARG_STRING, &from, N_ ("list, fetch: what this device keeps for this one"),
    N_ ("NAME|ADDRESS[:PORT]|FINGERPRINT") },
  { "as", 0, 0, G_OPTION_ARG_STRING, &landing_text,
    N_ ("fetch: library: files in your folders; backup: a dated version (default: library)"), "library|backup" },
  { "backups", 0, 0, G_OPTION_ARG_FILENAME, &backups_folder, N_ ("fetch: where backups go (default: ~/Namida/Backups)"),
    N_ ("DIR") },
  { "into", 0, 0, G_OPTION_ARG_FILENAME, &music_folder,
    N_ ("fetch --as library, restore --here: where music goes (default: your music folder)"), N_ ("DIR") },
  { "unencrypted", 0, 0, G_OPTION_ARG_NONE, &unencrypted,
    N_ ("restore: allow a device that does not support encryption; anyone on this network could read or change the "
        "data"),
    NULL },
  { "rename", 0, 0, G_OPTION_ARG_NONE, &rename_odd,
    N_ ("restore --to a phone: send files whose names Android refuses under other names, and change the backup to "
        "match"),
    NULL },
  { "leave-out", 0, 0, G_OPTION_ARG_NONE, &leave_out,
    N_ ("restore --to a phone: leave out files whose names Android refuses"), NULL },
  { "keep-names", 0, 0, G_OPTION_ARG_NONE, &keep_names,
    N_ ("restore --to the phone app on a computer: send all names as they are"), NULL },
  { "pin", 0, 0, G_OPTION_ARG_STRING, &pin, N_ ("restore --to: the other device's PIN"), N_ ("PIN") },
  { "pin-file", 0, 0, G_OPTION_ARG_FILENAME, &pin_file,
    N_ ("Read the PIN from the first line of a file [default: NAMIDA_SYNC_PIN of the environment]"), N_ ("FILE") },
  { "here", 0, 0, G_OPTION_ARG_NONE, &here, N_ ("restore: restore to this computer; ID can also be a folder"), NULL },
  { "map", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &map,
    N_ ("restore --here: where this music folder goes; restore --to --fit: replace the folder OLD of the backup with "
        "NEW "
        "(can be repeated)"),
    "LABEL=DIR|new|skip|OLD=NEW" },
  { "zip-to", 0, 0, G_OPTION_ARG_FILENAME, &zip_to,
    N_ ("restore --here: where the backup zip goes (default: ~/Namida/Backups)"), N_ ("DIR") },
  { "preview", 0, 0, G_OPTION_ARG_NONE, &preview, N_ ("restore --here: show what would change, then stop"), NULL },
  { "yes", 'y', 0, G_OPTION_ARG_NONE, &yes, N_ ("restore --here, remove, succeed: do not ask for confirmation"), NULL },
  { "replace", 0, 0, G_OPTION_ARG_NONE, &replace, N_ ("restore --here: replace files that are different"), NULL },
  { "keep-both", 0, 0, G_OPTION_ARG_NONE, &keep_both, N_ ("restore --here: keep both versions of files that differ"),
    NULL },
  { "automatic", 0, 0, G_OPTION_ARG_NONE, &automatic,
    N_ ("restore --here: let Namida's automatic restore pick this backup"), NULL },
  { "fit", 0, 0, G_OPTION_ARG_NONE, &fit,
    N_ ("restore: the backup zip with the paths of this computer, or of the device of --to"), NULL },
  { "pick", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &picks,
    N_ ("restore: only this song or folder, such as “Music/Björk/Homogenic” (can be repeated; “backups find” lists "
        "them)"),
    N_ ("PATH") },
  { "playlist", 0, 0, G_OPTION_ARG_STRING_ARRAY, &playlists,
    N_ ("restore: only this playlist of the backup zip, as a backup of its own with the paths of where it goes, merged "
        "with the playlist there (can be repeated)"),
    N_ ("NAME") },
  { "merge", 0, 0, G_OPTION_ARG_NONE, &merge, N_ ("restore --fit: merge it with the newest backup of where it goes"),
    NULL },
  { "only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &only_parts, N_ ("restore --fit: only these parts of the backup zip"),
    N_ ("PART,…") },
  { "without", 0, 0, G_OPTION_ARG_STRING_ARRAY, &without_parts,
    N_ ("restore --fit: without these parts of the backup zip"), N_ ("PART,…") },
  { "all-settings", 0, 0, G_OPTION_ARG_NONE, &all_settings,
    N_ ("restore --fit: also keep settings that only suit the kind of device the backup was made on"), NULL },
  { "stale", 0, 0, G_OPTION_ARG_INT, &stale_days,
    N_ ("list: only devices without a backup for more than this many days; the exit code is 9 if there is one"),
    N_ ("DAYS") },
  { "keep", 0, 0, G_OPTION_ARG_INT, &keep, N_ ("usage: also show what “receive --keep N” would free"), N_ ("N") },
  { "keep-monthly", 0, 0, G_OPTION_ARG_NONE, &keep_monthly,
    N_ ("usage --keep: also keep the newest version of each earlier month"), NULL },
  { "no-repair", 0, 0, G_OPTION_ARG_NONE, &no_repair, N_ ("verify: report damage without repairing it"), NULL },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, N_ ("remove: show what would be freed, then stop"), NULL },
  { NULL },
};

/* @opened: (transfer full) (nullable): %NULL with @error */
static NamidaVersions *
backups_load (NamidaCli *cli, NamidaDatabase *opened, GError **error)
{
  g_autofree char *data_dir = namida_cli_dup_data_dir (cli);
  g_autoptr (NamidaDatabase) database = opened;
  g_autoptr (NamidaStore) store = NULL;
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (database == NULL)
    return NULL;
  store = namida_store_new (data_dir, database);
  versions = namida_versions_new ();
  namida_versions_set_store (versions, store);
  namida_versions_reload_async (versions, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  while (namida_versions_get_loading (versions))
    g_main_context_iteration (NULL, TRUE);
  if (!namida_versions_reload_finish (versions, result, error))
    return NULL;
  return g_steal_pointer (&versions);
}

NamidaVersions *
namida_cli_open_versions (NamidaCli *cli, GError **error)
{
  return backups_load (cli, namida_cli_open_database (cli, error), error);
}

NamidaVersions *
namida_cli_open_versions_to_read (NamidaCli *cli, GError **error)
{
  return backups_load (cli, namida_cli_open_database_to_read (cli, error), error);
}

gboolean
namida_cli_look_into_zips (NamidaCli *cli, NamidaVersions *versions, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_versions_look_async (versions, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  return namida_versions_look_finish (versions, result, error);
}

static NamidaVersion *
backups_find_by_folder (NamidaVersions *versions, const char *text)
{
  g_autofree char *path = g_canonicalize_filename (text, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (versions)); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (versions), i);

      if (g_str_equal (namida_version_get_path (version), path)
          && namida_version_get_landing (version) == NAMIDA_LANDING_BACKUP)
        return version; /* the list holds it */
    }
  return NULL;
}

NamidaVersion *
namida_cli_find_version (NamidaVersions *versions, const char *text, GError **error)
{
  NamidaVersion *version = namida_versions_find (versions, text);
  g_autofree char *shown = g_utf8_make_valid (text, -1);

  if (version == NULL)
    version = backups_find_by_folder (versions, text);
  if (version == NULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                 _ ("There is no version “%s”. “namida-sync-cli backups list” shows them."), shown);
  return version;
}

char *
namida_cli_dup_time (gint64 real_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (real_us / G_USEC_PER_SEC);

  return g_date_time_format (time, "%Y-%m-%d %H:%M");
}

static int
backups_restore_here (NamidaCliBackups *self, const char *which)
{
  NamidaCliRestoreOptions options = { .folder = which,
                                      .to = music_folder,
                                      .zip_to = zip_to,
                                      .map = (const char *const *) map,
                                      .picks = self->picks,
                                      .preview = preview,
                                      .yes = yes,
                                      .replace = replace,
                                      .keep_both = keep_both,
                                      .automatic = automatic,
                                      .fit = self->fit,
                                      .fitting = self->fitting };

  if (self->to != NULL)
    return namida_cli_usage (_ ("--here and --to cannot be used together. --into DIR says where music goes here."));
  return namida_cli_backups_restore_here (self->cli, &options);
}

static int
backups_restore_to (NamidaCliBackups *self, const char *which)
{
  g_autoptr (NamidaPathMap) maps = NULL;
  g_autoptr (GError) error = NULL;

  if (!self->fit && map != NULL)
    return namida_cli_usage (_ ("With --to, --map needs --fit."));
  maps = namida_cli_parse_maps (map, &error);
  if (maps == NULL)
    return namida_cli_usage ("%s", error->message);
  if (map != NULL)
    self->fitting.manual = maps;
  return namida_cli_backups_restore (self, which);
}

/* Returns: an exit code; NAMIDA_CLI_EXIT_DONE: --pick and --playlist make sense with the other options. */
static int
backups_restore_check_picks (void)
{
  if (picks == NULL && playlists == NULL)
    return NAMIDA_CLI_EXIT_DONE;
  if (labels != NULL || zip_only)
    return namida_cli_usage (
        _ ("--pick and --playlist already say what to restore: leave out --music and --zip-only."));
  if (only_parts != NULL || without_parts != NULL || all_settings)
    return namida_cli_usage (_ ("--only, --without and --all-settings are for a whole backup zip, not for --pick and "
                                "--playlist."));
  if (playlists == NULL && (fit || merge))
    return namida_cli_usage (_ ("--pick leaves the backup zip out: --fit and --merge need --playlist NAME with it."));
  for (guint i = 0; picks != NULL && picks[i] != NULL; i++)
    if (*picks[i] == '\0')
      return namida_cli_usage (_ ("--pick is the path of a song or folder in the version, such as “Music/Björk”."));
  if (picks != NULL)
    namida_cli_texts_from_locale (picks);
  return NAMIDA_CLI_EXIT_DONE;
}

static int
backups_restore (NamidaCliBackups *self, const char *which)
{
  static const char *const none[] = { NULL };
  g_autoptr (GError) error = NULL;
  int code = backups_restore_check_picks ();

  if (code != NAMIDA_CLI_EXIT_DONE)
    return code;
  if (!fit && playlists == NULL && (only_parts != NULL || without_parts != NULL || merge || all_settings))
    return namida_cli_usage (_ ("--only, --without, --merge and --all-settings need --fit."));
  self->fit = fit || playlists != NULL;
  if (picks != NULL || playlists != NULL)
    self->picks = picks != NULL ? (const char *const *) picks : none;
  self->fitting.playlists = (const char *const *) playlists;
  self->fitting.merge = merge;
  self->fitting.all_settings = all_settings;
  if (!namida_cli_parse_parts (only_parts, without_parts, &self->fitting.parts, &error))
    return namida_cli_usage ("%s", error->message);
  return here ? backups_restore_here (self, which) : backups_restore_to (self, which);
}

static int
backups_run (NamidaCliBackups *self, const char *what, const char *which)
{
  if (g_str_equal (what, "list") && stale_days != UNSET)
    return namida_cli_backups_list_stale (self, (guint) stale_days);
  if (g_str_equal (what, "list"))
    return self->from != NULL ? namida_cli_backups_list_kept (self) : namida_cli_backups_list (self, which);
  if (g_str_equal (what, "fetch"))
    return namida_cli_backups_fetch (self, which);
  if (g_str_equal (what, "verify"))
    return namida_cli_backups_verify (self, which);
  if (g_str_equal (what, "undo"))
    return namida_cli_backups_undo (self->cli, which);
  if (g_str_equal (what, "trash"))
    return namida_cli_backups_trash (self);
  if (g_str_equal (what, "usage"))
    return namida_cli_backups_usage (self, (NamidaRetention){ .last = keep != UNSET ? (guint) keep : 0,
                                                              .monthly = keep_monthly });
  if (which == NULL && g_str_equal (what, "find"))
    return namida_cli_usage (_ ("Say what to look for, a part of a name: backups find TEXT"));
  if (which == NULL && g_str_equal (what, "adopt"))
    return namida_cli_usage (_ ("Say in which folder versions are: backups adopt DIR"));
  if (which == NULL && g_str_equal (what, "take-back"))
    return namida_cli_usage (_ ("Say which version: its number in “namida-sync-cli backups trash”."));
  if (which == NULL)
    return namida_cli_usage (_ ("Say which version: its number in “namida-sync-cli backups list”."));
  if (g_str_equal (what, "succeed"))
    return namida_cli_backups_succeed (self, which, self->second);
  if (g_str_equal (what, "take-back"))
    return namida_cli_backups_take_back (self, which);
  if (g_str_equal (what, "find"))
    return namida_cli_backups_find (self, which);
  if (g_str_equal (what, "compare"))
    return namida_cli_backups_compare (self, which, self->second);
  if (g_str_equal (what, "export"))
    return namida_cli_backups_export (self, which, self->second);
  if (g_str_equal (what, "adopt"))
    return namida_cli_backups_adopt (self, which);
  if (g_str_equal (what, "show"))
    return namida_cli_backups_show (self, which);
  if (g_str_equal (what, "remove"))
    return namida_cli_backups_remove (self, which);
  if (g_str_equal (what, "forget"))
    return namida_cli_backups_forget (self, which);
  if (g_str_equal (what, "restore"))
    return backups_restore (self, which);
  return namida_cli_backups_pin (self, which, g_str_equal (what, "pin"));
}

/* Returns: an exit code; NAMIDA_CLI_EXIT_DONE: what follows the options makes sense. */
static int
backups_check_words (int argc, char **argv)
{
  static const char *const all[]
      = { "list",    "show", "verify",  "restore", "undo",   "fetch", "remove",    "pin",    "unpin", "adopt",
          "succeed", "find", "compare", "usage",   "export", "trash", "take-back", "forget", NULL };
  static const char *const pairs[] = { "succeed", "compare", "export", NULL };

  if (argc < 2 || !g_strv_contains (all, argv[1]))
    return namida_cli_usage (_ (
        "Say what to do: list, show, verify, restore, undo, fetch, remove, pin, unpin, adopt, succeed, find, compare, "
        "usage, export, trash, take-back or forget."));
  if (g_str_equal (argv[1], "succeed") && argc != 4)
    return namida_cli_usage (_ ("Say which device replaced which one: backups succeed OLD NEW"));
  if ((g_str_equal (argv[1], "compare") || g_str_equal (argv[1], "export")) && argc != 4)
    return namida_cli_usage (_ ("Give two: backups compare ID ID, or backups export ID DIR."));
  if (argc > 2 && (g_str_equal (argv[1], "usage") || g_str_equal (argv[1], "trash")))
    return namida_cli_usage (_ ("“backups %s” takes no argument."), argv[1]);
  if (argc > 3 && g_str_equal (argv[1], "list"))
    return namida_cli_usage (_ ("“backups list” takes one device at most."));
  if (argc > 3 && !g_strv_contains (pairs, argv[1]))
    return namida_cli_usage (_ ("“backups %s” takes one version at most."), argv[1]);
  return NAMIDA_CLI_EXIT_DONE;
}

/* Returns: an exit code; NAMIDA_CLI_EXIT_DONE: the options make sense with the command @what of @argc words. */
static int
backups_check_options (const char *what, int argc)
{
  if ((keep != UNSET || keep_monthly) && !g_str_equal (what, "usage"))
    return namida_cli_usage (_ ("--keep is for “backups usage”. “receive --keep” is what applies it."));
  if (keep != UNSET ? keep < 1 : keep_monthly)
    return namida_cli_usage (_ ("--keep is a number of versions, from 1 on."));
  if (stale_days != UNSET && (!g_str_equal (what, "list") || argc > 2 || from != NULL))
    return namida_cli_usage (_ ("--stale is for “backups list” without a device."));
  if (stale_days != UNSET && stale_days < 0)
    return namida_cli_usage (_ ("--stale is a number of days, from 0 on."));
  /* A preview must never turn into the real operation. */
  if (dry_run && !g_str_equal (what, "remove"))
    return namida_cli_usage (_ ("--dry-run is for “backups remove”. “backups restore --here” has --preview."));
  if (preview && !(here && g_str_equal (what, "restore")))
    return namida_cli_usage (_ ("--preview is for “backups restore --here”. “backups remove” has --dry-run."));
  if (zip_only && labels != NULL)
    return namida_cli_usage (_ ("--zip-only and --music cannot be used together."));
  if (pin != NULL && pin_file != NULL)
    return namida_cli_usage (_ ("--pin and --pin-file cannot be used together."));
  if (here && (zip_only || labels != NULL))
    return namida_cli_usage (
        _ ("With --here, --map LABEL=skip leaves out a music folder, and --pick restores a part."));
  if (!here && g_str_equal (what, "restore") && (replace || keep_both || automatic || zip_to != NULL))
    return namida_cli_usage (_ ("--replace, --keep-both, --automatic and --zip-to need --here."));
  if (rename_odd + leave_out + keep_names > 1)
    return namida_cli_usage (_ ("--rename, --leave-out and --keep-names cannot be used together."));
  if (rename_odd + leave_out + keep_names > 0 && (to == NULL || !g_str_equal (what, "restore")))
    return namida_cli_usage (_ ("--rename, --leave-out and --keep-names are for “backups restore --to”."));
  if (unencrypted && (to == NULL || !g_str_equal (what, "restore")))
    return namida_cli_usage (_ ("--unencrypted is for “backups restore --to”."));
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_backups (NamidaCli *cli, int argc, char **argv)
{
  static const char *const none[] = { NULL };
  NamidaCliBackups self = { .cli = cli };
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = NULL;
  int code;

  if (!namida_cli_parse (cli,
                         _ ("list [DEVICE] | show ID | verify [ID] | restore ID | undo [ID] | fetch [ID] | remove ID | "
                            "pin ID | unpin ID | find TEXT | compare ID ID | usage | adopt DIR | export ID DIR | "
                            "succeed OLD NEW | trash | take-back ID | forget ID"),
                         _ ("List, show, verify, restore, fetch, pin and remove stored backups. A pinned version is "
                            "never removed. Older\n"
                            "versions that --keep no longer covers stay in the trash for 30 days."),
                         entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  code = backups_check_words (argc, argv);
  if (code == NAMIDA_CLI_EXIT_DONE)
    code = backups_check_options (argv[1], argc);
  if (code != NAMIDA_CLI_EXIT_DONE)
    return code;
  /* The others take a path. */
  if (!g_str_equal (argv[1], "adopt") && !g_str_equal (argv[1], "export") && !g_str_equal (argv[1], "verify"))
    namida_cli_texts_from_locale (argv + 2);
  self.unencrypted = unencrypted;
  self.names = rename_odd   ? NAMIDA_PHONE_NAMES_RENAME
               : leave_out  ? NAMIDA_PHONE_NAMES_LEAVE_OUT
               : keep_names ? NAMIDA_PHONE_NAMES_KEEP
                            : NAMIDA_PHONE_NAMES_ASK;
  self.to = to;
  self.from = from;
  if (!namida_cli_read_pin (pin, pin_file, &secret, &error))
    return namida_cli_fail (cli, error);
  self.pin = secret;
  self.labels = zip_only ? none : (const char *const *) labels;
  self.no_repair = no_repair;
  self.dry_run = dry_run;
  self.second = argc > 3 ? argv[3] : NULL;
  self.yes = yes;
  self.backups = backups_folder;
  self.music = music_folder;
  if (g_strcmp0 (landing_text, "backup") == 0)
    self.landing = NAMIDA_LANDING_BACKUP;
  else if (landing_text != NULL && !g_str_equal (landing_text, "library"))
    return namida_cli_usage (_ ("--as is library or backup, not “%s”."), landing_text);
  return backups_run (&self, argv[1], argc > 2 ? argv[2] : NULL);
}
