/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaIdentityFiles: what the folder "identity" holds, as text. */
typedef struct
{
  char *key_pem;
  char *certificate_pem;
  char *uuid;
} NamidaIdentityFiles;

/**
 * namida_identity_files_load:
 * Reads the identity below @data_dir, or makes it once. Blocking. Two programs that start at once get the same one.
 *
 * Returns: (transfer full) (nullable): %NULL with %NAMIDA_ERROR_STORAGE, %NAMIDA_ERROR_NO_SPACE or
 * %NAMIDA_ERROR_INTERNAL
 */
NamidaIdentityFiles *namida_identity_files_load (const char *data_dir, GError **error);
/**
 * namida_identity_check_parents:
 * @data_dir: a folder that exists
 *
 * Returns: %FALSE with %NAMIDA_ERROR_STORAGE when other users of this computer may change a folder above it. Blocking.
 */
gboolean namida_identity_check_parents (const char *data_dir, GError **error);
/** namida_identity_files_free: also wipes the key from memory. */
void namida_identity_files_free (NamidaIdentityFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaIdentityFiles, namida_identity_files_free)

G_END_DECLS
