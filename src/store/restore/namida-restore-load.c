/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds what can be restored in a folder: the zip, the music folders, their original paths in the manifest, and all
 * files. Called by namida-restore-plan.c in a worker. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-inspect-json.h"
#include "namida-limits.h"
#include "namida-open.h"
#include "namida-safe-path.h"
#include "namida-sums.h"
#include "namida-version-folders.h"
#include "namida-format.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MOST 256u
#define SAMPLES_MOST 64u

guint namida_restore_most_files = NAMIDA_LIMIT_FILES;

/* Manifest: what the manifest says about the folders. */
typedef struct
{
  GPtrArray *labels;    /* char * */
  GPtrArray *originals; /* char *, one for each label */
  GPtrArray *samples;   /* char *: names of files, beginning with the label */
} Manifest;

static void
manifest_free (Manifest *self)
{
  g_ptr_array_unref (self->labels);
  g_ptr_array_unref (self->originals);
  g_ptr_array_unref (self->samples);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Manifest, manifest_free)

static Manifest *
manifest_new (void)
{
  Manifest *self = g_new0 (Manifest, 1);

  self->labels = g_ptr_array_new_with_free_func (g_free);
  self->originals = g_ptr_array_new_with_free_func (g_free);
  self->samples = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
load_set_last (GPtrArray *array, const char *text)
{
  if (array->len == 0)
    return;
  g_free (array->pdata[array->len - 1]);
  array->pdata[array->len - 1] = g_strdup (text);
}

/* {"folders":[{"label":…,"originalPath":…,"files":[{"name":…}]}]} */
static void
load_on_manifest (NamidaInspectJson *json, NamidaJsonValue value, guint depth, const char *text, gpointer user_data)
{
  Manifest *self = user_data;

  if (depth < 2 || !g_str_equal (namida_inspect_json_key (json, 0), "folders"))
    return;
  if (depth == 2 && value == NAMIDA_JSON_OBJECT)
    {
      g_ptr_array_add (self->labels, g_strdup (""));
      g_ptr_array_add (self->originals, g_strdup (""));
    }
  else if (value != NAMIDA_JSON_STRING)
    return;
  else if (depth == 3 && g_str_equal (namida_inspect_json_key (json, 2), "label"))
    load_set_last (self->labels, text);
  else if (depth == 3 && g_str_equal (namida_inspect_json_key (json, 2), "originalPath"))
    load_set_last (self->originals, text);
  else if (depth == 5 && self->samples->len < SAMPLES_MOST && g_str_equal (namida_inspect_json_key (json, 2), "files")
           && g_str_equal (namida_inspect_json_key (json, 4), "name"))
    g_ptr_array_add (self->samples, g_strdup (text));
}

/* Returns what could be read. A damaged manifest is ignored, because the folders themselves show what they contain. */
static Manifest *
load_read_manifest (const char *path)
{
  g_autoptr (Manifest) self = manifest_new ();
  g_autoptr (NamidaInspectJson) json = namida_inspect_json_new (load_on_manifest, self);
  g_autofree char *buffer = g_malloc (65536);
  int fd = namida_open_at (AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  guint64 left = NAMIDA_LIMIT_OFFER_BYTES;
  ssize_t n = 0;

  while (fd >= 0 && left > 0 && (n = read (fd, buffer, MIN (left, (guint64) 65536))) > 0)
    {
      left -= (guint64) n;
      if (!namida_inspect_json_feed (json, buffer, (gsize) n))
        break;
    }
  if (fd >= 0)
    close (fd);
  return n == 0 && namida_inspect_json_end (json) ? g_steal_pointer (&self) : manifest_new ();
}

GHashTable *
namida_restore_read_originals (const char *manifest_path)
{
  g_autoptr (Manifest) manifest = load_read_manifest (manifest_path);
  GHashTable *originals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < manifest->labels->len; i++)
    if (*(const char *) manifest->originals->pdata[i] != '\0')
      g_hash_table_insert (originals, g_strdup (manifest->labels->pdata[i]), g_strdup (manifest->originals->pdata[i]));
  return originals;
}

/* ---- the contents of the folder ---- */

static gboolean
load_is_folder (const char *parent, const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);
  struct stat st;

  return lstat (path, &st) == 0 && S_ISDIR (st.st_mode);
}

