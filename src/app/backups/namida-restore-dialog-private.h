/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub-restore.h"
#include "namida-music-list.h"
#include "namida-parts-list.h"
#include "namida-restore-dialog.h"

G_BEGIN_DECLS

/* What the files of the restore window share: namida-restore-dialog.c (the steps), namida-restore-place.c (the fourth
 * step: where everything goes) and namida-restore-run.c (doing it, and the last step). Main context. */

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
  char **picked;           /* (nullable): only these files and folders of it */
  NamidaPeer *peer;        /* (nullable): the device that it goes to; %NULL: this computer */
  NamidaRestorePlan *plan; /* (nullable) until it is loaded */
  GCancellable *cancellable;
  GCancellable *matching;  /* (nullable): the search for the music */
  NamidaMusicMatch *match; /* (nullable): its end */
  NamidaPathMap *manual;   /* folders that the user named */
  RestoreStep step;
  gboolean loading; /* the plan is not there yet */
  gboolean busy;    /* the plan does one thing at a time */
  gboolean again;   /* something was chosen meanwhile: compare again */
  gboolean applying;
  gboolean music_left_out;       /* the destinations of the music were taken away */
  NamidaRestoreResult applied;   /* before the zip was adapted */
  GError *apply_error;           /* (nullable): likewise */
  char *shown_file;              /* (nullable): what "Show File" shows */
  char *shown_folder;            /* (nullable): the folder that "Open Folder" opens instead */
  char *steps_text;              /* (nullable): for the clipboard */
  GPtrArray *rows;               /* of the labels */
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
  char *choosing;                /* the label it is open for */

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
void namida_restore_dialog_show_problem (NamidaRestoreDialog *self, const char *title, const GError *error);
void namida_restore_dialog_go_to (NamidaRestoreDialog *self, RestoreStep step);
/** namida_restore_dialog_is_over: whether @error only says that the window was closed. */
gboolean namida_restore_dialog_is_over (const GError *error);
/** namida_restore_dialog_needs_copy: whether Namida needs a translated copy rather than the backup itself. */
gboolean namida_restore_dialog_needs_copy (NamidaRestoreDialog *self);
NamidaRestoreFitOptions namida_restore_dialog_get_options (NamidaRestoreDialog *self);

/* namida-restore-place.c */
void namida_restore_place_install (GtkWidgetClass *widget_class);
/** namida_restore_place_show: fills the fourth step, and compares with what is there. */
void namida_restore_place_show (NamidaRestoreDialog *self);
void namida_restore_place_set_policy (NamidaRestoreDialog *self);

/* namida-restore-run.c */
void namida_restore_run (NamidaRestoreDialog *self);
void namida_restore_run_undo (NamidaRestoreDialog *self);

G_END_DECLS
