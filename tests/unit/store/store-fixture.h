/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a temporary folder, and a sender that passes its files to a sink in order, for the tests of src/store. One
 * thread. */
#pragma once

#include "namida-fixtures.h"
#include "namida-store-sink.h"

typedef struct
{
  char *base;
  char *data;
  char *backups;
  char *music;
  NamidaDatabase *database;
  NamidaStore *store;
} Fixture;

/* @base: kept by the caller; folders data, backups and music below it. */
void fixture_open (Fixture *self, const char *base);
void fixture_close (Fixture *self);
/* As those of g_test_add(), with a base in a temporary folder. */
void fixture_set_up (Fixture *self, gconstpointer data);
void fixture_tear_down (Fixture *self, gconstpointer data);

typedef struct
{
  NamidaBackup *backup;
  GPtrArray *contents; /* char *, indexes of the entries */
  gboolean unchecked;  /* its version may be left without the modes that only spare a person a mistake */
} Shipment;
Shipment *shipment_new (void);
void shipment_free (Shipment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Shipment, shipment_free)
NamidaEntry *shipment_add (Shipment *self, const char *label, const char *path, const char *content, gboolean hash);

/* The whole of a session; @results: (nullable) one per entry. FALSE with @error when prepare or commit failed. */
gboolean shipment_send (
    Shipment *self, NamidaSink *sink, GBytes *manifest, NamidaFileResult *results, guint *wanted, GError **error);
/* Runs "sha256sum -c SHA256SUMS" in the version's folder @version, and sees that every file in it has its line. */
void fixture_check_sums (const char *version);
/* What a person does first who wants to change the file or the folder @path of a version: these are read-only. */
void fixture_open_up (const char *path);
char *fixture_sha256 (const char *text);
char *fixture_read (const char *folder, ...) G_GNUC_NULL_TERMINATED;
gint64 fixture_query_int (Fixture *self, const char *sql);
/* Runs @body in a child with its own mounts; skips where that is not allowed. */
void fixture_in_namespace (Fixture *self, void (*body) (Fixture *self));
/* Mounts an empty file system of 2 MB at @path, in such a child. */
void fixture_mount_small (const char *path);
