/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates a sink from an offer, with the settings that the offer implies. Called by the hub when an offer is accepted.
 * Main context. */
#include "config.h"

#include "namida-store-sink.h"

NamidaSink *
namida_store_sink_new (NamidaStore *self, NamidaOffer *offer, NamidaLanding landing, NamidaJournalSession *resume)
{
  NamidaSink *sink
      = namida_store_sink_new_for (self, namida_offer_get_fingerprint (offer), namida_offer_get_alias (offer),
                                   namida_offer_get_key (offer), landing, resume);

  namida_store_sink_set_by_time (NAMIDA_STORE_SINK (sink), namida_offer_get_by_time (offer));
  namida_store_sink_set_unproven (NAMIDA_STORE_SINK (sink),
                                  namida_transfer_get_why_unproven (namida_offer_get_transfer (offer)));
  return sink;
}
