/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens links for browsers: a worker scans the files that may be fetched, then the server gets the link. The window's
 * dialog and the "link" command call it. Main context. */

#include "config.h"

#include "namida-hub-link.h"

#include "namida-error.h"
#include "namida-hub-private.h"
#include "namida-version-collect.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  guint minutes;
  gboolean unencrypted, of_version;
} LinkRequest;

/* @backup: (nullable). @taken: (transfer full) */
static void
link_open (GTask *taken, NamidaBackup *backup)
{
  g_autoptr (GTask) task = taken;
  NamidaHub *self = g_task_get_source_object (task);
  const LinkRequest *request = g_task_get_task_data (task);
  GError *error = NULL;
  NamidaLink *link;

  if (self->server == NULL)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE, "%s",
                               _ ("This device is not connected to a network. Connect it, then try again."));
      return;
    }
  link = namida_server_open_link (self->server, backup != NULL ? NAMIDA_LINK_FETCH : NAMIDA_LINK_BRING, backup,
                                  request->minutes, request->unencrypted, &error);
  if (link != NULL)
    namida_hub_watch_link (self, link);
  if (link != NULL)
    g_task_return_pointer (task, link, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
hub_link_on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  const LinkRequest *request = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (NamidaBackup) backup = request->of_version ? namida_version_collect_finish (result, &error)
                                                        : namida_scanner_scan_finish (result, &error);

  if (backup != NULL)
    {
      link_open (task, backup);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
namida_hub_open_link_async (NamidaHub *self,
                            GListModel *files,
                            const char *version,
                            const char *const *labels,
                            guint minutes,
                            gboolean unencrypted,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  LinkRequest *request = g_new0 (LinkRequest, 1);

  g_return_if_fail (NAMIDA_IS_HUB (self));
  g_return_if_fail (self->running);

  request->minutes = minutes;
  request->unencrypted = unencrypted;
  request->of_version = version != NULL;
  g_task_set_source_tag (task, namida_hub_open_link_async);
  g_task_set_task_data (task, request, g_free);
  if (version != NULL)
    namida_version_collect_async (self->store, version, labels, cancellable, hub_link_on_found, task);
  else if (files != NULL)
    namida_scanner_scan_async (files, NULL, cancellable, hub_link_on_found, task);
  else
    link_open (task, NULL);
}

NamidaLink *
namida_hub_open_link_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

char **
namida_hub_dup_link_urls (NamidaHub *self, NamidaLink *link)
{
  g_autoptr (GPtrArray) addresses = NULL;
  GStrvBuilder *urls = g_strv_builder_new ();
  char **ended;

  g_return_val_if_fail (NAMIDA_IS_HUB (self) && NAMIDA_IS_LINK (link), NULL);

  addresses = namida_interface_list_addresses (self->interface);
  for (guint i = 0; i < addresses->len; i++)
    {
      g_autofree char *url = namida_link_dup_url (link, g_ptr_array_index (addresses, i));

      g_strv_builder_add (urls, url);
    }
  ended = g_strv_builder_end (urls);
  g_strv_builder_unref (urls);
  return ended;
}