static gint64
load_file_time (const char *parent, const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);
  struct stat st;

  return lstat (path, &st) == 0 && S_ISREG (st.st_mode) ? namida_stat_mtime_ns (&st) : G_MININT64;
}

typedef struct
{
  char *zip;
  gint64 zip_time;
  gboolean zip_named;
  char *manifest;
  gint64 manifest_time;
  guint files; /* that are not hidden, and no manifest */
} Found;

static void
load_take_newer (char **name, gint64 *time, const char *found, gint64 found_time)
{
  if (found_time == G_MININT64 || (*name != NULL && found_time <= *time))
    return;
  g_free (*name);
  *name = g_strdup (found);
  *time = found_time;
}

static void
load_look_at (Found *found, const char *folder, const char *name)
{
  gboolean named = g_str_has_prefix (name, "Namida Backup - ");

  if (name[0] != '.' && !load_is_folder (folder, name) && !g_str_has_prefix (name, "manifest_")
      && !g_str_equal (name, NAMIDA_SUMS_NAME))
    found->files++;
  if (g_str_has_prefix (name, "manifest_") && g_str_has_suffix (name, ".json"))
    load_take_newer (&found->manifest, &found->manifest_time, name, load_file_time (folder, name));
  if (!g_str_has_suffix (name, ".zip") || name[0] == '.' || (found->zip_named && !named))
    return;
  if (named && !found->zip_named)
    g_clear_pointer (&found->zip, g_free);
  found->zip_named |= named;
  load_take_newer (&found->zip, &found->zip_time, name, load_file_time (folder, name));
}

static NamidaRestoreLabel *
load_add_label (NamidaRestorePlan *plan, const char *label, const char *source, Manifest *manifest)
{
  NamidaRestoreLabel *self = g_new0 (NamidaRestoreLabel, 1);

  self->label = g_strdup (label);
  self->source = g_strdup (source);
  self->asked = *label != '\0';
  for (guint i = 0; manifest != NULL && i < manifest->labels->len; i++)
    if (g_str_equal (manifest->labels->pdata[i], label) && *(char *) manifest->originals->pdata[i] != '\0')
      {
        g_free (self->original_path);
        self->original_path = g_utf8_make_valid (manifest->originals->pdata[i], -1);
      }
  g_ptr_array_add (plan->labels, self);
  return self;
}

static int
load_compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns (element-type filename): the names of the folders in @folder, except hidden ones. @files: (out): whether it
 * contains files, too. */
static GPtrArray *
load_list_folders (const char *folder, gboolean *files)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  *files = FALSE;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      if (load_is_folder (folder, name))
        {
          if (name[0] != '.' && g_utf8_validate (name, -1, NULL))
            g_ptr_array_add (names, g_strdup (name));
        }
      else
        *files = TRUE;
    }
  g_ptr_array_sort (names, load_compare_names);
  return names;
}

static guint
load_count_samples (Manifest *manifest, const char *parent)
{
  guint n = 0;

  for (guint i = 0; i < manifest->samples->len; i++)
    if (namida_safe_path_check (manifest->samples->pdata[i], NULL)
        && load_file_time (parent, manifest->samples->pdata[i]) != G_MININT64)
      n++;
  return n;
}

/* Our versions contain Music/<label>/…, a download from the cloud contains <label>/…, and a label may be "Music". */
static gboolean
load_is_cloud_layout (const char *folder, Manifest *manifest)
{
  g_autofree char *music = g_build_filename (folder, "Music", NULL);
  gboolean files;
  guint in_music = load_count_samples (manifest, music);
  guint beside = load_count_samples (manifest, folder);

  if (in_music != beside)
    return beside > in_music;
  if (!load_is_folder (folder, "Music"))
    return TRUE;
  g_ptr_array_unref (load_list_folders (music, &files));
  return files;
}

