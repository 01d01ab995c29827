/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"
#include "namida-hub-restore.h"

G_BEGIN_DECLS

/** What "backups restore … --here" and "backups undo" take; all (nullable), owned by the caller. */
typedef struct
{
  const char *folder;              /* the version's folder */
  const char *to;                  /* --into DIR: where music folders that are new here go */
  const char *zip_to;              /* --zip-to DIR: default ~/Namida/Backups */
  const char *const *map;          /* --map LABEL=DIR | LABEL=new | LABEL=skip, NULL-terminated */
  gboolean preview;                /* --preview: tell, do nothing */
  gboolean yes;                    /* --yes: ask nothing; folders that are new here go below --to */
  gboolean replace;                /* --replace: replace what is different */
  gboolean keep_both;              /* --keep-both: add what is different under another name */
  gboolean automatic;              /* --automatic: Namida's automatic restore shall pick it */
  gboolean fit;                    /* --fit: the zip with the paths of this computer */
  NamidaRestoreFitOptions fitting; /* with @fit */
} NamidaCliRestoreOptions;

/** namida_cli_backups_restore_here: "backups restore VERSION|FOLDER --here". Returns: the exit code. */
int namida_cli_backups_restore_here (NamidaCli *cli, const NamidaCliRestoreOptions *options);
/** namida_cli_restore_fit: the zip of @plan with the paths of this computer. Returns: the exit code. */
int namida_cli_restore_fit (NamidaCli *cli, NamidaRestorePlan *plan, const NamidaRestoreFitOptions *options);
/** namida_cli_restore_fit_for: (transfer full) (nullable): the zip of @version with the paths of @peer; says what was
 * done. */
NamidaFittedBackup *namida_cli_restore_fit_for (NamidaCli *cli,
                                                NamidaHub *hub,
                                                NamidaVersion *version,
                                                NamidaPeer *peer,
                                                const NamidaRestoreFitOptions *options,
                                                GError **error);
/** namida_cli_backups_undo: "backups undo [ID]": @id: (nullable): the newest. Returns: the exit code. */
int namida_cli_backups_undo (NamidaCli *cli, const char *id);

G_END_DECLS
