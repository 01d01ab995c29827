/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-format.h"
#include "namida-path-helper.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

static char **
steal (GPtrArray *lines)
{
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (lines, FALSE);
}

static char *
dup_counts (const NamidaRestoreLabel *label, NamidaRestorePolicy policy)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  guint64 fresh = label->files[NAMIDA_RESTORE_NEW];
  g_autofree char *size = namida_format_size (label->bytes[NAMIDA_RESTORE_NEW]);

  /* Translators: counts of files: "12 new (84 MB)" */
  if (fresh > 0)
    g_ptr_array_add (parts, g_strdup_printf (_ ("%'" PRIu64 " new (%s)"), fresh, size));
  if (label->files[NAMIDA_RESTORE_SAME] > 0)
    g_ptr_array_add (parts, g_strdup_printf (_ ("%'" PRIu64 " there already"), label->files[NAMIDA_RESTORE_SAME]));
  if (label->files[NAMIDA_RESTORE_DIFFERENT] > 0)
    g_ptr_array_add (parts,
                     g_strdup_printf (policy == NAMIDA_RESTORE_REPLACE ? _ ("%'" PRIu64 " different, to be replaced")
                                      : policy == NAMIDA_RESTORE_KEEP_BOTH
                                          ? _ ("%'" PRIu64 " different, to be added under another name")
                                          : _ ("%'" PRIu64 " different, left as they are"),
                                      label->files[NAMIDA_RESTORE_DIFFERENT]));
  if (label->newer_here > 0)
    g_ptr_array_add (parts, g_strdup_printf (_ ("%'" PRIu64 " of them newer here"), label->newer_here));
  if (label->files[NAMIDA_RESTORE_BLOCKED] > 0)
    g_ptr_array_add (parts, g_strdup_printf (_ ("%'" PRIu64 " that cannot be restored"),
                                             label->files[NAMIDA_RESTORE_BLOCKED]));
  if (parts->len == 0)
    return g_strdup (_ ("no files"));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (", ", (char **) parts->pdata);
}

char **
namida_restore_plan_dup_lines (NamidaRestorePlan *self)
{
  GPtrArray *lines = g_ptr_array_new ();

  for (guint i = 0; i < self->labels->len; i++)
    {
      const NamidaRestoreLabel *label = self->labels->pdata[i];
      const char *name = *label->label != '\0' ? label->label : self->zip;
      g_autofree char *shown = namida_format_alias (name);
      g_autofree char *where = label->destination != NULL ? g_filename_display_name (label->destination) : NULL;
      g_autofree char *counts = dup_counts (label, self->policy);

      if (label->asked)
        g_ptr_array_add (lines, g_strdup_printf (_ ("%s: nobody has chosen a folder for it yet"), shown));
      else if (where == NULL)
        g_ptr_array_add (lines, g_strdup_printf (_ ("%s: not restored"), shown));
      else
        g_ptr_array_add (lines, g_strdup_printf (_ ("%s into %s: %s"), shown, where, counts));
    }
  return steal (lines);
}

static gboolean
has_music (NamidaRestorePlan *self, GPtrArray *there)
{
  for (guint i = 0; i < self->labels->len; i++)
    {
      const NamidaRestoreLabel *label = self->labels->pdata[i];

      if (*label->label != '\0' && label->destination != NULL)
        g_ptr_array_add (there, g_filename_display_name (label->destination));
    }
  return there->len > 0;
}

char **
namida_restore_plan_dup_path_lines (NamidaRestorePlan *self)
{
  g_autoptr (GPtrArray) there = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) advice = NULL;

  if (!has_music (self, there))
    g_ptr_array_add (there, g_filename_display_name (self->music));
  if (self->inspection == NULL || self->inspection->music_folders->len == 0)
    return g_new0 (char *, 1);
  advice = namida_path_helper_advise (self->inspection->music_folders, there);
  return namida_path_helper_dup_lines (advice);
}

static void
add_restore_steps (NamidaRestorePlan *self, GPtrArray *lines)
{
  g_autofree char *zip = namida_format_alias (self->zip);

  if (g_strcmp0 (self->picked, self->zip) == 0)
    g_ptr_array_add (lines, g_strdup_printf (_ ("In Namida: Settings, Backup and restore, Restore backup, Automatic "
                                                "restoring: it picks “%s”."),
                                             zip));
  else
    g_ptr_array_add (lines, g_strdup_printf (_ ("In Namida: Settings, Backup and restore, Restore backup, Manual "
                                                "restoring: choose “%s”. The automatic one would pick a newer backup."),
                                             zip));
  /* namida, backup_controller.dart, maxAutoBackups */
  if (g_str_has_suffix (self->zip, " - auto.zip"))
    g_ptr_array_add (lines, g_strdup (_ ("Do it soon: Namida deletes its older automatic backups by itself.")));
}

char **
namida_restore_plan_dup_next_steps (NamidaRestorePlan *self)
{
  GPtrArray *lines = g_ptr_array_new ();
  g_auto (GStrv) paths = namida_restore_plan_dup_path_lines (self);

  if (!self->zip_there)
    return steal (lines);
  if (self->inspection != NULL && !namida_inspection_is_good (self->inspection))
    {
      g_ptr_array_add (lines, namida_inspection_dup_sentence (self->inspection));
      return steal (lines);
    }
  add_restore_steps (self, lines);
  if (paths[0] != NULL)
    g_ptr_array_add (lines, g_strdup (_ ("Then, in Namida, under Settings, Advanced:")));
  for (guint i = 0; paths[i] != NULL; i++)
    g_ptr_array_add (lines, g_strdup (paths[i]));
  return steal (lines);
}
