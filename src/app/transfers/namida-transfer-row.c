/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the Transfers page for a transfer of this run. It follows the transfer, four times a second while data
 * moves, without a new layout of the window, and has the buttons that pause, cancel, retry and open. Main context. */
#include "config.h"

#include "namida-transfer-row.h"

#include <glib/gi18n.h>

#include "namida-cancel-flow.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-narrow.h"
#include "namida-history-flow.h"
#include "namida-row-menu.h"
#include "namida-transfer-entry.h"
#include "namida-details-dialog.h"
#include "namida-mnemonics.h"
#include "namida-send-flow.h"
#include "namida-spoken.h"
#include "namida-state-line.h"
#include "namida-steady-label.h"

typedef enum
{
  BUTTON_NONE,
  BUTTON_CANCEL,
  BUTTON_OPEN,
  BUTTON_RETRY,
  BUTTON_DETAILS
} RowButton;

typedef enum
{
  PAUSE_NONE,
  PAUSE_PAUSE,
  PAUSE_RESUME,
  PAUSE_TRY_NOW
} PauseButton;

struct _NamidaTransferRow
{
  GtkListBoxRow parent_instance;

  NamidaHub *hub;
  NamidaTransfer *transfer;

  char *words;           /* (nullable): the title: contents and device */
  NamidaBackup *counted; /* not owned: the backup that @words was made for */
  guint idle;            /* source that shows changes; 0: none */

  gboolean shown; /* whether the three fields below are valid; they avoid setting what is set already */
  NamidaTransferState shown_state;
  PauseButton shown_pause;
  RowButton shown_button;

  NamidaWhat *what;
  GtkImage *icon;
  NamidaSteadyLabel *title;
  GtkProgressBar *bar;
  NamidaStateLine *line;
  NamidaSteadyLabel *state;
  NamidaSteadyLabel *figures;
  GtkWidget *dates;
  GtkLabel *time;
  GtkLabel *size;
  GtkButton *pause_button;
  GtkButton *button;
  GtkWidget *chevron;
};

G_DEFINE_FINAL_TYPE (NamidaTransferRow, namida_transfer_row, GTK_TYPE_LIST_BOX_ROW)

static RowButton
transfer_row_which_button (NamidaTransfer *transfer)
{
  NamidaTransferState state = namida_transfer_get_state (transfer);
  gboolean send = namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND;

  if (!namida_transfer_is_final (transfer))
    return BUTTON_CANCEL;
  if (send)
    return state == NAMIDA_TRANSFER_DONE ? BUTTON_DETAILS : BUTTON_RETRY;
  return namida_transfer_get_folder (transfer) != NULL ? BUTTON_OPEN : BUTTON_DETAILS;
}

static PauseButton
transfer_row_which_pause_button (NamidaTransfer *transfer)
{
  NamidaTransferState state = namida_transfer_get_state (transfer);

  if (state == NAMIDA_TRANSFER_PAUSED)
    return PAUSE_RESUME;
  if (state == NAMIDA_TRANSFER_INTERRUPTED && namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND)
    return PAUSE_TRY_NOW;
  return namida_transfer_can_pause (transfer) ? PAUSE_PAUSE : PAUSE_NONE;
}

static void
transfer_row_name_button (NamidaTransferRow *self, GtkButton *button, const char *icon, const char *action)
{
  /* Translators: a button's action and the transfer it is for, for screen readers */
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), action, self->words);

  gtk_button_set_icon_name (button, icon);
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), action);
  namida_spoken_set_name (button, name);
}

static void
transfer_row_show_pause_button (NamidaTransferRow *self)
{
  static const char *const icons[]
      = { "", "media-playback-pause-symbolic", "media-playback-start-symbolic", "view-refresh-symbolic" };
  const char *const names[] = { "", _ ("Pause"), _ ("Resume"), _ ("Try Now") };
  PauseButton button = transfer_row_which_pause_button (self->transfer);

  if (self->shown && button == self->shown_pause)
    return;
  self->shown_pause = button;
  gtk_widget_set_sensitive (GTK_WIDGET (self->pause_button), button != PAUSE_NONE);
  if (button == PAUSE_NONE)
    button = PAUSE_PAUSE;
  transfer_row_name_button (self, self->pause_button, icons[button], names[button]);
}

