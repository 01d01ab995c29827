/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of versions of this device. Created by the hub and by commands; used by the window, the command line and the
 * service. Main context; the work is done in worker threads. */
#pragma once

#include "namida-removal.h"
#include "namida-retention.h"
#include "namida-store.h"
#include "namida-verify.h"
#include "namida-version-trash.h"
#include "namida-version.h"

G_BEGIN_DECLS

/** NamidaVersions: all versions on this device, a GListModel of NamidaVersion, newest first. Main context; loading and
 * other work runs in a worker thread, one call after the other. A version keeps its object when the list is reloaded.
 * Properties: "loading" (boolean), "verifying" (boolean: versions are being read, including the quiet check),
 * "looking" (boolean: backup zips are being inspected). */
#define NAMIDA_TYPE_VERSIONS (namida_versions_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersions, namida_versions, NAMIDA, VERSIONS, GObject)

/** namida_versions_new: Returns: (transfer full): an empty list without a store. */
NamidaVersions *namida_versions_new (void);
/** namida_versions_set_store: sets the store whose versions are listed, and loads them. @store: (nullable): %NULL
 * empties the list. */
void namida_versions_set_store (NamidaVersions *self, NamidaStore *store);
/** namida_versions_get_loading: Returns: whether the list is being loaded. */
gboolean namida_versions_get_loading (NamidaVersions *self);

/** namida_versions_reload_async: reads the database and the disk again. The hub calls it after each incoming
 * transfer. */
void namida_versions_reload_async (NamidaVersions *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_versions_reload_finish: Returns: %FALSE with @error. */
gboolean namida_versions_reload_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/** namida_versions_look_async: inspects the backup zips that were not inspected yet, each content once, and sets the
 * result of each version (namida_version_get_doubt()). Takes a second for large backups. Zips that cannot be read stay
 * unknown. */
void namida_versions_look_async (NamidaVersions *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/** namida_versions_look_finish: Returns: %FALSE with @error. */
gboolean namida_versions_look_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/** namida_versions_set_looks: whether new zips in the list are inspected automatically, as in the window and while
 * receiving. The default is FALSE, because most commands do not need it. */
void namida_versions_set_looks (NamidaVersions *self, gboolean looks);
/** namida_versions_find: Returns: (transfer none) (nullable): the version with this ID. */
NamidaVersion *namida_versions_find (NamidaVersions *self, const char *id);

/**
 * namida_versions_verify_async:
 * @version: (nullable): %NULL for all versions
 * @progress: (nullable): called in the main context, a few times per second
 *
 * Verifies one or all versions; see namida_verify_run().
 */
void namida_versions_verify_async (NamidaVersions *self,
                                   NamidaVersion *version,
                                   gboolean repair,
                                   NamidaVerifyProgress progress,
                                   gpointer progress_data,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_versions_verify_quietly_async: see namida_verify_run_quietly(). Finish with
 * namida_versions_verify_finish(). */
void namida_versions_verify_quietly_async (NamidaVersions *self,
                                           NamidaVersion *version,
                                           gint64 read_before,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
/** namida_versions_verify_finish: Returns: (transfer full) (nullable): the report; %NULL with an error of
 * namida_verify_run(). */
NamidaVerifyReport *namida_versions_verify_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/**
 * namida_versions_remove_async:
 * @dry_run: only measure what a removal would do
 *
 * Removes a version. A pinned version is refused with DECLINED. Of a LIBRARY version, the zip and its manifest below
 * the backup folder and the record are deleted, but never the user's music.
 */
void namida_versions_remove_async (NamidaVersions *self,
                                   NamidaVersion *version,
                                   gboolean dry_run,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_versions_remove_finish: Returns: (transfer full) (nullable): what was or would be removed; %NULL with an
 * error of namida_removal_run(). */
NamidaRemoval *namida_versions_remove_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/** namida_versions_forget_async: takes a version off the list if its drive is not connected; see
 * namida_removal_forget(). */
void namida_versions_forget_async (NamidaVersions *self,
                                   NamidaVersion *version,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_versions_forget_finish: Returns: %FALSE with DECLINED (its drive is connected, or it is pinned) or STORAGE.
 */
gboolean namida_versions_forget_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/** namida_versions_set_pinned_async: pins or unpins a version. A pinned version cannot be removed, neither by the user
 * nor by retention. */
void namida_versions_set_pinned_async (NamidaVersions *self,
                                       NamidaVersion *version,
                                       gboolean pinned,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** namida_versions_set_pinned_finish: Returns: %FALSE with NOT_FOUND or STORAGE. */
gboolean namida_versions_set_pinned_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/** namida_versions_apply_retention_async: moves the versions of every device that @policy does not keep to the trash
 * or, with @dry_run, only measures how much that would be. See namida_retention_apply(). */
void namida_versions_apply_retention_async (NamidaVersions *self,
                                            NamidaRetention policy,
                                            gboolean dry_run,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
/** namida_versions_apply_retention_finish: Returns: (transfer full) (nullable): what was or would be moved; %NULL with
 * STORAGE. */
NamidaRemoval *namida_versions_apply_retention_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

/** namida_versions_list_trash_async: lists the versions in the trash of the stores. */
void namida_versions_list_trash_async (NamidaVersions *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** namida_versions_list_trash_finish: Returns: (transfer full) (element-type NamidaTrashedVersion) (nullable): newest
 * first; %NULL with STORAGE. */
GPtrArray *namida_versions_list_trash_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/** namida_versions_empty_trash_async: deletes the versions in the trash permanently; see
 * namida_version_trash_empty(). */
void namida_versions_empty_trash_async (NamidaVersions *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
/** namida_versions_empty_trash_finish: Returns: %FALSE with STORAGE. */
gboolean namida_versions_empty_trash_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/** namida_versions_trash_async: moves a version to the trash of its store; see namida_version_trash_put(). */
void namida_versions_trash_async (NamidaVersions *self,
                                  NamidaVersion *version,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_versions_trash_finish: Returns: %FALSE with an error of namida_version_trash_put(). */
gboolean namida_versions_trash_finish (NamidaVersions *self, GAsyncResult *result, GError **error);
/** namida_versions_take_back_async: takes the version @id of a NamidaTrashedVersion out of the trash and pins it, so
 * that the next backup does not move it there again. Errors: NOT_FOUND, STORAGE. */
void namida_versions_take_back_async (
    NamidaVersions *self, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** namida_versions_take_back_finish: Returns: %FALSE with NOT_FOUND or STORAGE. */
gboolean namida_versions_take_back_finish (NamidaVersions *self, GAsyncResult *result, GError **error);

G_END_DECLS
