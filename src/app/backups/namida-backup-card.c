/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The card of one device on the Backups page. Its head shows how old and how intact its backups are, a bar shows the
 * space that they use, and below are the versions with a heading for each month. The page makes a card for each
 * device that has versions; the user opens and closes the list. Main context. */
#include "config.h"

#include "namida-backup-card.h"

#include <glib/gi18n.h>

#include "namida-device-avatar.h"
#include "namida-device-words.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-gradual.h"
#include "namida-mnemonics.h"
#include "namida-narrow.h"
#include "namida-parts-bar.h"
#include "namida-row-menu.h"
#include "namida-hub-schedules.h"
#include "namida-spoken.h"
#include "namida-version-flow.h"
#include "namida-version-good.h"
#include "namida-version-row.h"

/* Show the versions of the last weeks first, because building rows for years of versions is not necessary. */
#define FIRST_ROWS 10
#define MORE_ROWS 20
#define ROWS_A_TURN 4

struct _NamidaBackupCard
{
  AdwBin parent_instance;

  NamidaHub *hub;
  char *device;
  GtkFilterListModel *versions;
  GtkSliceListModel *shown; /* the newest of @versions */
  GCancellable *verifying;  /* (nullable): set while all versions are being verified */
  guint verified;           /* number of versions that were verified */
  gboolean open;

  NamidaDeviceAvatar *avatar;
  GtkLabel *name;
  GtkLabel *age;
  GtkImage *health_icon;
  GtkLabel *health;
  GtkBox *column;
  GtkBox *head;
  GtkButton *restore;
  GtkMenuButton *menu;
  NamidaPartsBar *bar;
  GtkBox *legend;
  GtkLabel *music;
  GtkLabel *backups;
  GtkListBoxRow *head_row;
  GtkListBoxRow *toggle_row;
  GtkLabel *since;
  GtkImage *arrow;
  GtkWidget *list_row;
  GtkListBox *list;
  GtkWidget *more;
};

G_DEFINE_FINAL_TYPE (NamidaBackupCard, namida_backup_card, ADW_TYPE_BIN)

char *
namida_backup_card_dup_device (NamidaVersion *version)
{
  const char *fingerprint = namida_version_get_fingerprint (version);

  return g_strdup (fingerprint != NULL ? fingerprint : namida_version_get_alias (version));
}

const char *
namida_backup_card_get_device (NamidaBackupCard *self)
{
  return self->device;
}

static gboolean
backup_card_is_of_device (gpointer item, gpointer user_data)
{
  g_autofree char *device = namida_backup_card_dup_device (item);

  return g_str_equal (device, user_data);
}

static GtkWidget *
backup_card_make_row (gpointer item, gpointer user_data)
{
  NamidaBackupCard *self = user_data;

  return GTK_WIDGET (namida_version_row_new (self->hub, item));
}

static guint
backup_card_count (NamidaBackupCard *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->versions));
}

/* ---- texts ---- */

/* Returns: (transfer full): text such as "Last backup 2 hours ago". */
static char *
backup_card_dup_age (NamidaVersion *newest)
{
  gint64 minutes = (g_get_real_time () - namida_version_get_created_at (newest)) / G_USEC_PER_SEC / 60;
  g_autofree char *when = NULL;

  if (minutes >= 0 && minutes < 2)
    return g_strdup (_ ("Last backup just now"));
  if (minutes >= 0 && minutes < 60)
    return g_strdup_printf (ngettext ("Last backup %d minute ago", "Last backup %d minutes ago", (gulong) minutes),
                            (int) minutes);
  if (minutes >= 0 && minutes < 12 * 60)
    return g_strdup_printf (ngettext ("Last backup %d hour ago", "Last backup %d hours ago", (gulong) minutes / 60),
                            (int) (minutes / 60));
  when = namida_files_time (namida_version_get_created_at (newest));
  /* Translators: %s: “yesterday, 21:02” or “on 3 November” */
  return g_strdup_printf (_ ("Last backup %s"), when);
}

/* The state of all versions together. The most serious problem is shown. */
typedef struct
{
  guint versions, absent, damaged; /* @damaged: number of files */
  gboolean doubted;                /* Namida could not restore the newest version */
  gint64 oldest_read;              /* 0: unknown for one of them */
} CardHealth;

