/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides whether a device may be mistaken for a trusted one. The hub uses it for the rows of devices, for offers
 * and for pairing. Main context. */
#pragma once

#include "namida-trust-store.h"

G_BEGIN_DECLS

/** NamidaDoubt: why a device may not be the one that the user takes it for. */
typedef enum
{
  NAMIDA_DOUBT_NONE,
  NAMIDA_DOUBT_LOOKALIKE,        /* its name looks like that of a trusted device with another key */
  NAMIDA_DOUBT_NAME_TAKEN,       /* it is trusted, but its name now looks like that of another trusted device */
  NAMIDA_DOUBT_IDENTITY_CHANGED, /* it claims to be a trusted device, but shows another key */
} NamidaDoubt;

/**
 * namida_trust_doubt:
 * @fingerprint: (nullable): the fingerprint of the key that the device shows
 * @uuid: (nullable): the uuid that it claims
 * @alias: (nullable): the name that it claims
 * @whom: (out) (transfer none) (nullable) (optional): the trusted device that it could be mistaken for; valid until the
 *   store changes
 *
 * For a device that is trusted itself, the only possible doubt is NAME_TAKEN. It is not reported if the device already
 * had that name when it was trusted. Main context.
 *
 * Returns: the most serious doubt, or %NAMIDA_DOUBT_NONE
 */
NamidaDoubt namida_trust_doubt (
    NamidaTrustStore *trust, const char *fingerprint, const char *uuid, const char *alias, const NamidaTrusted **whom);

/**
 * namida_trust_doubt_dup_text: Returns: (transfer full) (nullable): one or two translated sentences; %NULL if there is
 * no doubt.
 */
char *
namida_trust_doubt_dup_text (NamidaTrustStore *trust, const char *fingerprint, const char *uuid, const char *alias);

G_END_DECLS
