/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifies versions against the database: reads their files, compares them with the hashes on arrival, repairs what it
 * can, and records the results. Called by the list of versions, in a worker, for the window, the command line and the
 * quiet background check. */
#include "config.h"

#include "namida-verify.h"

#include "namida-clock.h"
#include "namida-content.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-open.h"
#include "namida-repair.h"
#include "namida-wanted.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#define BUFFER_SIZE (1024 * 1024)
#define QUIET_PAUSE_US (100 * 1000)

/* ReadNote: a content that was read and is intact. */
typedef struct
{
  gint64 content;
  struct stat st;
} ReadNote;

/* Run: the state of one verification, used by one thread. */
typedef struct
{
  NamidaDatabase *database;
  gboolean repair;
  gint64
      read_before; /* microseconds since 1970: files that were read later are skipped; 0: all are read, at full speed */
  NamidaVerifyProgress progress;
  gpointer user_data;
  GCancellable *cancellable;
  NamidaVerifyReport *report;
  GHashTable *read;  /* NamidaFileId → hash ("": unreadable), so that hard links are read once */
  GHashTable *noted; /* gint64: contents that have been read */
  GArray *notes;     /* ReadNote: read contents that are not yet written to the database */
  gboolean gone;     /* the drive was disconnected while its version was read */
  guint64 done, total;
  char *buffer;
} Run;

static void
verify_report_progress (Run *run)
{
  if (run->progress != NULL)
    run->progress (run->done, MAX (run->total, run->done), run->user_data);
}

/* Pauses for as long as the last read took, but at most QUIET_PAUSE_US, so that a quiet run leaves half of the time to
 * other programs. @since: monotonic time at which the read began. */
static void
run_pause (const Run *run, gint64 since)
{
  gint64 took = namida_clock_monotonic () - since;

  if (run->read_before > 0 && took > 0)
    g_usleep ((gulong) MIN (took, QUIET_PAUSE_US));
}

/* Returns (transfer full) (nullable): NULL if it cannot be read (errno is set) or the run was canceled. */
static char *
verify_hash_from_disk (Run *run, int fd)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();

  /* Drop cached pages, so that the data is read from the disk. */
  posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  while (!g_cancellable_is_cancelled (run->cancellable))
    {
      gint64 since = namida_clock_monotonic ();
      ssize_t n = read (fd, run->buffer, BUFFER_SIZE);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return NULL;
      if (n == 0)
        return namida_digest_finish (digest);
      namida_digest_update (digest, run->buffer, (gsize) n);
      run->done += (guint64) n;
      run->report->bytes += (guint64) n;
      verify_report_progress (run);
      run_pause (run, since);
    }
  return NULL;
}

/* Returns (transfer none) (nullable): the hash of the file at the place of @file; "" if it cannot be read; NULL if it
 * is missing. @st: (out): also set for anything else that is in its place. */
static const char *
verify_look_up_content (Run *run, const NamidaVersionFile *file, int version_fd, struct stat *st)
{
  g_autofree char *basename = NULL;
  NamidaFileId id;
  const char *known = NULL;
  char *hash;
  int fd = -1, folder = namida_version_file_open_folder (file, version_fd, &basename);

  if (folder < 0)
    return NULL;
  fd = namida_open_at (folder, basename, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0 && errno != ENOENT)
    known = "";
  close (folder);
  if (fd < 0)
    return known;
  if (fstat (fd, st) != 0 || !S_ISREG (st->st_mode))
    {
      close (fd);
      return "";
    }
  id = namida_file_id (st);
  known = g_hash_table_lookup (run->read, &id);
  if (known == NULL)
    {
      run->report->files++;
      hash = verify_hash_from_disk (run, fd);
      known = hash != NULL ? hash : g_strdup ("");
      g_hash_table_insert (run->read, namida_file_id_new (st), (char *) known);
    }
  close (fd);
  return known;
}

static NamidaDamage *
run_add (Run *run, const NamidaVersionRecord *record, NamidaDamageKind kind)
{
  NamidaDamage *damage = namida_verify_report_add (run->report, kind);

  damage->version_id = g_strdup_printf ("%" G_GINT64_FORMAT, record->id);
  damage->version_path = g_strdup (record->path);
  return damage;
}

