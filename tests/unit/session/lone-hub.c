/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates hubs that do not run, for tests; see the header. */
#include "config.h"

#include "lone-hub.h"
#include "namida-fixtures.h"

NamidaHub *
lone_hub_new (const char *alias, char **dir)
{
  NamidaHubOptions options = { .alias = alias };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  NamidaHub *hub;

  *dir = g_dir_make_tmp ("namida-lone-hub-XXXXXX", &error);
  g_assert_no_error (error);
  options.data_dir = options.backups = options.music = *dir;
  hub = namida_hub_new (&options);
  path = g_build_filename (*dir, "state.db", NULL);
  hub->identity = namida_identity_load (*dir, &error);
  g_assert_no_error (error);
  hub->database = namida_database_open (path, &error);
  g_assert_no_error (error);
  hub->trust = namida_trust_store_new (hub->database, &error);
  g_assert_no_error (error);
  hub->store = namida_store_new (*dir, hub->database);
  namida_store_set_folders (hub->store, *dir, *dir);
  return hub;
}

void
lone_hub_free (NamidaHub *hub, char *dir)
{
  hub->running = FALSE;
  g_clear_object (&hub->server);
  namida_trust_store_flush (hub->trust, NULL);
  g_object_unref (hub);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fixtures_remove (dir);
  g_free (dir);
}
