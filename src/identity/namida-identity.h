/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The identity of this device: its key, certificate, fingerprint and name. Loaded once at the start of both programs
 * and shared by TLS, discovery and the protocol. The object belongs to the main context; what does not change may be
 * read in any thread. */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

#include "namida-fingerprint.h"
#include "namida-known-devices.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_IDENTITY (namida_identity_get_type ())
G_DECLARE_FINAL_TYPE (NamidaIdentity, namida_identity, NAMIDA, IDENTITY, GObject)

/**
 * namida_identity_load:
 * @data_dir: the data folder; its subfolder "identity" (0700) contains key.pem (0600), certificate.pem and uuid
 *
 * Loads the identity of this device, or creates it if there is none (ECDSA P-256, self-signed X.509 v3, 1975 to 4096,
 * docs/protocol.md). An incomplete or damaged identity is an error that names the file and says what to do; it is never
 * replaced by a new one. A key that others can read (mode & 077) is refused, and so is a folder that others can write
 * to, or can move together with a folder above it. Creating the identity is crash-safe. Blocking for some ms: call it
 * at the start of the program or in a worker thread.
 *
 * Returns: (transfer full) (nullable)
 */
NamidaIdentity *namida_identity_load (const char *data_dir, GError **error);

/**
 * namida_identity_get_certificate: Returns: (transfer none): the certificate with its private key, for both sides of
 * TLS.
 */
GTlsCertificate *namida_identity_get_certificate (NamidaIdentity *self);
/** namida_identity_get_fingerprint: Returns: (transfer none): 64 upper-case hex digits. */
const char *namida_identity_get_fingerprint (NamidaIdentity *self);
/** namida_identity_get_uuid: Returns: (transfer none): a version 4 UUID. */
const char *namida_identity_get_uuid (NamidaIdentity *self);
/**
 * namida_identity_get_alias: Returns: (transfer none): the name of this device for people, at most 64 characters.
 * Property "alias", notified.
 */
const char *namida_identity_get_alias (NamidaIdentity *self);
/**
 * namida_identity_set_alias: @alias: (nullable): %NULL or "" for the default, which is the host name made readable
 * ("desk-pc.local" → "Desk PC").
 */
void namida_identity_set_alias (NamidaIdentity *self, const char *alias);
/**
 * namida_identity_get_known_devices: Returns: (transfer none): what trusted devices say about themselves. Any thread.
 */
NamidaKnownDevices *namida_identity_get_known_devices (NamidaIdentity *self);
/**
 * namida_identity_readable_host_name: Returns: (transfer full): a name for people, made from @host_name. Exported for
 * tests.
 */
char *namida_identity_readable_host_name (const char *host_name);

/**
 * namida_identity_is_key_file:
 * @st: of a file that is about to be sent
 *
 * Any thread.
 *
 * Returns: whether the file is a private key that this program has read, whatever its name: a hard link has another
 * name
 */
gboolean namida_identity_is_key_file (const struct stat *st);

G_END_DECLS
