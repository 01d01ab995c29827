/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contents of an offer, as a part of the dialog that asks whether to receive it. Each item has a check button, so
 * that a part can be accepted; single files are chosen in a window of their own, because there may be thousands. The
 * choice is stored in the offer, which the hub accepts. Main context. */
#include "config.h"

#include "namida-accept-contents.h"

#include <glib/gi18n.h>

#include "namida-accept-files.h"
#include "namida-format.h"
#include "namida-spoken.h"

#define MAX_ROWS 50

struct _NamidaAcceptContents
{
  AdwExpanderRow parent_instance;

  NamidaOffer *offer;
  GPtrArray *contents; /* (element-type NamidaContent), as in the offer */
  GPtrArray *checks;   /* (element-type GtkCheckButton): of each row; the rows own them */
  guint *row_of;       /* the row of each entry of the offer; the number of rows if it has none */
  GPtrArray *ticks;    /* (element-type GtkWidget): one for each row, shown if this computer has all its files; the rows
                        * own them */
  GBytes *here;        /* (nullable): one byte for each entry of the offer: whether this computer has its file already
                        */
  gboolean showing;    /* the check buttons are being set from the offer */
};

G_DEFINE_FINAL_TYPE (NamidaAcceptContents, namida_accept_contents, ADW_TYPE_EXPANDER_ROW)

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* ---- the sum ---- */

static gboolean
accept_contents_is_here (NamidaAcceptContents *self, guint index)
{
  gsize length = 0;
  const guint8 *here = self->here != NULL ? g_bytes_get_data (self->here, &length) : NULL;

  return index < length && here[index] != 0;
}

guint64
namida_accept_contents_get_new_bytes (NamidaAcceptContents *self)
{
  GPtrArray *entries = namida_backup_get_entries (namida_offer_get_backup (self->offer));
  guint64 bytes = 0;

  for (guint i = 0; i < entries->len; i++)
    if (namida_offer_is_taken (self->offer, i) && !accept_contents_is_here (self, i))
      bytes += ((const NamidaEntry *) entries->pdata[i])->size;
  return bytes;
}

static void
accept_contents_show_here (NamidaAcceptContents *self)
{
  guint files = namida_backup_get_files (namida_offer_get_backup (self->offer));
  g_autofree char *size = namida_format_size (namida_accept_contents_get_new_bytes (self));
  g_autofree char *text = NULL;
  gsize length = 0;
  const guint8 *here = self->here != NULL ? g_bytes_get_data (self->here, &length) : NULL;
  guint n = 0;

  for (gsize i = 0; i < length; i++)
    n += here[i];
  if (n > 0)
    /* Translators: how many of the offered files this computer has already: “26 of 27 are here already · 153 kB to
     * receive” */
    text = g_strdup_printf (ngettext ("%'u of %'u is here already · %s to receive",
                                      "%'u of %'u are here already · %s to receive", files),
                            n, files, size);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), text != NULL ? text : "");
}

static void
accept_contents_show_sum (NamidaAcceptContents *self)
{
  NamidaBackup *backup = namida_offer_get_backup (self->offer);
  guint files = namida_backup_get_files (backup);
  guint64 bytes;
  guint taken = namida_offer_count_taken (self->offer, &bytes);
  g_autofree char *size = namida_format_size (bytes);
  g_autofree char *title = NULL;

  if (taken == files)
    title = g_strdup_printf (ngettext ("%'u File · %s", "%'u Files · %s", files), files, size);
  else
    /* Translators: how many of the offered files are accepted, and their size: “3 of 27 Files · 120 MB” */
    title = g_strdup_printf (ngettext ("%'u of %'u File · %s", "%'u of %'u Files · %s", files), taken, files, size);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  accept_contents_show_here (self);
}

static gboolean
accept_contents_has (const NamidaContent *content, const NamidaEntry *entry)
{
  return (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP) == (content->kind == NAMIDA_ENTRY_BACKUP_ZIP)
         && g_strcmp0 (entry->label, content->label) == 0;
}

/* Finds the row of each entry once, because an offer may have 20,000 of them. An entry without a row has the number of
 * rows. */
