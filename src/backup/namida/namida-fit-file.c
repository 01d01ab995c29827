/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adapts a backup file to this computer or another device: reads which folders the backup expects, looks for its
 * music here, and writes the copy. Called in worker threads by the command line, the restore and the merge. */
#include "config.h"

#include "namida-fit-file.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-playlists.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#define USED_PARTS (NAMIDA_PART_HISTORY | NAMIDA_PART_PLAYLISTS | NAMIDA_PART_FAVOURITES)
#define MISSING_SHOWN 10u

void
namida_fit_result_free (NamidaFitResult *self)
{
  if (self == NULL)
    return;
  namida_music_match_free (self->match);
  namida_fit_report_free (self->report);
  g_free (self);
}

/* A backup whose library is broken or missing still has lists. */
static NamidaLibrary *
fit_read_library (NamidaContents *contents, NamidaParts parts, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  NamidaLibrary *library = namida_library_read (contents, cancellable, &local);

  if (library != NULL)
    return library;
  if ((parts & NAMIDA_PART_LIBRARY) != 0 || !g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return namida_library_new_empty ();
}

static NamidaMusicMatch *
fit_match (NamidaContents *contents,
           NamidaLibrary *library,
           const NamidaFitRequest *request,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GPtrArray) expected = namida_contents_dup_folders (contents, cancellable);
  g_autoptr (NamidaMusicHere) scanned = NULL;
  g_autoptr (NamidaLibrary) own = NULL;
  NamidaMusicHere *here = request->there;

  if (here == NULL)
    {
      g_autoptr (GPtrArray) folders
          = request->music != NULL ? g_ptr_array_ref (request->music) : namida_here_dup_music_folders ();

      here = scanned = namida_music_here_scan (folders, cancellable, error);
      if (here == NULL)
        return NULL;
    }
  for (guint i = 0; i < here->files->len; i++)
    g_array_index (here->files, NamidaMusicFile, i).claimed = FALSE; /* by an earlier search */
  if (!here->elsewhere)
    {
      g_autofree char *data = namida_here_dup_data_folder ();

      own = namida_library_read_folder (data, cancellable);
    }
  return namida_music_match_find (library, expected, request->manual, here, own);
}

static NamidaDevice
fit_get_device (const NamidaFitRequest *request)
{
  g_auto (GStrv) lines = NULL;

  if (request->there != NULL)
    return request->device;
  if (request->here)
    return NAMIDA_DEVICE_LINUX;
  if (request->manual == NULL)
    return NAMIDA_DEVICE_UNKNOWN;
  lines = namida_path_map_dup_folders (request->manual);
  return lines[0] != NULL ? namida_device_of_path (strchr (lines[0], '\t') + 1) : NAMIDA_DEVICE_UNKNOWN;
}

/* For a copy of some playlists: the folders are found by the whole library, but only the tracks of these playlists are
 * counted. */
static NamidaMusicMatch *
fit_match_playlists (NamidaContents *contents,
                     NamidaLibrary *library,
                     const NamidaFitRequest *request,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (GHashTable) playlists = namida_playlists_find (contents, request->playlists, NULL, cancellable, error);
  g_autoptr (NamidaLibrary) wanted = namida_library_new_empty ();
  g_autoptr (NamidaMusicMatch) all = NULL;
  NamidaMusicMatch *match;

  if (playlists == NULL || !namida_library_add_playlists (library, contents, playlists, cancellable, error)
      || !namida_library_add_playlists (wanted, contents, playlists, cancellable, error))
    return NULL;
  namida_library_fill_from (wanted, library);
  all = fit_match (contents, library, request, cancellable, error);
  match = all != NULL ? fit_match (contents, wanted, request, cancellable, error) : NULL;
  if (match != NULL)
    {
      NamidaPathMap *map = match->map;

      match->map = all->map;
      all->map = map;
    }
  return match;
}

static NamidaMusicMatch *
fit_find_music (NamidaContents *contents, const NamidaFitRequest *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaLibrary) library
      = fit_read_library (contents, request->playlists != NULL ? 0 : request->parts, cancellable, error);

  if (library == NULL)
    return NULL;
  if (request->playlists != NULL)
    return fit_match_playlists (contents, library, request, cancellable, error);
  if (!namida_library_add_listed (library, contents, USED_PARTS & request->parts, cancellable, error))
    return NULL;
  return fit_match (contents, library, request, cancellable, error);
}

NamidaFitResult *
namida_fit_file (
    const char *zip, const char *out, const NamidaFitRequest *request, GCancellable *cancellable, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (out);
  g_autoptr (NamidaContents) contents = namida_contents_open (zip, FALSE, folder, cancellable, error);
  g_autoptr (NamidaFitResult) result = g_new0 (NamidaFitResult, 1);
  NamidaFitOptions options = { .parts = request->parts, .all_settings = request->all_settings };

  if (contents == NULL)
    return NULL;
  options.device = fit_get_device (request);
  options.map = request->manual;
  options.playlists = request->playlists;
  if (request->here || request->there != NULL)
    {
      result->match = fit_find_music (contents, request, cancellable, error);
      if (result->match == NULL)
        return NULL;
      options.map = result->match->map;
    }
  result->report = namida_fit (contents, &options, out, cancellable, error);
  return result->report != NULL ? g_steal_pointer (&result) : NULL;
}

