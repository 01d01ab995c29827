/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaVersion: the properties of one version for lists in the window and the command line, updated from
 * the facts that workers find out. Main context. */
#include "config.h"

#include "namida-version-private.h"

#include "namida-version-adopt.h"

#include <glib/gi18n-lib.h>

struct _NamidaVersion
{
  GObject parent_instance;

  NamidaVersionFacts *facts;
  char *id;
};

G_DEFINE_FINAL_TYPE (NamidaVersion, namida_version, G_TYPE_OBJECT)

enum
{
  PROP_PINNED = 1,
  PROP_VERIFIED_AT,
  PROP_READ_AT,
  PROP_DAMAGED,
  PROP_FILES_LEFT,
  PROP_PRESENT,
  PROP_DOUBTED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
namida_version_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaVersion *self = NAMIDA_VERSION (object);

  switch (id)
    {
    case PROP_PINNED:
      g_value_set_boolean (value, self->facts->record->pinned);
      break;
    case PROP_VERIFIED_AT:
      g_value_set_int64 (value, self->facts->record->verified_at);
      break;
    case PROP_READ_AT:
      g_value_set_int64 (value, self->facts->record->read_at);
      break;
    case PROP_DAMAGED:
      g_value_set_int (value, self->facts->record->damaged);
      break;
    case PROP_FILES_LEFT:
      g_value_set_uint (value, self->facts->left);
      break;
    case PROP_PRESENT:
      g_value_set_boolean (value, self->facts->present);
      break;
    case PROP_DOUBTED:
      g_value_set_boolean (value, namida_version_get_doubted (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
namida_version_finalize (GObject *object)
{
  NamidaVersion *self = NAMIDA_VERSION (object);

  namida_version_facts_free (self->facts);
  g_free (self->id);
  G_OBJECT_CLASS (namida_version_parent_class)->finalize (object);
}

static void
namida_version_class_init (NamidaVersionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = namida_version_get_property;
  object_class->finalize = namida_version_finalize;
  props[PROP_PINNED] = g_param_spec_boolean ("pinned", NULL, NULL, FALSE, flags);
  props[PROP_READ_AT] = g_param_spec_int64 ("read-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_VERIFIED_AT] = g_param_spec_int64 ("verified-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_DAMAGED] = g_param_spec_int ("damaged", NULL, NULL, -1, G_MAXINT, -1, flags);
  props[PROP_FILES_LEFT] = g_param_spec_uint ("files-left", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_PRESENT] = g_param_spec_boolean ("present", NULL, NULL, FALSE, flags);
  props[PROP_DOUBTED] = g_param_spec_boolean ("doubted", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
namida_version_init (NamidaVersion *self)
{
}

NamidaVersion *
namida_version_new (NamidaVersionFacts *facts)
{
  NamidaVersion *self = g_object_new (NAMIDA_TYPE_VERSION, NULL);

  self->facts = facts;
  self->id = g_strdup_printf ("%" G_GINT64_FORMAT, facts->record->id);
  return self;
}

void
namida_version_update (NamidaVersion *self, NamidaVersionFacts *facts)
{
  NamidaVersionFacts *old = self->facts;
  gboolean doubted = namida_version_get_doubted (self);

  self->facts = facts;
  g_object_freeze_notify (G_OBJECT (self));
  if (old->record->pinned != facts->record->pinned)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PINNED]);
  if (old->record->verified_at != facts->record->verified_at)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_VERIFIED_AT]);
  if (old->record->read_at != facts->record->read_at)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READ_AT]);
  if (old->record->damaged != facts->record->damaged)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DAMAGED]);
  if (old->left != facts->left)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FILES_LEFT]);
  if (old->present != facts->present)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PRESENT]);
  if (doubted != namida_version_get_doubted (self))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DOUBTED]);
  namida_version_facts_free (old);
  g_object_thaw_notify (G_OBJECT (self));
}

const char *
namida_version_get_id (NamidaVersion *self)
{
  return self->id;
}

const char *
namida_version_get_alias (NamidaVersion *self)
{
  return self->facts->record->alias;
}

const char *
namida_version_get_fingerprint (NamidaVersion *self)
{
  return self->facts->record->fingerprint;
}

const char *
namida_version_get_title (NamidaVersion *self)
{
  return self->facts->record->title;
}

gint64
namida_version_get_created_at (NamidaVersion *self)
{
  return self->facts->record->created_at;
}

NamidaLanding
namida_version_get_landing (NamidaVersion *self)
{
  return self->facts->record->landing;
}

const char *
namida_version_get_path (NamidaVersion *self)
{
  return self->facts->record->path;
}

const char *
namida_version_get_zip_path (NamidaVersion *self)
{
  return self->facts->zip_path;
}