static NamidaDamage *
verify_add_damage (Run *run, const NamidaVersionRecord *record, const NamidaVersionFile *file, NamidaDamageKind kind)
{
  NamidaDamage *damage = run_add (run, record, kind);

  damage->name = namida_version_file_dup_name (file);
  damage->path = namida_version_file_dup_path (file, record);
  damage->size = file->size;
  return damage;
}

/* Adds a finding about the version as a whole. */
static void
run_add_version (Run *run, const NamidaVersionRecord *record, NamidaDamageKind kind, const char *detail)
{
  NamidaDamage *damage = run_add (run, record, kind);

  damage->name = g_utf8_make_valid (record->title, -1);
  damage->path = g_strdup (record->path);
  damage->detail = g_strdup (detail != NULL ? detail : namida_damage_kind_text (kind));
}

static void
verify_describe (
    Run *run, NamidaDamage *damage, const NamidaVersionRecord *record, const NamidaVersionFile *file, const GError *why)
{
  g_autofree char *copy = damage->copy != NULL ? g_filename_display_name (damage->copy) : NULL;
  g_autofree char *rest = NULL;

  if (damage->repaired)
    rest = g_strdup_printf (_ ("It was repaired from “%s”."), copy);
  else if (why != NULL)
    rest = g_strdup (why->message);
  else if (copy != NULL)
    rest = g_strdup_printf (_ ("The same contents are in “%s”."), copy);
  else if (record->landing == NAMIDA_LANDING_BACKUP
           && namida_wanted_has (run->database, record->fingerprint, file->sha256))
    /* Translators: %s is the name of the device that sent a damaged file. */
    rest = g_strdup_printf (_ ("There is no other copy on this device. “%s” is asked for it when it connects or sends "
                               "the next time."),
                            record->alias);
  else if (damage->kind != NAMIDA_DAMAGE_CHANGED)
    rest = g_strdup (_ ("No intact copy was found on this device."));
  damage->detail = rest != NULL ? g_strdup_printf ("%s %s", namida_damage_kind_text (damage->kind), rest)
                                : g_strdup (namida_damage_kind_text (damage->kind));
}

/* If a missing file is intact in another version of this store, link to it, which takes no additional space. */
static gboolean
run_link_missing (Run *run, const NamidaVersionFile *file, int version_fd, const char *whole)
{
  g_autoptr (GPtrArray) kept = namida_version_record_paths_of (run->database, file->sha256, TRUE);
  g_autoptr (GError) error = NULL;
  struct stat st;

  /* Never link to a file that the user may write to. */
  if (!g_ptr_array_find_with_equal_func (kept, whole, g_str_equal, NULL)
      || !namida_repair_link (file, version_fd, whole))
    return FALSE;
  if (namida_version_file_stat (file, version_fd, &st)
      && !namida_content_heal (run->database, file->content, &st, &error))
    g_message ("%s", error->message);
  return TRUE;
}

/* Whether the folder of the version is still the one that @version_fd refers to. If the drive was disconnected, all
 * files are missing, but none is damaged. A drive that was removed without being unmounted seems to be there until
 * something is read from it. */
static gboolean
run_is_here (const NamidaVersionRecord *record, const NamidaVersionFile *file, int version_fd)
{
  struct stat before, now;
  gboolean here;
  int fd;

  if (record->landing == NAMIDA_LANDING_LIBRARY)
    return file->kind == NAMIDA_VERSION_FILE_FILE || namida_version_record_is_readable (record);
  fd = namida_version_record_open (record);
  here = fd >= 0 && fstat (fd, &now) == 0 && fstat (version_fd, &before) == 0 && now.st_dev == before.st_dev
         && now.st_ino == before.st_ino && namida_version_record_is_readable (record);

  if (fd >= 0)
    close (fd);
  return here;
}

/* Reports a damaged file and repairs it if possible. @bad: (nullable): what is in its place. Returns: whether the
 * version lacks this file now. */
