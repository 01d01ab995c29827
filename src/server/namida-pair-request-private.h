/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's side of NamidaPairRequest: creating, revealing and closing it. Used by namida-server-pair.c in the main
 * context. */
#pragma once

#include "namida-pair-request.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_PAIR_ASKING,
  NAMIDA_PAIR_CONFIRMED, /* by the local user */
  NAMIDA_PAIR_DECLINED,  /* by the local user */
} NamidaPairAnswer;

typedef void (*NamidaPairAnswered) (NamidaPairRequest *request, gpointer user_data);

/** namida_pair_request_new: Returns: (transfer full): a request whose digits are not known yet. */
NamidaPairRequest *namida_pair_request_new (const char *fingerprint, const char *alias);
/** namida_pair_request_reveal: Sets the digits and emits "revealed". */
void namida_pair_request_reveal (NamidaPairRequest *self, const char *digits);
/** namida_pair_request_set_answered: @answered: called when the local user confirms or declines. */
void namida_pair_request_set_answered (NamidaPairRequest *self, NamidaPairAnswered answered, gpointer user_data);
/** namida_pair_request_get_answer: Returns: the answer of the local user so far. */
NamidaPairAnswer namida_pair_request_get_answer (NamidaPairRequest *self);
/** namida_pair_request_close: Ends the request. @paired: whether both users confirmed. Emits "closed" once. */
void namida_pair_request_close (NamidaPairRequest *self, gboolean paired);

G_END_DECLS
