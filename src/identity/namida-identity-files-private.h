/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads and creates the files of the identity. Used only by namida-identity.c, at the start of the program.
 * Blocking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaIdentityFiles: the contents of the folder "identity", as text. */
typedef struct
{
  char *key_pem;
  char *certificate_pem;
  char *uuid;
} NamidaIdentityFiles;

/**
 * namida_identity_files_load:
 * @data_dir: the data folder
 *
 * Reads the identity below @data_dir, or creates it if there is none. Two programs that start at the same time get the
 * same one. Blocking.
 *
 * Returns: (transfer full) (nullable): %NULL with %NAMIDA_ERROR_STORAGE, %NAMIDA_ERROR_NO_SPACE or
 * %NAMIDA_ERROR_INTERNAL
 */
NamidaIdentityFiles *namida_identity_files_load (const char *data_dir, GError **error);
/**
 * namida_identity_check_parents:
 * @data_dir: an existing folder
 *
 * Blocking.
 *
 * Returns: %FALSE with %NAMIDA_ERROR_STORAGE if other users of this computer can change a folder above @data_dir
 */
gboolean namida_identity_check_parents (const char *data_dir, GError **error);
/** namida_identity_files_free: Also wipes the key from memory. */
void namida_identity_files_free (NamidaIdentityFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaIdentityFiles, namida_identity_files_free)

G_END_DECLS
