/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-pair-request.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_PAIR_ASKING,
  NAMIDA_PAIR_CONFIRMED, /* here */
  NAMIDA_PAIR_DECLINED,  /* here */
} NamidaPairAnswer;

typedef void (*NamidaPairAnswered) (NamidaPairRequest *request, gpointer user_data);

NamidaPairRequest *namida_pair_request_new (const char *fingerprint, const char *alias);
/** The digits are known. Emits "revealed". */
void namida_pair_request_reveal (NamidaPairRequest *self, const char *digits);
void namida_pair_request_set_answered (NamidaPairRequest *self, NamidaPairAnswered answered, gpointer user_data);
NamidaPairAnswer namida_pair_request_get_answer (NamidaPairRequest *self);
/** It is over; @paired: both said yes. Emits "closed" once. */
void namida_pair_request_close (NamidaPairRequest *self, gboolean paired);

G_END_DECLS
