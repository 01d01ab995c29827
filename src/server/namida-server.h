/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"
#include "namida-identity.h"
#include "namida-offer.h"

G_BEGIN_DECLS

/**
 * NamidaServer: this device's one port (TLS and plain by the first byte) with the routes of v1. Main context; bodies of
 * uploads run in worker threads. Signals:
 *  "offer" (NamidaOffer *): somebody asks; the owner accepts, declines or refuses it, at once or later (the server
 * keeps it). "registered" (NamidaDeviceInfo *info, const char *fingerprint (nullable: plain), GInetSocketAddress
 * *remote with the port of @info): POST register. "pair-request" (NamidaPairRequest *) is declared in
 * namida-pair-request.h. "drop-parked" (const char *fingerprint, const char *session_id): this device cancels a session
 * that does not run here any more (if there ever was one). "unencrypted-refused" (const char *address): see
 * namida_server_set_unencrypted(). "who-is" (const char *address) → char * (transfer full) (nullable): what a device
 * without encryption at that address calls itself: an offer of the phone app does not say. "localsend-registered": as
 * "registered", by LocalSend. "is-trusted" (const char *fingerprint) → gboolean: asked once of each connection, for its
 * place only. "message" (NamidaMessage *) → gboolean: a text came; %FALSE: it is refused. "healed" (const char
 * *fingerprint, guint files, guint versions): what a device brought made damaged files whole again.
 */
#define NAMIDA_TYPE_SERVER (namida_server_get_type ())
G_DECLARE_FINAL_TYPE (NamidaServer, namida_server, NAMIDA, SERVER, GObject)

NamidaServer *namida_server_new (NamidaIdentity *identity);
/**
 * namida_server_start: @interface: (nullable): a name or address: bind only there ("lo": 127.0.0.1 and ::1); else dual
 * stack.
 * @port: 0 for the first free one from NAMIDA_PORT_FIRST to NAMIDA_PORT_LAST; another: exactly that one, or an error
 * that says it is taken.
 */
gboolean namida_server_start (NamidaServer *self, const char *interface, guint16 port, GError **error);
guint16 namida_server_get_port (NamidaServer *self);
/** namida_server_dup_info: what register says of this device. (transfer full) */
NamidaDeviceInfo *namida_server_dup_info (NamidaServer *self);
/** (nullable) @device_type: "desktop" (default) or "headless". */
void namida_server_set_device_type (NamidaServer *self, const char *device_type);
/** Before a person is asked: @pin: (nullable): offers need ?pin= . Wrong ones lock (429) by address and fingerprint. */
void namida_server_set_pin (NamidaServer *self, const char *pin);
/** namida_server_set_limit: how fast files come and go here, all together; 0: as they can. For what begins from now
 * on. */
void namida_server_set_limit (NamidaServer *self, guint64 bytes_per_second);
/** namida_server_set_sends_only: what it says of itself: nothing can be sent here, and no list of devices shows it. */
void namida_server_set_sends_only (NamidaServer *self, gboolean sends_only);
/** namida_server_set_may_pair: whether anybody here can confirm a pairing; else each is declined at once, with a
 * sentence that says on which side to start. %TRUE at first. */
void namida_server_set_may_pair (NamidaServer *self, gboolean may);
/** namida_server_open_pairing: the person here expects a pairing for @seconds: more may begin than usual. */
void namida_server_open_pairing (NamidaServer *self, guint seconds);
/** namida_server_set_localsend: whether LocalSend's requests are answered at all; TRUE at first. */
void namida_server_set_localsend (NamidaServer *self, gboolean spoken);
/** namida_server_set_unencrypted: whether offers in plain HTTP are taken at all (they are asked about like others, with
 * "encrypted" FALSE and no fingerprint); else each is refused, and "unencrypted-refused" told. FALSE at first. */
void namida_server_set_unencrypted (NamidaServer *self, gboolean allowed);
/** namida_server_pause: stops the uploads of a receiving that runs; its parts stay, its sender is told. %FALSE: it does
 * not run. */
gboolean namida_server_pause (NamidaServer *self, NamidaTransfer *transfer);
/** namida_server_cancel: ends a receiving that runs, or that was interrupted or paused and is not put away yet.
 * @keep_parts: what arrived stays. %FALSE: there is none; its parts, if any, are parked. */
gboolean namida_server_cancel (NamidaServer *self, NamidaTransfer *transfer, gboolean keep_parts);
/** namida_server_note_cancelled: the parked transfer @id of @fingerprint was cancelled here: its sender is told so when
 * it asks. */
void namida_server_note_cancelled (NamidaServer *self, const char *id, const char *fingerprint);
/**
 * namida_server_end_device:
 * @self: the server
 * @fingerprint: of a device that is trusted no longer
 *
 * Ends what this device does here: its running sessions, whose parts are removed, its open offers, its pairing, what it
 * fetches, and its connections. Main context.
 */
void namida_server_end_device (NamidaServer *self, const char *fingerprint);
/** Stops listening, parks running sessions, waits for the workers (asynchronous). */
void namida_server_stop_async (NamidaServer *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean namida_server_stop_finish (NamidaServer *self, GAsyncResult *result, GError **error);

G_END_DECLS
