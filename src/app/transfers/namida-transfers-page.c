/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second page of the window: running transfers, then ended ones by day. NamidaWindow embeds it and has the search
 * button. Main context. */
#include "config.h"

#include "namida-transfers-page.h"

#include <glib/gi18n.h>

#include "namida-dialog.h"
#include "namida-gradual.h"
#include "namida-history-row.h"
#include "namida-hub-history.h"
#include "namida-mnemonics.h"
#include "namida-transfer-days.h"
#include "namida-transfer-row.h"
#include "namida-format.h"

/* Show the last weeks first, because building rows for years of history is not necessary. */
#define FIRST_ROWS 12
#define MORE_ROWS 24
#define ROWS_A_TURN 6

struct _NamidaTransfersPage
{
  AdwBin parent_instance;

  NamidaHub *hub;
  NamidaHubHistory *history;
  guint running;
  gboolean searching;
  char *wanted; /* search text, case-folded; "" shows all */
  GtkFilter *now_filter;
  GtkFilter *ended_filter;
  GtkFilter *search_filter;
  GtkFilterListModel *now;
  GtkFilterListModel *ended;
  GListModel *all_earlier; /* transfers that ended in this run, followed by those of earlier runs */
  GtkFilterListModel *found;
  guint most; /* maximum number of rows of them */

  GtkStack *stack;
  GtkWidget *now_box;
  GtkWidget *earlier_box;
  GtkListBox *now_list;
  NamidaTransferDays *days;
  GtkWidget *search_revealer;
  GtkSearchEntry *search;
  GtkWidget *nothing_found;
  GtkWidget *more_button;
};

G_DEFINE_FINAL_TYPE (NamidaTransfersPage, namida_transfers_page, ADW_TYPE_BIN)

enum
{
  PROP_RUNNING = 1,
  PROP_SEARCHING,
  PROP_HAS_EARLIER,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static GtkWidget *
transfers_page_make_row (gpointer item, gpointer user_data)
{
  NamidaTransfersPage *self = user_data;

  if (NAMIDA_IS_HISTORY_ITEM (item) || NAMIDA_IS_MERGED_ENTRY (item))
    return GTK_WIDGET (namida_history_row_new (item));
  return GTK_WIDGET (namida_transfer_row_new (self->hub, item));
}

static gboolean
transfers_page_is_now (gpointer item, gpointer user_data)
{
  return !namida_transfer_is_final (item);
}

static gboolean
transfers_page_is_ended (gpointer item, gpointer user_data)
{
  return namida_transfer_is_final (item);
}

static gboolean
transfers_page_is_found (gpointer item, gpointer user_data)
{
  NamidaTransfersPage *self = user_data;
  g_autofree char *words = NAMIDA_IS_HISTORY_ITEM (item) ? namida_history_words (item) : namida_transfer_words (item);
  g_autofree char *folded = namida_format_fold (words);

  return strstr (folded, self->wanted) != NULL;
}

static void
transfers_page_show (NamidaTransfersPage *self)
{
  guint now = g_list_model_get_n_items (G_LIST_MODEL (self->now));
  guint earlier = g_list_model_get_n_items (self->all_earlier);
  guint found = g_list_model_get_n_items (G_LIST_MODEL (self->found));

  gtk_widget_set_visible (self->now_box, now > 0);
  gtk_widget_set_visible (self->earlier_box, earlier > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->days), found > 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_EARLIER]);
  gtk_widget_set_visible (self->nothing_found, earlier > 0 && found == 0);
  gtk_widget_set_visible (self->more_button, namida_transfer_days_get_more (self->days));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "transfers.search", earlier > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "transfers.clear", earlier > 0);
  gtk_stack_set_visible_child_name (self->stack, now + earlier > 0 ? "list" : "empty");
  if (self->running == now)
    return;
  self->running = now;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
transfers_page_on_ended (NamidaTransfersPage *self)
{
  gtk_filter_changed (self->now_filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (self->ended_filter, GTK_FILTER_CHANGE_DIFFERENT);
  transfers_page_show (self);
}

static void
transfers_page_on_items_changed (
    NamidaTransfersPage *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);
      g_signal_connect_object (transfer, "ended", G_CALLBACK (transfers_page_on_ended), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }
  transfers_page_show (self);
}