NamidaMusicMatch *
namida_music_match_file (
    const char *zip, const NamidaFitRequest *request, gboolean used, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaContents) contents = namida_contents_open (zip, FALSE, NULL, cancellable, error);
  g_autoptr (NamidaLibrary) library = NULL;
  g_autoptr (NamidaLibrary) wanted = NULL;

  if (contents == NULL)
    return NULL;
  library = fit_read_library (contents, 0, cancellable, error);
  if (library == NULL)
    return NULL;
  if (!used)
    return namida_library_add_listed (library, contents, USED_PARTS, cancellable, error)
               ? fit_match (contents, library, request, cancellable, error)
               : NULL;
  wanted = namida_library_new_empty ();
  if (!namida_library_add_listed (wanted, contents, USED_PARTS, cancellable, error))
    return NULL;
  namida_library_fill_from (wanted, library);
  return fit_match (contents, wanted, request, cancellable, error);
}

/* ---- texts ---- */

static gulong
fit_plural (guint64 n)
{
  return (gulong) MIN (n, (guint64) G_MAXULONG);
}

static char *
fit_join (GPtrArray *names, guint most, guint64 total)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (most, names->len); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", (const char *) names->pdata[i]);
  if (total > MIN (most, names->len))
    g_string_append (text, "; …");
  return g_strdup (text->str);
}

static void
fit_add_folder_lines (const NamidaMusicMatch *match, GPtrArray *lines)
{
  for (guint i = 0; i < match->folders->len; i++)
    {
      const NamidaMusicFolder *folder = match->folders->pdata[i];

      if (folder->to == NULL)
        /* Translators: %s is a folder of another device */
        g_ptr_array_add (lines,
                         g_strdup_printf (match->other_device ? _ ("No known folder of the other device matches “%s”")
                                                              : _ ("No folder on this computer matches “%s”"),
                                          folder->from));
      else if (folder->guessed)
        /* Translators: the first %s is a folder of another device, the second one of this computer */
        g_ptr_array_add (lines,
                         g_strdup_printf (_ ("“%s” becomes “%s”. Its name is similar, but none of its music was found"),
                                          folder->from, folder->to));
      else
        g_ptr_array_add (lines,
                         g_strdup_printf (ngettext ("“%s” becomes “%s”: %'" PRIu64 " of %'" PRIu64 " track found",
                                                    "“%s” becomes “%s”: %'" PRIu64 " of %'" PRIu64 " tracks found",
                                                    fit_plural (folder->tracks)),
                                          folder->from, folder->to, folder->found, folder->tracks));
    }
}

static void
fit_add_match_lines (const NamidaMusicMatch *match, GPtrArray *lines)
{
  fit_add_folder_lines (match, lines);
  if (match->other_device)
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " of %'" PRIu64 " track found on the other device",
                                                       "%'" PRIu64 " of %'" PRIu64 " tracks found on the other device",
                                                       fit_plural (match->tracks)),
                                             match->found, match->tracks));
  else
    g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " of %'" PRIu64 " track found here",
                                                       "%'" PRIu64 " of %'" PRIu64 " tracks found here",
                                                       fit_plural (match->tracks)),
                                             match->found, match->tracks));
  if (match->n_missing > 0)
    {
      g_autofree char *names = fit_join (match->missing, MISSING_SHOWN, match->n_missing);

      g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " missing: %s", "%'" PRIu64 " missing: %s",
                                                         fit_plural (match->n_missing)),
                                               match->n_missing, names));
    }
}

char **
namida_fit_result_dup_lines (const NamidaFitResult *self)
{
  const NamidaFitReport *report = self->report;
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();

  if (self->match != NULL)
    fit_add_match_lines (self->match, lines);
  g_ptr_array_add (lines, g_strdup_printf (ngettext ("%'" PRIu64 " path changed", "%'" PRIu64 " paths changed",
                                                     fit_plural (report->paths)),
                                           report->paths));
  if (report->omitted->len > 0)
    {
      g_autofree char *names = fit_join (report->omitted, report->omitted->len, 0);

      /* Translators: %s are names of settings and files */
      g_ptr_array_add (
          lines, g_strdup_printf (_ ("Settings left out because they only suit the other kind of device: %s"), names));
    }
  if (report->moved_youtube)
    g_ptr_array_add (lines, g_strdup (_ ("YouTube likes and subscriptions moved to where Namida looks for them")));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_steal (lines, NULL);
}
