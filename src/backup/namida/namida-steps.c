/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps that the user still has to take in Namida after a restore, in the words of Namida's own menus. This is
 * the only table of these words; it is used by the restore, transfers to a phone, inspect, the command line and the
 * window. Any thread. */
#include "config.h"

#include "namida-steps.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

const char *
namida_menu_get_name (NamidaMenu menu)
{
  /* From Namida's English texts (namida, assets/language). */
  static const char *const names[NAMIDA_N_MENUS] = {
    [NAMIDA_MENU_SETTINGS] = "Settings",
    [NAMIDA_MENU_BACKUP] = "Backup & Restore",
    [NAMIDA_MENU_RESTORE] = "Restore Backup",
    [NAMIDA_MENU_AUTOMATIC] = "Automatic",
    [NAMIDA_MENU_MANUAL] = "Manual",
    [NAMIDA_MENU_ADVANCED] = "Advanced",
    [NAMIDA_MENU_UPDATE_PATH] = "Update directory path",
    [NAMIDA_MENU_ONLY_MISSING] = "Update missing tracks only",
    [NAMIDA_MENU_REINDEX] = "Re-index",
    [NAMIDA_MENU_HISTORY] = "History",
  };

  return names[menu];
}

char *
namida_menu_dup_path (NamidaMenu first, NamidaMenu second)
{
  return g_strdup_printf ("%s → %s", namida_menu_get_name (first), namida_menu_get_name (second));
}

static void
steps_free_one (gpointer data)
{
  NamidaStep *step = data;

  g_free (step->title);
  g_free (step->detail);
  g_free (step);
}

/* @title, @detail: (transfer full) */
static void
steps_add (GPtrArray *steps, char *title, char *detail)
{
  NamidaStep *step = g_new0 (NamidaStep, 1);

  step->title = title;
  step->detail = detail;
  g_ptr_array_add (steps, step);
}

static void
steps_add_restore (GPtrArray *steps, const NamidaStepsRequest *request)
{
  const char *automatic = namida_menu_get_name (NAMIDA_MENU_AUTOMATIC);
  const char *manual = namida_menu_get_name (NAMIDA_MENU_MANUAL);

  steps_add (steps, g_strdup (request->other_device ? _ ("Open Namida There") : _ ("Open Namida")),
             namida_menu_dup_path (NAMIDA_MENU_SETTINGS, NAMIDA_MENU_BACKUP));
  /* Translators: %s is the name of a button in Namida */
  steps_add (steps, g_strdup_printf (_ ("Press “%s”"), namida_menu_get_name (NAMIDA_MENU_RESTORE)),
             /* Translators: %s is the name of a button in Namida */
             request->picked ? g_strdup_printf (_ ("Choose “%s”"), automatic)
                             /* Translators: a button in Namida, then a file name */
                             : g_strdup_printf (_ ("Choose “%s”, then “%s”"), manual, request->zip));
}

static void
steps_add_paths (GPtrArray *steps, const NamidaStepsRequest *request)
{
  for (guint i = 0; request->paths != NULL && i < request->paths->len; i++)
    steps_add (steps, g_strdup (request->paths->pdata[i]),
               namida_menu_dup_path (NAMIDA_MENU_SETTINGS, NAMIDA_MENU_ADVANCED));
}

GPtrArray *
namida_steps_new (const NamidaStepsRequest *request)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func (steps_free_one);

  if (request->zip == NULL)
    return steps;
  steps_add_restore (steps, request);
  steps_add_paths (steps, request);
  if (request->reindex)
    /* Translators: %s is the name of a button in Namida */
    steps_add (steps, g_strdup_printf (_ ("Press “%s”"), namida_menu_get_name (NAMIDA_MENU_REINDEX)),
               g_strdup (_ ("So that Namida looks at its music again")));
  if (request->has_listens && request->listens > 0)
    steps_add (steps,
               /* Translators: %s is the name of a page in Namida */
               g_strdup_printf (_ ("Look at “%s”"), namida_menu_get_name (NAMIDA_MENU_HISTORY)),
               g_strdup_printf (ngettext ("It must show %'" PRIu64 " listen", "It must show %'" PRIu64 " listens",
                                          (gulong) request->listens),
                                request->listens));
  return steps;
}

char *
namida_steps_dup_note (const NamidaStepsRequest *request)
{
  return request->fresh ? g_strdup (_ ("Namida counts its next automatic backup from now on, because this backup has "
                                       "the date of today."))
                        : NULL;
}

char **
namida_steps_dup_lines (const NamidaStepsRequest *request)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  const char *settings = namida_menu_get_name (NAMIDA_MENU_SETTINGS);
  const char *backup = namida_menu_get_name (NAMIDA_MENU_BACKUP);
  const char *restore = namida_menu_get_name (NAMIDA_MENU_RESTORE);
  g_autofree char *note = namida_steps_dup_note (request);

  if (request->zip == NULL)
    return g_new0 (char *, 1);
  if (request->picked)
    /* Translators: %s are names in Namida's own menus, and at the end a file name */
    g_ptr_array_add (lines, g_strdup_printf (_ ("In Namida: %s, %s, %s, %s. It picks “%s”."), settings, backup, restore,
                                             namida_menu_get_name (NAMIDA_MENU_AUTOMATIC), request->zip));
  else
    /* Translators: %s are names in Namida's own menus, a file name, and the name of another choice in that menu */
    g_ptr_array_add (lines,
                     g_strdup_printf (_ ("In Namida: %s, %s, %s, %s. Choose “%s”; “%s” would pick a newer backup."),
                                      settings, backup, restore, namida_menu_get_name (NAMIDA_MENU_MANUAL),
                                      request->zip, namida_menu_get_name (NAMIDA_MENU_AUTOMATIC)));
  if (request->own_auto)
    g_ptr_array_add (lines, g_strdup (_ ("Do it soon: Namida deletes its older automatic backups by itself.")));
  if (request->paths != NULL && request->paths->len > 0)
    /* Translators: %s are names in Namida's own menus; lines with paths follow */
    g_ptr_array_add (lines, g_strdup_printf (_ ("Then, in Namida, under %s, %s, with “%s”:"), settings,
                                             namida_menu_get_name (NAMIDA_MENU_ADVANCED),
                                             namida_menu_get_name (NAMIDA_MENU_ONLY_MISSING)));
  for (guint i = 0; request->paths != NULL && i < request->paths->len; i++)
    g_ptr_array_add (lines, g_strdup (request->paths->pdata[i]));
  if (request->reindex)
    /* Translators: %s is the name of a button in Namida */
    g_ptr_array_add (lines, g_strdup_printf (_ ("Press “%s” afterwards, so that Namida looks at its music again."),
                                             namida_menu_get_name (NAMIDA_MENU_REINDEX)));
  if (note != NULL)
    g_ptr_array_add (lines, g_steal_pointer (&note));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_steal (lines, NULL);
}
