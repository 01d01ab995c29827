/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

/** NamidaStoreSink: the one NamidaSink of the store; a NamidaLayout makes the difference between the two landings. */
#define NAMIDA_TYPE_STORE_SINK (namida_store_sink_get_type ())
G_DECLARE_FINAL_TYPE (NamidaStoreSink, namida_store_sink, NAMIDA, STORE_SINK, GObject)

/** namida_store_sink_new_for: namida_store_sink_new() without an offer: @fingerprint: (nullable); @offer_key:
 * (nullable): then it cannot be resumed. */
NamidaSink *namida_store_sink_new_for (NamidaStore *store,
                                       const char *fingerprint,
                                       const char *alias,
                                       const char *offer_key,
                                       NamidaLanding landing,
                                       NamidaJournalSession *resume);
/** namida_store_sink_set_by_time: before prepare: the sender knows no hashes: a file at its place here whose content
 * is known, and that has the size and the time of the offer, is not asked for. */
void namida_store_sink_set_by_time (NamidaStoreSink *self, gboolean by_time);
/** namida_store_sink_set_folder: before prepare: everything goes into @folder this time. */
void namida_store_sink_set_folder (NamidaStoreSink *self, const char *folder);
/** namida_store_sink_set_unproven: nothing will prove what arrives (namida_transfer_set_unproven()): the history says
 * so later, too. Before prepare. */
void namida_store_sink_set_unproven (NamidaStoreSink *self, gboolean unproven);
/**
 * namida_store_sink_agree:
 * @sink: a sink of the store, before it is prepared
 * @by: NAMIDA_AGREED_…: by whose right
 * @backup: what they agreed to
 *
 * Records a yes: how much, of what names, when and by whom. A sink that goes on with an interrupted session keeps what
 * was agreed to then unless this is called. Main context.
 */
void namida_store_sink_agree (NamidaSink *sink, const char *by, NamidaOffer *offer);

/**
 * namida_store_sink_set_source: what the record of a version says of its origin, beside the device's name and key. Main
 * context, before the sink is prepared.
 * @uuid: (nullable): what the sending device says it is
 * @agreed_by: (nullable): who said yes: "person", "trust", "policy", "fetch", or "earlier" for an interrupted transfer
 * that was agreed to before
 * @left_out: the number of files that the sender could not read
 */
void namida_store_sink_set_source (NamidaSink *sink, const char *uuid, const char *agreed_by, guint left_out);

G_END_DECLS
