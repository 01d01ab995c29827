/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-application.h"

#include "namida-background.h"
#include "namida-hub-history.h"
#include "namida-launcher.h"
#include "namida-notifier.h"
#include "namida-window.h"

G_BEGIN_DECLS

/* What the files of NamidaApplication share, by purpose: its window (namida-application.c), the hub and the settings it
   follows (-hub.c), closing and ending (-close.c), actions and their keys (-actions.c), the command line, “open” and
   what Namida hands over (-options.c). Main context. */

struct _NamidaApplication
{
  AdwApplication parent_instance;

  char *data_dir;                    /* (nullable) */
  char *interface;                   /* (nullable) */
  int port;                          /* 0: as the settings say */
  char *backup_path, *music_folders; /* (nullable): of Namida, as it writes them */

  GSettings *settings;
  NamidaHub *hub;
  NamidaHubHistory *history;
  NamidaNotifier *notifier;
  NamidaBackground *background;
  NamidaLauncher *launcher;
  GHashTable *trusted; /* (nullable): fingerprints of those trusted so far */
  GError *problem;     /* (nullable): why the hub does not run */
  gboolean stopping;
  gboolean told_background;
  gboolean introducing;
  gboolean start_hidden; /* as at login: no window until somebody asks for one */
};

/* Returns: (transfer none) (nullable): the window, shown or not. */
NamidaWindow *namida_application_get_window (NamidaApplication *self);
/* Makes the window, and raises it. Returns: (transfer none) (nullable): NULL before there is a hub. */
NamidaWindow *namida_application_show_window (NamidaApplication *self);
/* Asks for a name and a folder once, as soon as the hub runs and there is a window to show that on. */
void namida_application_introduce (NamidaApplication *self);

/* Makes the hub and what belongs to it from the settings, follows those, and starts it. */
void namida_application_make_hub (NamidaApplication *self);
/* Starts the hub (again); a failure is shown on the window. */
void namida_application_start_hub (NamidaApplication *self);

/* Ends the program as soon as the hub has said goodbye. */
void namida_application_stop (NamidaApplication *self);
gboolean namida_application_on_close_request (NamidaApplication *self, GtkWindow *window);

void namida_application_add_actions (NamidaApplication *self);

void namida_application_add_options (NamidaApplication *self);
int namida_application_handle_local_options (GApplication *application, GVariantDict *options);
void namida_application_open (GApplication *application, GFile **files, int n_files, const char *hint);
/* What is received with the label of a folder that Namida knows goes there. */
void namida_application_use_handover (NamidaApplication *self);

G_END_DECLS
