/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server of this device, which receives backups and serves fetches. Created and owned by the hub; the command line
 * and the window use it through the hub. */
#pragma once

#include "namida-device-info.h"
#include "namida-identity.h"
#include "namida-offer.h"

G_BEGIN_DECLS

/**
 * NamidaServer: the one port of this device (TLS or plain HTTP, decided by the first byte) with the routes of all
 * dialects. Main context; bodies are received in worker threads. Signals:
 * "offer" (NamidaOffer *): a device offers a backup; the owner accepts, declines or refuses it, immediately or later
 * (the server keeps the offer).
 * "registered" (NamidaDeviceInfo *info, const char *fingerprint (nullable: plain HTTP), GInetSocketAddress *remote with
 * the port of @info): a POST register was received.
 * "localsend-registered": the same from LocalSend.
 * "pair-request" (NamidaPairRequest *): a device wants to pair.
 * "drop-parked" (const char *fingerprint (nullable), const char *session_id): a session of that device that is not
 * running here (if it ever was) was canceled, by the device or by the local user: its parts are to be removed.
 * "unencrypted-refused" (const char *address): see namida_server_set_unencrypted().
 * "who-is" (const char *address) → char * (transfer full) (nullable): asks for the name of a device without encryption
 * at that address, because an offer of the phone app does not contain it.
 * "is-trusted" (const char *fingerprint) → gboolean: whether the key is trusted; asked when a connection gets its
 * place, and by requests whose permission may have been withdrawn.
 * "preview" (const char *fingerprint) → NamidaSink * (transfer full) (nullable): asks for a sink that a preview for
 * this device can use; %NULL if nothing is received here.
 * "message" (NamidaMessage *) → gboolean: a text was received; %FALSE refuses it.
 * "healed" (const char *fingerprint, guint files, guint versions): files from that device repaired damaged files.
 */
#define NAMIDA_TYPE_SERVER (namida_server_get_type ())
G_DECLARE_FINAL_TYPE (NamidaServer, namida_server, NAMIDA, SERVER, GObject)

/** namida_server_new: @identity: the key and the certificate of this device. Returns: (transfer full). */
NamidaServer *namida_server_new (NamidaIdentity *identity);
/**
 * namida_server_start:
 * @interface: (nullable): the name or address of the only interface to bind to ("lo": 127.0.0.1 and ::1); %NULL for
 * all, with IPv4 and IPv6
 * @port: 0 for the first free port from NAMIDA_PORT_FIRST to NAMIDA_PORT_LAST; any other value for exactly that port,
 * or an error that it is taken
 *
 * Starts listening.
 *
 * Returns: %FALSE with @error
 */
gboolean namida_server_start (NamidaServer *self, const char *interface, guint16 port, GError **error);
/** namida_server_get_port: Returns: the port that the server listens on; 0 if it does not. */
guint16 namida_server_get_port (NamidaServer *self);
/** namida_server_dup_info: Returns: (transfer full): what "register" reports about this device. */
NamidaDeviceInfo *namida_server_dup_info (NamidaServer *self);
/** namida_server_set_device_type: @device_type: (nullable): "desktop" (the default) or "headless". */
void namida_server_set_device_type (NamidaServer *self, const char *device_type);
/** namida_server_set_pin: @pin: (nullable): the PIN that offers must contain (?pin=) before the user is asked. Wrong
 * PINs are limited (429) by address and fingerprint. */
void namida_server_set_pin (NamidaServer *self, const char *pin);
/** namida_server_set_limit: Limits the total speed of files in both directions; 0 means no limit. Applies to transfers
 * that begin afterwards. */
void namida_server_set_limit (NamidaServer *self, guint64 bytes_per_second);
/** namida_server_set_sends_only: Makes the device report that it does not receive, so that no list of devices shows
 * it. */
void namida_server_set_sends_only (NamidaServer *self, gboolean sends_only);
/** namida_server_set_may_pair: Whether a user can confirm pairings here. Otherwise each pairing is declined at once,
 * with a sentence that says on which device to start. The default is %TRUE. */
void namida_server_set_may_pair (NamidaServer *self, gboolean may);
/** namida_server_open_pairing: Allows more pairings than usual for @seconds, because the local user expects one. */
void namida_server_open_pairing (NamidaServer *self, guint seconds);
/**
 * namida_server_set_hidden: @hidden: answer register and the like only for trusted devices; others get NOT_FOUND.
 * Offers, pairings and links of devices that know the address are not affected. The default is %FALSE.
 */
void namida_server_set_hidden (NamidaServer *self, gboolean hidden);
/** namida_server_set_localsend: Whether requests of LocalSend are answered. The default is %TRUE. */
void namida_server_set_localsend (NamidaServer *self, gboolean spoken);
/** namida_server_set_unencrypted: Whether offers over plain HTTP are allowed. If so, the user is asked about them like
 * about others, with "encrypted" FALSE and no fingerprint. Otherwise each is refused and "unencrypted-refused" is
 * emitted. The default is %FALSE. */
void namida_server_set_unencrypted (NamidaServer *self, gboolean allowed);
/** namida_server_pause: Stops the uploads of a running incoming transfer. Its parts are kept, and its sender is
 * notified. Returns: %FALSE if it is not running. */
gboolean namida_server_pause (NamidaServer *self, NamidaTransfer *transfer);
/** namida_server_cancel: Ends an incoming transfer that is running, or that was interrupted or paused and still has a
 * session. @keep_parts: whether to keep the received data. Returns: %FALSE if there is no such session; its parts, if
 * any, are parked. */
gboolean namida_server_cancel (NamidaServer *self, NamidaTransfer *transfer, gboolean keep_parts);
/** namida_server_note_cancelled: Records that the local user canceled the parked transfer @id of @fingerprint, so that
 * its sender gets CANCELLED when it asks for the session. */
void namida_server_note_cancelled (NamidaServer *self, const char *id, const char *fingerprint);
/**
 * namida_server_end_device:
 * @self: the server
 * @fingerprint: the fingerprint of a device that is no longer trusted
 *
 * Ends everything that this device does here: its running sessions, whose parts are removed, its open offers, its
 * pairing, its fetches and its connections. Main context.
 */
void namida_server_end_device (NamidaServer *self, const char *fingerprint);
/** namida_server_stop_async: Stops listening, parks running sessions and waits for the workers. */
void namida_server_stop_async (NamidaServer *self, GAsyncReadyCallback callback, gpointer user_data);
/** namida_server_stop_finish: Returns: %FALSE with @error. */
gboolean namida_server_stop_finish (NamidaServer *self, GAsyncResult *result, GError **error);

G_END_DECLS
