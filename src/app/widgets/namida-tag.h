/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** How a device stands to us, as one small tag: an icon, a word and a colour, never the colour alone. */
typedef enum
{
  NAMIDA_TAG_NEW,
  NAMIDA_TAG_TRUSTED,
  NAMIDA_TAG_UNENCRYPTED,
} NamidaTagKind;

#define NAMIDA_TYPE_TAG (namida_tag_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTag, namida_tag, NAMIDA, TAG, AdwBin)

/** @detail: (nullable): what follows the word, as the start of a fingerprint. */
void namida_tag_set (NamidaTag *self, NamidaTagKind kind, const char *detail);
/** Returns: (transfer none): the word alone. */
const char *namida_tag_kind_word (NamidaTagKind kind);

G_END_DECLS
