/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user still has to do in Namida after a restore, in the words of Namida's own menus. Used by the restore,
 * the command line and the window. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaMenu: Namida's own menus, buttons and pages. */
typedef enum
{
  NAMIDA_MENU_SETTINGS,
  NAMIDA_MENU_BACKUP,
  NAMIDA_MENU_RESTORE,
  NAMIDA_MENU_AUTOMATIC,
  NAMIDA_MENU_MANUAL,
  NAMIDA_MENU_ADVANCED,
  NAMIDA_MENU_UPDATE_PATH,
  NAMIDA_MENU_ONLY_MISSING,
  NAMIDA_MENU_REINDEX,
  NAMIDA_MENU_HISTORY,
  NAMIDA_N_MENUS
} NamidaMenu;

/**
 * namida_menu_get_name: Returns: (transfer none): the English name that Namida itself uses; not translated, so that the
 * user can find it.
 */
const char *namida_menu_get_name (NamidaMenu menu);
/** namida_menu_dup_path: Returns: (transfer full): "Settings → Backup & Restore". */
char *namida_menu_dup_path (NamidaMenu first, NamidaMenu second);

/** NamidaStepsRequest: what the remaining steps depend on. */
typedef struct
{
  const char *zip;       /* (nullable): the name of the backup, safe to show; %NULL if none is in place */
  gboolean picked;       /* "Automatic" selects this backup */
  gboolean other_device; /* the steps are done on another device */
  gboolean fresh;        /* it has the current date */
  gboolean own_auto;     /* it is one of Namida's automatic backups, of which Namida deletes older ones */
  gboolean reindex;      /* Namida has to index its music again */
  gboolean has_listens;
  guint64 listens;  /* the number that must be shown at the end */
  GPtrArray *paths; /* (nullable) (element-type utf8): lines of namida_path_helper_dup_lines() */
} NamidaStepsRequest;

/** NamidaStep: one step. */
typedef struct
{
  char *title;  /* "Press “Restore Backup”" */
  char *detail; /* "Choose “Automatic”" */
} NamidaStep;

/**
 * namida_steps_new: Returns: (transfer full) (element-type NamidaStep): the translated steps in order; empty if no
 * backup is in place.
 */
GPtrArray *namida_steps_new (const NamidaStepsRequest *request);
/**
 * namida_steps_dup_lines: Returns: (transfer full) (array zero-terminated): the steps as sentences for a terminal, with
 * a note if a current date postpones Namida's own automatic backup.
 */
char **namida_steps_dup_lines (const NamidaStepsRequest *request);
/**
 * namida_steps_dup_note: Returns: (transfer full) (nullable): a sentence that says that Namida counts the time to its
 * next automatic backup from now on; %NULL if the date is not current.
 */
char *namida_steps_dup_note (const NamidaStepsRequest *request);

G_END_DECLS