static void
backup_card_count_health (NamidaBackupCard *self, CardHealth *health)
{
  *health = (CardHealth){ .versions = backup_card_count (self), .oldest_read = G_MAXINT64 };
  for (guint i = 0; i < health->versions; i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (self->versions), i);
      gint64 read = MAX (namida_version_get_verified_at (version), namida_version_get_read_at (version));

      health->doubted |= i == 0 && namida_version_get_doubted (version);
      health->absent += !namida_version_get_present (version);
      health->damaged += (guint) MAX (namida_version_get_damaged (version), 0);
      health->oldest_read = MIN (health->oldest_read, read);
    }
}

static char *
backup_card_dup_health (NamidaBackupCard *self, const CardHealth *health)
{
  g_autofree char *day = NULL;

  if (self->verifying != NULL)
    /* Translators: shown while the versions of a device are verified: how many of them were verified, and how many
     * there are */
    return g_strdup_printf (_ ("Being verified, %u of %u"), self->verified, health->versions);
  if (health->damaged > 0)
    return g_strdup_printf (ngettext ("%'u damaged file", "%'u damaged files", health->damaged), health->damaged);
  if (health->doubted)
    {
      g_autoptr (NamidaVersion) newest = g_list_model_get_item (G_LIST_MODEL (self->versions), 0);

      return namida_versions_dup_good_words (namida_hub_get_versions (self->hub), newest);
    }
  if (health->absent > 0)
    return g_strdup_printf (ngettext ("%'u version is not here", "%'u versions are not here", health->absent),
                            health->absent);
  if (health->oldest_read <= 0 || health->oldest_read == G_MAXINT64)
    return g_strdup (_ ("Not verified yet"));
  day = namida_files_day (health->oldest_read);
  if (health->versions == 1)
    /* Translators: %s: “today” or “on 3 November” */
    return g_strdup_printf (_ ("Verified %s"), day);
  if (health->versions == 2)
    /* Translators: %s: “today” or “on 3 November” */
    return g_strdup_printf (_ ("Both versions verified %s"), day);
  return g_strdup_printf (ngettext ("All %'u version verified %s", "All %'u versions verified %s", health->versions),
                          health->versions, day);
}

static void
backup_card_show_health (NamidaBackupCard *self)
{
  CardHealth health;
  g_autofree char *text = NULL;
  gboolean bad, good;

  backup_card_count_health (self, &health);
  text = backup_card_dup_health (self, &health);
  bad = self->verifying == NULL && (health.doubted || health.damaged + health.absent > 0);
  good = self->verifying == NULL && !bad && health.oldest_read > 0 && health.oldest_read != G_MAXINT64;
  gtk_label_set_label (self->health, text);
  gtk_image_set_from_icon_name (self->health_icon, bad ? "dialog-warning-symbolic" : "object-select-symbolic");
  gtk_widget_set_visible (GTK_WIDGET (self->health_icon), bad || good);
  gtk_widget_remove_css_class (GTK_WIDGET (self->health), "warning");
  gtk_widget_remove_css_class (GTK_WIDGET (self->health_icon), "warning");
  gtk_widget_remove_css_class (GTK_WIDGET (self->health_icon), "success");
  gtk_widget_remove_css_class (GTK_WIDGET (self->health), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->health), bad ? "warning" : "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->health_icon), bad ? "warning" : "success");
}

/* Shows the music of the version that has most of it, and the zips of all versions. */
static void
backup_card_show_room (NamidaBackupCard *self)
{
  guint64 music = 0, zips = 0;
  guint n = backup_card_count (self);
  g_autofree char *music_size = NULL;
  g_autofree char *zip_size = NULL;
  g_autofree char *music_text = NULL;
  g_autofree char *zip_text = NULL;
  g_autofree char *label = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (self->versions), i);
      GPtrArray *labels = namida_version_get_music (version);
      guint64 own = 0;

      for (guint j = 0; j < labels->len; j++)
        own += ((NamidaVersionMusic *) g_ptr_array_index (labels, j))->bytes;
      music = MAX (music, own);
      zips += namida_version_get_bytes (version) - MIN (own, namida_version_get_bytes (version));
    }
  music_size = namida_format_size (music);
  zip_size = namida_format_size (zips);
  /* Translators: %s is a size; the music of the newest version */
  music_text = g_strdup_printf (_ ("Music %s"), music_size);
  zip_text = g_strdup_printf (_ ("Namida backups %s"), zip_size);
  /* Translators: for screen readers: two sizes */
  label = g_strdup_printf (_ ("Music %s, Namida backups %s"), music_size, zip_size);
  namida_parts_bar_set (self->bar, (NamidaPart[]){ { "blue_3", music }, { "purple_2", zips } }, 2, label);
  gtk_label_set_label (self->music, music_text);
  gtk_label_set_label (self->backups, zip_text);
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->music)), music > 0);
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->backups)), zips > 0);
}

