/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** What is kept, sent or received. */
typedef enum
{
  NAMIDA_WHAT_BACKUP,
  NAMIDA_WHAT_MUSIC,
  NAMIDA_WHAT_FILES,
} NamidaWhatKind;

/** Where it goes, as a badge. */
typedef enum
{
  NAMIDA_WHAT_STAYS, /* no badge */
  NAMIDA_WHAT_OUT,
  NAMIDA_WHAT_IN,
} NamidaWhatWay;

/**
 * NamidaWhat:
 *
 * A backup, music or files as a rounded square with the direction as a small badge; devices are round, things are
 * square. For the eye only. Main context.
 */
#define NAMIDA_TYPE_WHAT (namida_what_get_type ())
G_DECLARE_FINAL_TYPE (NamidaWhat, namida_what, NAMIDA, WHAT, AdwBin)

/** namida_what_set: @bad: whether it failed, which is shown in the color of errors. */
void namida_what_set (NamidaWhat *self, NamidaWhatKind kind, NamidaWhatWay way, gboolean bad);

G_END_DECLS
