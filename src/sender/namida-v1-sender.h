/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-sender-private.h"

G_BEGIN_DECLS

/** NamidaV1Sender: sends over our own protocol: offer, uploads over 1 to 4 connections in worker threads, finish. */
#define NAMIDA_TYPE_V1_SENDER (namida_v1_sender_get_type ())
G_DECLARE_FINAL_TYPE (NamidaV1Sender, namida_v1_sender, NAMIDA, V1_SENDER, NamidaSender)

G_END_DECLS
