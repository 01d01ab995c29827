/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tags of devices. Main context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * NamidaTagKind: the relation of a device to this one, shown as a small tag with an icon, a word and a color, never
 * with the color alone.
 */
typedef enum
{
  NAMIDA_TAG_NEW,
  NAMIDA_TAG_TRUSTED,
  NAMIDA_TAG_UNENCRYPTED,
} NamidaTagKind;

#define NAMIDA_TYPE_TAG (namida_tag_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTag, namida_tag, NAMIDA, TAG, AdwBin)

/** namida_tag_set: @detail: (nullable): what follows the word, such as the beginning of a fingerprint */
void namida_tag_set (NamidaTag *self, NamidaTagKind kind, const char *detail);
/** namida_tag_kind_word: Returns: (transfer none): the word alone. */
const char *namida_tag_kind_word (NamidaTagKind kind);

G_END_DECLS
