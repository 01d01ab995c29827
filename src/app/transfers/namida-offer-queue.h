/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions of other devices. Main context. */
#pragma once

#include <gtk/gtk.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaOfferQueue: shows offers and then pairing requests over a window, one after another. */
#define NAMIDA_TYPE_OFFER_QUEUE (namida_offer_queue_get_type ())
G_DECLARE_FINAL_TYPE (NamidaOfferQueue, namida_offer_queue, NAMIDA, OFFER_QUEUE, GObject)

/** namida_offer_queue_new: @window: not owned; the queue stops with it. Returns: (transfer full) */
NamidaOfferQueue *namida_offer_queue_new (NamidaHub *hub, GSettings *settings, GtkWindow *window);

G_END_DECLS
