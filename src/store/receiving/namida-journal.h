/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal: the history of sessions (table sessions) and how they ended. Written by the store and the hub, read by
 * the window and the command line. All functions block unless they say otherwise: call them in worker threads. The
 * states are "open", "parked", "finished", "incomplete", "cancelled", "failed" and "declined". */
#pragma once

#include "namida-database.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaJournalSession: one row of the history. Owns its texts. Times are microseconds since 1970. */
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
  guint left_out;                      /* files and folders that the sender skipped */
  guint unproven;                      /* a NamidaUnproven: whether no hash verified what arrived */
  guint healed_files, healed_versions; /* damaged files that it repaired, in how many versions; 0: unknown */
  guint skipped;                       /* links and special files, which are never sent */
  gboolean can_resume; /* for a canceled session: the received data is kept, so that it can be resumed */
  char *error;
  char *advice;    /* (nullable): what the user has to do on the other device */
  char *scope;     /* (nullable): namida_backup_dup_scope() */
  char *wish;      /* (nullable): for sending: what to resume after a restart; see namida_journal_write_send() */
  gboolean ask;    /* the user must confirm before it resumes; read only */
  gboolean paused; /* the user paused it on this device; written by namida_journal_write_send() and, for receiving,
                    * namida_journal_set_paused() */

  /* For receiving: what was agreed to when the session was accepted, and on whose authority. Never what the sender
   * claimed later. */
  char *agreed_by;    /* (nullable): NAMIDA_AGREED_…; NULL if there was no agreement */
  char *agreed_names; /* (nullable): music folders and single files, as shown to the user */
  guint agreed_files;
  guint64 agreed_bytes;
  gint64 agreed_at; /* microseconds since 1970 */
  char *folder;     /* (nullable): the folder that the user chose for this session */
  char *declined;   /* (nullable): namida_offer_format_declined() */
} NamidaJournalSession;

/** namida_journal_session_is_transfer: Returns: %FALSE for the other kinds of rows in the history, which are listed
 * below. Any thread. */
gboolean namida_journal_session_is_transfer (const NamidaJournalSession *self);

/* The direction of a row that is not a transfer: versions that were moved to the trash of their store. */
#define NAMIDA_JOURNAL_TRASHED "trashed"
/* The directions of other rows that are not transfers: damaged files of backups that were repaired in the background,
 * either here with files of the device @alias, or on that device with files of this one. */
#define NAMIDA_JOURNAL_REPAIRED "repaired"
#define NAMIDA_JOURNAL_REPAIRED_THERE "repaired-there"

/* Values of agreed_by: the user, the rule for trusted devices, or the rule that accepts everything. */
#define NAMIDA_AGREED_PERSON "person"
#define NAMIDA_AGREED_TRUSTED "trusted"
#define NAMIDA_AGREED_ALL "all"

/** namida_journal_session_free: @self: (transfer full) (nullable). */
void namida_journal_session_free (NamidaJournalSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaJournalSession, namida_journal_session_free)

/** namida_journal_session_is_complete: Returns: whether a version of @session is complete: the sender offered
 * everything that it was supposed to read, and all of it is here. Any thread. */
gboolean namida_journal_session_is_complete (const NamidaJournalSession *session);

/** namida_journal_write_session: writes the row of @session, replacing the one with the same ID. Returns: %FALSE with
 * STORAGE. */
gboolean namida_journal_write_session (NamidaDatabase *database, const NamidaJournalSession *session, GError **error);
/** namida_journal_set_state: @error_text: (nullable): why the session ended, for the user. Returns: %FALSE with
 * STORAGE. */
gboolean namida_journal_set_state (
    NamidaDatabase *database, const char *id, const char *state, const char *error_text, GError **error);
/** namida_journal_set_days: @days: how long an interrupted session can be resumed; 0 means NAMIDA_LIMIT_PARKED_DAYS.
 * Any thread. */