static void
accept_contents_find_rows (NamidaAcceptContents *self)
{
  GPtrArray *entries = namida_backup_get_entries (namida_offer_get_backup (self->offer));
  guint row = 0;

  self->row_of = g_new (guint, MAX (entries->len, 1));
  for (guint i = 0; i < entries->len; i++)
    {
      /* The entries of one folder come together. */
      if (row >= self->ticks->len || !accept_contents_has (self->contents->pdata[row], entries->pdata[i]))
        for (row = 0; row < self->ticks->len; row++)
          if (accept_contents_has (self->contents->pdata[row], entries->pdata[i]))
            break;
      self->row_of[i] = row;
    }
}

/* Updates the sum and the check buttons after the offer was changed elsewhere. */
static void
accept_contents_show (NamidaAcceptContents *self)
{
  GPtrArray *entries = namida_backup_get_entries (namida_offer_get_backup (self->offer));
  guint taken[MAX_ROWS + 1] = { 0 }, all[MAX_ROWS + 1] = { 0 };

  self->showing = TRUE;
  for (guint i = 0; i < entries->len; i++)
    {
      taken[self->row_of[i]] += namida_offer_is_taken (self->offer, i);
      all[self->row_of[i]]++;
    }
  for (guint i = 0; i < self->checks->len; i++)
    {
      gtk_check_button_set_active (self->checks->pdata[i], taken[i] > 0);
      gtk_check_button_set_inconsistent (self->checks->pdata[i], taken[i] > 0 && taken[i] < all[i]);
    }
  self->showing = FALSE;
  accept_contents_show_sum (self);
}

void
namida_accept_contents_set_here (NamidaAcceptContents *self, GBytes *here)
{
  GPtrArray *entries = namida_backup_get_entries (namida_offer_get_backup (self->offer));
  gboolean some_new[MAX_ROWS + 1] = { FALSE };

  g_clear_pointer (&self->here, g_bytes_unref);
  self->here = here != NULL ? g_bytes_ref (here) : NULL;
  for (guint i = 0; i < entries->len; i++)
    if (!accept_contents_is_here (self, i) && ((const NamidaEntry *) entries->pdata[i])->kind != NAMIDA_ENTRY_FOLDER)
      some_new[self->row_of[i]] = TRUE;
  for (guint i = 0; i < self->ticks->len; i++)
    gtk_widget_set_visible (self->ticks->pdata[i], here != NULL && !some_new[i]);
  accept_contents_show_here (self);
}

