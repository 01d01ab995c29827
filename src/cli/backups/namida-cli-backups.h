/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-phone-names.h"
#include "namida-cli.h"
#include "namida-restore-fit.h"
#include "namida-versions.h"

G_BEGIN_DECLS

/* The parts of "backups": one file for each of what it does. */

/** NamidaCliBackups: the options of all of them; (nullable) texts are owned by the command. */
typedef struct
{
  NamidaCli *cli;
  const char *to;
  const char *from;
  const char *pin;
  NamidaPhoneNames names;      /* restore --to */
  gboolean unencrypted;        /* restore --to: also to a device that cannot encrypt */
  const char *backups, *music; /* folders */
  NamidaLanding landing;
  const char *const *labels; /* (nullable): --music */
  const char *second;        /* (nullable): succeed: the new device */
  gboolean all, no_repair, dry_run, yes;
  gboolean fit; /* restore: with @fitting */
  NamidaRestoreFitOptions fitting;
} NamidaCliBackups;

/** namida_cli_open_versions: (transfer full) (nullable): the loaded list, without a network. */
NamidaVersions *namida_cli_open_versions (NamidaCli *cli, GError **error);
/** namida_cli_open_versions_to_read: the same with namida_cli_open_database_to_read(). */
NamidaVersions *namida_cli_open_versions_to_read (NamidaCli *cli, GError **error);
/** namida_cli_look_into_zips: waits until each backup zip of @versions was looked into: namida_version_get_doubt(). */
gboolean namida_cli_look_into_zips (NamidaCli *cli, NamidaVersions *versions, GError **error);
/** namida_cli_find_version: (transfer none) (nullable): by its number, or by its folder. */
NamidaVersion *namida_cli_find_version (NamidaVersions *versions, const char *text, GError **error);
/** Returns: (transfer full): "2026-07-19 18:30", local time. */
char *namida_cli_dup_time (gint64 real_us);

int namida_cli_backups_list (NamidaCliBackups *self, const char *device);
/* namida-cli-backups-find.c */
int namida_cli_backups_find (NamidaCliBackups *self, const char *text);
/* namida-cli-backups-usage.c; @policy: what would be kept; last = 0: nothing is said of that. */
int namida_cli_backups_usage (NamidaCliBackups *self, NamidaRetention policy);
int namida_cli_backups_export (NamidaCliBackups *self, const char *id, const char *folder);
/* namida-cli-backups-compare.c */
int namida_cli_backups_compare (NamidaCliBackups *self, const char *first, const char *second);
/* namida-cli-backups-stale.c */
int namida_cli_backups_list_stale (NamidaCliBackups *self, guint days);
int namida_cli_backups_show (NamidaCliBackups *self, const char *id);
int namida_cli_backups_verify (NamidaCliBackups *self, const char *id);
int namida_cli_backups_remove (NamidaCliBackups *self, const char *id);
int namida_cli_backups_forget (NamidaCliBackups *self, const char *id);
int namida_cli_backups_pin (NamidaCliBackups *self, const char *id, gboolean pinned);
/* namida-cli-backups-adopt.c */
/* namida-cli-backups-succeed.c */
int namida_cli_backups_succeed (NamidaCliBackups *self, const char *old, const char *new_one);
int namida_cli_backups_trash (NamidaCliBackups *self);
int namida_cli_backups_take_back (NamidaCliBackups *self, const char *id);
int namida_cli_backups_adopt (NamidaCliBackups *self, const char *folder);
int namida_cli_backups_restore (NamidaCliBackups *self, const char *id);
/* namida-cli-backups-fetch.c: what another device keeps for this one. */
int namida_cli_backups_list_kept (NamidaCliBackups *self);
int namida_cli_backups_fetch (NamidaCliBackups *self, const char *id);

G_END_DECLS
