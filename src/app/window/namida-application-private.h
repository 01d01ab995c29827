/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of NamidaApplication: the window (namida-application.c), the hub and its settings (-hub.c),
 * closing and quitting (-close.c), actions and shortcuts (-actions.c), the command line, opening files and the
 * folders that Namida hands over (-options.c). Main context. */
#pragma once

#include "namida-application.h"

#include "namida-background.h"
#include "namida-hub-history.h"
#include "namida-launcher.h"
#include "namida-notifier.h"
#include "namida-window.h"

G_BEGIN_DECLS

struct _NamidaApplication
{
  AdwApplication parent_instance;

  char *data_dir;                    /* (nullable) */
  char *interface;                   /* (nullable) */
  int port;                          /* 0: as in the settings */
  char *backup_path, *music_folders; /* (nullable): the values that Namida passed, unchanged */

  GSettings *settings;
  NamidaHub *hub;
  NamidaHubHistory *history;
  NamidaNotifier *notifier;
  NamidaBackground *background;
  NamidaLauncher *launcher;
  GHashTable *trusted; /* (nullable): fingerprints of the devices that were trusted so far */
  GError *problem;     /* (nullable): why the hub does not run */
  gboolean stopping;
  gboolean reported_background;
  gboolean introducing;
  gboolean start_hidden; /* as at login: no window until it is requested */
};

/** namida_application_get_window: Returns: (transfer none) (nullable): the window, visible or not. */
NamidaWindow *namida_application_get_window (NamidaApplication *self);
/**
 * namida_application_show_window: creates the window if necessary and presents it. Returns: (transfer none)
 * (nullable): %NULL before there is a hub.
 */
NamidaWindow *namida_application_show_window (NamidaApplication *self);
/** namida_application_introduce: shows the Welcome window once, as soon as the hub runs and there is a window. */
void namida_application_introduce (NamidaApplication *self);

/**
 * namida_application_make_hub: creates the hub and the objects that need it, follows the settings, and starts the
 * hub.
 */
void namida_application_make_hub (NamidaApplication *self);
/** namida_application_start_hub: starts the hub (again). The window shows an error. */
void namida_application_start_hub (NamidaApplication *self);

/** namida_application_stop: quits as soon as the hub has stopped. */
void namida_application_stop (NamidaApplication *self);
/**
 * namida_application_on_close_request: asks, hides or quits, depending on running transfers and settings. Returns:
 * whether the window stays
 */
gboolean namida_application_on_close_request (NamidaApplication *self, GtkWindow *window);

/** namida_application_add_actions: adds the actions of the application and their shortcuts. */
void namida_application_add_actions (NamidaApplication *self);
/** namida_application_add_setting_actions: adds the actions that change a setting. Call it once @settings exists. */
void namida_application_add_setting_actions (NamidaApplication *self);

/** namida_application_add_options: adds the command-line options. */
void namida_application_add_options (NamidaApplication *self);
/**
 * namida_application_handle_local_options: the GApplication vfunc: handles options in the process that was started.
 * Returns: an exit code; -1 to continue
 */
int namida_application_handle_local_options (GApplication *application, GVariantDict *options);
/** namida_application_open: the GApplication vfunc: opens @files, or takes the folders of Namida from @hint. */
void namida_application_open (GApplication *application, GFile **files, int n_files, const char *hint);
/**
 * namida_application_use_handover: stores received music with the label of a folder that Namida knows in that folder.
 */
void namida_application_use_handover (NamidaApplication *self);

G_END_DECLS