void namida_journal_set_days (NamidaDatabase *database, guint days);
/** namida_journal_find_resumable: @fingerprint: (nullable): %NULL for a device that did not prove its identity; it
 * cannot be recognized, so the user must confirm before the session resumes. Returns: (transfer full) (nullable): an
 * interrupted session of this device for exactly this backup that is recent enough (namida_journal_set_days()); %NULL
 * without @error if there is none, or with STORAGE. */
NamidaJournalSession *namida_journal_find_resumable (NamidaDatabase *database,
                                                     const char *fingerprint,
                                                     const char *offer_key,
                                                     GError **error);
/** namida_journal_list_sends: Returns: (transfer full) (nullable) (element-type NamidaJournalSession): the outgoing
 * transfers that are to be resumed; %NULL with STORAGE. */
GPtrArray *namida_journal_list_sends (NamidaDatabase *database, GError **error);
/** namida_journal_find_send: Returns: (transfer full) (nullable): the row @id of namida_journal_list_sends(); %NULL
 * without an error if it is not among them. */
NamidaJournalSession *namida_journal_find_send (NamidaDatabase *database, const char *id, GError **error);
/** namida_journal_find_similar: like namida_journal_find_resumable(), but finds a backup with the same @scope that has
 * changed since. namida_journal_session_covers() tells whether the earlier agreement covers the change. Returns:
 * (transfer full) (nullable): %NULL without @error if there is none, or with STORAGE. */
NamidaJournalSession *
namida_journal_find_similar (NamidaDatabase *database, const char *fingerprint, const char *scope, GError **error);
/**
 * namida_journal_session_covers:
 * @session: an interrupted incoming session
 * @bytes: the size of the new offer
 * @files: the number of files of the new offer
 *
 * Any thread.
 *
 * Returns: whether the agreement at the time when @session was accepted covers at least this much
 */
gboolean namida_journal_session_covers (const NamidaJournalSession *session, guint64 bytes, guint files);
/**
 * namida_journal_drop_device:
 * @database: the database
 * @fingerprint: the fingerprint of a device that is no longer trusted
 *
 * Ends the interrupted sessions that this device sent; their parts are unused afterwards and are cleaned up. Sessions
 * in which this device fetches from the other one are kept, because the local user started them. Blocking.
 *
 * Returns: %FALSE with @error
 */
gboolean namida_journal_drop_device (NamidaDatabase *database, const char *fingerprint, GError **error);
/** namida_journal_list: @most: the maximum number of rows. Returns: (transfer full) (nullable) (element-type
 * NamidaJournalSession): the history, newest first; %NULL with STORAGE. */
GPtrArray *namida_journal_list (NamidaDatabase *database, guint most, GError **error);
/** namida_journal_clear: hides all ended sessions from namida_journal_list(). The files that they stored stay recorded.
 * Returns: %FALSE with STORAGE. */
gboolean namida_journal_clear (NamidaDatabase *database, GError **error);
/** namida_journal_set_hidden: hides the ended session @id from namida_journal_list(), or shows it again. Has no effect
 * on a session that is open or interrupted. Blocking. Returns: %FALSE with STORAGE. */
gboolean namida_journal_set_hidden (NamidaDatabase *database, const char *id, gboolean hidden, GError **error);
/** namida_journal_drop_parked: ends the interrupted session @id; has no effect on other states. @fingerprint:
 * (nullable): the sender; %NULL for any. Returns: %FALSE with STORAGE. */
gboolean namida_journal_drop_parked (NamidaDatabase *database, const char *fingerprint, const char *id, GError **error);
/** namida_journal_ask_again: sets @ask of a session that the user stopped and whose parts are kept. Returns: %FALSE
 * with STORAGE. */
gboolean namida_journal_ask_again (NamidaDatabase *database, const char *id, GError **error);
/** namida_journal_set_paused: records that the user paused or resumed an incoming session. Resuming also restarts the
 * time limit of its parts. Returns: %FALSE with STORAGE. */
gboolean namida_journal_set_paused (NamidaDatabase *database, const char *id, gboolean paused, GError **error);
/** namida_journal_list_paused: Returns: (transfer full) (nullable) (element-type NamidaJournalSession): the interrupted
 * incoming sessions that the user paused, oldest first; %NULL with STORAGE. */
