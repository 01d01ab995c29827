/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports a received backup that Namida could not restore while the sender is nearby and can make a new one. The list
 * of versions inspects each zip on its own; this file only handles versions that came since the program started. Main
 * context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-clock.h"
#include "namida-format.h"
#include "namida-version-good.h"

#include <glib/gi18n-lib.h>

static void
doubts_tell (NamidaHub *self, NamidaVersion *version)
{
  g_autofree char *base = g_path_get_basename (namida_version_get_zip_path (version));
  g_autofree char *zip = namida_format_name (base);
  g_autofree char *alias = namida_format_name (namida_version_get_alias (version));
  g_autofree char *why = namida_zip_doubt_dup_text (namida_version_get_doubt (version));
  g_autofree char *good = namida_versions_dup_good_words (self->versions, version);
  g_autofree char *sentence = NULL;

  /* Translators: a zip, a device, a reason such as “The backup is cut off”, and a sentence about an older backup. */
  sentence = g_strdup_printf (_ ("Namida cannot restore %s from %s. %s. %s"), zip, alias, why, good);
  g_signal_emit_by_name (self, "trouble", sentence);
}

static void
doubts_on_doubted (NamidaVersion *version, GParamSpec *pspec, NamidaHub *self)
{
  if (namida_version_get_doubted (version) && !namida_version_get_found (version))
    doubts_tell (self, version);
}

static void
doubts_on_versions_changed (NamidaHub *self, guint position, guint removed, guint added, GListModel *versions)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (versions, position + i);

      if (namida_version_get_created_at (version) < self->doubts_since)
        continue;
      g_signal_connect_object (version, "notify::doubted", G_CALLBACK (doubts_on_doubted), self, 0);
      doubts_on_doubted (version, NULL, self);
    }
}

void
namida_hub_init_doubts (NamidaHub *self)
{
  self->doubts_since = namida_clock_real ();
  namida_versions_set_looks (self->versions, TRUE);
  g_signal_connect_object (self->versions, "items-changed", G_CALLBACK (doubts_on_versions_changed), self,
                           G_CONNECT_SWAPPED);
}
