/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-sender-private.h"

G_BEGIN_DECLS

/**
 * NamidaPhoneSender: sends to the Namida Sync phone app while its person has it receiving: the offer, then one file
 * after the other over plain HTTP. Nothing is encrypted, and nobody proves anything: the caller has told its person.
 * The app cannot take a session up again: a connection that is lost is tried anew from the offer on, which is asked
 * about there once more. The transfer is unproven, and ends with advice on what is left to do on the phone.
 */
#define NAMIDA_TYPE_PHONE_SENDER (namida_phone_sender_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPhoneSender, namida_phone_sender, NAMIDA, PHONE_SENDER, NamidaSender)

G_END_DECLS
