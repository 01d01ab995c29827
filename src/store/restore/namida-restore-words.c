/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Describes a restore in words: what the preview found and which steps are left to do in Namida. Called by the window
 * and the command line in the main context. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-format.h"
#include "namida-path-helper.h"
#include "namida-steps.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

static char **
restore_words_steal (GPtrArray *lines)
{
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (lines, FALSE);
}

static char *
restore_words_dup_counts (const NamidaRestoreLabel *label, NamidaRestorePolicy policy)
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
      g_autofree char *counts = restore_words_dup_counts (label, self->policy);

      if (label->asked)
        g_ptr_array_add (lines, g_strdup_printf (_ ("%s: no folder chosen yet"), shown));
      else if (where == NULL)
        g_ptr_array_add (lines, g_strdup_printf (_ ("%s: not restored"), shown));
      else
        g_ptr_array_add (lines, g_strdup_printf (_ ("%s into %s: %s"), shown, where, counts));
    }
  return restore_words_steal (lines);
}

static gboolean
restore_words_has_music (NamidaRestorePlan *self, GPtrArray *there)
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

  if (!restore_words_has_music (self, there))
    g_ptr_array_add (there, g_filename_display_name (self->music));
  if (self->inspection == NULL || self->inspection->music_folders->len == 0)
    return g_new0 (char *, 1);
  advice = namida_path_helper_advise (self->inspection->music_folders, there);
  return namida_path_helper_dup_lines (advice);
}

/* @shown: the name of the zip; @paths: what to update in Namida. The request borrows both. */
static NamidaStepsRequest
restore_make_request (NamidaRestorePlan *self, const char *shown, GPtrArray *paths)
{
  NamidaStepsRequest request = { .zip = self->zip_there ? shown : NULL,
                                 .picked = g_strcmp0 (self->picked, self->zip) == 0,
                                 .fresh = self->automatic,
                                 .paths = paths };

  /* The suffix of Namida's own automatic backups (namida, backup_controller.dart, maxAutoBackups). */
  request.own_auto = self->zip != NULL && g_str_has_suffix (self->zip, " - auto.zip");
  /* Namida's own path update changes playlists, queues and the history, but never its library. */
  request.reindex = paths->len > 0 || (self->inspection != NULL && !self->inspection->has_library);
  if (self->inspection != NULL)
    {
      request.has_listens = self->inspection->listens > 0;
      request.listens = self->inspection->listens;
    }
  return request;
}

static GPtrArray *
restore_dup_updates (NamidaRestorePlan *self)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = namida_restore_plan_dup_path_lines (self);

  for (guint i = 0; lines[i] != NULL; i++)
    g_ptr_array_add (paths, g_strdup (lines[i]));
  return paths;
}

/* Whether Namida can restore the zip. A zip that was not inspected counts as good. */
static gboolean
restore_is_good (NamidaRestorePlan *self)
{
  return self->inspection == NULL || namida_inspection_is_restorable (self->inspection);
}

char **
namida_restore_plan_dup_next_steps (NamidaRestorePlan *self)
{
  g_autoptr (GPtrArray) paths = restore_dup_updates (self);
  g_autofree char *shown = self->zip != NULL ? namida_format_alias (self->zip) : NULL;
  NamidaStepsRequest request = restore_make_request (self, shown, paths);
  char **only;

  if (!self->zip_there || restore_is_good (self))
    return namida_steps_dup_lines (&request);
  only = g_new0 (char *, 2);
  only[0] = namida_inspection_dup_sentence (self->inspection);
  return only;
}

GPtrArray *
namida_restore_plan_dup_steps (NamidaRestorePlan *self)
{
  g_autoptr (GPtrArray) paths = restore_dup_updates (self);
  g_autofree char *shown = self->zip != NULL ? namida_format_alias (self->zip) : NULL;
  NamidaStepsRequest request = restore_make_request (self, shown, paths);

  if (!restore_is_good (self))
    request.zip = NULL;
  return namida_steps_new (&request);
}
