/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-trust-store.h"

G_BEGIN_DECLS

/** NamidaDoubt: why a device may not be the one that a person takes it for. */
typedef enum
{
  NAMIDA_DOUBT_NONE,
  NAMIDA_DOUBT_LOOKALIKE,        /* its name looks like that of a trusted device, which has another key */
  NAMIDA_DOUBT_NAME_TAKEN,       /* it is trusted, but now calls itself like another trusted device */
  NAMIDA_DOUBT_IDENTITY_CHANGED, /* it says that it is a trusted device, but shows another key */
} NamidaDoubt;

/**
 * namida_trust_doubt:
 * @fingerprint: (nullable): the key that it shows; %NULL: none
 * @uuid: (nullable): what it says it is
 * @alias: (nullable): what it says it is called
 * @whom: (out) (transfer none) (nullable) (optional): the trusted device that it could be taken for; good until the
 * store changes
 *
 * Of a device that is trusted itself only NAME_TAKEN: who named two of them alike is not warned. Main context.
 */
NamidaDoubt namida_trust_doubt (
    NamidaTrustStore *trust, const char *fingerprint, const char *uuid, const char *alias, const NamidaTrusted **whom);

/** namida_trust_doubt_dup_text: Returns: (transfer full) (nullable): one or two sentences for a person; %NULL without a
 * doubt. */
char *
namida_trust_doubt_dup_text (NamidaTrustStore *trust, const char *fingerprint, const char *uuid, const char *alias);

G_END_DECLS