GPtrArray *namida_journal_list_paused (NamidaDatabase *database, GError **error);
/** namida_journal_set_destination: records the final path of a session before anything is saved there. Returns: %FALSE
 * with STORAGE. */
gboolean
namida_journal_set_destination (NamidaDatabase *database, const char *id, const char *destination, GError **error);

/* NamidaVersionFileKind: the kind of a file of a version; the first three values equal those of NamidaEntryKind. */
typedef enum
{
  NAMIDA_VERSION_FILE_ZIP,
  NAMIDA_VERSION_FILE_FILE,
  NAMIDA_VERSION_FILE_FOLDER, /* an empty folder */
  NAMIDA_VERSION_FILE_MANIFEST,
} NamidaVersionFileKind;

/** NamidaStoredRow: one file that is durable under its final name (tables contents and version_lists). It owns none of
 * its texts, which other structures hold anyway, because there may be 200,000 rows. */
typedef struct
{
  NamidaVersionFileKind kind;
  const char *folder;   /* absolute */
  const char *relative; /* below @folder */
  const char *label;    /* (nullable) none */
  const char *below;    /* relative to the label, or the name */
  guint64 size, inode, device;
  gint64 mtime_ns, ctime_ns; /* @ctime_ns: 0: unknown */
  gint64 read_at;            /* when its bytes were read, in microseconds since 1970; 0 if they were not read now */
  gint64 first_at;           /* the date of arrival to record if no older one is known */
  gboolean kept;             /* it was already in the user's folders, so the device did not send it */
  const char *sha256;        /* lower case */
} NamidaStoredRow;

/** namida_journal_get_next_arrival: Returns: the number in the order of arrival of a version that is finished now. Each
 * number is greater than the one before it, even if the clock was set back. Blocking. Any thread. */
gint64 namida_journal_get_next_arrival (NamidaDatabase *database);

/**
 * namida_journal_finish:
 * @session: the session, whose row is replaced
 * @rows: (element-type NamidaStoredRow): its files, all of which are durable
 * @version: (nullable): the path of the version that consists of @rows
 *
 * Records the end of a session in one transaction: its row, its files and its version. A backup that is sent into the
 * user's folders again updates its earlier version. Blocking: worker threads.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE
 */
gboolean namida_journal_finish (
    NamidaDatabase *database, const NamidaJournalSession *session, GArray *rows, const char *version, GError **error);
/** namida_journal_list_kept: Returns: (transfer full) (nullable): a set of the IDs of incoming sessions whose parts
 * must be kept: open ones, and parked ones that are recent enough; %NULL with @error. */
GHashTable *namida_journal_list_kept (NamidaDatabase *database, GError **error);
/** namida_journal_list_known: Returns: (transfer full) (nullable): a set of the IDs of all incoming sessions that the
 * journal remembers; %NULL with @error. */
GHashTable *namida_journal_list_known (NamidaDatabase *database, GError **error);
/** namida_journal_count_open: @direction: "send" or "receive". Returns: the number of "open" sessions; 0 also if the
 * database cannot be read. */
guint namida_journal_count_open (NamidaDatabase *database, const char *direction);
/** namida_journal_park_open: cleans up after a crash: "open" becomes "parked", and sessions that have been parked for
 * too long become "failed". Returns: %FALSE with STORAGE. */
gboolean namida_journal_park_open (NamidaDatabase *database, GError **error);
/** namida_journal_park_sends: changes outgoing sessions from "open" to "parked". Returns: %FALSE with STORAGE. */
gboolean namida_journal_park_sends (NamidaDatabase *database, GError **error);
/** namida_journal_write_send: writes the row of an outgoing session, which replaces an interrupted one of the same
 * offer. Returns: %FALSE with STORAGE. */
gboolean namida_journal_write_send (NamidaDatabase *database, const NamidaJournalSession *session, GError **error);

G_END_DECLS