static void
transfer_row_show_button (NamidaTransferRow *self)
{
  static const char *const icons[]
      = { "", "namida-cancel-symbolic", "folder-open-symbolic", "view-refresh-symbolic", "" };
  const char *const names[] = { "", _ ("Cancel"), _ ("Open Folder"), _ ("Try Again"), "" };
  RowButton button = transfer_row_which_button (self->transfer);
  gboolean pressed = button != BUTTON_NONE && button != BUTTON_DETAILS;

  if (self->shown && button == self->shown_button)
    return;
  self->shown_button = button;
  gtk_widget_set_visible (GTK_WIDGET (self->button), pressed);
  gtk_widget_set_visible (self->chevron, button == BUTTON_DETAILS);
  if (!pressed)
    return;
  transfer_row_name_button (self, self->button, icons[button], names[button]);
}

static void
transfer_row_show_bar (NamidaTransferRow *self)
{
  NamidaTransferState state = namida_transfer_get_state (self->transfer);
  guint64 total = namida_transfer_get_total_bytes (self->transfer);
  gboolean moves
      = state == NAMIDA_TRANSFER_RUNNING || state == NAMIDA_TRANSFER_FINISHING || state == NAMIDA_TRANSFER_PAUSED;

  /* Hide the bar if nothing moves. */
  gtk_widget_set_visible (GTK_WIDGET (self->bar), moves);
  if (moves)
    gtk_progress_bar_set_fraction (
        self->bar,
        total > 0 ? CLAMP ((double) namida_transfer_get_done_bytes (self->transfer) / (double) total, 0, 1) : 0);
}

/* Called four times a second while data moves. Nothing here may cause a new layout of the window. */
static void
transfer_row_show_progress (NamidaTransferRow *self)
{
  gboolean narrow = namida_narrow_get (GTK_WIDGET (self));
  g_autofree char *line
      = narrow ? namida_transfer_dup_short_line (self->transfer) : namida_transfer_dup_line (self->transfer);
  g_autofree char *figures = namida_transfer_dup_figures (self->transfer);

  transfer_row_show_bar (self);
  namida_steady_label_set_text (self->state, line);
  namida_steady_label_set_text (self->figures, figures);
  gtk_widget_set_visible (GTK_WIDGET (self->figures), !narrow && *figures != '\0');
}

/* Shows the time of the end above the size; for a waiting transfer, only the size. */
static void
transfer_row_show_dates (NamidaTransferRow *self)
{
  NamidaTransferState state = namida_transfer_get_state (self->transfer);
  gboolean ended = namida_transfer_is_final (self->transfer);
  gboolean shown = ended || state == NAMIDA_TRANSFER_INTERRUPTED || state == NAMIDA_TRANSFER_WAITING;
  g_autofree char *clock = ended ? namida_files_clock (namida_transfer_get_ended_at (self->transfer)) : g_strdup ("");
  g_autofree char *size = namida_format_size (namida_transfer_get_total_bytes (self->transfer));
  g_autofree char *line = namida_transfer_dup_line (self->transfer);
  g_autofree char *spoken = g_strdup_printf (_ ("%s, %s. %s"), clock, size, line);

  gtk_widget_set_visible (self->dates, shown && namida_transfer_get_total_bytes (self->transfer) > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->time), ended);
  gtk_label_set_label (self->time, clock);
  gtk_label_set_label (self->size, size);
  namida_spoken_set_description (self, ended ? spoken : line);
}

