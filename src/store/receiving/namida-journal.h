/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/* The journal: sessions (table sessions) and how they end. Blocking: worker threads. States: "open",
 * "parked", "finished", "incomplete", "cancelled", "failed", "declined". */
typedef struct
{
  char *id;
  char *direction;
  char *fingerprint;
  char *alias;
  char *title;
  char *offer_key;
  char *landing;
  char *destination;
  char *state;
  gint64 started_at, updated_at;
  guint64 total_bytes;
  guint total_files, stored_files, kept_files, failed_files;
  guint left_out;                      /* files and folders that the sender could not read */
  gboolean unproven;                   /* no hash proved what arrived */
  guint healed_files, healed_versions; /* damaged files that it made whole, and in how many versions; 0: not known */
  guint skipped;                       /* links and special files, which are never sent */
  gboolean can_resume;                 /* of one that was canceled: what arrived is kept for a later sending */
  char *error;
  char *advice;    /* (nullable): what its person has to do at the other device */
  char *scope;     /* (nullable) none: namida_backup_dup_scope() */
  char *wish;      /* (nullable) of a sending: what goes on after the program's end; namida_journal_write_send() */
  gboolean ask;    /* a person has to say yes before it goes on; read only */
  gboolean paused; /* of a receiving: the person here paused it; read only */

  /* Of a receiving: what was agreed to when it was accepted, by the rights of whom. Never what the sender said since.
   */
  char *agreed_by;    /* (nullable) nobody: NAMIDA_AGREED_… */
  char *agreed_names; /* (nullable): music folders and single files, for people */
  guint agreed_files;
  guint64 agreed_bytes;
  gint64 agreed_at; /* microseconds since 1970 */
  char *folder;     /* (nullable): chosen for this receiving */
  char *declined;   /* (nullable): namida_offer_format_declined() */
} NamidaJournalSession;

/** namida_journal_session_is_transfer: Returns: %FALSE for what else the history tells of: see below. Any thread. */
gboolean namida_journal_session_is_transfer (const NamidaJournalSession *self);

/* The direction of a row of the history that is no transfer: versions that went to the trash of their store. */
#define NAMIDA_JOURNAL_TRASHED "trashed"
/* Of rows that are no transfer either: damaged files of backups that were repaired in the background, here with the
 * files of the device @alias, or on that device with the files of this one. */
#define NAMIDA_JOURNAL_REPAIRED "repaired"
#define NAMIDA_JOURNAL_REPAIRED_THERE "repaired-there"

/* Who agreed: a person who was asked, the rule for a trusted device, or the rule that accepts everything. */
#define NAMIDA_AGREED_PERSON "person"
#define NAMIDA_AGREED_TRUSTED "trusted"
#define NAMIDA_AGREED_ALL "all"

void namida_journal_session_free (NamidaJournalSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaJournalSession, namida_journal_session_free)

/** namida_journal_session_is_complete: whether a version of @session is complete: everything that the sender should
 * have read was offered, and all of it is here. Any thread. */
gboolean namida_journal_session_is_complete (const NamidaJournalSession *session);

gboolean namida_journal_write_session (NamidaDatabase *database, const NamidaJournalSession *session, GError **error);
gboolean namida_journal_set_state (
    NamidaDatabase *database, const char *id, const char *state, const char *error_text, GError **error);
/** namida_journal_set_days: how long what is parked may go on; 0: NAMIDA_LIMIT_PARKED_DAYS. Any thread. */
void namida_journal_set_days (NamidaDatabase *database, guint days);
/** An interrupted session of this device for this backup, at most NAMIDA_LIMIT_PARKED_DAYS old. @fingerprint:
 * (nullable): of a device that proved none: whether it is the same one cannot be told, and somebody has to be asked
 * before it goes on. (transfer full) (nullable) */
NamidaJournalSession *namida_journal_find_resumable (NamidaDatabase *database,
                                                     const char *fingerprint,
                                                     const char *offer_key,
                                                     GError **error);
/** namida_journal_list_wishes: (transfer full) (element-type NamidaJournalSession): sendings that are to go on. */
GPtrArray *namida_journal_list_wishes (NamidaDatabase *database, GError **error);
/** namida_journal_find_similar: likewise, but of a backup of the same @scope that has changed since. Whether what was
 * agreed to covers it is another question: namida_journal_session_covers(). */
NamidaJournalSession *
namida_journal_find_similar (NamidaDatabase *database, const char *fingerprint, const char *scope, GError **error);
/**
 * namida_journal_session_covers:
 * @session: an interrupted receiving
 * @bytes: of what is offered now
 * @files: of what is offered now
 *
 * Any thread.
 *
 * Returns: whether somebody agreed to at least this much when @session was accepted
 */
