/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of one device: its identity, its permissions, what is kept of it, and removing it. The window pushes it
 * over its three pages; the page acts through actions of the window. Main context. */
#include "config.h"

#include "namida-device-page.h"

#include <glib/gi18n.h>

#include "namida-device-avatar.h"
#include "namida-device-words.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-narrow.h"
#include "namida-row-menu.h"
#include "namida-schedule-group.h"

/* Hexadecimal digits of a fingerprint per line and per group, and in total. */
#define LINE_DIGITS 16
#define GROUP_DIGITS 4
#define SHOWN_DIGITS 32

struct _NamidaDevicePage
{
  AdwBin parent_instance;

  NamidaHub *hub;
  NamidaPeer *peer;
  NamidaDeviceDates *dates;
  gboolean showing; /* the switches are being set by the program, not by the user */

  AdwWindowTitle *heading;
  GtkMenuButton *menu_button;
  GtkBox *head;
  GtkWidget *who;
  GtkBox *buttons;
  NamidaDeviceAvatar *avatar;
  GtkLabel *name;
  GtkLabel *what;
  NamidaTag *tag;
  GtkButton *pair_button;
  GtkButton *send_button;
  GtkWidget *notice;
  GtkLabel *notice_text;
  AdwBin *schedule_place;
  NamidaScheduleGroup *schedule_group;
  GtkWidget *rights_group;
  GtkSwitch *auto_accept;
  GtkSwitch *may_restore;
  AdwComboRow *landing;
  GtkWidget *kept_group;
  AdwActionRow *versions_row;
  AdwActionRow *transfers_row;
  GtkWidget *identity_group;
  GtkLabel *fingerprint;
  GtkLabel *since;
  GtkButton *copy_button;
  GtkWidget *forget_group;
  GtkButton *forget_button;
};

G_DEFINE_FINAL_TYPE (NamidaDevicePage, namida_device_page, ADW_TYPE_BIN)

/* Returns: (transfer none) (nullable): the device's entry in the trust store. */
static const NamidaTrusted *
device_page_trusted (NamidaDevicePage *self)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (self->hub);
  const char *fingerprint = namida_peer_get_fingerprint (self->peer);

  return trust != NULL && fingerprint != NULL ? namida_trust_store_lookup (trust, fingerprint) : NULL;
}

/* Returns: (transfer full): text such as "Server · nearby · 192.168.1.9". */
static char *
device_page_dup_what (NamidaDevicePage *self)
{
  g_autofree char *address = namida_device_dup_address (self->peer);
  g_autofree char *seen = NULL;
  const char *kind = namida_device_peer_kind (self->peer);

  if (namida_peer_get_away (self->peer))
    {
      seen = namida_device_dup_last_seen (self->peer);
      /* Translators: a kind of device and “last seen yesterday” */
      return g_strdup_printf (_ ("%s · away · %s"), kind, seen);
    }
  if (address == NULL)
    /* Translators: a kind of device */
    return g_strdup_printf (_ ("%s · nearby"), kind);
  /* Translators: a kind of device and an address */
  return g_strdup_printf (_ ("%s · nearby · %s"), kind, address);
}

/* Returns: (transfer full): the first half of a fingerprint in groups, in two lines. */
static char *
device_page_dup_groups (const char *fingerprint)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; fingerprint[i] != '\0' && i < SHOWN_DIGITS; i++)
    {
      if (i > 0 && i % GROUP_DIGITS == 0)
        g_string_append_c (text, i % LINE_DIGITS == 0 ? '\n' : ' ');
      g_string_append_c (text, fingerprint[i]);
    }
  return g_string_free (text, FALSE);
}

