/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What Namida calls its own menus, buttons and pages. */
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

/** namida_menu_get_name: (transfer none): in English, as Namida writes it; not translated, so that a person can find
 * it. */
const char *namida_menu_get_name (NamidaMenu menu);
/** namida_menu_dup_path: (transfer full): "Settings → Backup & Restore". */
char *namida_menu_dup_path (NamidaMenu first, NamidaMenu second);

/** What is left to be done in Namida. */
typedef struct
{
  const char *zip;       /* (nullable): the name of the backup, as shown; %NULL: none is in place */
  gboolean picked;       /* "Automatic" takes this one */
  gboolean other_device; /* the steps are done on another device */
  gboolean fresh;        /* it has the date of now */
  gboolean own_auto;     /* one of Namida's automatic ones, of which it deletes the older */
  gboolean reindex;      /* Namida has to look at its music again */
  gboolean has_listens;
  guint64 listens;  /* that must be seen at the end */
  GPtrArray *paths; /* (nullable) (element-type utf8): lines of namida_path_helper_dup_lines() */
} NamidaStepsRequest;

/** One step. */
typedef struct
{
  char *title;  /* "Press “Restore Backup”" */
  char *detail; /* "Choose “Automatic”" */
} NamidaStep;

/** namida_steps_new: (transfer full) (element-type NamidaStep): the steps in their order, translated; empty when no
 * backup is in place. */
GPtrArray *namida_steps_new (const NamidaStepsRequest *request);
/** namida_steps_dup_lines: (transfer full) (array zero-terminated): @request as sentences for a terminal, with what
 * else is worth knowing: that a fresh date postpones Namida's own automatic backup. */
char **namida_steps_dup_lines (const NamidaStepsRequest *request);
/** namida_steps_dup_note: (transfer full) (nullable): that Namida counts its next automatic backup from now on; %NULL
 * when the date is not fresh. */
char *namida_steps_dup_note (const NamidaStepsRequest *request);

G_END_DECLS
