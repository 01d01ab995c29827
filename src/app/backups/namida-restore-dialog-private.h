/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of the restore window: namida-restore-dialog.c (the steps), namida-restore-place.c (the fourth
 * step, the destinations) and namida-restore-run.c (restoring, and the last step). Main context. */
#pragma once

#include "namida-hub-restore.h"
#include "namida-music-list.h"
#include "namida-parts-list.h"
#include "namida-restore-dialog.h"

G_BEGIN_DECLS

typedef enum
{
  RESTORE_STEP_DEVICE,
  RESTORE_STEP_PARTS,
  RESTORE_STEP_MUSIC,
  RESTORE_STEP_PLACE,
  RESTORE_STEP_DONE,
  N_RESTORE_STEPS
} RestoreStep;

struct _NamidaRestoreDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  NamidaVersion *version;
  char **picked;            /* (nullable): restore only these files and folders of @version */
  char *playlist;           /* (nullable): restore only this playlist of the zip */
  const char *playlists[2]; /* @playlist and %NULL */
  NamidaPeer *peer;         /* (nullable): the destination; %NULL: this computer */
  NamidaRestorePlan *plan;  /* (nullable) until it is loaded */
  GCancellable *cancellable;
  GCancellable *matching;  /* (nullable): for the search for the music */
  NamidaMusicMatch *match; /* (nullable): the result of the search */
  NamidaPathMap *manual;   /* folders that the user chose */
  RestoreStep step;
  gboolean loading; /* the plan is being loaded */
  gboolean busy;    /* the plan does one operation at a time */
  gboolean again;   /* a choice was made meanwhile, so compare again */
  gboolean entered; /* the fourth step was opened and is being compared for the first time */
  gboolean applying;
  gboolean copies;               /* the restore that runs makes a copy that fits in place of the zip */
  gboolean music_left_out;       /* the destinations of the music were taken away */
  NamidaRestoreResult applied;   /* before the zip was adapted */
  GError *apply_error;           /* (nullable): likewise */
  char *shown_file;              /* (nullable): what "Show File" shows */
  char *shown_folder;            /* (nullable): the folder that "Open Folder" opens instead */
  char *steps_text;              /* (nullable): for the clipboard */
  GPtrArray *rows;               /* of the labels */
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
  char *choosing;                /* the label that the chooser is open for */

  GtkStack *stack;
  AdwStatusPage *problem;
  AdwCarousel *carousel;
  GtkWidget *dots;
  GtkWidget *pages[N_RESTORE_STEPS];
  AdwPreferencesGroup *devices_group;
  GtkLabel *device_sub;
  GtkLabel *place_sub;
  NamidaPartsList *parts;
  NamidaMusicList *music;
  GtkLabel *music_sub;
  AdwPreferencesGroup *labels_group;
  AdwPreferencesGroup *choices_group;
  AdwComboRow *policy_row;
  AdwActionRow *automatic_row;
  GtkSwitch *automatic;
  AdwActionRow *merge_row;
  GtkSwitch *merge;
  GtkLabel *hint;
  GtkProgressBar *bar;
  GtkWidget *done_icon;
  GtkLabel *done_title;
  GtkLabel *done_sub;
  AdwPreferencesGroup *steps_group;
  GtkLabel *note;
  GtkWidget *copy_button;
  GtkWidget *show_button;
  AdwButtonContent *show_content;
  GtkButton *back_button;
  GtkButton *undo_button;
  GtkButton *next_button;
};

/* namida-restore-dialog.c */
/** namida_restore_dialog_show_problem: shows @error instead of the steps. */
void namida_restore_dialog_show_problem (NamidaRestoreDialog *self, const char *title, const GError *error);
/** namida_restore_dialog_go_to: shows @step. */
void namida_restore_dialog_go_to (NamidaRestoreDialog *self, RestoreStep step);
/** namida_restore_dialog_is_over: Returns: whether @error only means that the window was closed. */
gboolean namida_restore_dialog_is_over (const GError *error);
/**
 * namida_restore_dialog_needs_copy: Returns: whether Namida needs a copy with changed paths instead of the backup
 * itself.
 */
gboolean namida_restore_dialog_needs_copy (NamidaRestoreDialog *self);
/** namida_restore_dialog_is_part: Returns: whether only some songs or a playlist are restored. */
gboolean namida_restore_dialog_is_part (NamidaRestoreDialog *self);
/** namida_restore_dialog_get_options: Returns: the choices of the user for the copy of the backup. */
NamidaRestoreFitOptions namida_restore_dialog_get_options (NamidaRestoreDialog *self);

/* namida-restore-place.c */
/** namida_restore_place_install: installs the actions of the fourth step. */
void namida_restore_place_install (GtkWidgetClass *widget_class);
/** namida_restore_place_show: fills the fourth step and compares with the existing files. */
void namida_restore_place_show (NamidaRestoreDialog *self);
/** namida_restore_place_set_policy: applies the user's choice for files that differ to the plan. */
void namida_restore_place_set_policy (NamidaRestoreDialog *self);

/* namida-restore-run.c */
/** namida_restore_run: restores to the chosen device, then shows the last step. */
void namida_restore_run (NamidaRestoreDialog *self);
/** namida_restore_run_undo: undoes the restore that has just been done. */
void namida_restore_run_undo (NamidaRestoreDialog *self);

G_END_DECLS