gboolean namida_journal_session_covers (const NamidaJournalSession *session, guint64 bytes, guint files);
/**
 * namida_journal_drop_device:
 * @database: the database
 * @fingerprint: of a device that is trusted no longer
 *
 * Ends the interrupted receivings that this device sent; their parts are nobody's from then on. What this device
 * fetches from the other one is its own decision, and stays. Blocking.
 *
 * Returns: %FALSE with @error
 */
gboolean namida_journal_drop_device (NamidaDatabase *database, const char *fingerprint, GError **error);
/** (transfer full) (element-type NamidaJournalSession): newest first. */
GPtrArray *namida_journal_list (NamidaDatabase *database, guint most, GError **error);
/** namida_journal_clear: namida_journal_list() forgets what has ended; what it stored stays known. */
gboolean namida_journal_clear (NamidaDatabase *database, GError **error);
/** namida_journal_set_hidden: whether namida_journal_list() leaves out what has ended under @id; nothing happens to
 * what goes on. Blocking. */
gboolean namida_journal_set_hidden (NamidaDatabase *database, const char *id, gboolean hidden, GError **error);
/** namida_journal_drop_parked: @fingerprint: (nullable): whoever's. Nothing happens to one that is not interrupted. */
gboolean namida_journal_drop_parked (NamidaDatabase *database, const char *fingerprint, const char *id, GError **error);
/** namida_journal_ask_again: a person stopped it, and keeps its parts: @ask of it is set. */
gboolean namida_journal_ask_again (NamidaDatabase *database, const char *id, GError **error);
/** namida_journal_set_paused: of a receiving, by the person here. Who lets it go on makes its parts young again. */
gboolean namida_journal_set_paused (NamidaDatabase *database, const char *id, gboolean paused, GError **error);
/** namida_journal_list_paused: (transfer full) (element-type NamidaJournalSession): interrupted receivings that the
 * person here paused, the oldest first. */
GPtrArray *namida_journal_list_paused (NamidaDatabase *database, GError **error);
/** Where a session will land for good, written before it does. */
gboolean
namida_journal_set_destination (NamidaDatabase *database, const char *id, const char *destination, GError **error);

/* What a file of a version is; the first three as NamidaEntryKind. */
typedef enum
{
  NAMIDA_VERSION_FILE_ZIP,
  NAMIDA_VERSION_FILE_FILE,
  NAMIDA_VERSION_FILE_FOLDER, /* an empty one */
  NAMIDA_VERSION_FILE_MANIFEST,
} NamidaVersionFileKind;

/** One file that is durable under its final name (tables contents and version_lists). Owns nothing: there are as many
 * as files, and all of their texts are somewhere already. */
typedef struct
{
  NamidaVersionFileKind kind;
  const char *folder;   /* absolute */
  const char *relative; /* below @folder */
  const char *label;    /* (nullable) none */
  const char *below;    /* below the label, or the name */
  guint64 size, inode, device;
  gint64 mtime_ns, ctime_ns; /* @ctime_ns: 0: unknown */
  gint64 read_at;            /* microseconds since 1970: its bytes were read then; 0: not now */
  gint64 first_at;           /* when nothing older is known of it: the date of its arrival */
  gboolean kept;             /* it was at a person's place before: the device did not send it */
  const char *sha256;        /* lower case */
} NamidaStoredRow;

/** namida_journal_get_next_arrival: Returns: the place in the order of arrival that a version gets which is finished
 * now. It grows from one to the next, also when the clock goes back. Any thread. */
gint64 namida_journal_get_next_arrival (NamidaDatabase *database);

/**
 * namida_journal_finish: one transaction: @session's row (written anew), @rows (element-type NamidaStoredRow) and, when
 * @version is the path of a folder, the version that they are. A backup that was sent again into a person's folders is
 * the version it was before. Only after every file of @rows is durable.
 */
gboolean namida_journal_finish (
    NamidaDatabase *database, const NamidaJournalSession *session, GArray *rows, const char *version, GError **error);
/** namida_journal_list_kept: (transfer full): a set of the ids of receiving sessions whose parts must stay: open, or
 * parked and young enough. NULL with @error. */
GHashTable *namida_journal_list_kept (NamidaDatabase *database, GError **error);
/** namida_journal_list_known: (transfer full): a set of the ids of all receiving sessions that the journal ever had, as
 * far as it remembers. NULL with @error. */
GHashTable *namida_journal_list_known (NamidaDatabase *database, GError **error);
/** namida_journal_park_open: after a crash: "open" becomes "parked", and what is parked for too long "failed". */
gboolean namida_journal_park_open (NamidaDatabase *database, GError **error);
/** namida_journal_park_sends: "open" sendings become "parked". */
gboolean namida_journal_park_sends (NamidaDatabase *database, GError **error);
/** namida_journal_write_send: writes the row of a sending; it takes the place of an interrupted one of the same offer.
 */
gboolean namida_journal_write_send (NamidaDatabase *database, const NamidaJournalSession *session, GError **error);

G_END_DECLS
