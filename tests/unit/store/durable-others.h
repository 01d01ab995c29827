/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program makes durable in addition to received files: the identity, copies of versions on other drives,
 * backups that it writes, and files that get another link. These are operations of test-durable.c, which creates their
 * files. One thread. */
#pragma once

#include "store-fixture.h"

/** durable_note_all: all that is there now has been durable for long; only later calls are left out in turn. */
void durable_note_all (void);
/** durable_expect: @path: (transfer full): of a file that has to be durable in the end, its name and its contents. */
void durable_expect (char *path);
/** durable_expect_gone: @path: (transfer full): of what must not come back. */
void durable_expect_gone (char *path);
/** durable_dup_trashed: Returns: (transfer full): where the first version is in the trash. */
char *durable_dup_trashed (Fixture *f);
/** durable_delete: @path: (transfer full): of a file of a version; it is expected to be there again in the end. */
void durable_delete (char *path);
/** durable_expect_waiting: @folder: (transfer full): what is in it has to be durable when a file replaces another. */
void durable_expect_waiting (char *folder);
/** durable_receive: a backup of @n files of the folder @label, whose contents begin with @text. Returns: (transfer
 * full): the folder of the newest version. */
char *durable_receive (Fixture *f, const char *label, guint n, const char *text);

void durable_do_identity (Fixture *f);
void durable_do_exported (Fixture *f);
void durable_do_fitted (Fixture *f);
void durable_do_linked (Fixture *f);
void durable_do_found (Fixture *f);
/* durable-restore.c */
void durable_do_restored (Fixture *f);
void durable_do_replaced (Fixture *f);
void durable_do_undone (Fixture *f);