static void
backup_card_show_head (NamidaBackupCard *self, NamidaVersion *newest)
{
  const char *alias = namida_version_get_alias (newest);
  g_autoptr (NamidaPeer) peer = namida_device_find (self->hub, self->device);
  g_autofree char *stale
      = namida_stale_list_dup_words (namida_hub_get_stale (self->hub), self->device, NAMIDA_STALE_RECEIVE);
  g_autofree char *age = stale != NULL ? g_strdup (stale) : backup_card_dup_age (newest);
  g_autofree char *restore = g_strdup_printf (_ ("Restore From %s"), alias);
  g_autofree char *menu = g_strdup_printf (_ ("Actions for the backups of %s"), alias);
  g_autofree char *spoken = NULL;

  namida_device_avatar_set (self->avatar, alias,
                            peer != NULL ? namida_device_peer_icon (peer) : namida_device_kind_icon (NULL), FALSE);
  gtk_label_set_label (self->name, alias);
  gtk_label_set_label (self->age, age);
  gtk_widget_set_css_classes (GTK_WIDGET (self->age),
                              (const char *[]){ stale != NULL ? "warning" : "dim-label", NULL });
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->restore), "s", namida_version_get_id (newest));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->restore), "win.restore");
  gtk_widget_set_sensitive (GTK_WIDGET (self->restore), namida_version_get_present (newest));
  namida_spoken_set_name (self->restore, restore);
  namida_spoken_set_name (self->menu, menu);
  spoken = g_strdup_printf ("%s. %s. %s", alias, age, gtk_label_get_label (self->health));
  namida_spoken_set_name (self->head_row, spoken);
}

static void
backup_card_show_versions (NamidaBackupCard *self)
{
  guint n = backup_card_count (self);
  g_autoptr (NamidaVersion) oldest = g_list_model_get_item (G_LIST_MODEL (self->versions), n - 1);
  g_autoptr (GDateTime) first
      = g_date_time_new_from_unix_local (namida_version_get_created_at (oldest) / G_USEC_PER_SEC);
  /* Translators: a month, as g_date_time_format() writes it */
  g_autofree char *month = first != NULL ? g_date_time_format (first, _ ("%B %Y")) : g_strdup ("");
  /* Translators: a number of versions and the month of the first: “14 since March 2026” */
  g_autofree char *text = g_strdup_printf (ngettext ("%'u version since %s", "%'u versions since %s", n), n, month);

  gtk_label_set_label (self->since, text);
  gtk_widget_set_visible (self->more, n > gtk_slice_list_model_get_size (self->shown));
  gtk_list_box_invalidate_headers (self->list);
}

void
namida_backup_card_show (NamidaBackupCard *self)
{
  g_autoptr (NamidaVersion) newest = g_list_model_get_item (G_LIST_MODEL (self->versions), 0);

  if (newest == NULL)
    return;
  backup_card_show_health (self);
  backup_card_show_head (self, newest);
  backup_card_show_room (self);
  backup_card_show_versions (self);
}

