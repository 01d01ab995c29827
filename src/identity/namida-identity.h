/* SPDX-License-Identifier: GPL-3.0-or-later */
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
 * @data_dir: the device's folder; "identity/" below it (0700) holds key.pem (0600), certificate.pem and uuid
 *
 * Loads who this device is, or makes it once (ECDSA P-256, self-signed X.509 v3, 1975 to 4096, docs/protocol.md).
 * A half-present or damaged identity is an error that names the file and says what to do, never a new identity; a key
 * that others may read (mode & 077), and a folder that others may write to, or move away with a folder above it, are
 * refused. Making it is crash-safe.
 * Blocking for some ms: the start of the program, or a worker.
 *
 * Returns: (transfer full) (nullable)
 */
NamidaIdentity *namida_identity_load (const char *data_dir, GError **error);

/** Returns: (transfer none): certificate with its private key, for both sides of TLS. */
GTlsCertificate *namida_identity_get_certificate (NamidaIdentity *self);
/** Returns: (transfer none): 64 upper-case hex digits. */
const char *namida_identity_get_fingerprint (NamidaIdentity *self);
/** Returns: (transfer none): a uuid4. */
const char *namida_identity_get_uuid (NamidaIdentity *self);
/** Returns: (transfer none): what people call this device; at most 64 characters. Property "alias", notified. */
const char *namida_identity_get_alias (NamidaIdentity *self);
/** @alias: (nullable): %NULL or empty for the default, the host name made readable ("desk-pc.local" → "Desk PC"). */
void namida_identity_set_alias (NamidaIdentity *self, const char *alias);
/** namida_identity_get_known_devices: Returns: (transfer none): what trusted devices say they are. Any thread. */
NamidaKnownDevices *namida_identity_get_known_devices (NamidaIdentity *self);
/** namida_identity_readable_host_name: Returns: (transfer full): exported for tests. */
char *namida_identity_readable_host_name (const char *host_name);

/**
 * namida_identity_is_key_file:
 * @st: of a file that is about to be sent
 *
 * Returns: whether it is a private key that this program has read, by whatever name: a hard link has another one. Any
 * thread.
 */
gboolean namida_identity_is_key_file (const struct stat *st);

G_END_DECLS