static void
accept_contents_on_toggled (NamidaAcceptContents *self, GtkCheckButton *check)
{
  guint index;

  if (self->showing || !g_ptr_array_find (self->checks, check, &index)
      || namida_offer_get_state (self->offer) != NAMIDA_OFFER_OPEN)
    return;
  namida_offer_set_content_taken (self->offer, self->contents->pdata[index], gtk_check_button_get_active (check));
  accept_contents_show (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
accept_contents_on_files_changed (NamidaAcceptContents *self)
{
  if (self->offer == NULL)
    return;
  accept_contents_show (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
accept_contents_on_choose (NamidaAcceptContents *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  NamidaAcceptFiles *dialog = namida_accept_files_new (self->offer);

  g_signal_connect_object (dialog, "changed", G_CALLBACK (accept_contents_on_files_changed), self, G_CONNECT_SWAPPED);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (root));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- rows ---- */

/* Returns: (transfer full): the day of a backup, otherwise the number of files. */
static char *
accept_contents_dup_subtitle (const NamidaContent *content)
{
  g_autofree char *name = content->kind == NAMIDA_ENTRY_BACKUP_ZIP && content->name != NULL
                              ? namida_format_title (content->name)
                              : namida_format_files (content->files);
  g_autoptr (GDateTime) time = NULL;
  int year, month, day, hour, minute;

  if (sscanf (name, "Namida Backup - %4d-%2d-%2d %2d.%2d", &year, &month, &day, &hour, &minute) == 5)
    time = g_date_time_new_local (year, month, day, hour, minute, 0);
  if (time == NULL)
    return g_steal_pointer (&name);
  /* Translators: a day and a time, as g_date_time_format() writes it */
  return g_date_time_format (time, _ ("%-d %B %Y, %H:%M"));
}

static const char *
accept_contents_get_icon (const NamidaContent *content)
{
  if (content->kind == NAMIDA_ENTRY_BACKUP_ZIP)
    return "namida-backup-symbolic";
  return *content->label == '\0' ? "text-x-generic-symbolic" : "namida-music-symbolic";
}

static void
accept_contents_add_check (NamidaAcceptContents *self, GtkWidget *row)
{
  GtkWidget *check = gtk_check_button_new ();

  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  g_signal_connect_object (check, "toggled", G_CALLBACK (accept_contents_on_toggled), self, G_CONNECT_SWAPPED);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  /* This also gives the check button its accessible name. */
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  g_ptr_array_add (self->checks, check);
}

static void
accept_contents_add (NamidaAcceptContents *self, const NamidaContent *content, gboolean choosable)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name (accept_contents_get_icon (content));
  g_autofree char *size = namida_format_size (content->bytes);
  g_autofree char *subtitle = accept_contents_dup_subtitle (content);
  GtkWidget *size_label = gtk_label_new (size);
  GtkWidget *tick = gtk_image_new_from_icon_name ("object-select-symbolic");
  const char *title = content->kind == NAMIDA_ENTRY_BACKUP_ZIP ? _ ("Namida backup")
                      : *content->label == '\0'                ? _ ("Files")
                                                               : content->label;
  g_autofree char *shown = namida_format_title (title);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), shown);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  if (choosable)
    accept_contents_add_check (self, row);
  gtk_widget_add_css_class (size_label, "dim-label");
  gtk_widget_add_css_class (size_label, "numeric");
  gtk_widget_add_css_class (tick, "success");
  gtk_widget_set_tooltip_text (tick, _ ("Already here"));
  namida_spoken_set_name (tick, _ ("Already here"));
  gtk_widget_set_visible (tick, FALSE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), tick);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), size_label);
  g_ptr_array_add (self->ticks, tick);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

static void
accept_contents_add_more (NamidaAcceptContents *self, guint more)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title = g_strdup_printf (ngettext ("and %u more folder", "and %u more folders", more), more);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

static void
accept_contents_add_choose (NamidaAcceptContents *self)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *arrow = g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic", "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Choose Files…"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_signal_connect_object (row, "activated", G_CALLBACK (accept_contents_on_choose), self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

void
namida_accept_contents_set_offer (NamidaAcceptContents *self, NamidaOffer *offer)
{
  guint files = namida_backup_get_files (namida_offer_get_backup (offer));

  g_return_if_fail (self->offer == NULL);

  self->offer = g_object_ref (offer);
  self->contents = namida_backup_dup_contents (namida_offer_get_backup (offer));
  for (guint i = 0; i < self->contents->len && i < MAX_ROWS; i++)
    accept_contents_add (self, self->contents->pdata[i], files > 1);
  if (self->contents->len > MAX_ROWS)
    accept_contents_add_more (self, self->contents->len - MAX_ROWS);
  if (files > self->contents->len || self->contents->len > MAX_ROWS)
    accept_contents_add_choose (self);
  accept_contents_find_rows (self);
  accept_contents_show (self);
}

/* ---- the object ---- */

static void
namida_accept_contents_dispose (GObject *object)
{
  g_clear_object (&NAMIDA_ACCEPT_CONTENTS (object)->offer);
  G_OBJECT_CLASS (namida_accept_contents_parent_class)->dispose (object);
}

static void
namida_accept_contents_finalize (GObject *object)
{
  NamidaAcceptContents *self = NAMIDA_ACCEPT_CONTENTS (object);

  g_clear_pointer (&self->contents, g_ptr_array_unref);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_pointer (&self->ticks, g_ptr_array_unref);
  g_free (self->row_of);
  g_clear_pointer (&self->here, g_bytes_unref);
  G_OBJECT_CLASS (namida_accept_contents_parent_class)->finalize (object);
}

static void
namida_accept_contents_class_init (NamidaAcceptContentsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_accept_contents_dispose;
  object_class->finalize = namida_accept_contents_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_accept_contents_init (NamidaAcceptContents *self)
{
  self->checks = g_ptr_array_new ();
  self->ticks = g_ptr_array_new ();
}
