/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A version and a home folder into which tests restore it. One thread. */
#pragma once

#include "namida-restore.h"

G_BEGIN_DECLS

typedef struct
{
  char *base;
  char *version;
  char *music; /* the music folder of the home */
  char *zips;  /* Namida's folder of backups */
  char *other; /* a folder with nothing to do with it */
  NamidaDatabase *database;
} World;

void write_file (const char *content, gssize length, gint64 mtime, const char *first, ...);
char *read_file (const char *first, ...);
gboolean is_there (const char *first, ...);
char *snapshot (const char *root);
void open_database (World *self);
void world_open_at (World *self, const char *base);
void world_open (World *self);
void world_close (World *self);
void fill_version (World *self);
NamidaRestorePlan *load_from (World *self, const char *folder, GError **error);
NamidaRestorePlan *load (World *self);
void choose (NamidaRestorePlan *plan, const char *label, const char *folder);
void preview (NamidaRestorePlan *plan);
NamidaRestoreResult apply_with (NamidaRestorePlan *plan, GError **error);
NamidaRestoreResult apply (NamidaRestorePlan *plan);
NamidaRestoreResult undo_with (World *self, const char *id, GError **error);
NamidaRestoreResult undo (World *self);
NamidaRestoreLabel *label_of (NamidaRestorePlan *plan, const char *name);

G_END_DECLS
