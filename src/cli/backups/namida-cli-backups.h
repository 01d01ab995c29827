/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subcommands of “backups”, one file for each of them or for a group. Main thread. */
#pragma once

#include "namida-phone-names.h"
#include "namida-cli.h"
#include "namida-restore-fit.h"
#include "namida-versions.h"

G_BEGIN_DECLS

/** NamidaCliBackups: the options of all subcommands. Strings are (nullable) and owned by the command. */
typedef struct
{
  NamidaCli *cli;
  const char *to;
  const char *from;
  const char *pin;
  NamidaPhoneNames names;      /* for restore --to */
  gboolean unencrypted;        /* for restore --to: also to a device that cannot encrypt */
  const char *backups, *music; /* folders */
  NamidaLanding landing;
  const char *const *labels; /* (nullable): --music */
  const char *const *picks;  /* (nullable): --pick; empty with --playlist alone */
  const char *second;        /* (nullable): for succeed: the new device */
  gboolean all, no_repair, dry_run, yes;
  gboolean fit; /* for restore: use @fitting */
  NamidaRestoreFitOptions fitting;
} NamidaCliBackups;

/** namida_cli_open_versions: Returns: (transfer full) (nullable): the loaded list of versions, without a network; %NULL
 * with an error of namida_cli_open_database() or of loading. */
NamidaVersions *namida_cli_open_versions (NamidaCli *cli, GError **error);
/** namida_cli_open_versions_to_read: like namida_cli_open_versions(), with namida_cli_open_database_to_read(). Returns:
 * (transfer full) (nullable): like that function. */
NamidaVersions *namida_cli_open_versions_to_read (NamidaCli *cli, GError **error);
/**
 * namida_cli_look_into_zips: waits until each backup zip of @versions has been inspected, see
 * namida_version_get_doubt(). Returns: %FALSE with STORAGE or CANCELLED.
 */
gboolean namida_cli_look_into_zips (NamidaCli *cli, NamidaVersions *versions, GError **error);
/** namida_cli_find_version: Returns: (transfer none) (nullable): a version by its number or its folder; %NULL with
 * NOT_FOUND. */
NamidaVersion *namida_cli_find_version (NamidaVersions *versions, const char *text, GError **error);
/** namida_cli_dup_time: Returns: (transfer full): local time such as "2026-07-19 18:30". */
char *namida_cli_dup_time (gint64 real_us);

/** namida_cli_backups_list: “list”. @device: (nullable): its name or fingerprint; %NULL: all devices */
int namida_cli_backups_list (NamidaCliBackups *self, const char *device);
/* namida-cli-backups-find.c */
/** namida_cli_backups_find: “find TEXT”. */
int namida_cli_backups_find (NamidaCliBackups *self, const char *text);
/* namida-cli-backups-usage.c; @policy: the retention to evaluate; last = 0: none */
/** namida_cli_backups_usage: “usage”. */
int namida_cli_backups_usage (NamidaCliBackups *self, NamidaRetention policy);
/** namida_cli_backups_export: “export ID DIR”. */
int namida_cli_backups_export (NamidaCliBackups *self, const char *id, const char *folder);
/* namida-cli-backups-compare.c */
/** namida_cli_backups_compare: “compare ID ID”. */
int namida_cli_backups_compare (NamidaCliBackups *self, const char *first, const char *second);
/* namida-cli-backups-stale.c */
/** namida_cli_backups_list_stale: “list --stale DAYS”. */
int namida_cli_backups_list_stale (NamidaCliBackups *self, guint days);
/** namida_cli_backups_show: “show ID”. */
int namida_cli_backups_show (NamidaCliBackups *self, const char *id);
/** namida_cli_backups_verify: “verify [ID|FOLDER]”. @id: (nullable): %NULL: all versions */
int namida_cli_backups_verify (NamidaCliBackups *self, const char *id);
/** namida_cli_backups_remove: “remove ID”. */
int namida_cli_backups_remove (NamidaCliBackups *self, const char *id);
/** namida_cli_backups_forget: “forget ID”. */
int namida_cli_backups_forget (NamidaCliBackups *self, const char *id);
/** namida_cli_backups_pin: “pin ID”; “unpin ID” if @pinned is %FALSE. */
int namida_cli_backups_pin (NamidaCliBackups *self, const char *id, gboolean pinned);
/* namida-cli-backups-adopt.c */
/* namida-cli-backups-succeed.c */
/** namida_cli_backups_succeed: “succeed OLD NEW”. */
int namida_cli_backups_succeed (NamidaCliBackups *self, const char *old, const char *new_one);
/** namida_cli_backups_trash: “trash”. */
int namida_cli_backups_trash (NamidaCliBackups *self);
/** namida_cli_backups_take_back: “take-back ID”. */
int namida_cli_backups_take_back (NamidaCliBackups *self, const char *id);
/** namida_cli_backups_adopt: “adopt DIR”. */
int namida_cli_backups_adopt (NamidaCliBackups *self, const char *folder);
/** namida_cli_backups_restore: “restore ID --to DEVICE”. */
int namida_cli_backups_restore (NamidaCliBackups *self, const char *id);
/* namida-cli-backups-fetch.c: versions that another device keeps for this one. */
/** namida_cli_backups_list_kept: “list --from DEVICE”. */
int namida_cli_backups_list_kept (NamidaCliBackups *self);
/** namida_cli_backups_fetch: “fetch --from DEVICE [ID]”. @id: (nullable): %NULL: the newest backup */
int namida_cli_backups_fetch (NamidaCliBackups *self, const char *id);

G_END_DECLS