void
namida_backup_card_set_open (NamidaBackupCard *self, gboolean open)
{
  self->open = open;
  gtk_widget_set_visible (self->list_row, open);
  gtk_image_set_from_icon_name (self->arrow, open ? "go-up-symbolic" : "go-down-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->toggle_row), GTK_ACCESSIBLE_STATE_EXPANDED, open, -1);
  /* Do not build rows of a list that is closed. */
  gtk_list_box_bind_model (self->list, open ? G_LIST_MODEL (self->shown) : NULL, backup_card_make_row, self, NULL);
}

static void
backup_card_on_activated (NamidaBackupCard *self, GtkListBoxRow *row)
{
  if (row == self->toggle_row)
    namida_backup_card_set_open (self, !self->open);
}

/* The rows are made a few at a time. */
static void
backup_card_show_more (guint index, gpointer user_data)
{
  NamidaBackupCard *self = user_data;

  gtk_slice_list_model_set_size (self->shown, gtk_slice_list_model_get_size (self->shown) + ROWS_A_TURN);
  if (index + 1 == MORE_ROWS / ROWS_A_TURN)
    backup_card_show_versions (self);
}

static void
backup_card_on_more (NamidaBackupCard *self)
{
  namida_gradual_run (GTK_WIDGET (self), MORE_ROWS / ROWS_A_TURN, 1, 1, backup_card_show_more, self);
}

/* ---- months ---- */

static char *
backup_card_dup_month (NamidaVersion *version)
{
  g_autoptr (GDateTime) time
      = g_date_time_new_from_unix_local (namida_version_get_created_at (version) / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format (time, _ ("%B %Y")) : g_strdup ("");
}

static guint
backup_card_count_month (NamidaBackupCard *self, const char *month)
{
  guint n = 0;

  for (guint i = 0; i < backup_card_count (self); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (self->versions), i);
      g_autofree char *own = backup_card_dup_month (version);

      n += g_str_equal (own, month);
    }
  return n;
}

static void
backup_card_add_month (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  NamidaBackupCard *self = user_data;
  g_autofree char *month = backup_card_dup_month (namida_version_row_get_version (NAMIDA_VERSION_ROW (row)));
  g_autofree char *last
      = before != NULL ? backup_card_dup_month (namida_version_row_get_version (NAMIDA_VERSION_ROW (before))) : NULL;
  g_autofree char *count = NULL;
  GtkWidget *box, *heading, *figures;
  guint n;

  if (g_strcmp0 (month, last) == 0)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  n = backup_card_count_month (self, month);
  count = g_strdup_printf (ngettext ("%'u version", "%'u versions", n), n);
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  heading = g_object_new (GTK_TYPE_LABEL, "label", month, "xalign", 0.0, "hexpand", TRUE, "accessible-role",
                          GTK_ACCESSIBLE_ROLE_HEADING, NULL);
  figures = gtk_label_new (count);
  gtk_widget_add_css_class (heading, "caption-heading");
  gtk_widget_add_css_class (figures, "caption");
  gtk_widget_add_css_class (figures, "dim-label");
  gtk_widget_add_css_class (box, "month");
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), figures);
  gtk_list_box_row_set_header (row, box);
}

/* ---- actions ---- */

static void backup_card_verify_next (NamidaBackupCard *self);

static void
backup_card_on_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaBackupCard) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVerifyReport) report = namida_versions_verify_finish (NAMIDA_VERSIONS (source), result, &error);

  if (self->hub == NULL || self->verifying == NULL)
    return;
  if (report == NULL)
    {
      if (!g_cancellable_is_cancelled (self->verifying))
        gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      g_clear_object (&self->verifying);
      namida_backup_card_show (self);
      return;
    }
  self->verified++;
  backup_card_verify_next (self);
}

/* Verify one version after the other, because files that they share are then read once. */
static void
backup_card_verify_next (NamidaBackupCard *self)
{
  g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (self->versions), self->verified);

  if (version == NULL)
    {
      g_clear_object (&self->verifying);
      namida_backup_card_show (self);
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", gtk_label_get_label (self->health));
      return;
    }
  backup_card_show_health (self);
  namida_versions_verify_async (namida_hub_get_versions (self->hub), version, TRUE, NULL, NULL, self->verifying,
                                backup_card_on_verified, g_object_ref (self));
}

static void
backup_card_on_verify_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaBackupCard *self = NAMIDA_BACKUP_CARD (widget);

  if (self->verifying != NULL)
    return;
  self->verifying = g_cancellable_new ();
  self->verified = 0;
  backup_card_verify_next (self);
}

static void
backup_card_on_folder_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaBackupCard *self = NAMIDA_BACKUP_CARD (widget);
  g_autoptr (NamidaVersion) newest = g_list_model_get_item (G_LIST_MODEL (self->versions), 0);

  if (newest != NULL)
    gtk_widget_activate_action (widget, "win.open-folder", "^ay", namida_version_get_path (newest));
}

static void
backup_card_on_trash_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaBackupCard *self = NAMIDA_BACKUP_CARD (widget);

  namida_version_flow_trash_all (widget, self->hub, G_LIST_MODEL (self->versions));
}

/* ---- the object ---- */

static GtkWidget *
backup_card_make_part (const char *style, GtkLabel **label)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *dot
      = g_object_new (GTK_TYPE_LABEL, "label", "●", "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  *label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (dot, style);
  gtk_widget_add_css_class (dot, "caption");
  gtk_widget_add_css_class (GTK_WIDGET (*label), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (*label), "dim-label");
  gtk_box_append (GTK_BOX (box), dot);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (*label));
  return box;
}