static void
transfers_page_on_searched (NamidaTransfersPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  namida_gradual_stop (GTK_WIDGET (self));
  g_free (self->wanted);
  self->wanted = namida_format_fold (stripped);
  self->most = FIRST_ROWS;
  namida_transfer_days_set_most (self->days, self->most);
  gtk_filter_changed (self->search_filter, GTK_FILTER_CHANGE_DIFFERENT);
  transfers_page_show (self);
}

static void
transfers_page_set_searching (NamidaTransfersPage *self, gboolean searching)
{
  if (self->searching == searching)
    return;
  self->searching = searching;
  gtk_widget_set_visible (self->search_revealer, searching);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->search_revealer), searching);
  if (searching)
    gtk_widget_grab_focus (GTK_WIDGET (self->search));
  else
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEARCHING]);
}

static void
transfers_page_on_search_stopped (NamidaTransfersPage *self)
{
  transfers_page_set_searching (self, FALSE);
  gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

void
namida_transfers_page_search (NamidaTransfersPage *self, const char *text)
{
  transfers_page_set_searching (self, TRUE);
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
}

static void
transfers_page_on_search_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaTransfersPage *self = NAMIDA_TRANSFERS_PAGE (widget);

  transfers_page_set_searching (self, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/* The rows are made a few at a time. */
static void
transfers_page_show_more (guint index, gpointer user_data)
{
  NamidaTransfersPage *self = user_data;

  self->most += ROWS_A_TURN;
  namida_transfer_days_set_most (self->days, self->most);
  transfers_page_show (self);
}

static void
transfers_page_on_more (NamidaTransfersPage *self)
{
  namida_gradual_run (GTK_WIDGET (self), MORE_ROWS / ROWS_A_TURN, 1, 1, transfers_page_show_more, self);
}

static void
transfers_page_on_clear_response (AdwMessageDialog *dialog, const char *response, NamidaTransfersPage *self)
{
  if (g_strcmp0 (response, "clear") == 0)
    namida_hub_history_clear (self->history);
}

static void
transfers_page_on_clear_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaTransfersPage *self = NAMIDA_TRANSFERS_PAGE (widget);
  GtkWidget *dialog = namida_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), _ ("Clear History?"),
                                         _ ("Received files are not deleted."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "clear", _ ("C_lear"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "clear", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (transfers_page_on_clear_response), self, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}

static void
transfers_page_on_row_activated (gpointer list, GtkListBoxRow *row, NamidaTransfersPage *self)
{
  if (NAMIDA_IS_TRANSFER_ROW (row))
    namida_transfer_row_open_details (NAMIDA_TRANSFER_ROW (row));
}

/* Returns the two kinds of ended transfers, one after the other. Owned by @self. */
static GListModel *
transfers_page_join_earlier (NamidaTransfersPage *self)
{
  GListStore *parts = g_list_store_new (G_TYPE_LIST_MODEL);

  g_list_store_append (parts, self->ended);
  g_list_store_append (parts, self->history);
  return G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (parts)));
}

