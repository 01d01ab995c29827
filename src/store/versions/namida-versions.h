/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-removal.h"
#include "namida-retention.h"
#include "namida-store.h"
#include "namida-verify.h"
#include "namida-version-trash.h"
#include "namida-version.h"

G_BEGIN_DECLS

/**
 * NamidaVersions: all versions on this device, a GListModel of NamidaVersion, newest first. Main context; loaded and
 * worked on in a worker thread, one call after the other. A version keeps its object over reloads. Properties:
 * "loading" (boolean), "verifying" (boolean: somebody reads at the moment, also the quiet one), "looking" (boolean:
 * somebody looks into backup zips).
 */
#define NAMIDA_TYPE_VERSIONS (namida_versions_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersions, namida_versions, NAMIDA, VERSIONS, GObject)

NamidaVersions *namida_versions_new (void);
/** namida_versions_set_store: whose versions; loads them. @store: (nullable): none any more. */
void namida_versions_set_store (NamidaVersions *self, NamidaStore *store);
gboolean namida_versions_get_loading (NamidaVersions *self);

/** namida_versions_reload_async: looks again at the database and the disk; the hub does so after each receiving. */
void namida_versions_reload_async (NamidaVersions *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean namida_versions_reload_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/**
 * namida_versions_look_async: looks into the backup zips that nobody has looked into yet, each content once, and tells
 * with each version what it found: namida_version_get_doubt(). Takes a second for large backups. What cannot be read
 * stays unknown.
 */
void namida_versions_look_async (NamidaVersions *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean namida_versions_look_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/** namida_versions_set_looks: whether that happens by itself whenever the list has a new zip: in the window and while
 * receiving. Not by default: most commands do not want to know. */
void namida_versions_set_looks (NamidaVersions *self, gboolean looks);
/** Returns: (transfer none) (nullable): by its id. */
NamidaVersion *namida_versions_find (NamidaVersions *self, const char *id);

/**
 * namida_versions_verify_async: see namida_verify_run().
 * @version: (nullable): NULL: all of them
 * @progress: (nullable): called in the main context, a few times a second
 */
void namida_versions_verify_async (NamidaVersions *self,
                                   NamidaVersion *version,
                                   gboolean repair,
                                   NamidaVerifyProgress progress,
                                   gpointer progress_data,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_versions_verify_quietly_async: see namida_verify_run_quietly(); its finish is
 * namida_versions_verify_finish().
 */
void namida_versions_verify_quietly_async (NamidaVersions *self,
                                           NamidaVersion *version,
                                           gint64 read_before,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
/** (transfer full) (nullable) */
NamidaVerifyReport *namida_versions_verify_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/**
 * namida_versions_remove_async: @dry_run: only tells what it would do. A pinned version is refused (DECLINED). Of a
 * LIBRARY version goes the zip and its manifest below the backup folder, and the record: never a person's music.
 */
void namida_versions_remove_async (NamidaVersions *self,
                                   NamidaVersion *version,
                                   gboolean dry_run,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** (transfer full) (nullable) */
NamidaRemoval *namida_versions_remove_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/** namida_versions_forget_async: takes a version off the list whose drive is not connected, and may be gone for good.
 */
void namida_versions_forget_async (NamidaVersions *self,
                                   NamidaVersion *version,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_versions_forget_finish: Returns: %FALSE with DECLINED (its drive is here, or it is pinned) or STORAGE. */
gboolean namida_versions_forget_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/** namida_versions_set_pinned_async: a pinned version is removed neither by hand nor by retention. */
void namida_versions_set_pinned_async (NamidaVersions *self,
                                       NamidaVersion *version,
                                       gboolean pinned,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean namida_versions_set_pinned_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/** namida_versions_apply_retention_async: see namida_retention_apply(): of every device, moves what @policy does not
 * keep to the trash, or (@dry_run) only says how much that would be. */
void namida_versions_apply_retention_async (NamidaVersions *self,
                                            NamidaRetention policy,
                                            gboolean dry_run,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
/** (transfer full) (nullable) */
NamidaRemoval *namida_versions_apply_retention_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/** namida_versions_list_trash_async: what waits in the trash of the stores. */
void namida_versions_list_trash_async (NamidaVersions *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** Returns: (transfer full) (element-type NamidaTrashedVersion) (nullable): the newest first; %NULL with STORAGE */
GPtrArray *namida_versions_list_trash_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/** namida_versions_trash_async: moves a version to the trash of its store; see namida_version_trash_put(). */
void namida_versions_trash_async (NamidaVersions *self,
                                  NamidaVersion *version,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean namida_versions_trash_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/** namida_versions_take_back_async: @id: of a NamidaTrashedVersion: it is a version again, and pinned, so that it does
 * not go back to the trash with the next backup. NOT_FOUND, STORAGE. */
void namida_versions_take_back_async (
    NamidaVersions *self, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean namida_versions_take_back_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

G_END_DECLS
