/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects what verifying found and decides what may be claimed about it. Filled by namida-verify.c from the database
 * and by namida-verify-folder.c from the record in a folder; read by the window and the command line. Used by the
 * thread that owns the report. */
#include "config.h"

#include "namida-verify.h"

#include <glib/gi18n-lib.h>

static void
report_damage_free (gpointer data)
{
  NamidaDamage *damage = data;

  g_free (damage->version_id);
  g_free (damage->version_path);
  g_free (damage->name);
  g_free (damage->path);
  g_free (damage->copy);
  g_free (damage->detail);
  g_free (damage);
}

NamidaVerifyReport *
namida_verify_report_new (void)
{
  NamidaVerifyReport *self = g_new0 (NamidaVerifyReport, 1);

  self->damages = g_ptr_array_new_with_free_func (report_damage_free);
  return self;
}

void
namida_verify_report_free (NamidaVerifyReport *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->damages);
  g_free (self);
}

static void
report_count (NamidaVerifyReport *self, NamidaDamageKind kind, guint by)
{
  self->absent += kind == NAMIDA_DAMAGE_ABSENT ? by : 0;
  self->removed += kind == NAMIDA_DAMAGE_REMOVED ? by : 0;
  self->missing += kind == NAMIDA_DAMAGE_MISSING ? by : 0;
  self->changed += kind == NAMIDA_DAMAGE_CHANGED ? by : 0;
}

NamidaDamage *
namida_verify_report_add (NamidaVerifyReport *self, NamidaDamageKind kind)
{
  NamidaDamage *damage = g_new0 (NamidaDamage, 1);

  damage->kind = kind;
  report_count (self, kind, 1);
  g_ptr_array_add (self->damages, damage);
  return damage;
}

void
namida_verify_report_cut (NamidaVerifyReport *self, guint first)
{
  for (guint i = first; i < self->damages->len; i++)
    report_count (self, ((NamidaDamage *) g_ptr_array_index (self->damages, i))->kind, (guint) -1);
  g_ptr_array_set_size (self->damages, (int) first);
}

gboolean
namida_verify_report_is_clean (const NamidaVerifyReport *self)
{
  for (guint i = 0; i < self->damages->len; i++)
    if (!((NamidaDamage *) g_ptr_array_index (self->damages, i))->repaired)
      return FALSE;
  return TRUE;
}

guint
namida_verify_report_get_lost (const NamidaVerifyReport *self)
{
  guint lost = 0;

  for (guint i = 0; i < self->damages->len; i++)
    {
      const NamidaDamage *damage = g_ptr_array_index (self->damages, i);

      lost += !damage->repaired
              && (damage->kind == NAMIDA_DAMAGE_CONTENT || damage->kind == NAMIDA_DAMAGE_UNREADABLE
                  || damage->kind == NAMIDA_DAMAGE_RECORD);
    }
  return lost;
}

const char *
namida_damage_kind_text (NamidaDamageKind kind)
{
  switch (kind)
    {
    case NAMIDA_DAMAGE_CONTENT:
      return _ ("Its contents have changed since it arrived.");
    case NAMIDA_DAMAGE_MISSING:
      return _ ("It is missing.");
    case NAMIDA_DAMAGE_UNREADABLE:
      return _ ("It cannot be read.");
    case NAMIDA_DAMAGE_ABSENT:
      return _ ("The folder of this version is not there.");
    case NAMIDA_DAMAGE_REMOVED:
      return _ ("This version was removed meanwhile.");
    case NAMIDA_DAMAGE_RECORD:
      return _ ("The list of hashes in this version is damaged.");
    case NAMIDA_DAMAGE_CHANGED:
    default:
      return _ ("It was changed since it arrived.");
    }
}
