/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restoring into folders of this computer. Main thread. */
#pragma once

#include "namida-cli.h"
#include "namida-hub-restore.h"

G_BEGIN_DECLS

/**
 * NamidaCliRestoreOptions: the options of “backups restore … --here” and “backups undo”. Strings are (nullable) and
 * owned by the caller.
 */
typedef struct
{
  const char *folder;              /* the version's folder */
  const char *to;                  /* --into DIR: where music folders that are new here are created */
  const char *zip_to;              /* --zip-to DIR; default: ~/Namida/Backups */
  const char *const *map;          /* --map LABEL=DIR | LABEL=new | LABEL=skip, NULL-terminated */
  const char *const *picks;        /* --pick; empty with --playlist alone; %NULL: everything */
  gboolean preview;                /* --preview: only show what would be done */
  gboolean yes;                    /* --yes: do not ask; new folders are created below --into */
  gboolean replace;                /* --replace: replace files that differ */
  gboolean keep_both;              /* --keep-both: add files that differ under another name */
  gboolean automatic;              /* --automatic: let Namida's automatic restore find it */
  gboolean fit;                    /* --fit: change the paths in the zip to those of this computer */
  NamidaRestoreFitOptions fitting; /* with @fit */
} NamidaCliRestoreOptions;

/** namida_cli_backups_restore_here: “backups restore VERSION|FOLDER --here”. Returns: the exit code. */
int namida_cli_backups_restore_here (NamidaCli *cli, const NamidaCliRestoreOptions *options);
/** namida_cli_restore_fit: writes the zip of @plan with the paths of this computer, and reports it. Returns: %FALSE
 * with an error of namida_restore_plan_fit_finish(). */
gboolean namida_cli_restore_fit (NamidaCli *cli,
                                 NamidaRestorePlan *plan,
                                 const NamidaRestoreFitOptions *options,
                                 GError **error);
/**
 * namida_cli_restore_fit_for: makes a copy of the zip of @version with the paths of @peer and reports the result.
 * Returns: (transfer full) (nullable): the copy; %NULL with an error of namida_hub_fit_for_finish().
 */
NamidaFittedBackup *namida_cli_restore_fit_for (NamidaCli *cli,
                                                NamidaHub *hub,
                                                NamidaVersion *version,
                                                NamidaPeer *peer,
                                                const NamidaRestoreFitOptions *options,
                                                GError **error);
/** namida_cli_backups_undo: “backups undo [ID]”. @id: (nullable): %NULL: the newest one. Returns: the exit code. */
int namida_cli_backups_undo (NamidaCli *cli, const char *id);

G_END_DECLS
