/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which part of a file a browser asks for (RFC 9110, 14): one range, or all of it. Pure; used by namida-link-fetch.c.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_LINK_RANGE_ALL,  /* no range, or one that is not understood: the whole */
  NAMIDA_LINK_RANGE_PART, /* from first to last */
  NAMIDA_LINK_RANGE_NONE, /* the file has nothing there: 416 */
} NamidaLinkRange;

/**
 * namida_link_range_parse:
 * @text: (nullable): the field Range as it was sent
 * @size: of the file, in bytes
 * @first: (out): the first byte
 * @end: (out): the byte after the last
 *
 * "bytes=5-", "bytes=5-9" and "bytes=-3" are understood. Several ranges at once are answered with the whole, as RFC
 * 9110 allows: no browser's download asks for them.
 */
NamidaLinkRange namida_link_range_parse (const char *text, guint64 size, guint64 *first, guint64 *end);

G_END_DECLS