static void
transfer_row_show_state (NamidaTransferRow *self)
{
  NamidaTransferState state = namida_transfer_get_state (self->transfer);
  const char *classes[] = { namida_transfer_state_class (state), "caption", NULL };

  if (self->shown && state == self->shown_state)
    return;
  self->shown_state = state;
  namida_transfer_show_icon (self->icon, namida_transfer_get_direction (self->transfer), state);
  namida_transfer_show_what (self->what, namida_transfer_get_direction (self->transfer), state,
                             namida_transfer_entry_has_backup (self->transfer),
                             namida_transfer_get_title (self->transfer));
  transfer_row_show_dates (self);
  gtk_widget_set_css_classes (GTK_WIDGET (self->state), classes);
  namida_state_line_settle (self->line);
  /* Keep the button: buttons that appear and disappear while data moves would shift others under the pointer. */
  gtk_widget_set_visible (GTK_WIDGET (self->pause_button), !namida_transfer_is_final (self->transfer));
}

static void
transfer_row_show_words (NamidaTransferRow *self)
{
  NamidaBackup *backup = namida_transfer_get_backup (self->transfer);

  /* Describing a library walks over all of its files, so do it once. */
  if (self->words != NULL && self->counted == backup)
    return;
  g_free (self->words);
  self->words = namida_transfer_words (self->transfer);
  self->counted = backup;
  self->shown = FALSE;
  namida_steady_label_set_text (self->title, self->words);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), backup != NULL);
  namida_spoken_set_name (self, self->words);
  namida_spoken_set_name (self->bar, self->words);
}

static void
transfer_row_show (NamidaTransferRow *self)
{
  transfer_row_show_words (self);
  transfer_row_show_progress (self);
  transfer_row_show_pause_button (self);
  transfer_row_show_button (self);
  transfer_row_show_state (self);
  self->shown = TRUE;
}

static gboolean
transfer_row_on_idle (gpointer user_data)
{
  NamidaTransferRow *self = user_data;

  self->idle = 0;
  transfer_row_show (self);
  return G_SOURCE_REMOVE;
}

/* A transfer notifies each of its properties separately. Show all changes at once, before the next frame. */
static void
transfer_row_queue_show (NamidaTransferRow *self)
{
  if (self->idle == 0 && self->transfer != NULL)
    self->idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, transfer_row_on_idle, self, NULL);
}

/* The results of all files are known only now. */
static void
transfer_row_on_ended (NamidaTransferRow *self)
{
  self->shown = FALSE;
  transfer_row_queue_show (self);
}

static void
transfer_row_on_pause_button (NamidaTransferRow *self)
{
  switch (transfer_row_which_pause_button (self->transfer))
    {
    case PAUSE_PAUSE:
      namida_hub_pause (self->hub, self->transfer);
      break;
    case PAUSE_RESUME:
      namida_hub_resume (self->hub, self->transfer);
      break;
    case PAUSE_TRY_NOW:
      namida_send_flow_retry (GTK_WIDGET (self), self->transfer);
      break;
    case PAUSE_NONE:
    default:
      break;
    }
}

static void
transfer_row_on_button (NamidaTransferRow *self)
{
  switch (transfer_row_which_button (self->transfer))
    {
    case BUTTON_CANCEL:
      namida_cancel_flow_start (GTK_WIDGET (self), self->transfer);
      break;
    case BUTTON_OPEN:
      namida_send_flow_open_folder (GTK_WIDGET (self), namida_transfer_get_folder (self->transfer));
      break;
    case BUTTON_RETRY:
      namida_send_flow_retry (GTK_WIDGET (self), self->transfer);
      break;
    case BUTTON_NONE:
    case BUTTON_DETAILS:
    default:
      break;
    }
}