void
namida_transfers_page_set_hub (NamidaTransfersPage *self, NamidaHub *hub, NamidaHubHistory *history)
{
  GListModel *transfers = namida_hub_get_transfers (hub);

  g_set_object (&self->hub, hub);
  g_set_object (&self->history, history);
  gtk_filter_list_model_set_model (self->now, transfers);
  gtk_filter_list_model_set_model (self->ended, transfers);
  g_clear_object (&self->all_earlier);
  self->all_earlier = transfers_page_join_earlier (self);
  gtk_filter_list_model_set_model (self->found, self->all_earlier);
  g_signal_connect_object (self->all_earlier, "items-changed", G_CALLBACK (transfers_page_show), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (transfers, "items-changed", G_CALLBACK (transfers_page_on_items_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  transfers_page_on_items_changed (self, 0, 0, g_list_model_get_n_items (transfers), transfers);
}

NamidaHubHistory *
namida_transfers_page_get_history (NamidaTransfersPage *self)
{
  return self->history;
}

static void
namida_transfers_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaTransfersPage *self = NAMIDA_TRANSFERS_PAGE (object);

  if (id == PROP_RUNNING)
    g_value_set_uint (value, self->running);
  else if (id == PROP_SEARCHING)
    g_value_set_boolean (value, self->searching);
  else
    g_value_set_boolean (value, self->all_earlier != NULL && g_list_model_get_n_items (self->all_earlier) > 0);
}

static void
namida_transfers_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  transfers_page_set_searching (NAMIDA_TRANSFERS_PAGE (object), g_value_get_boolean (value));
}

static void
namida_transfers_page_dispose (GObject *object)
{
  NamidaTransfersPage *self = NAMIDA_TRANSFERS_PAGE (object);

  g_clear_object (&self->found);
  g_clear_object (&self->all_earlier);
  g_clear_object (&self->now);
  g_clear_object (&self->ended);
  g_clear_object (&self->now_filter);
  g_clear_object (&self->ended_filter);
  g_clear_object (&self->search_filter);
  g_clear_object (&self->history);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_transfers_page_parent_class)->dispose (object);
}

static void
namida_transfers_page_finalize (GObject *object)
{
  g_free (NAMIDA_TRANSFERS_PAGE (object)->wanted);
  G_OBJECT_CLASS (namida_transfers_page_parent_class)->finalize (object);
}

static void
transfers_page_bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, now_box);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, earlier_box);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, now_list);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, days);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, search_revealer);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, search);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, nothing_found);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, more_button);
  gtk_widget_class_bind_template_callback (widget_class, transfers_page_on_searched);
  gtk_widget_class_bind_template_callback (widget_class, transfers_page_on_search_stopped);
  gtk_widget_class_bind_template_callback (widget_class, transfers_page_on_more);
  gtk_widget_class_bind_template_callback (widget_class, transfers_page_on_row_activated);
}

static void
namida_transfers_page_class_init (NamidaTransfersPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_transfers_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_transfers_page_finalize;
  G_OBJECT_CLASS (klass)->get_property = namida_transfers_page_get_property;
  G_OBJECT_CLASS (klass)->set_property = namida_transfers_page_set_property;
  g_type_ensure (NAMIDA_TYPE_TRANSFER_DAYS);
  properties[PROP_RUNNING]
      = g_param_spec_uint ("running", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SEARCHING]
      = g_param_spec_boolean ("searching", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_HAS_EARLIER]
      = g_param_spec_boolean ("has-earlier", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-transfers-page.ui");
  transfers_page_bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "transfers.search", NULL, transfers_page_on_search_action);
  gtk_widget_class_install_action (widget_class, "transfers.clear", NULL, transfers_page_on_clear_action);
}

static void
namida_transfers_page_init (NamidaTransfersPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->wanted = g_strdup ("");
  self->now_filter = GTK_FILTER (gtk_custom_filter_new (transfers_page_is_now, NULL, NULL));
  self->ended_filter = GTK_FILTER (gtk_custom_filter_new (transfers_page_is_ended, NULL, NULL));
  self->search_filter = GTK_FILTER (gtk_custom_filter_new (transfers_page_is_found, self, NULL));
  self->now = gtk_filter_list_model_new (NULL, g_object_ref (self->now_filter));
  self->ended = gtk_filter_list_model_new (NULL, g_object_ref (self->ended_filter));
  self->found = gtk_filter_list_model_new (NULL, g_object_ref (self->search_filter));
  self->most = FIRST_ROWS;
  namida_transfer_days_set_most (self->days, self->most);
  self->all_earlier = G_LIST_MODEL (g_list_store_new (G_TYPE_OBJECT));
  gtk_list_box_bind_model (self->now_list, G_LIST_MODEL (self->now), transfers_page_make_row, self, NULL);
  namida_transfer_days_set_model (self->days, G_LIST_MODEL (self->found), transfers_page_make_row, self);
}
