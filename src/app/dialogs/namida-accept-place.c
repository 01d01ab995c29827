/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The destination of an offer, as a part of the dialog that asks about it. A folder that is chosen here applies
 * once and is not remembered. A worker determines the free space, because a drive may take time to respond. Main
 * context. */
#include "config.h"

#include "namida-accept-place.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-format.h"

enum
{
  PLACE_LIBRARY,
  PLACE_BACKUP,
  PLACE_FOLDER,
};

struct _NamidaAcceptPlace
{
  AdwComboRow parent_instance;

  NamidaHub *hub;
  NamidaOffer *offer;
  GCancellable *cancellable;     /* for the last query of the free space */
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
  GtkWidget *choose_button;
  char *folder;   /* (nullable) */
  guint before;   /* what was selected before “another folder” */
  gboolean known; /* whether the free space is known */
  guint64 free_bytes;
};

G_DEFINE_FINAL_TYPE (NamidaAcceptPlace, namida_accept_place, ADW_TYPE_COMBO_ROW)

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static guint
accept_place_get_selected (NamidaAcceptPlace *self)
{
  return adw_combo_row_get_selected (ADW_COMBO_ROW (self));
}

NamidaLanding
namida_accept_place_get_landing (NamidaAcceptPlace *self)
{
  return accept_place_get_selected (self) == PLACE_BACKUP ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
}

const char *
namida_accept_place_get_folder (NamidaAcceptPlace *self)
{
  return accept_place_get_selected (self) == PLACE_FOLDER ? self->folder : NULL;
}

/* ---- free space ---- */

typedef struct
{
  NamidaStore *store; /* owned */
  NamidaLanding landing;
  char *folder; /* (nullable) owned */
  guint64 free_bytes;
} PlaceRoom;

static void
place_room_free (PlaceRoom *room)
{
  g_object_unref (room->store);
  g_free (room->folder);
  g_free (room);
}

static void
accept_place_room_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  PlaceRoom *room = data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileInfo) info = NULL;
  GError *error = NULL;

  if (room->folder == NULL)
    {
      room->free_bytes = namida_store_free_bytes (room->store, room->landing);
      g_task_return_boolean (task, TRUE);
      return;
    }
  file = g_file_new_for_path (room->folder);
  info = g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, cancellable, &error);
  if (info == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  room->free_bytes = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  g_task_return_boolean (task, TRUE);
}

/* Returns: (transfer full): the destination as text for people. */
static char *
accept_place_dup_shown (NamidaAcceptPlace *self)
{
  const char *folder = namida_accept_place_get_folder (self);
  g_autofree char *usual = NULL;

  if (folder == NULL)
    folder = usual
        = namida_store_dup_destination (namida_hub_get_store (self->hub), namida_accept_place_get_landing (self),
                                        namida_offer_get_alias (self->offer));
  return namida_files_short_path (folder);
}

static void
accept_place_on_room (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAcceptPlace *self = NAMIDA_ACCEPT_PLACE (source);
  PlaceRoom *room = g_task_get_task_data (G_TASK (result));
  g_autofree char *shown = NULL;
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), NULL) || self->hub == NULL)
    return;
  self->known = TRUE;
  self->free_bytes = room->free_bytes;
  shown = accept_place_dup_shown (self);
  size = namida_format_size (room->free_bytes);
  /* Translators: a folder, and the free space on its disk */
  text = g_strdup_printf (_ ("%s · %s free"), shown, size);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
accept_place_show (NamidaAcceptPlace *self)
{
  NamidaStore *store = namida_hub_get_store (self->hub);
  g_autofree char *shown = NULL;
  g_autoptr (GTask) task = NULL;
  PlaceRoom *room;

  if (store == NULL)
    return;
  shown = accept_place_dup_shown (self);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), shown);
  gtk_widget_set_visible (self->choose_button, accept_place_get_selected (self) == PLACE_FOLDER);
  self->known = FALSE;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  room = g_new0 (PlaceRoom, 1);
  room->store = g_object_ref (store);
  room->landing = namida_accept_place_get_landing (self);
  room->folder = g_strdup (namida_accept_place_get_folder (self));
  task = g_task_new (self, self->cancellable, accept_place_on_room, NULL);
  g_task_set_source_tag (task, accept_place_show);
  g_task_set_task_data (task, room, (GDestroyNotify) place_room_free);
  g_task_run_in_thread (task, accept_place_room_thread);
}