static void
device_page_show_who (NamidaDevicePage *self)
{
  const char *alias = namida_peer_get_alias (self->peer);
  NamidaTagKind kind = namida_device_tag_kind (self->peer);
  gboolean verify = namida_device_can_verify (self->peer);
  gboolean pair = verify || namida_device_can_pair (self->peer);
  gboolean warned = namida_peer_get_warning (self->peer) != NULL || kind == NAMIDA_TAG_UNENCRYPTED;
  g_autofree char *what = device_page_dup_what (self);
  g_autofree char *key = namida_device_dup_key (self->peer);
  GtkButton *main_button = pair ? self->pair_button : self->send_button;

  adw_window_title_set_title (self->heading, alias);
  namida_device_avatar_set_peer (self->avatar, self->peer);
  gtk_label_set_label (self->name, alias);
  gtk_label_set_label (self->what, what);
  namida_tag_set (self->tag, kind, NULL);
  gtk_widget_set_visible (self->notice, warned);
  gtk_label_set_label (self->notice_text, warned ? namida_device_explain (self->peer) : "");
  gtk_widget_set_visible (GTK_WIDGET (self->pair_button), pair);
  gtk_widget_remove_css_class (GTK_WIDGET (self->send_button), "suggested-action");
  gtk_widget_add_css_class (GTK_WIDGET (main_button), "suggested-action");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->pair_button), "s", key);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->pair_button), verify ? "win.verify" : "win.pair");
  gtk_button_set_label (self->pair_button, verify ? _ ("_Verify…") : _ ("_Pair…"));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->send_button), "s", key);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->send_button), "win.send");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->forget_button), "s", key);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->forget_button), "win.forget-device");
}

static void
device_page_show_landing (NamidaDevicePage *self, const NamidaTrusted *trusted)
{
  NamidaStore *store = namida_hub_get_store (self->hub);
  gboolean backup = g_strcmp0 (trusted->landing, "backup") == 0;
  g_autofree char *folder = NULL;
  g_autofree char *shown = NULL;

  adw_combo_row_set_selected (self->landing, trusted->landing == NULL ? 0 : backup ? 2 : 1);
  if (store == NULL)
    return;
  folder = namida_store_dup_destination (store, backup ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY,
                                         namida_peer_get_alias (self->peer));
  shown = namida_files_short_path (folder);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->landing), trusted->landing != NULL ? shown : "");
}

static void
device_page_show_rights (NamidaDevicePage *self)
{
  const NamidaTrusted *trusted = device_page_trusted (self);

  namida_schedule_group_set_device (self->schedule_group, trusted != NULL ? trusted->fingerprint : NULL,
                                    namida_peer_get_alias (self->peer));
  gtk_widget_set_visible (GTK_WIDGET (self->schedule_place), trusted != NULL);
  gtk_widget_set_visible (self->rights_group, trusted != NULL);
  gtk_widget_set_visible (self->forget_group, trusted != NULL);
  if (trusted == NULL)
    return;
  self->showing = TRUE;
  gtk_switch_set_active (self->auto_accept, trusted->auto_accept);
  gtk_switch_set_active (self->may_restore, trusted->may_restore);
  device_page_show_landing (self, trusted);
  self->showing = FALSE;
}

static void
device_page_show_identity (NamidaDevicePage *self)
{
  const NamidaTrusted *trusted = device_page_trusted (self);
  const char *fingerprint = namida_peer_get_fingerprint (self->peer);
  gboolean shown = fingerprint != NULL && namida_peer_get_encrypted (self->peer);
  g_autofree char *groups = shown ? device_page_dup_groups (fingerprint) : NULL;
  g_autofree char *day = trusted != NULL ? namida_files_day (trusted->trusted_at) : NULL;
  /* Translators: %s is a day: “on 3 March 2026” or “today” */
  g_autofree char *since = day != NULL ? g_strdup_printf (_ ("Trusted %s"), day) : NULL;

  gtk_widget_set_visible (self->identity_group, shown);
  if (!shown)
    return;
  gtk_label_set_label (self->fingerprint, groups);
  gtk_label_set_label (self->since, since != NULL ? since : _ ("Not paired. Anyone could use this name."));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->copy_button), "s", fingerprint);
}

