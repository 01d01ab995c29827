/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Describes a fitted copy of a backup in words: what was changed, and which steps are left to do in Namida. Called by
 * the command line and the window. Any thread. */
#include "config.h"

#include "namida-restore-fit.h"

#include "namida-format.h"

#include <glib/gi18n-lib.h>

char **
namida_fitted_backup_dup_lines (const NamidaFittedBackup *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) done = namida_fit_result_dup_lines (self->fit);

  g_strv_builder_addv (builder, (const char **) done);
  if (self->merged_with != NULL)
    {
      g_autofree char *shown = namida_format_alias (self->merged_with);
      /* Translators: %s is the name of a backup */
      g_autofree char *line = g_strdup_printf (_ ("Merged with “%s”"), shown);

      g_strv_builder_add (builder, line);
    }
  for (guint i = 0; self->merged != NULL && i < self->merged->conflicts->len; i++)
    {
      /* Translators: %s is the name of a playlist */
      g_autofree char *line = g_strdup_printf (_ ("Both versions of the playlist “%s” kept"),
                                               (const char *) self->merged->conflicts->pdata[i]);

      g_strv_builder_add (builder, line);
    }
  for (guint i = 0; self->merged != NULL && i < self->merged->damaged->len; i++)
    {
      g_autofree char *line
          = g_strdup_printf (_ ("“%s” is damaged in one of the backups. What the other ones have of it is kept."),
                             (const char *) self->merged->damaged->pdata[i]);

      g_strv_builder_add (builder, line);
    }
  return g_strv_builder_end (builder);
}

/* @shown: the name of the copy. The request borrows it. */
static NamidaStepsRequest
fit_words_fitted_make_request (const NamidaFittedBackup *self, const char *shown)
{
  NamidaStepsRequest request = { .zip = shown,
                                 .picked = self->picked,
                                 .other_device = self->other_device,
                                 .fresh = self->fresh,
                                 .reindex = self->reindex,
                                 .has_listens = self->has_listens,
                                 .listens = self->listens };

  return request;
}

static char *
fit_words_fitted_dup_shown (const NamidaFittedBackup *self)
{
  g_autofree char *base = g_path_get_basename (self->path);

  return namida_format_alias (base);
}

char **
namida_fitted_backup_dup_step_lines (const NamidaFittedBackup *self)
{
  g_autofree char *shown = fit_words_fitted_dup_shown (self);
  NamidaStepsRequest request = fit_words_fitted_make_request (self, shown);

  return namida_steps_dup_lines (&request);
}

GPtrArray *
namida_fitted_backup_dup_steps (const NamidaFittedBackup *self)
{
  g_autofree char *shown = fit_words_fitted_dup_shown (self);
  NamidaStepsRequest request = fit_words_fitted_make_request (self, shown);

  return namida_steps_new (&request);
}

char *
namida_fitted_backup_dup_note (const NamidaFittedBackup *self)
{
  NamidaStepsRequest request = fit_words_fitted_make_request (self, "");

  return namida_steps_dup_note (&request);
}
