/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses sizes and speeds that are given as arguments. Used by the commands that transfer or keep data. Main thread. */
#include "config.h"

#include "namida-cli-arguments.h"

#include <string.h>

/* Slower limits cannot work: the smallest piece is 4 KiB, four workers take turns, and a request head must arrive
 * within 10 seconds. */
#define LIMIT_LEAST 10000u

gboolean
namida_cli_parse_size (const char *text, guint64 *size)
{
  static const struct
  {
    const char *unit;
    guint64 factor;
  } units[] = {
    { "", 1 },          { "b", 1 },         { "k", 1000 },       { "kb", 1000 },
    { "m", 1000000 },   { "mb", 1000000 },  { "g", 1000000000 }, { "gb", 1000000000 },
    { "kib", 1 << 10 }, { "mib", 1 << 20 }, { "gib", 1 << 30 },
  };
  char *end = NULL;
  double number = g_ascii_strtod (text, &end);
  g_autofree char *unit = NULL;

  if (end == text || !(number > 0) || number > 1e15)
    return FALSE;
  unit = g_ascii_strdown (end, -1);
  g_strstrip (unit);
  if (g_str_has_suffix (unit, "/s"))
    unit[strlen (unit) - 2] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (unit, units[i].unit))
      {
        *size = (guint64) (number * (double) units[i].factor);
        return *size > 0;
      }
  return FALSE;
}

gboolean
namida_cli_parse_limit (const char *text, guint64 *limit)
{
  return namida_cli_parse_size (text, limit) && *limit >= LIMIT_LEAST;
}
