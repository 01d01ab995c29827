/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"

G_BEGIN_DECLS

/** What becomes of files whose names Android's shared storage refuses. */
typedef enum
{
  NAMIDA_PHONE_NAMES_ASK,       /* nothing is sent; the error names them */
  NAMIDA_PHONE_NAMES_RENAME,    /* they are sent under another name, and the backup names them so */
  NAMIDA_PHONE_NAMES_LEAVE_OUT, /* they stay here */
  NAMIDA_PHONE_NAMES_KEEP,      /* they are sent as they are: the app may run on a computer */
} NamidaPhoneNames;

/**
 * namida_phone_names_adapt:
 * @backup: what is to be sent; it stays as it is
 *
 * Makes a backup whose names a phone takes. With RENAME, the Namida backup in it is copied with the new names in every
 * path that ends in an old one; the copy is temporary and goes with the result. Blocking: worker threads.
 *
 * Returns: (transfer full) (nullable): @backup itself when all names are fine; %NULL with UNSAFE_PATH (with ASK: the
 * sentence names them and says how to choose), or the errors of namida_contents_open() and namida_fit()
 */
NamidaBackup *
namida_phone_names_adapt (NamidaBackup *backup, NamidaPhoneNames policy, GCancellable *cancellable, GError **error);

G_END_DECLS