static gboolean
verify_handle (Run *run,
               const NamidaVersionRecord *record,
               const NamidaVersionFile *file,
               int version_fd,
               NamidaDamageKind kind,
               const struct stat *bad)
{
  NamidaDamage *damage;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unmarked = NULL;

  if ((kind == NAMIDA_DAMAGE_MISSING || kind == NAMIDA_DAMAGE_UNREADABLE) && !run_is_here (record, file, version_fd))
    {
      run->gone = TRUE;
      return FALSE;
    }
  damage = verify_add_damage (run, record, file, kind);

  /* A file that its owner changed or deleted is not damaged. A zip that was received belongs to the store. */
  if (kind == NAMIDA_DAMAGE_CHANGED
      || (kind == NAMIDA_DAMAGE_MISSING && record->landing == NAMIDA_LANDING_LIBRARY
          && file->kind == NAMIDA_VERSION_FILE_FILE))
    {
      damage->detail = g_strdup (namida_damage_kind_text (kind));
      return FALSE;
    }
  run->report->damaged++;
  damage->copy = namida_repair_find_copy (run->database, file, bad, run->cancellable);
  /* From now on no offer counts the content as "already there", so the next transfer that has it includes it. A content
   * that is missing here but intact elsewhere stays known. */
  if ((bad != NULL || damage->copy == NULL)
      && !namida_content_set_damaged (run->database, file->content, file->sha256, bad, &unmarked))
    g_message ("%s", unmarked->message);
  /* Never write to the user's own files: a program that preserves times may have edited their tags. */
  if (run->repair && damage->copy != NULL && record->landing == NAMIDA_LANDING_BACKUP)
    damage->repaired
        = (bad == NULL && run_link_missing (run, file, version_fd, damage->copy))
          || namida_repair_file (run->database, record, file, version_fd, bad, damage->copy, run->cancellable, &error);
  run->report->repaired += damage->repaired;
  verify_describe (run, damage, record, file, error);
  return !damage->repaired;
}

/* Notes that the file was read and is intact, with its current attributes and today's date. The notes are written
 * together at the end of the version. */
static void
verify_note_read (Run *run, const NamidaVersionFile *file, const struct stat *st)
{
  ReadNote note = { .content = file->content, .st = *st };

  if (st->st_ino == 0 || namida_stat_mtime_ns (st) != file->mtime_ns
      || !g_hash_table_add (run->noted, g_memdup2 (&note.content, sizeof note.content)))
    return;
  g_array_append_val (run->notes, note);
}

static gboolean
verify_write_notes (Run *run, GError **error)
{
  sqlite3 *handle = namida_database_lock (run->database);
  gboolean fine = namida_database_exec (run->database, error, "BEGIN IMMEDIATE", "");

  for (guint i = 0; fine && i < run->notes->len; i++)
    {
      const ReadNote *note = &g_array_index (run->notes, ReadNote, i);

      fine = namida_content_heal (run->database, note->content, &note->st, error);
    }
  fine = fine && namida_database_exec (run->database, error, "COMMIT", "");
  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (run->database);
  g_array_set_size (run->notes, 0);
  return fine;
}

/* Whether a quiet run can skip @file, because it was read recently, through this version or another one that shares it,
 * and has not changed since. */
static gboolean
run_is_fresh (const Run *run, const NamidaVersionFile *file, int version_fd)
{
  struct stat st;

  return run->read_before > 0 && file->read_at >= run->read_before
         && file->read_at <= namida_clock_real () + G_TIME_SPAN_DAY && !file->damaged
         && namida_version_file_stat (file, version_fd, &st) && namida_version_file_fits (file, &st)
         && file->inode == (guint64) st.st_ino && file->ctime_ns == namida_content_ctime_ns (&st);
}

static gboolean
verify_check_file (Run *run, const NamidaVersionRecord *record, const NamidaVersionFile *file, int version_fd)
{
  gboolean own = record->landing == NAMIDA_LANDING_LIBRARY;
  struct stat st = { 0 };
  const char *hash;

  if (file->kind == NAMIDA_VERSION_FILE_FOLDER)
    return FALSE;
  if (run_is_fresh (run, file, version_fd))
    return FALSE;
  if (own && !namida_version_file_stat (file, -1, &st))
    return verify_handle (run, record, file, version_fd, NAMIDA_DAMAGE_MISSING, NULL);
  if (own && !namida_version_file_fits (file, &st))
    return verify_handle (run, record, file, version_fd, NAMIDA_DAMAGE_CHANGED, NULL);
  hash = verify_look_up_content (run, file, version_fd, &st);
  if (g_cancellable_is_cancelled (run->cancellable))
    return FALSE;
  if (g_strcmp0 (hash, file->sha256) == 0)
    {
      verify_note_read (run, file, &st);
      return FALSE;
    }
  if (hash == NULL)
    return verify_handle (run, record, file, version_fd, NAMIDA_DAMAGE_MISSING, NULL);
  return verify_handle (run, record, file, version_fd, *hash == '\0' ? NAMIDA_DAMAGE_UNREADABLE : NAMIDA_DAMAGE_CONTENT,
                        st.st_ino != 0 ? &st : NULL);
}

