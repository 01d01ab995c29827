/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-peer-list.h"

G_BEGIN_DECLS

#define NAMIDA_PEER_SILENCE_SECONDS 90
#define NAMIDA_PEER_PROBE_SECONDS 30
#define NAMIDA_PEER_GOODBYE_SECONDS 2 /* after it the device is looked for once more */

/** namida_peer_list_check_silence: what the timer does every few seconds; exported for tests with a fake clock. */
void namida_peer_list_check_silence (NamidaPeerList *self);

G_END_DECLS
