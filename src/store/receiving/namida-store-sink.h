/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The implementation of NamidaSink that saves into the folders of NamidaStore. Created by the hub for each accepted
 * offer or fetched version; the setters must be called before the sink is prepared, in the main context. */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

/** NamidaStoreSink: the NamidaSink of the store. It uses a NamidaLayout for the two values of NamidaLanding. */
#define NAMIDA_TYPE_STORE_SINK (namida_store_sink_get_type ())
G_DECLARE_FINAL_TYPE (NamidaStoreSink, namida_store_sink, NAMIDA, STORE_SINK, GObject)

/** namida_store_sink_new_for: like namida_store_sink_new() without an offer. @fingerprint: (nullable): the sender;
 * @offer_key: (nullable): %NULL if the session cannot be resumed; @resume: (nullable). Returns: (transfer full). */
NamidaSink *namida_store_sink_new_for (NamidaStore *store,
                                       const char *fingerprint,
                                       const char *alias,
                                       const char *offer_key,
                                       NamidaLanding landing,
                                       NamidaJournalSession *resume);
/** namida_store_sink_set_by_time: set before prepare if the sender does not know hashes: a file of known content that
 * is already in its place, with the size and the time of the offer, is not requested. */
void namida_store_sink_set_by_time (NamidaStoreSink *self, gboolean by_time);
/** namida_store_sink_set_folder: saves everything in @folder this time. Before prepare. */
void namida_store_sink_set_folder (NamidaStoreSink *self, const char *folder);
/** namida_store_sink_set_unproven: no hash will verify what arrives (namida_transfer_set_unproven()), and the history
 * will say so. Before prepare. */
void namida_store_sink_set_unproven (NamidaStoreSink *self, NamidaUnproven unproven);
/**
 * namida_store_sink_agree:
 * @sink: a sink of the store that is not prepared yet
 * @by: NAMIDA_AGREED_…: on whose authority
 * @offer: what was agreed to
 *
 * Records an agreement: how much, which names, when and by whom. A sink that resumes an interrupted session keeps the
 * earlier agreement unless this is called. Main context.
 */
void namida_store_sink_agree (NamidaSink *sink, const char *by, NamidaOffer *offer);

/**
 * namida_store_sink_set_source:
 * @uuid: (nullable): the UUID that the sending device claims
 * @agreed_by: (nullable): who agreed: "person", "trust", "policy", "fetch", or "earlier" for an interrupted transfer
 * that was agreed to before
 * @left_out: the number of files that the sender skipped
 *
 * Sets the details about the origin that the record of a version contains in addition to the name and the key of the
 * device. Main context, before the sink is prepared.
 */
void namida_store_sink_set_source (NamidaSink *sink, const char *uuid, const char *agreed_by, guint left_out);

G_END_DECLS