char *
namida_accept_place_dup_problem (NamidaAcceptPlace *self, guint64 needed)
{
  NamidaStore *store = self->hub != NULL ? namida_hub_get_store (self->hub) : NULL;
  guint64 reserve = store != NULL ? namida_store_get_reserve (store) : 0;
  g_autofree char *missing = NULL;
  g_autofree char *kept = NULL;

  if (!self->known || needed + reserve <= self->free_bytes)
    return NULL;
  missing = namida_format_size (needed + reserve - self->free_bytes);
  kept = namida_format_size (reserve);
  /* Files that are already here need no space, but this is only known when they are received. */
  if (reserve > 0)
    return g_strdup_printf (_ ("Up to %s more are needed; %s are kept free. Save it elsewhere, or free some space."),
                            missing, kept);
  return g_strdup_printf (_ ("Up to %s more are needed. Save it elsewhere, or free some space."), missing);
}

/* ---- another folder ---- */

static void
accept_place_on_chosen (NamidaAcceptPlace *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL)
    {
      g_free (self->folder);
      self->folder = g_steal_pointer (&path);
    }
  /* If the user cancels, return to the previous choice. */
  if (self->folder == NULL)
    adw_combo_row_set_selected (ADW_COMBO_ROW (self), self->before);
  else
    accept_place_show (self);
}

static void
accept_place_choose (NamidaAcceptPlace *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (self->chooser != NULL || !GTK_IS_WINDOW (root))
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Save Into Which Folder?"), GTK_WINDOW (root),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (accept_place_on_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
accept_place_on_selected (NamidaAcceptPlace *self)
{
  guint selected = accept_place_get_selected (self);

  if (self->hub == NULL)
    return;
  if (selected == PLACE_FOLDER && self->folder == NULL)
    {
      accept_place_choose (self);
      return;
    }
  if (selected != PLACE_FOLDER)
    self->before = selected;
  accept_place_show (self);
}

void
namida_accept_place_set (NamidaAcceptPlace *self, NamidaHub *hub, NamidaOffer *offer, NamidaLanding landing)
{
  self->hub = g_object_ref (hub);
  self->offer = g_object_ref (offer);
  self->before = landing == NAMIDA_LANDING_BACKUP ? PLACE_BACKUP : PLACE_LIBRARY;
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), self->before);
  accept_place_show (self);
}

/* ---- the object ---- */

static void
namida_accept_place_dispose (GObject *object)
{
  NamidaAcceptPlace *self = NAMIDA_ACCEPT_PLACE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->offer);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_accept_place_parent_class)->dispose (object);
}

static void
namida_accept_place_finalize (GObject *object)
{
  g_free (NAMIDA_ACCEPT_PLACE (object)->folder);
  G_OBJECT_CLASS (namida_accept_place_parent_class)->finalize (object);
}

static void
namida_accept_place_class_init (NamidaAcceptPlaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_accept_place_dispose;
  object_class->finalize = namida_accept_place_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_accept_place_init (NamidaAcceptPlace *self)
{
  const char *const places[] = { _ ("Your folders"), _ ("Dated backup"), _ ("Another folder"), NULL };
  g_autoptr (GtkStringList) model = gtk_string_list_new (places);

  self->cancellable = g_cancellable_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ ("Save To"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 3);
  adw_combo_row_set_model (ADW_COMBO_ROW (self), G_LIST_MODEL (model));
  self->choose_button = g_object_new (GTK_TYPE_BUTTON, "icon-name", "folder-open-symbolic", "tooltip-text",
                                      _ ("Choose Another Folder"), "valign", GTK_ALIGN_CENTER, "visible", FALSE, NULL);
  gtk_widget_add_css_class (self->choose_button, "flat");
  g_signal_connect_object (self->choose_button, "clicked", G_CALLBACK (accept_place_choose), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->choose_button);
  g_signal_connect (self, "notify::selected", G_CALLBACK (accept_place_on_selected), NULL);
}