static void
device_page_show_kept (NamidaDevicePage *self)
{
  const NamidaDeviceDate *date = namida_device_dates_lookup (self->dates, namida_peer_get_fingerprint (self->peer));
  g_autofree char *title = g_strdup_printf (ngettext ("%'u Version", "%'u Versions", date->versions), date->versions);
  g_autofree char *size = namida_format_size (date->bytes);
  g_autofree char *when = namida_files_time (date->kept_at);
  /* Translators: a size, and when the newest version arrived */
  g_autofree char *figures = g_strdup_printf (_ ("%s · newest %s"), size, when);
  g_autofree char *first = namida_files_day (date->first_at);
  /* Translators: a number of transfers, and the day of the first: “41, the first on 3 March” */
  g_autofree char *transfers = g_strdup_printf (_ ("%'u, the first %s"), date->transfers, first);

  gtk_widget_set_visible (GTK_WIDGET (self->versions_row), date->versions > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->transfers_row), date->transfers > 0);
  gtk_widget_set_visible (self->kept_group, date->versions + date->transfers > 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->versions_row), title);
  adw_action_row_set_subtitle (self->versions_row, figures);
  adw_action_row_set_subtitle (self->transfers_row, transfers);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->transfers_row), "s", namida_peer_get_alias (self->peer));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->transfers_row), "win.show-transfers");
}

static void
device_page_show_menu (NamidaDevicePage *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autofree char *key = namida_device_dup_key (self->peer);
  g_autofree char *address = namida_device_dup_address (self->peer);
  const char *fingerprint = namida_peer_get_fingerprint (self->peer);

  if (namida_hub_takes_text (self->peer) && !namida_peer_get_away (self->peer))
    namida_row_menu_add (menu, _ ("Send _Message…"), "win.send-message", key);
  if (address != NULL)
    namida_row_menu_add (menu, _ ("Copy _Address"), "win.copy", address);
  if (fingerprint != NULL)
    namida_row_menu_add (menu, _ ("Copy _Fingerprint"), "win.copy", fingerprint);
  if (namida_hub_has_typed_address (self->hub, self->peer))
    namida_row_menu_add (menu, _ ("Forget the _Typed Address"), "win.forget-address", key);
  if (device_page_trusted (self) != NULL && !namida_peer_get_away (self->peer))
    namida_row_menu_add (menu, _ ("_Get Backups…"), "win.get-backups", key);
  if (fingerprint != NULL)
    namida_row_menu_add (menu, _ ("_Block…"), "win.block-device", key);
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (menu));
  gtk_widget_set_visible (GTK_WIDGET (self->menu_button), g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0);
}

static void
device_page_show (NamidaDevicePage *self)
{
  device_page_show_who (self);
  device_page_show_rights (self);
  device_page_show_identity (self);
  device_page_show_kept (self);
  device_page_show_menu (self);
}

static void
device_page_on_auto_accept (NamidaDevicePage *self)
{
  if (!self->showing && device_page_trusted (self) != NULL)
    namida_trust_store_set_auto_accept (namida_hub_get_trust_store (self->hub),
                                        namida_peer_get_fingerprint (self->peer),
                                        gtk_switch_get_active (self->auto_accept));
}

static void
device_page_on_may_restore (NamidaDevicePage *self)
{
  if (!self->showing && device_page_trusted (self) != NULL)
    namida_trust_store_set_may_restore (namida_hub_get_trust_store (self->hub),
                                        namida_peer_get_fingerprint (self->peer),
                                        gtk_switch_get_active (self->may_restore));
}

static void
device_page_on_landing (NamidaDevicePage *self)
{
  static const char *const landings[] = { NULL, "library", "backup" };
  guint selected = adw_combo_row_get_selected (self->landing);

  if (!self->showing && self->peer != NULL && selected < G_N_ELEMENTS (landings) && device_page_trusted (self) != NULL)
    namida_trust_store_set_landing (namida_hub_get_trust_store (self->hub), namida_peer_get_fingerprint (self->peer),
                                    landings[selected]);
}

