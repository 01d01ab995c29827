/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice of parts in the restore window: one row for each part, with counts and a check button. Main context. */
#include "config.h"

#include "namida-parts-list.h"

#include <glib/gi18n.h>

/* The choices of the user are coarser than the parts that files belong to. */
typedef enum
{
  PARTS_ROW_HISTORY,
  PARTS_ROW_PLAYLISTS,
  PARTS_ROW_FAVORITES,
  PARTS_ROW_LIBRARY,
  PARTS_ROW_YOUTUBE,
  PARTS_ROW_MUSIC,
  PARTS_ROW_SETTINGS,
  N_PARTS_ROWS
} PartsRow;

static const struct
{
  const char *title;
  NamidaParts parts;
} parts_rows[N_PARTS_ROWS] = {
  [PARTS_ROW_HISTORY] = { N_ ("History"), NAMIDA_PART_HISTORY | NAMIDA_PART_QUEUES },
  [PARTS_ROW_PLAYLISTS] = { N_ ("Playlists"), NAMIDA_PART_PLAYLISTS },
  [PARTS_ROW_FAVORITES] = { N_ ("Favorites"), NAMIDA_PART_FAVOURITES },
  [PARTS_ROW_LIBRARY] = { N_ ("Library"), NAMIDA_PART_LIBRARY | NAMIDA_PART_RATINGS | NAMIDA_PART_LYRICS
                                              | NAMIDA_PART_ARTWORKS | NAMIDA_PART_VIDEOS },
  [PARTS_ROW_YOUTUBE] = { N_ ("YouTube"), NAMIDA_PART_YOUTUBE },
  [PARTS_ROW_MUSIC] = { N_ ("Music"), 0 },
  [PARTS_ROW_SETTINGS] = { N_ ("Settings"), NAMIDA_PART_SETTINGS },
};

struct _NamidaPartsList
{
  AdwPreferencesGroup parent_instance;