static GMenuModel *
backup_card_make_menu (NamidaBackupCard *self)
{
  GMenu *menu = g_menu_new ();

  namida_row_menu_add (menu, _ ("_Verify All Versions"), "card.verify", NULL);
  namida_row_menu_add (menu, _ ("Open _Folder"), "card.folder", NULL);
  namida_row_menu_add (menu, _ ("_Show Device"), "win.show-device", self->device);
  namida_row_menu_add (menu, _ ("_Move All to the Trash…"), "card.trash", NULL);
  return G_MENU_MODEL (menu);
}

static void
backup_card_on_narrow (GtkWidget *widget, gboolean narrow)
{
  NamidaBackupCard *self = NAMIDA_BACKUP_CARD (widget);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->legend),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_spacing (self->legend, narrow ? 2 : 14);
  /* In a narrow window, the button is below and takes the full width. */
  g_object_ref (self->restore);
  gtk_box_remove (GTK_BOX (gtk_widget_get_parent (GTK_WIDGET (self->restore))), GTK_WIDGET (self->restore));
  if (narrow)
    gtk_box_append (self->column, GTK_WIDGET (self->restore));
  else
    gtk_box_insert_child_after (self->head, GTK_WIDGET (self->restore),
                                gtk_widget_get_prev_sibling (GTK_WIDGET (self->menu)));
  g_object_unref (self->restore);
}

static void
namida_backup_card_dispose (GObject *object)
{
  NamidaBackupCard *self = NAMIDA_BACKUP_CARD (object);

  namida_gradual_stop (GTK_WIDGET (self));
  if (self->verifying != NULL)
    g_cancellable_cancel (self->verifying);
  g_clear_object (&self->verifying);
  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  self->list = NULL;
  g_clear_object (&self->shown);
  g_clear_object (&self->versions);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_backup_card_parent_class)->dispose (object);
}

static void
namida_backup_card_finalize (GObject *object)
{
  g_free (NAMIDA_BACKUP_CARD (object)->device);
  G_OBJECT_CLASS (namida_backup_card_parent_class)->finalize (object);
}

static void
backup_card_bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, avatar);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, name);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, age);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, health_icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, health);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, column);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, head);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, restore);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, menu);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, legend);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, head_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, toggle_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, since);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, arrow);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, list_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, list);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupCard, more);
  gtk_widget_class_bind_template_callback (widget_class, backup_card_on_activated);
  gtk_widget_class_bind_template_callback (widget_class, backup_card_on_more);
}

static void
namida_backup_card_class_init (NamidaBackupCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_backup_card_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_backup_card_finalize;
  g_type_ensure (NAMIDA_TYPE_DEVICE_AVATAR);
  g_type_ensure (NAMIDA_TYPE_PARTS_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-backup-card.ui");
  backup_card_bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "card.verify", NULL, backup_card_on_verify_action);
  gtk_widget_class_install_action (widget_class, "card.folder", NULL, backup_card_on_folder_action);
  gtk_widget_class_install_action (widget_class, "card.trash", NULL, backup_card_on_trash_action);
}

static void
namida_backup_card_init (NamidaBackupCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  gtk_box_append (self->legend, backup_card_make_part ("part-music", &self->music));
  gtk_box_append (self->legend, backup_card_make_part ("part-backup", &self->backups));
  gtk_list_box_set_header_func (self->list, backup_card_add_month, self, NULL);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (namida_version_row_open), NULL);
  namida_narrow_watch (GTK_WIDGET (self), backup_card_on_narrow);
}

NamidaBackupCard *
namida_backup_card_new (NamidaHub *hub, const char *device)
{
  NamidaBackupCard *self = g_object_new (NAMIDA_TYPE_BACKUP_CARD, NULL);
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (backup_card_is_of_device, g_strdup (device), g_free));
  g_autoptr (GMenuModel) menu = NULL;

  self->hub = g_object_ref (hub);
  self->device = g_strdup (device);
  self->versions = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (namida_hub_get_versions (hub))), filter);
  self->shown = gtk_slice_list_model_new (g_object_ref (G_LIST_MODEL (self->versions)), 0, FIRST_ROWS);
  g_signal_connect_object (namida_hub_get_stale (hub), "changed", G_CALLBACK (namida_backup_card_show), self,
                           G_CONNECT_SWAPPED);
  menu = backup_card_make_menu (self);
  gtk_menu_button_set_menu_model (self->menu, menu);
  namida_backup_card_set_open (self, FALSE);
  namida_backup_card_show (self);
  return self;
}
