/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses the field Range of a request; see namida-link-range.h. No state; any thread. */

#include "config.h"

#include "namida-link-range.h"

#include <string.h>

static gboolean
range_number (const char *text, guint64 *value)
{
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, value, NULL);
}

/* "-3" means the last three bytes. */
static NamidaLinkRange
range_suffix (const char *text, guint64 size, guint64 *first)
{
  guint64 n;

  if (!range_number (text, &n))
    return NAMIDA_LINK_RANGE_ALL;
  if (n == 0 || size == 0)
    return NAMIDA_LINK_RANGE_NONE;
  *first = n < size ? size - n : 0;
  return NAMIDA_LINK_RANGE_PART;
}

NamidaLinkRange
namida_link_range_parse (const char *text, guint64 size, guint64 *first, guint64 *end)
{
  g_auto (GStrv) parts = NULL;
  guint64 start, last = G_MAXINT64 - 1;

  *first = 0;
  *end = size;
  if (text == NULL || g_ascii_strncasecmp (text, "bytes=", 6) != 0)
    return NAMIDA_LINK_RANGE_ALL;
  parts = g_strsplit (text + 6, "-", 2);
  if (parts[0] == NULL || parts[1] == NULL)
    return NAMIDA_LINK_RANGE_ALL;
  if (parts[0][0] == '\0')
    return range_suffix (parts[1], size, first);
  if (!range_number (parts[0], &start) || (parts[1][0] != '\0' && !range_number (parts[1], &last)) || last < start)
    return NAMIDA_LINK_RANGE_ALL;
  if (start >= size)
    return NAMIDA_LINK_RANGE_NONE;
  *first = start;
  *end = MIN (last + 1, size);
  return NAMIDA_LINK_RANGE_PART;
}