  AdwActionRow *rows[N_PARTS_ROWS];
  GtkCheckButton *checks[N_PARTS_ROWS];
  NamidaParts present;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (NamidaPartsList, namida_parts_list, ADW_TYPE_PREFERENCES_GROUP)

static guint changed_signal;

static void
parts_list_on_toggled (NamidaPartsList *self)
{
  if (!self->setting)
    g_signal_emit (self, changed_signal, 0);
}

static void
namida_parts_list_class_init (NamidaPartsListClass *klass)
{
  changed_signal
      = g_signal_new ("changed", NAMIDA_TYPE_PARTS_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_parts_list_init (NamidaPartsList *self)
{
  for (guint i = 0; i < N_PARTS_ROWS; i++)
    {
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *check = gtk_check_button_new ();

      gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
      g_signal_connect_object (check, "toggled", G_CALLBACK (parts_list_on_toggled), self, G_CONNECT_SWAPPED);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), gettext (parts_rows[i].title));
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
      self->rows[i] = ADW_ACTION_ROW (row);
      self->checks[i] = GTK_CHECK_BUTTON (check);
    }
}

static char *
parts_list_dup_library (const NamidaInspection *inspection)
{
  guint n = (guint) inspection->library;

  if (!inspection->has_library)
    return g_strdup (_ ("Ratings and lyrics"));
  if (inspection->ratings > 0)
    return g_strdup_printf (ngettext ("%'u track, with ratings", "%'u tracks, with ratings", n), n);
  return g_strdup_printf (ngettext ("%'u track", "%'u tracks", n), n);
}

/* Returns: (transfer full) (nullable): the counts of a part. */
static char *
parts_list_dup_figures (PartsRow row, const NamidaInspection *inspection)
{
  guint n;

  switch (row)
    {
    case PARTS_ROW_HISTORY:
      n = (guint) inspection->listens;
      return g_strdup_printf (ngettext ("%'u listen", "%'u listens", n), n);
    case PARTS_ROW_PLAYLISTS:
      n = (guint) (inspection->n_playlists + inspection->smart_playlists);
      return g_strdup_printf (
          ngettext ("%'u · one with the same name is replaced", "%'u · those with the same name are replaced", n), n);
    case PARTS_ROW_FAVORITES:
      return g_strdup_printf ("%'u", (guint) inspection->favourites);
    case PARTS_ROW_LIBRARY:
      return parts_list_dup_library (inspection);
    case PARTS_ROW_YOUTUBE:
      n = (guint) inspection->youtube_likes;
      return g_strdup_printf (
          ngettext ("%'u like, subscriptions and history", "%'u likes, subscriptions and history", n), n);
    case PARTS_ROW_MUSIC:
    case PARTS_ROW_SETTINGS:
    case N_PARTS_ROWS:
    default:
      return NULL;
    }
}

static const char *
parts_list_get_system (NamidaDevice device)
{
  return device == NAMIDA_DEVICE_ANDROID ? "Android" : device == NAMIDA_DEVICE_WINDOWS ? "Windows" : "Linux";
}

/* Settings of a phone do not work on a desktop, so they are off by default. */
static void
parts_list_set_settings (NamidaPartsList *self, const NamidaInspection *inspection, NamidaDevice device)
{
  AdwActionRow *row = self->rows[PARTS_ROW_SETTINGS];
  NamidaDevice made = NAMIDA_DEVICE_UNKNOWN;
  g_autofree char *text = NULL;

  if (inspection->music_folders->len > 0)
    made = namida_device_of_path (inspection->music_folders->pdata[0]);
  if (made == device || made == NAMIDA_DEVICE_UNKNOWN || device == NAMIDA_DEVICE_UNKNOWN)
    {
      gtk_check_button_set_active (self->checks[PARTS_ROW_SETTINGS], TRUE);
      adw_action_row_set_subtitle (row, _ ("As on the device that made the backup"));
      return;
    }
  gtk_check_button_set_active (self->checks[PARTS_ROW_SETTINGS], FALSE);
  /* Translators: names of systems: “Off: made on Android, and this is Linux” */
  text = g_strdup_printf (_ ("Off: made on %s, and it goes to %s"), parts_list_get_system (made),
                          parts_list_get_system (device));
  adw_action_row_set_subtitle (row, text);
}

void
namida_parts_list_set (NamidaPartsList *self,
                       const NamidaInspection *inspection,
                       NamidaDevice device,
                       const char *music)
{
  g_autofree char *escaped = music != NULL ? g_markup_escape_text (music, -1) : NULL;

  self->setting = TRUE;
  self->present = inspection != NULL ? (NamidaParts) inspection->parts : 0;
  for (guint i = 0; i < N_PARTS_ROWS; i++)
    {
      gboolean there = i == PARTS_ROW_MUSIC ? music != NULL : (self->present & parts_rows[i].parts) != 0;
      g_autofree char *figures = there && i != PARTS_ROW_MUSIC ? parts_list_dup_figures (i, inspection) : NULL;

      gtk_widget_set_visible (GTK_WIDGET (self->rows[i]), there);
      if (figures != NULL)
        adw_action_row_set_subtitle (self->rows[i], figures);
    }
  if (escaped != NULL)
    adw_action_row_set_subtitle (self->rows[PARTS_ROW_MUSIC], escaped);
  if ((self->present & NAMIDA_PART_SETTINGS) != 0)
    parts_list_set_settings (self, inspection, device);
  self->setting = FALSE;
}

NamidaParts
namida_parts_list_get_parts (NamidaPartsList *self)
{
  NamidaParts parts = NAMIDA_PART_ALL;

  for (guint i = 0; i < N_PARTS_ROWS; i++)
    if (!gtk_check_button_get_active (self->checks[i]))
      parts &= ~parts_rows[i].parts;
  return parts;
}

gboolean
namida_parts_list_get_all (NamidaPartsList *self)
{
  return (self->present & ~namida_parts_list_get_parts (self)) == 0;
}

gboolean
namida_parts_list_get_music (NamidaPartsList *self)
{
  return gtk_widget_get_visible (GTK_WIDGET (self->rows[PARTS_ROW_MUSIC]))
         && gtk_check_button_get_active (self->checks[PARTS_ROW_MUSIC]);
}
