/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Long lists are built in small parts: what is counted is how many parts a turn of the main loop makes, not how long it
 * takes. */
#include "config.h"

#include "namida-gradual.h"

#include <adwaita.h>

#define FIRST 16u
#define MORE 12u
#define MANY 20000u

typedef struct
{
  guint made;
  guint wrong; /* steps that came out of order */
} Made;

static void
make_step (guint index, gpointer user_data)
{
  Made *made = user_data;

  made->wrong += index != made->made;
  made->made++;
}

static void
test_parts (void)
{
  GtkWidget *owner = g_object_ref_sink (gtk_label_new (NULL));
  Made made = { 0 };

  namida_gradual_run (owner, 100, FIRST, MORE, make_step, &made);
  g_assert_cmpuint (made.made, ==, FIRST);
  for (guint before = made.made; made.made < 100; before = made.made)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (made.made - before, <=, MORE);
    }
  g_assert_cmpuint (made.wrong, ==, 0);
  /* All at once, none at all, and an end before the end. */
  made.made = 0;
  namida_gradual_run (owner, 4, FIRST, MORE, make_step, &made);
  g_assert_cmpuint (made.made, ==, 4);
  namida_gradual_run (owner, 0, FIRST, MORE, make_step, &made);
  made.made = 0;
  namida_gradual_run (owner, 100, FIRST, MORE, make_step, &made);
  namida_gradual_stop (owner);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (made.made, ==, FIRST);
  made.made = 0;
  namida_gradual_run (owner, 100, FIRST, MORE, make_step, &made);
  g_object_unref (owner);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (made.made, ==, FIRST);
}

static void
count_row (GtkListItemFactory *factory, GtkListItem *item, guint *rows)
{
  ++*rows;
  gtk_list_item_set_child (item, gtk_label_new ("A row"));
}

/* A list view makes its rows in the turn in which it gets the items: 200 of them, if it gets them all at once. */
static void
test_list (void)
{
  GtkStringList *strings = gtk_string_list_new (NULL);
  GtkSliceListModel *list;
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *window = g_object_ref_sink (adw_window_new ());
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  guint rows = 0;

  for (guint i = 0; i < MANY; i++)
    gtk_string_list_append (strings, "A row");
  list = namida_gradual_list_new (G_LIST_MODEL (strings), FIRST, MORE);
  g_signal_connect (factory, "setup", G_CALLBACK (count_row), &rows);
  gtk_scrolled_window_set_child (
      GTK_SCROLLED_WINDOW (scrolled),
      gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (list)))), factory));
  adw_window_set_content (ADW_WINDOW (window), scrolled);
  gtk_window_present (GTK_WINDOW (window));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, FIRST);
  for (guint before = rows; g_list_model_get_n_items (G_LIST_MODEL (list)) < MANY; before = rows)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (rows - before, <=, FIRST + MORE);
    }
  g_assert_cmpuint (rows, >, FIRST);
  namida_gradual_list_restart (list);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, FIRST);
  while (g_list_model_get_n_items (G_LIST_MODEL (list)) < MANY)
    g_main_context_iteration (NULL, TRUE);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (window);
  g_object_unref (list);
}

/* The number of rows that are titled "A row". */
static guint
count_titled (GtkWidget *widget)
{
  guint n = ADW_IS_ACTION_ROW (widget)
            && g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), "A row") == 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_titled (child);
  return n;
}

/* Nothing is made for a row that stays closed. */
static void
test_expander (void)
{
  GtkWidget *row = g_object_ref_sink (adw_expander_row_new ());
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();

  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (titles, "A row");
  namida_gradual_fill_expander (ADW_EXPANDER_ROW (row), titles);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (count_titled (row), ==, 0);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  for (guint before = 0, now; before < 100; before = now)
    {
      g_main_context_iteration (NULL, TRUE);
      now = count_titled (row);
      g_assert_cmpuint (now - before, <=, FIRST + MORE);
    }
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), FALSE);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  g_assert_cmpuint (count_titled (row), ==, 100);
  g_object_unref (row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/gradual/parts", test_parts);
  g_test_add_func ("/app/gradual/list", test_list);
  g_test_add_func ("/app/gradual/expander", test_expander);
  return g_test_run ();
}