/* Checks again whether the version exists, because it may have been removed while it was read; missing files are not
 * damage then. Returns FALSE with @error if that cannot be determined. */
static gboolean
run_look_again (Run *run, const char *id, gboolean *there, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (run->database, id, &reason);

  *there = record != NULL;
  if (record != NULL || g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static void
verify_forget_damages (Run *run, guint first)
{
  for (guint i = first; i < run->report->damages->len; i++)
    {
      const NamidaDamage *damage = g_ptr_array_index (run->report->damages, i);

      run->report->repaired -= damage->repaired;
    }
  namida_verify_report_cut (run->report, first);
}

/* Reports a missing folder, that of the version or @path (nullable). It may be on a disk that is not connected, so
 * nothing is created in its place. */
static void
run_add_absent (Run *run, const NamidaVersionRecord *record, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path != NULL ? path : record->path);
  g_autofree char *detail
      = g_strdup_printf (_ ("The folder “%s” is not there. If it is on another disk, connect that and try again."),
                         shown);

  run_add_version (run, record, NAMIDA_DAMAGE_ABSENT, detail);
}

/* Reads the files of a version, and stops if its drive is disconnected. @zips, @music: whether the drives of the zip
 * and of the music are connected. Returns: the number of lost files. */
static int
verify_check_files (
    Run *run, const NamidaVersionRecord *record, GPtrArray *files, int fd, gboolean zips, gboolean music)
{
  int lost = 0;

  run->gone = FALSE;
  for (guint i = 0; i < files->len && !run->gone && !g_cancellable_is_cancelled (run->cancellable); i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (file->kind == NAMIDA_VERSION_FILE_FILE ? music : zips)
        lost += verify_check_file (run, record, file, fd);
    }
  return lost;
}

static gboolean
verify_check_version (Run *run, const char *id, GError **error)
{
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (run->database, id, error);
  g_autoptr (GPtrArray) files = NULL;
  g_autofree char *away = NULL;
  g_autofree char *music = NULL;
  guint first = run->report->damages->len, damaged = run->report->damaged;
  gboolean there = TRUE;
  int lost, fd;

  if (record == NULL)
    return FALSE;
  files = namida_version_record_files (run->database, record, error);
  if (files == NULL)
    return FALSE;
  fd = namida_version_record_open (record);
  if (fd < 0 && record->landing == NAMIDA_LANDING_BACKUP)
    {
      run_add_absent (run, record, NULL);
      return TRUE;
    }
  /* Only the zip of a version in the user's own folders is in the store. */
  if (record->landing == NAMIDA_LANDING_LIBRARY)
    {
      away = namida_version_record_dup_away (run->database, record);
      music = namida_version_files_dup_away (run->database, files);
    }
  lost = verify_check_files (run, record, files, fd, away == NULL, music == NULL);
  if (fd >= 0)
    close (fd);
  if (g_cancellable_is_cancelled (run->cancellable))
    {
      /* A quiet run continues with the rest next time. */
      if (run->read_before == 0 || verify_write_notes (run, error))
        g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
      return FALSE;
    }
  if (!run_look_again (run, id, &there, error))
    return FALSE;
  if (!there)
    {
      verify_forget_damages (run, first);
      run->report->damaged = damaged;
      run_add_version (run, record, NAMIDA_DAMAGE_REMOVED, NULL);
      return TRUE;
    }
  if (run->gone || away != NULL || music != NULL)
    {
      if (run->gone)
        {
          verify_forget_damages (run, first);
          run->report->damaged = damaged;
        }
      run_add_absent (run, record, away != NULL ? away : music);
      return verify_write_notes (run, error);
    }
  run->report->versions++;
  return verify_write_notes (run, error) && namida_version_record_set_verified (run->database, record->id, lost, error);
}

/* Adds up how much there is to read. */
static gboolean
verify_measure (Run *run, const char *id, GHashTable *seen, GError **error)
{
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (run->database, id, error);
  g_autoptr (GPtrArray) files = record != NULL ? namida_version_record_files (run->database, record, error) : NULL;
  int fd;

  if (files == NULL)
    return FALSE;
  fd = namida_version_record_open (record);
  for (guint i = 0; i < files->len && !g_cancellable_is_cancelled (run->cancellable); i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      struct stat st;

      if (file->kind == NAMIDA_VERSION_FILE_FOLDER || !namida_version_file_stat (file, fd, &st))
        continue;
      if (record->landing == NAMIDA_LANDING_BACKUP || namida_version_file_fits (file, &st))
        if (g_hash_table_add (seen, namida_file_id_new (&st)))
          run->total += (guint64) st.st_size;
    }
  if (fd >= 0)
    close (fd);
  return TRUE;
}

static char **
verify_list_ids (NamidaDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (database, NAMIDA_VERSION_STAYS, error);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  if (records == NULL)
    return NULL;
  for (guint i = 0; i < records->len; i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (records, i);
      g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, record->id);

      g_strv_builder_add (ids, id);
    }
  return g_strv_builder_end (ids);
}

