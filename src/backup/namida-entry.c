/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entries of a backup: their order, their paths and their MIME types; see the header. Any thread. */
#include "config.h"

#include "namida-entry.h"

#include "namida-safe-path.h"

#include <string.h>

NamidaEntry *
namida_entry_new (void)
{
  NamidaEntry *self = g_atomic_rc_box_new0 (NamidaEntry);

  self->mtime_ns = NAMIDA_ENTRY_TIME_UNKNOWN;
  return self;
}

NamidaEntry *
namida_entry_ref (NamidaEntry *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
entry_clear (gpointer data)
{
  NamidaEntry *self = data;

  g_free (self->id);
  g_free (self->name);
  g_free (self->label);
  g_free (self->relative_path);
  g_free (self->type);
  g_free (self->sha256);
  g_free (self->offered_as);
  g_free (self->source);
}

void
namida_entry_unref (NamidaEntry *self)
{
  g_atomic_rc_box_release_full (self, entry_clear);
}

static gboolean
entry_has_label (const NamidaEntry *self)
{
  return self->label != NULL && self->label[0] != '\0';
}

char *
namida_entry_dup_place (const NamidaEntry *self)
{
  if (!entry_has_label (self))
    return g_strdup (self->name);
  return g_strconcat (self->label, "/", self->relative_path, NULL);
}

char *
namida_entry_dup_path (const NamidaEntry *self)
{
  g_autofree char *place = namida_entry_dup_place (self);

  return g_utf8_make_valid (place, -1);
}

char *
namida_entry_dup_offered (const NamidaEntry *self)
{
  return self->offered_as != NULL ? g_strdup (self->offered_as) : namida_entry_dup_path (self);
}

gboolean
namida_entry_is_text (const NamidaEntry *self)
{
  return g_utf8_validate (self->name, -1, NULL)
         && (self->relative_path == NULL || g_utf8_validate (self->relative_path, -1, NULL));
}

static int
entry_rank (char c)
{
  return c == '\0' ? 0 : c == '/' ? 1 : (guchar) c + 1;
}

static int
entry_compare_paths (const char *a, const char *b)
{
  while (*a != '\0' && *a == *b)
    a++, b++;
  return entry_rank (*a) - entry_rank (*b);
}

int
namida_entry_compare (const NamidaEntry *a, const NamidaEntry *b)
{
  gboolean a_zip = a->kind == NAMIDA_ENTRY_BACKUP_ZIP;
  gboolean b_zip = b->kind == NAMIDA_ENTRY_BACKUP_ZIP;
  int order;

  if (a_zip != b_zip)
    return a_zip ? -1 : 1;
  order = g_strcmp0 (entry_has_label (a) ? a->label : "", entry_has_label (b) ? b->label : "");
  if (order != 0)
    return order;
  return entry_has_label (a) ? entry_compare_paths (a->relative_path, b->relative_path)
                             : entry_compare_paths (a->name, b->name);
}

gboolean
namida_entry_is_portable (const NamidaEntry *self)
{
  if (!entry_has_label (self))
    return namida_safe_path_check_portable_component (self->name, NULL);
  return namida_safe_path_check_portable_component (self->label, NULL)
         && namida_safe_path_check_portable (self->relative_path, NULL);
}

gint64
namida_entry_get_mtime_ms (const NamidaEntry *self)
{
  gint64 ms = self->mtime_ns / 1000000;

  if (self->mtime_ns == NAMIDA_ENTRY_TIME_UNKNOWN)
    return 0;
  return self->mtime_ns % 1000000 < 0 ? ms - 1 : ms;
}

const char *
namida_entry_guess_type (const char *name)
{
  /* The types that Namida plays (its kAudioFileExtensions) and what is usually beside them. The system's MIME
   * database would be queried 200,000 times, and is missing in small containers. */
  static const struct
  {
    const char *ending;
    const char *type;
  } types[] = {
    { ".mp3", "audio/mpeg" },  { ".flac", "audio/flac" },      { ".m4a", "audio/mp4" },
    { ".wav", "audio/wav" },   { ".ogg", "audio/ogg" },        { ".opus", "audio/ogg" },
    { ".aac", "audio/aac" },   { ".wma", "audio/x-ms-wma" },   { ".zip", "application/zip" },
    { ".jpg", "image/jpeg" },  { ".jpeg", "image/jpeg" },      { ".png", "image/png" },
    { ".webp", "image/webp" }, { ".lrc", "text/plain" },       { ".txt", "text/plain" },
    { ".cue", "text/plain" },  { ".m3u", "audio/x-mpegurl" },  { ".m3u8", "audio/x-mpegurl" },
    { ".mp4", "video/mp4" },   { ".mkv", "video/x-matroska" },
  };
  const char *dot = strrchr (name, '.');

  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strcasecmp (dot, types[i].ending) == 0)
      return types[i].type;
  return "application/octet-stream";
}
