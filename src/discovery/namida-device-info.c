/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device info and its JSON form; see the header. References are atomic; parsing and formatting are pure. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-device-info.h"
#include "namida-error.h"
#include "namida-identity.h"
#include "namida-json-check.h"
#include "namida-format.h"
#include "namida-limits.h"

#define MAX_WORD_CHARS 64 /* a uuid has 36 characters; models and types are short words */
#define MAX_FEATURES 32

typedef struct
{
  NamidaDeviceInfo info;
  gatomicrefcount refs;
} Counted;

G_DEFINE_BOXED_TYPE (NamidaDeviceInfo, namida_device_info, namida_device_info_ref, namida_device_info_unref)

NamidaDeviceInfo *
namida_device_info_new (void)
{
  Counted *self = g_new0 (Counted, 1);

  g_atomic_ref_count_init (&self->refs);
  self->info.alias = g_strdup ("");
  self->info.version = g_strdup ("1.0");
  self->info.port = NAMIDA_PORT_FIRST;
  self->info.announce = TRUE;
  self->info.features = g_new0 (char *, 1);
  return &self->info;
}

NamidaDeviceInfo *
namida_device_info_copy (NamidaDeviceInfo *self)
{
  Counted *copy = g_new0 (Counted, 1);

  g_return_val_if_fail (self != NULL, NULL);

  copy->info = *self;
  g_atomic_ref_count_init (&copy->refs);
  copy->info.alias = g_strdup (self->alias);
  copy->info.version = g_strdup (self->version);
  copy->info.uuid = g_strdup (self->uuid);
  copy->info.fingerprint = g_strdup (self->fingerprint);
  copy->info.device_model = g_strdup (self->device_model);
  copy->info.device_type = g_strdup (self->device_type);
  copy->info.features = g_strdupv (self->features);
  return &copy->info;
}

NamidaDeviceInfo *
namida_device_info_ref (NamidaDeviceInfo *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&((Counted *) self)->refs);
  return self;
}

void
namida_device_info_unref (NamidaDeviceInfo *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&((Counted *) self)->refs))
    return;
  g_free (self->alias);
  g_free (self->version);
  g_free (self->uuid);
  g_free (self->fingerprint);
  g_free (self->device_model);
  g_free (self->device_type);
  g_strfreev (self->features);
  g_free (self);
}

gboolean
namida_device_info_has_feature (NamidaDeviceInfo *self, const char *feature)
{
  g_return_val_if_fail (self != NULL && feature != NULL, FALSE);

  return self->features != NULL && g_strv_contains ((const char *const *) self->features, feature);
}

/* Returns: (transfer none) (nullable): the string value of a member; %NULL if it is missing, empty or of another
 * type. */
static const char *
device_info_peek_text (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);
  const char *text;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = json_node_get_string (node);
  return text != NULL && *text != '\0' && g_utf8_validate (text, -1, NULL) ? text : NULL;
}

static char *
device_info_dup_capped (JsonObject *object, const char *key, glong max_chars)
{
  const char *text = device_info_peek_text (object, key);

  if (text == NULL)
    return NULL;
  return namida_format_cut (text, max_chars);
}

/* For values that are compared. A truncated value could equal that of another device, so a value that is too long
 * counts as missing. */
static char *
device_info_dup_whole (JsonObject *object, const char *key)
{
  const char *text = device_info_peek_text (object, key);

  return text != NULL && g_utf8_strlen (text, -1) <= MAX_WORD_CHARS ? g_strdup (text) : NULL;
}

static char *
device_info_dup_fingerprint (JsonObject *object)
{
  const char *text = device_info_peek_text (object, "fingerprint");

  return text != NULL && namida_fingerprint_is_valid (text) ? g_ascii_strup (text, -1) : NULL;
}

static gboolean
device_info_read_boolean (JsonObject *object, const char *key, gboolean fallback)
{
  JsonNode *node = json_object_get_member (object, key);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fallback;
  return json_node_get_boolean (node);
}

static guint
device_info_read_wanted (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "wanted");

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return 0;
  return (guint) CLAMP (json_node_get_int (node), 0, G_MAXINT);
}

static guint16
device_info_read_port (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "port");
  gint64 port;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return NAMIDA_PORT_FIRST;
  port = json_node_get_int (node);
  return port > 0 && port <= G_MAXUINT16 ? (guint16) port : NAMIDA_PORT_FIRST;
}

static GStrv
device_info_read_features (JsonObject *object)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, "features");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array != NULL ? MIN (json_array_get_length (array), MAX_FEATURES) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING
          && strlen (json_node_get_string (element)) <= MAX_WORD_CHARS)
        g_strv_builder_add (builder, json_node_get_string (element));
    }
  return g_strv_builder_end (builder);
}

