/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaOfferQueue: shows what needs an answer above a window, one after another: offers first, then pairings. */
#define NAMIDA_TYPE_OFFER_QUEUE (namida_offer_queue_get_type ())
G_DECLARE_FINAL_TYPE (NamidaOfferQueue, namida_offer_queue, NAMIDA, OFFER_QUEUE, GObject)

/** @window: not owned; the queue stops with it. */
NamidaOfferQueue *namida_offer_queue_new (NamidaHub *hub, GSettings *settings, GtkWindow *window);

G_END_DECLS