/* If all versions are verified, one that was removed since they were listed is not an error. */
static gboolean
run_take_removed (Run *run, gboolean all, const char *id, GError **reason)
{
  NamidaDamage *damage;

  if (!all || !g_error_matches (*reason, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND))
    return FALSE;
  g_clear_error (reason);
  damage = namida_verify_report_add (run->report, NAMIDA_DAMAGE_REMOVED);
  damage->version_id = g_strdup (id);
  damage->name = g_strdup (id);
  damage->detail = g_strdup (namida_damage_kind_text (NAMIDA_DAMAGE_REMOVED));
  return TRUE;
}

static gboolean
run_all (Run *run, const char *const *ids, gboolean all, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (namida_file_id_hash, namida_file_id_equal, g_free, NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      GError *reason = NULL;

      if (verify_measure (run, ids[i], seen, &reason))
        continue;
      if (all && g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND))
        g_clear_error (&reason); /* verify_check_version() reports it */
      else
        {
          g_propagate_error (error, reason);
          return FALSE;
        }
    }
  verify_report_progress (run);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      GError *reason = NULL;

      if (verify_check_version (run, ids[i], &reason) || run_take_removed (run, all, ids[i], &reason))
        continue;
      g_propagate_error (error, reason);
      return FALSE;
    }
  return TRUE;
}

static NamidaVerifyReport *
verify_start (NamidaDatabase *database,
              const char *const *ids,
              gboolean repair,
              gint64 read_before,
              NamidaVerifyProgress progress,
              gpointer user_data,
              GCancellable *cancellable,
              GError **error)
{
  g_autoptr (NamidaVerifyReport) report = namida_verify_report_new ();
  g_auto (GStrv) all = ids == NULL ? verify_list_ids (database, error) : NULL;
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  g_autoptr (GHashTable) read = g_hash_table_new_full (namida_file_id_hash, namida_file_id_equal, g_free, g_free);
  g_autoptr (GHashTable) noted = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GArray) notes = g_array_new (FALSE, FALSE, sizeof (ReadNote));
  Run run = { .database = database,
              .noted = noted,
              .notes = notes,
              .repair = repair,
              .read_before = read_before,
              .progress = progress,
              .user_data = user_data,
              .cancellable = cancellable,
              .report = report,
              .read = read,
              .buffer = buffer };

  if (ids == NULL && all == NULL)
    return NULL;
  if (!run_all (&run, ids != NULL ? ids : (const char *const *) all, ids == NULL, error))
    return NULL;
  return g_steal_pointer (&report);
}

NamidaVerifyReport *
namida_verify_run (NamidaDatabase *database,
                   const char *const *ids,
                   gboolean repair,
                   NamidaVerifyProgress progress,
                   gpointer user_data,
                   GCancellable *cancellable,
                   GError **error)
{
  return verify_start (database, ids, repair, 0, progress, user_data, cancellable, error);
}

NamidaVerifyReport *
namida_verify_run_quietly (
    NamidaDatabase *database, const char *id, gint64 read_before, GCancellable *cancellable, GError **error)
{
  const char *ids[] = { id, NULL };

  return verify_start (database, ids, TRUE, read_before, NULL, NULL, cancellable, error);
}
