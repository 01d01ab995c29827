/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Idle sources that make the rest of a list: see the header. Their state is kept as data of the widget or the list
 * that they are for. Main context. */
#include "config.h"

#include "namida-gradual.h"

#define RUN_KEY "namida-gradual-run"
#define LIST_KEY "namida-gradual-list"
#define TITLES_KEY "namida-gradual-titles" /* of an expander: a GPtrArray */
#define FIRST_TITLES 12u
#define MORE_TITLES 8u
/* As many rows as a GtkListView creates, however few are visible (GTK_LIST_VIEW_MAX_LIST_ITEMS of GTK 4.8), and some
 * more. */
#define ROWS_OF_A_LIST 216u

/* ---- parts ---- */

typedef struct
{
  guint done, n, more;
  guint idle;
  NamidaGradualStep step;
  gpointer user_data;
} GradualRun;

static void
gradual_run_free (gpointer data)
{
  GradualRun *run = data;

  g_clear_handle_id (&run->idle, g_source_remove);
  g_free (run);
}

static void
gradual_run_steps (GradualRun *run, guint most)
{
  for (guint end = MIN (run->n, run->done + most); run->done < end;)
    run->step (run->done++, run->user_data);
}

static gboolean
gradual_run_on_idle (gpointer data)
{
  GradualRun *run = data;

  gradual_run_steps (run, run->more);
  if (run->done < run->n)
    return G_SOURCE_CONTINUE;
  run->idle = 0;
  return G_SOURCE_REMOVE;
}

void
namida_gradual_stop (GtkWidget *owner)
{
  g_object_set_data (G_OBJECT (owner), RUN_KEY, NULL);
}

static void
gradual_run_on_destroy (GtkWidget *owner)
{
  namida_gradual_stop (owner);
}

void
namida_gradual_run (GtkWidget *owner, guint n, guint first, guint more, NamidaGradualStep step, gpointer user_data)
{
  GradualRun *run = g_new0 (GradualRun, 1);

  g_return_if_fail (GTK_IS_WIDGET (owner));
  g_return_if_fail (more > 0);

  run->n = n;
  run->more = more;
  run->step = step;
  run->user_data = user_data;
  g_object_set_data_full (G_OBJECT (owner), RUN_KEY, run, gradual_run_free);
  g_signal_handlers_disconnect_by_func (owner, gradual_run_on_destroy, NULL);
  g_signal_connect (owner, "destroy", G_CALLBACK (gradual_run_on_destroy), NULL);
  gradual_run_steps (run, first);
  if (run->done < run->n)
    run->idle = g_idle_add_full (G_PRIORITY_LOW, gradual_run_on_idle, run, NULL);
}

/* ---- a row that opens ---- */

static void
gradual_expander_add (guint index, gpointer user_data)
{
  AdwExpanderRow *expander = user_data;
  GPtrArray *titles = g_object_get_data (G_OBJECT (expander), TITLES_KEY);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), g_ptr_array_index (titles, index));
  adw_expander_row_add_row (expander, row);
}

static void
gradual_expander_on_opened (AdwExpanderRow *expander)
{
  GPtrArray *titles = g_object_get_data (G_OBJECT (expander), TITLES_KEY);

  g_signal_handlers_disconnect_by_func (expander, gradual_expander_on_opened, NULL);
  namida_gradual_run (GTK_WIDGET (expander), titles->len, FIRST_TITLES, MORE_TITLES, gradual_expander_add, expander);
}

void
namida_gradual_fill_expander (AdwExpanderRow *row, GPtrArray *titles)
{
  g_return_if_fail (ADW_IS_EXPANDER_ROW (row));

  g_object_set_data_full (G_OBJECT (row), TITLES_KEY, g_ptr_array_ref (titles), (GDestroyNotify) g_ptr_array_unref);
  g_signal_connect (row, "notify::expanded", G_CALLBACK (gradual_expander_on_opened), NULL);
}

/* ---- lists ---- */

typedef struct
{
  GtkSliceListModel *list; /* borrowed: it owns this */
  guint first, more;
  guint idle;
} GradualList;

static void
gradual_list_free (gpointer data)
{
  GradualList *gradual = data;

  g_clear_handle_id (&gradual->idle, g_source_remove);
  g_free (gradual);
}

static gboolean
gradual_list_on_idle (gpointer data)
{
  GradualList *gradual = data;
  guint size = gtk_slice_list_model_get_size (gradual->list) + gradual->more;
  gboolean all = size >= ROWS_OF_A_LIST;

  if (all)
    gradual->idle = 0;
  gtk_slice_list_model_set_size (gradual->list, all ? G_MAXUINT : size);
  return all ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

void
namida_gradual_list_restart (GtkSliceListModel *list)
{
  GradualList *gradual = g_object_get_data (G_OBJECT (list), LIST_KEY);

  gtk_slice_list_model_set_size (list, gradual->first);
  if (gradual->idle == 0)
    gradual->idle = g_idle_add_full (G_PRIORITY_LOW, gradual_list_on_idle, gradual, NULL);
}

GtkSliceListModel *
namida_gradual_list_new (GListModel *model, guint first, guint more)
{
  GtkSliceListModel *list = gtk_slice_list_model_new (model, 0, first);
  GradualList *gradual = g_new0 (GradualList, 1);

  gradual->list = list;
  gradual->first = first;
  gradual->more = more;
  g_object_set_data_full (G_OBJECT (list), LIST_KEY, gradual, gradual_list_free);
  namida_gradual_list_restart (list);
  return list;
}
