/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Determines which part of a file a browser requests (RFC 9110, 14): one range, or all of it. Used by
 * namida-link-fetch.c. No state; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_LINK_RANGE_ALL,  /* no range, or one that is not understood: the whole file */
  NAMIDA_LINK_RANGE_PART, /* from @first up to @end */
  NAMIDA_LINK_RANGE_NONE, /* the range is outside of the file: 416 */
} NamidaLinkRange;

/**
 * namida_link_range_parse:
 * @text: (nullable): the field Range as it was sent
 * @size: the size of the file in bytes
 * @first: (out): the first byte
 * @end: (out): the byte after the last one
 *
 * Understands "bytes=5-", "bytes=5-9" and "bytes=-3". Several ranges at once are answered with the whole file, as RFC
 * 9110 allows, because downloads of browsers do not use them.
 *
 * Returns: which part is requested
 */
NamidaLinkRange namida_link_range_parse (const char *text, guint64 size, guint64 *first, guint64 *end);

G_END_DECLS