/* In a narrow window, the name is centered and the buttons are below it. */
static void
device_page_on_narrow (GtkWidget *widget, gboolean narrow)
{
  NamidaDevicePage *self = NAMIDA_DEVICE_PAGE (widget);
  GtkButton *const all[] = { self->pair_button, self->send_button };
  GtkLabel *const labels[] = { self->name, self->what };

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->head),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_spacing (self->head, narrow ? 9 : 20);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->buttons),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_set_halign (GTK_WIDGET (self->tag), narrow ? GTK_ALIGN_CENTER : GTK_ALIGN_START);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      gtk_label_set_xalign (labels[i], narrow ? 0.5F : 0);
      gtk_label_set_justify (labels[i], narrow ? GTK_JUSTIFY_CENTER : GTK_JUSTIFY_LEFT);
    }
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (narrow)
      gtk_widget_add_css_class (GTK_WIDGET (all[i]), "pill");
    else
      gtk_widget_remove_css_class (GTK_WIDGET (all[i]), "pill");
}

static void
namida_device_page_dispose (GObject *object)
{
  NamidaDevicePage *self = NAMIDA_DEVICE_PAGE (object);

  g_clear_object (&self->dates);
  g_clear_object (&self->peer);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_device_page_parent_class)->dispose (object);
}

static void
device_page_bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, head);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, who);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, buttons);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, avatar);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, name);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, what);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, tag);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, pair_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, send_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, notice);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, notice_text);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, schedule_place);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, rights_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, auto_accept);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, may_restore);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, landing);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, kept_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, versions_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, transfers_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, identity_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, fingerprint);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, since);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, copy_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, forget_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicePage, forget_button);
  gtk_widget_class_bind_template_callback (widget_class, device_page_on_auto_accept);
  gtk_widget_class_bind_template_callback (widget_class, device_page_on_may_restore);
  gtk_widget_class_bind_template_callback (widget_class, device_page_on_landing);
}

static void
namida_device_page_class_init (NamidaDevicePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_device_page_dispose;
  g_type_ensure (NAMIDA_TYPE_DEVICE_AVATAR);
  g_type_ensure (NAMIDA_TYPE_TAG);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-device-page.ui");
  device_page_bind_template (widget_class);
}

static void
namida_device_page_init (NamidaDevicePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  namida_narrow_watch (GTK_WIDGET (self), device_page_on_narrow);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->landing), FALSE);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->transfers_row), FALSE);
}

static void
device_page_on_trouble (NamidaDevicePage *self, const char *sentence)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", sentence);
}

NamidaDevicePage *
namida_device_page_new (NamidaHub *hub, NamidaPeer *peer, NamidaDeviceDates *dates)
{
  NamidaDevicePage *self = g_object_new (NAMIDA_TYPE_DEVICE_PAGE, NULL);

  self->hub = g_object_ref (hub);
  self->peer = g_object_ref (peer);
  self->dates = g_object_ref (dates);
  self->schedule_group = namida_schedule_group_new (hub);
  adw_bin_set_child (self->schedule_place, GTK_WIDGET (self->schedule_group));
  g_signal_connect_object (self->schedule_group, "trouble", G_CALLBACK (device_page_on_trouble), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (peer, "notify", G_CALLBACK (device_page_show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dates, "changed", G_CALLBACK (device_page_show_kept), self, G_CONNECT_SWAPPED);
  if (namida_hub_get_trust_store (hub) != NULL)
    g_signal_connect_object (namida_hub_get_trust_store (hub), "changed", G_CALLBACK (device_page_show), self,
                             G_CONNECT_SWAPPED);
  device_page_show (self);
  return self;
}
