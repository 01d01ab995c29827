/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The context menu of a row, for pointer, touch and keyboard. Used by the rows of devices, transfers and versions.
 * The popover exists only while it is open, so that it costs nothing in long lists. Main context. */
#include "config.h"

#include "namida-row-menu.h"

#define MAKE_KEY "namida-row-menu-make"

static gboolean
row_menu_unparent (gpointer popover)
{
  if (gtk_widget_get_parent (popover) != NULL)
    gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

/* An item that was pressed is activated after the popover has closed, so keep it until then. */
static void
row_menu_on_closed (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, row_menu_unparent, g_object_ref (popover), g_object_unref);
}

/* @x, @y: pixels, where the pointer is; negative: at the end of the row */
static gboolean
row_menu_open (GtkWidget *row, double x, double y)
{
  NamidaRowMenuMake make = (NamidaRowMenuMake) g_object_get_data (G_OBJECT (row), MAKE_KEY);
  g_autoptr (GMenuModel) menu = make (row);
  GtkWidget *popover;
  GdkRectangle at = { (int) x, (int) y, 1, 1 };

  if (menu == NULL)
    return FALSE;
  popover = gtk_popover_menu_new_from_model (menu);
  gtk_widget_set_parent (popover, row);
  if (x >= 0)
    {
      gtk_popover_set_pointing_to (GTK_POPOVER (popover), &at);
      gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
      gtk_widget_set_halign (popover, GTK_ALIGN_START);
    }
  gtk_popover_set_position (GTK_POPOVER (popover), GTK_POS_BOTTOM);
  g_signal_connect (popover, "closed", G_CALLBACK (row_menu_on_closed), NULL);
  /* An action of the menu may remove the row. */
  g_signal_connect_object (row, "destroy", G_CALLBACK (row_menu_unparent), popover, G_CONNECT_SWAPPED);
  gtk_popover_popup (GTK_POPOVER (popover));
  return TRUE;
}

static void
row_menu_on_pressed (GtkGestureClick *gesture, int n_press, double x, double y, GtkWidget *row)
{
  if (row_menu_open (row, x, y))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
row_menu_on_long_press (GtkGestureLongPress *gesture, double x, double y, GtkWidget *row)
{
  if (row_menu_open (row, x, y))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static gboolean
row_menu_on_key (GtkWidget *row, GVariant *arguments, gpointer user_data)
{
  return row_menu_open (row, -1, -1);
}

void
namida_row_menu_attach (GtkWidget *row, NamidaRowMenuMake make)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *press = gtk_gesture_long_press_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();

  g_object_set_data (G_OBJECT (row), MAKE_KEY, (gpointer) make);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (row_menu_on_pressed), row, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect_object (press, "pressed", G_CALLBACK (row_menu_on_long_press), row, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (press));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"),
                                                          gtk_callback_action_new (row_menu_on_key, NULL, NULL)));
  gtk_widget_add_controller (row, keys);
}

void
namida_row_menu_add (GMenu *menu, const char *label, const char *action, const char *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  if (target != NULL)
    g_menu_item_set_action_and_target (item, action, "s", target);
  else
    g_menu_item_set_detailed_action (item, action);
  g_menu_append_item (menu, item);
}
