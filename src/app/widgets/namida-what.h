/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a backup, of music or of files. Main context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** NamidaWhatKind: what is kept, sent or received. */
typedef enum
{
  NAMIDA_WHAT_BACKUP,
  NAMIDA_WHAT_MUSIC,
  NAMIDA_WHAT_FILES,
} NamidaWhatKind;

/** NamidaWhatWay: the direction, as a badge. */
typedef enum
{
  NAMIDA_WHAT_STAYS, /* no badge */
  NAMIDA_WHAT_OUT,
  NAMIDA_WHAT_IN,
} NamidaWhatWay;

/**
 * NamidaWhat:
 *
 * A backup, music or files as a rounded square with the direction as a small badge. Devices are round, things are
 * square. Decorative. Main context.
 */
#define NAMIDA_TYPE_WHAT (namida_what_get_type ())
G_DECLARE_FINAL_TYPE (NamidaWhat, namida_what, NAMIDA, WHAT, AdwBin)

/** namida_what_set: @bad: whether it failed, which is shown in the error color */
void namida_what_set (NamidaWhat *self, NamidaWhatKind kind, NamidaWhatWay way, gboolean bad);

G_END_DECLS
