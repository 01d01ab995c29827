/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaVersions: the list of versions as a GListModel, which keeps the objects of versions when it is
 * reloaded. The work is done in namida-versions-work.c. Main context. */
#include "config.h"

#include "namida-versions-private.h"

static void versions_list_model_iface_init (GListModelInterface *iface);

struct _NamidaVersions
{
  GObject parent_instance;

  NamidaStore *store; /* (nullable) */
  GPtrArray *items;   /* NamidaVersion */
  guint n_loading, n_verifying, n_looking;
  gboolean looks;    /* inspect zips automatically */
  GHashTable *tried; /* IDs of versions whose zip could not be read: do not retry */
};

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaVersions,
                               namida_versions,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, versions_list_model_iface_init))

enum
{
  PROP_LOADING = 1,
  PROP_VERIFYING,
  PROP_LOOKING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* ---- the list ---- */

static GType
versions_get_item_type (GListModel *model)
{
  return NAMIDA_TYPE_VERSION;
}

static guint
versions_get_n_items (GListModel *model)
{
  return NAMIDA_VERSIONS (model)->items->len;
}

static gpointer
versions_get_item (GListModel *model, guint position)
{
  NamidaVersions *self = NAMIDA_VERSIONS (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
versions_list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = versions_get_item_type;
  iface->get_n_items = versions_get_n_items;
  iface->get_item = versions_get_item;
}

static void
namida_versions_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaVersions *self = NAMIDA_VERSIONS (object);

  switch (id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, self->n_loading > 0);
      break;
    case PROP_VERIFYING:
      g_value_set_boolean (value, self->n_verifying > 0);
      break;
    case PROP_LOOKING:
      g_value_set_boolean (value, self->n_looking > 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
namida_versions_finalize (GObject *object)
{
  NamidaVersions *self = NAMIDA_VERSIONS (object);

  g_clear_object (&self->store);
  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->tried);
  G_OBJECT_CLASS (namida_versions_parent_class)->finalize (object);
}

static void
namida_versions_class_init (NamidaVersionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = namida_versions_get_property;
  object_class->finalize = namida_versions_finalize;
  props[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  props[PROP_VERIFYING] = g_param_spec_boolean ("verifying", NULL, NULL, FALSE, flags);
  props[PROP_LOOKING] = g_param_spec_boolean ("looking", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
namida_versions_init (NamidaVersions *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

NamidaVersions *
namida_versions_new (void)
{
  return g_object_new (NAMIDA_TYPE_VERSIONS, NULL);
}

NamidaStore *
namida_versions_get_store (NamidaVersions *self)
{
  return self->store;
}

void
namida_versions_count_loading (NamidaVersions *self, int by)
{
  self->n_loading += (guint) by;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

void
namida_versions_count_verifying (NamidaVersions *self, int by)
{
  self->n_verifying += (guint) by;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_VERIFYING]);
}

static gboolean
versions_is_unknown (NamidaVersion *version)
{
  return namida_version_get_zip_path (version) != NULL && namida_version_get_doubt (version) == NULL
         && namida_version_get_present (version) && !namida_version_get_removing (version);
}

void
namida_versions_count_looking (NamidaVersions *self, int by)
{
  self->n_looking += (guint) by;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOOKING]);
}

void
namida_versions_note_looked (NamidaVersions *self)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      NamidaVersion *version = g_ptr_array_index (self->items, i);

      if (versions_is_unknown (version))
        g_hash_table_add (self->tried, g_strdup (namida_version_get_id (version)));
    }
}

gboolean
namida_versions_wants_look (NamidaVersions *self)
{
  gboolean wants = FALSE;

  for (guint i = 0; self->looks && self->n_looking == 0 && i < self->items->len && !wants; i++)
    {
      NamidaVersion *version = g_ptr_array_index (self->items, i);

      wants = versions_is_unknown (version) && !g_hash_table_contains (self->tried, namida_version_get_id (version));
    }
  return wants;
}

void
namida_versions_set_looks (NamidaVersions *self, gboolean looks)
{
  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  self->looks = looks;
}

static void
versions_remove_at (NamidaVersions *self, guint position)
{
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/* Returns (transfer full) (nullable): the facts about @version, taken out of @list. */
static NamidaVersionFacts *
versions_steal_facts (GPtrArray *list, NamidaVersion *version)
{
  for (guint i = 0; i < list->len; i++)
    {
      NamidaVersionFacts *facts = g_ptr_array_index (list, i);
      g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, facts->record->id);

      /* A backup that was sent again has another place and other files, so it becomes a new row. */
      if (g_str_equal (id, namida_version_get_id (version))
          && facts->record->created_at == namida_version_get_created_at (version))
        return g_ptr_array_steal_index (list, i);
    }
  return NULL;
}

static gboolean
versions_is_newer (const NamidaVersionFacts *facts, NamidaVersion *version)
{
  gint64 other = namida_version_get_created_at (version);

  return facts->record->created_at > other
         || (facts->record->created_at == other
             && facts->record->id > g_ascii_strtoll (namida_version_get_id (version), NULL, 10));
}

/* Versions that stay keep their object, and so their row in the window. */
void
namida_versions_take_facts (NamidaVersions *self, GPtrArray *list)
{
  guint position = 0;

  for (guint i = self->items->len; i > 0; i--)
    {
      NamidaVersion *version = g_ptr_array_index (self->items, i - 1);
      NamidaVersionFacts *facts = versions_steal_facts (list, version);

      if (facts != NULL)
        namida_version_update (version, facts);
      else
        versions_remove_at (self, i - 1);
    }
  while (list->len > 0)
    {
      NamidaVersionFacts *facts = g_ptr_array_steal_index (list, 0);

      while (position < self->items->len && !versions_is_newer (facts, g_ptr_array_index (self->items, position)))
        position++;
      g_ptr_array_insert (self->items, (int) position, namida_version_new (facts));
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
    }
}

NamidaVersion *
namida_versions_find (NamidaVersions *self, const char *id)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      NamidaVersion *version = g_ptr_array_index (self->items, i);

      if (g_str_equal (namida_version_get_id (version), id))
        return version;
    }
  return NULL;
}

gboolean
namida_versions_get_loading (NamidaVersions *self)
{
  return self->n_loading > 0;
}

static void
versions_loaded_first (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!namida_versions_reload_finish (NAMIDA_VERSIONS (source), result, &error))
    g_message ("%s", error->message);
}

void
namida_versions_set_store (NamidaVersions *self, NamidaStore *store)
{
  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  if (!g_set_object (&self->store, store))
    return;
  while (self->items->len > 0)
    versions_remove_at (self, self->items->len - 1);
  if (store != NULL)
    namida_versions_reload_async (self, NULL, versions_loaded_first, NULL);
}