static void
load_add_labels (NamidaRestorePlan *plan, const char *folder, Manifest *manifest)
{
  g_autofree char *parent
      = load_is_cloud_layout (folder, manifest) ? g_strdup (folder) : g_build_filename (folder, "Music", NULL);
  gboolean files;
  g_autoptr (GPtrArray) names = load_list_folders (parent, &files);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *source = g_build_filename (parent, names->pdata[i], NULL);

      load_add_label (plan, names->pdata[i], source, manifest);
    }
}

static gboolean
load_find_in_folder (NamidaRestorePlan *plan, const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *path = NULL;
  g_autoptr (Manifest) manifest = NULL;
  Found found = { 0 };
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    load_look_at (&found, folder, name);
  if (found.manifest != NULL)
    path = g_build_filename (folder, found.manifest, NULL);
  manifest = path != NULL ? load_read_manifest (path) : manifest_new ();
  g_free (found.manifest);
  plan->zip = found.zip;
  /* What lies beside a version, or in a folder from the cloud, does not belong to the backup. */
  if (namida_version_folders_has (folder))
    plan->singles = found.files - (found.zip != NULL);
  if (found.zip != NULL)
    load_add_label (plan, "", folder, NULL);
  if (dir != NULL)
    load_add_labels (plan, folder, manifest);
  /* A version that has lost all its files still has a record of what it should contain. */
  if (plan->labels->len > 0 || namida_version_folders_has (folder))
    return TRUE;
  g_set_error (
      error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
      _ ("There is nothing to restore in “%s”: name a folder that has a Namida backup or music folders in it."), shown);
  return FALSE;
}

gboolean
namida_restore_find (NamidaRestorePlan *plan, const char *folder, GError **error)
{
  struct stat st;

  if (stat (folder, &st) != 0 && errno == ENOENT)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                   _ ("“%s” is not there. If it is on another disk, connect that and try again."), shown);
      return FALSE;
    }
  if (stat (folder, &st) != 0)
    return namida_restore_fail (error, errno, _ ("“%s” cannot be opened"), folder);
  plan->folder = g_strdup (folder);
  if (S_ISDIR (st.st_mode))
    return load_find_in_folder (plan, folder, error);
  if (S_ISREG (st.st_mode) && g_str_has_suffix (folder, ".zip"))
    {
      g_autofree char *parent = g_path_get_dirname (folder);

      plan->zip = g_path_get_basename (folder);
      load_add_label (plan, "", parent, NULL);
      return TRUE;
    }
  return namida_restore_fail (error, EINVAL, _ ("“%s” is neither a folder nor a backup"), folder);
}

/* ---- destinations ---- */

static const char *
load_find_known (GPtrArray *known, const char *label, gboolean exactly)
{
  for (guint i = 0; known != NULL && i < known->len; i++)
    {
      g_autofree char *base = g_path_get_basename (known->pdata[i]);
      g_autofree char *folded = g_utf8_validate (base, -1, NULL) ? namida_format_fold (base) : NULL;
      g_autofree char *wanted = namida_format_fold (label);

      if (exactly ? g_str_equal (base, label) : g_strcmp0 (folded, wanted) == 0)
        return known->pdata[i];
    }
  return NULL;
}

static void
load_choose (NamidaRestorePlan *plan, NamidaRestoreLabel *label, GPtrArray *known)
{
  g_autofree char *below = g_build_filename (plan->music, label->label, NULL);
  const char *found = load_find_known (known, label->label, TRUE);

  if (found == NULL)
    found = load_find_known (known, label->label, FALSE);
  if (found == NULL && g_file_test (below, G_FILE_TEST_IS_DIR))
    found = below;
  label->asked = found == NULL;
  label->destination = g_strdup (found);
}