NamidaDeviceInfo *
namida_device_info_from_json (JsonObject *object, GError **error)
{
  g_autoptr (NamidaDeviceInfo) self = namida_device_info_new ();
  g_autofree char *alias = NULL;
  g_autofree char *version = NULL;

  g_return_val_if_fail (object != NULL, NULL);

  alias = device_info_dup_capped (object, "alias", NAMIDA_LIMIT_ALIAS_CHARS);
  if (alias == NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("The other device did not say its name. Update the app on that device."));
      return NULL;
    }
  g_free (self->alias);
  self->alias = g_steal_pointer (&alias);
  version = device_info_dup_capped (object, "version", MAX_WORD_CHARS);
  if (version != NULL)
    {
      g_free (self->version);
      self->version = g_steal_pointer (&version);
    }
  self->uuid = device_info_dup_whole (object, "uuid");
  self->fingerprint = device_info_dup_fingerprint (object);
  self->device_model = device_info_dup_capped (object, "deviceModel", MAX_WORD_CHARS);
  self->device_type = device_info_dup_capped (object, "deviceType", MAX_WORD_CHARS);
  self->port = device_info_read_port (object);
  self->https = g_strcmp0 (device_info_peek_text (object, "protocol"), "https") == 0;
  self->goodbye = device_info_read_boolean (object, "goodbye", FALSE);
  self->announce = !self->goodbye && device_info_read_boolean (object, "announce", TRUE);
  self->sends_only = !device_info_read_boolean (object, "receives", TRUE);
  g_strfreev (self->features);
  self->features = device_info_read_features (object);
  self->wanted = device_info_read_wanted (object);
  return g_steal_pointer (&self);
}

static void
device_info_add_text (JsonBuilder *builder, const char *key, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}

static void
device_info_add_boolean (JsonBuilder *builder, const char *key, gboolean value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, value);
}

static void
device_info_add_features (JsonBuilder *builder, GStrv features)
{
  json_builder_set_member_name (builder, "features");
  json_builder_begin_array (builder);
  for (guint i = 0; features != NULL && features[i] != NULL; i++)
    json_builder_add_string_value (builder, features[i]);
  json_builder_end_array (builder);
}

void
namida_device_info_add_to_json (NamidaDeviceInfo *self, JsonBuilder *builder, gboolean announce)
{
  g_return_if_fail (self != NULL && builder != NULL);

  device_info_add_text (builder, "alias", self->alias);
  json_builder_set_member_name (builder, "port");
  json_builder_add_int_value (builder, self->port);
  device_info_add_text (builder, "uuid", self->uuid);
  device_info_add_text (builder, "version", self->version);
  device_info_add_text (builder, "fingerprint", self->fingerprint);
  device_info_add_text (builder, "protocol", self->https ? "https" : "http");
  device_info_add_text (builder, "deviceType", self->device_type);
  device_info_add_text (builder, "deviceModel", self->device_model);
  if (self->sends_only)
    device_info_add_boolean (builder, "receives", FALSE);
  if (!announce)
    {
      /* Not in a hello, so that the datagram stays small. The register message contains it. */
      device_info_add_features (builder, self->features);
      if (self->wanted > 0)
        {
          json_builder_set_member_name (builder, "wanted");
          json_builder_add_int_value (builder, self->wanted);
        }
      return;
    }
  device_info_add_boolean (builder, "announce", self->announce && !self->goodbye);
  device_info_add_boolean (builder, "download", FALSE); /* for LocalSend: nothing can be downloaded with a browser */
  if (self->goodbye)
    device_info_add_boolean (builder, "goodbye", TRUE);
}

static NamidaDialect
device_info_dialect_of (NamidaDeviceInfo *info, JsonObject *object)
{
  if (info->fingerprint != NULL && info->uuid != NULL && info->https)
    return NAMIDA_DIALECT_V1;
  /* LocalSend without encryption sends random letters as its fingerprint, which is not a digest. */
  if (device_info_peek_text (object, "fingerprint") != NULL && info->uuid == NULL)
    return info->https ? NAMIDA_DIALECT_LOCALSEND : NAMIDA_DIALECT_LOCALSEND_PLAIN;
  return NAMIDA_DIALECT_PHONE;
}

NamidaDeviceInfo *
namida_hello_parse (const char *data, gsize length, NamidaDialect *dialect, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  NamidaDeviceInfo *info;
  JsonNode *root;

  if (length > NAMIDA_LIMIT_HELLO_BYTES)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                           _ ("The other device's greeting is too long. Update the app on that device."));
      return NULL;
    }
  if (!namida_json_check (data, length, NAMIDA_LIMIT_JSON_DEPTH, error))
    return NULL;
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, data, (gssize) length, NULL))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("The other device's greeting cannot be read. Update the app on that device."));
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("The other device's greeting says nothing. Update the app on that device."));
      return NULL;
    }
  info = namida_device_info_from_json (json_node_get_object (root), error);
  if (info != NULL && dialect != NULL)
    *dialect = device_info_dialect_of (info, json_node_get_object (root));
  return info;
}

char *
namida_hello_format (NamidaDeviceInfo *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  json_builder_begin_object (builder);
  namida_device_info_add_to_json (self, builder, TRUE);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