guint
namida_version_get_files (NamidaVersion *self)
{
  return self->facts->files;
}

guint64
namida_version_get_bytes (NamidaVersion *self)
{
  return self->facts->bytes;
}

guint
namida_version_get_files_left (NamidaVersion *self)
{
  return self->facts->left;
}

gboolean
namida_version_get_present (NamidaVersion *self)
{
  return self->facts->present;
}

gboolean
namida_version_get_elsewhere (NamidaVersion *self)
{
  return self->facts->elsewhere;
}

gboolean
namida_version_check_here (NamidaVersion *self, GError **error)
{
  const char *path = self->facts->record->path;
  g_autofree char *shown = NULL;

  if (!self->facts->elsewhere)
    return TRUE;
  if (path == NULL)
    path = namida_version_get_zip_path (self);
  shown = g_filename_display_name (path != NULL ? path : "");
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE,
               _ ("The folder “%s” is not there. If it is on another disk, connect that and try again."), shown);
  return FALSE;
}

gboolean
namida_version_get_found (NamidaVersion *self)
{
  return g_str_has_prefix (self->facts->record->session, NAMIDA_VERSION_FOUND_PREFIX);
}

const NamidaZipDoubt *
namida_version_get_doubt (NamidaVersion *self)
{
  return self->facts->doubt;
}

gboolean
namida_version_get_doubted (NamidaVersion *self)
{
  return self->facts->doubt != NULL && !self->facts->doubt->restorable;
}

gboolean
namida_version_get_complete (NamidaVersion *self)
{
  return self->facts->record->complete;
}

gboolean
namida_version_get_pinned (NamidaVersion *self)
{
  return self->facts->record->pinned;
}

gint64
namida_version_get_verified_at (NamidaVersion *self)
{
  return self->facts->record->verified_at;
}

gint64
namida_version_get_read_at (NamidaVersion *self)
{
  return self->facts->record->read_at;
}

int
namida_version_get_damaged (NamidaVersion *self)
{
  return self->facts->record->damaged;
}

GPtrArray *
namida_version_get_music (NamidaVersion *self)
{
  return self->facts->music;
}

gboolean
namida_version_get_removing (NamidaVersion *self)
{
  return self->facts->removing;
}

/* Returns (transfer full): the text of an intact version about the day on which its files were read. Files that it
 * shares with older versions may not have been read when it arrived, so the oldest day counts. */
static char *
version_dup_read_text (const NamidaVersionRecord *record)
{
  gboolean linked = record->read_at > 0 && record->read_at < record->created_at - G_TIME_SPAN_DAY;
  gint64 read_at = record->verified_at;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *day = NULL;

  if (record->verified_at == 0 && !linked)
    return g_strdup (_ ("Verified on arrival"));
  if (record->read_at > 0 && (read_at == 0 || record->read_at < read_at))
    read_at = record->read_at;
  time = g_date_time_new_from_unix_local (read_at / G_USEC_PER_SEC);
  /* Translators: a day in words, as strftime(3) writes it: 19 July 2026 */
  day = g_date_time_format (time, _ ("%-e %B %Y"));
  if (record->verified_at == 0)
    /* Translators: %s is a day, as in "Files last read on 19 July 2026" */
    return g_strdup_printf (_ ("Files last read on %s"), day);
  return g_strdup_printf (_ ("Verified on %s"), day);
}

char *
namida_version_dup_state_text (NamidaVersion *self)
{
  const NamidaVersionRecord *record = self->facts->record;

  if (self->facts->removing)
    return g_strdup (_ ("Being removed"));
  if (self->facts->elsewhere)
    return g_strdup (_ ("Not here: its drive is not connected"));
  if (!self->facts->present)
    return g_strdup (_ ("All files are missing"));
  if (record->damaged > 0)
    return g_strdup_printf (ngettext ("%'d file is damaged or missing", "%'d files are damaged or missing",
                                      (gulong) record->damaged),
                            record->damaged);
  if (self->facts->left < self->facts->files)
    return g_strdup_printf (_ ("%'u of %'u files unchanged since arrival"), self->facts->left, self->facts->files);
  if (!record->complete && record->left_out > 0)
    return g_strdup_printf (ngettext ("Not complete: the device skipped %'u file or folder",
                                      "Not complete: the device skipped %'u files or folders", record->left_out),
                            record->left_out);
  if (!record->complete)
    return g_strdup (_ ("Incomplete: some files did not arrive"));
  if (namida_version_get_doubted (self))
    return namida_zip_doubt_dup_text (self->facts->doubt);
  if (record->verified_at == 0 && namida_version_get_found (self))
    return g_strdup (_ ("Found here, not verified yet"));
  return version_dup_read_text (record);
}
