/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/* The journal: sessions and what was stored (tables sessions, stored). Blocking: worker threads. States: "open", "parked", "finished", "incomplete", "cancelled", "failed", "declined". */
typedef struct
{
  char *id; char *direction; char *fingerprint; char *alias; char *title; char *offer_key; char *landing; char *destination; char *state;
  gint64 started_at, updated_at; guint64 total_bytes; guint total_files, stored_files, kept_files, failed_files; char *error;
} NamidaJournalSession;
void namida_journal_session_free (NamidaJournalSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaJournalSession, namida_journal_session_free)

gboolean namida_journal_write_session (NamidaDatabase *database, const NamidaJournalSession *session, GError **error);
gboolean namida_journal_set_state (NamidaDatabase *database, const char *id, const char *state, const char *error_text, GError **error);
/** An interrupted session of this device for this backup, at most NAMIDA_LIMIT_PARKED_DAYS old. (transfer full) (nullable) */
NamidaJournalSession *namida_journal_find_resumable (NamidaDatabase *database, const char *fingerprint, const char *offer_key, GError **error);
/** (transfer full) (element-type NamidaJournalSession): newest first. */
GPtrArray *namida_journal_list (NamidaDatabase *database, guint most, GError **error);

G_END_DECLS
