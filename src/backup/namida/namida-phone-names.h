/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles file names that Android refuses, before files are sent to the phone app. Called by the hub in a worker
 * thread; the command line chooses the policy. */
#pragma once

#include "namida-backup.h"

G_BEGIN_DECLS

/** NamidaPhoneNames: what to do with files whose names Android's shared storage refuses. */
typedef enum
{
  NAMIDA_PHONE_NAMES_ASK,       /* send nothing; the error names the files */
  NAMIDA_PHONE_NAMES_RENAME,    /* send them under other names, and use these names in the backup */
  NAMIDA_PHONE_NAMES_LEAVE_OUT, /* do not send them */
  NAMIDA_PHONE_NAMES_KEEP,      /* send them unchanged, because the app may be running on a computer */
} NamidaPhoneNames;

/**
 * namida_phone_names_adapt:
 * @backup: what is to be sent; not changed
 *
 * Creates a backup whose names a phone accepts. With RENAME, the Namida backup in it is copied, with the new name in
 * every path that ends in an old one; the copy is temporary and is deleted with the result. Blocking: call it in a
 * worker thread.
 *
 * Returns: (transfer full) (nullable): @backup itself if all names are acceptable; %NULL with UNSAFE_PATH (with ASK:
 * the message names the files and says how to choose), or with the errors of namida_contents_open() and namida_fit()
 */
NamidaBackup *
namida_phone_names_adapt (NamidaBackup *backup, NamidaPhoneNames policy, GCancellable *cancellable, GError **error);

G_END_DECLS