void
namida_restore_choose (NamidaRestorePlan *plan, GPtrArray *known)
{
  for (guint i = 0; i < plan->labels->len; i++)
    {
      NamidaRestoreLabel *label = plan->labels->pdata[i];

      if (*label->label == '\0')
        label->destination = g_strdup (plan->zip_folder);
      else
        load_choose (plan, label, known);
    }
}

/* ---- the files ---- */

static gboolean
load_add_file (
    NamidaRestorePlan *plan, guint label, const char *relative, const char *path, const struct stat *st, GError **error)
{
  NamidaRestoreFile *file;

  if (plan->files->len >= namida_restore_most_files)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                   _ ("There are more than %u files in “%s”. Restore its folders one after the other by hand."),
                   namida_restore_most_files, plan->folder);
      return FALSE;
    }
  file = namida_restore_file_new ();
  file->label = label;
  file->folder = S_ISDIR (st->st_mode);
  file->relative = g_strdup (relative);
  file->source = g_strdup (path);
  file->size = file->folder ? 0 : (guint64) st->st_size;
  file->mtime_ns = namida_stat_mtime_ns (st);
  g_ptr_array_add (plan->files, file);
  return TRUE;
}

static gboolean load_walk (NamidaRestorePlan *plan,
                           guint label,
                           const char *path,
                           const char *relative,
                           guint depth,
                           GCancellable *cancellable,
                           GError **error);

static gboolean
load_walk_one (NamidaRestorePlan *plan,
               guint label,
               const char *path,
               const char *relative,
               guint depth,
               GCancellable *cancellable,
               GError **error)
{
  struct stat st;

  if (lstat (path, &st) != 0)
    return errno == ENOENT || namida_restore_fail (error, errno, _ ("“%s” cannot be read"), path);
  if (S_ISDIR (st.st_mode))
    return load_walk (plan, label, path, relative, depth + 1, cancellable, error);
  /* A backup contains no links, pipes or other special files. */
  return !S_ISREG (st.st_mode) || load_add_file (plan, label, relative, path, &st, error);
}

static gboolean
load_walk (NamidaRestorePlan *plan,
           guint label,
           const char *path,
           const char *relative,
           guint depth,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  gboolean empty = TRUE;
  struct stat st;
  const char *name;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (dir == NULL || depth > DEPTH_MOST)
    return namida_restore_fail (error, dir == NULL ? errno : ELOOP, _ ("The folder “%s” cannot be read"), path);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      g_autofree char *below = *relative != '\0' ? g_strconcat (relative, "/", name, NULL) : g_strdup (name);

      empty = FALSE;
      if (!load_walk_one (plan, label, child, below, depth, cancellable, error))
        return FALSE;
    }
  if (!empty || *relative == '\0' || lstat (path, &st) != 0)
    return TRUE;
  return load_add_file (plan, label, relative, path, &st, error);
}

static int
load_compare_files (gconstpointer a, gconstpointer b)
{
  const NamidaRestoreFile *one = *(NamidaRestoreFile *const *) a;
  const NamidaRestoreFile *other = *(NamidaRestoreFile *const *) b;

  return one->label != other->label ? (one->label < other->label ? -1 : 1) : strcmp (one->relative, other->relative);
}

gboolean
namida_restore_walk (NamidaRestorePlan *plan, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < plan->labels->len; i++)
    {
      const NamidaRestoreLabel *label = plan->labels->pdata[i];
      g_autofree char *path = NULL;
      gboolean fine;

      if (*label->label == '\0')
        {
          path = g_build_filename (label->source, plan->zip, NULL);
          fine = load_walk_one (plan, i, path, plan->zip, 0, cancellable, error);
        }
      else
        {
          fine = load_walk (plan, i, label->source, "", 0, cancellable, error);
        }
      if (!fine)
        return FALSE;
    }
  g_ptr_array_sort (plan->files, load_compare_files);
  return TRUE;
}