static GMenuModel *
transfer_row_make_menu (GtkWidget *row)
{
  NamidaTransferRow *self = NAMIDA_TRANSFER_ROW (row);
  const char *folder = namida_transfer_get_folder (self->transfer);
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenuItem) open = NULL;

  if (namida_transfer_get_backup (self->transfer) != NULL)
    namida_row_menu_add (menu, _ ("_Details"), "transfer.details", NULL);
  if (transfer_row_which_pause_button (self->transfer) == PAUSE_PAUSE)
    namida_row_menu_add (menu, _ ("_Pause"), "transfer.pause", NULL);
  if (transfer_row_which_pause_button (self->transfer) == PAUSE_RESUME)
    namida_row_menu_add (menu, _ ("_Resume"), "transfer.pause", NULL);
  if (transfer_row_which_button (self->transfer) == BUTTON_CANCEL)
    namida_row_menu_add (menu, _ ("_Cancel"), "transfer.button", NULL);
  if (transfer_row_which_button (self->transfer) == BUTTON_RETRY)
    namida_row_menu_add (menu, _ ("_Try Again"), "transfer.button", NULL);
  if (folder != NULL)
    {
      open = g_menu_item_new (_ ("_Open Folder"), NULL);
      g_menu_item_set_action_and_target (open, "win.open-folder", "^ay", folder);
      g_menu_append_item (menu, open);
    }
  namida_history_flow_add (menu, row);
  return G_MENU_MODEL (menu);
}

static void
transfer_row_on_details (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_transfer_row_open_details (NAMIDA_TRANSFER_ROW (widget));
}

static void
transfer_row_on_pause (GtkWidget *widget, const char *action, GVariant *parameter)
{
  transfer_row_on_pause_button (NAMIDA_TRANSFER_ROW (widget));
}

static void
transfer_row_activate_button (GtkWidget *widget, const char *action, GVariant *parameter)
{
  transfer_row_on_button (NAMIDA_TRANSFER_ROW (widget));
}

void
namida_transfer_row_open_details (NamidaTransferRow *self)
{
  NamidaDetailsDialog *dialog;

  if (namida_transfer_get_backup (self->transfer) == NULL)
    return;
  dialog = namida_details_dialog_new (self->transfer, self->words);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
namida_transfer_row_dispose (GObject *object)
{
  NamidaTransferRow *self = NAMIDA_TRANSFER_ROW (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_object (&self->transfer);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_transfer_row_parent_class)->dispose (object);
}

static void
namida_transfer_row_finalize (GObject *object)
{
  g_free (NAMIDA_TRANSFER_ROW (object)->words);
  G_OBJECT_CLASS (namida_transfer_row_parent_class)->finalize (object);
}

static void
namida_transfer_row_class_init (NamidaTransferRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (NAMIDA_TYPE_STEADY_LABEL);
  g_type_ensure (NAMIDA_TYPE_STATE_LINE);
  g_type_ensure (NAMIDA_TYPE_WHAT);
  G_OBJECT_CLASS (klass)->dispose = namida_transfer_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_transfer_row_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-transfer-row.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, title);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, line);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, state);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, figures);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, dates);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, time);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, size);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, what);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, chevron);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, pause_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransferRow, button);
  gtk_widget_class_install_action (widget_class, "transfer.details", NULL, transfer_row_on_details);
  gtk_widget_class_install_action (widget_class, "transfer.pause", NULL, transfer_row_on_pause);
  gtk_widget_class_install_action (widget_class, "transfer.button", NULL, transfer_row_activate_button);
  namida_history_flow_install (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, transfer_row_on_pause_button);
  gtk_widget_class_bind_template_callback (widget_class, transfer_row_on_button);
}

static void
namida_transfer_row_init (NamidaTransferRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  namida_row_menu_attach (GTK_WIDGET (self), transfer_row_make_menu);
}

NamidaTransferRow *
namida_transfer_row_new (NamidaHub *hub, NamidaTransfer *transfer)
{
  NamidaTransferRow *self = g_object_new (NAMIDA_TYPE_TRANSFER_ROW, NULL);

  self->hub = g_object_ref (hub);
  self->transfer = g_object_ref (transfer);
  g_signal_connect_object (transfer, "notify", G_CALLBACK (transfer_row_queue_show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transfer, "ended", G_CALLBACK (transfer_row_on_ended), self, G_CONNECT_SWAPPED);
  transfer_row_show (self);
  return self;
}
