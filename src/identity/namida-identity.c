/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The identity object and the default name of the device; see the header. Loading runs at the start of the program
 * or in a worker thread; the rest belongs to the main context. */
#include "config.h"

#include "namida-identity.h"
#include "namida-identity-files-private.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _NamidaIdentity
{
  GObject parent_instance;

  GTlsCertificate *certificate;
  char *fingerprint;
  char *uuid;
  char *alias;
  NamidaKnownDevices *known;
};

G_DEFINE_FINAL_TYPE (NamidaIdentity, namida_identity, G_TYPE_OBJECT)

enum
{
  PROP_ALIAS = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

NamidaIdentity *
namida_identity_load (const char *data_dir, GError **error)
{
  g_autoptr (NamidaIdentityFiles) files = NULL;
  g_autoptr (NamidaIdentity) self = NULL;
  g_autoptr (GError) tls_error = NULL;
  g_autofree char *both = NULL;

  g_return_val_if_fail (data_dir != NULL, NULL);

  /* Check this first; otherwise the certificate would be blamed. */
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_set_error_literal (
          error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL,
          _ ("GLib's module for encrypted connections is missing on this computer. Install the package "
             "glib-networking and try again."));
      return NULL;
    }
  files = namida_identity_files_load (data_dir, error);
  if (files == NULL)
    return NULL;
  self = g_object_new (NAMIDA_TYPE_IDENTITY, NULL);
  both = g_strconcat (files->certificate_pem, "\n", files->key_pem, NULL);
  self->certificate = g_tls_certificate_new_from_pem (both, -1, &tls_error);
  if (self->certificate == NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                   _ ("The certificate of this device in “%s” cannot be used: %s"), data_dir, tls_error->message);
      return NULL;
    }
  self->fingerprint = namida_fingerprint_of (self->certificate);
  self->uuid = g_strdup (files->uuid);
  namida_identity_set_alias (self, NULL);
  return g_steal_pointer (&self);
}

GTlsCertificate *
namida_identity_get_certificate (NamidaIdentity *self)
{
  g_return_val_if_fail (NAMIDA_IS_IDENTITY (self), NULL);
  return self->certificate;
}

const char *
namida_identity_get_fingerprint (NamidaIdentity *self)
{
  g_return_val_if_fail (NAMIDA_IS_IDENTITY (self), NULL);
  return self->fingerprint;
}

const char *
namida_identity_get_uuid (NamidaIdentity *self)
{
  g_return_val_if_fail (NAMIDA_IS_IDENTITY (self), NULL);
  return self->uuid;
}

const char *
namida_identity_get_alias (NamidaIdentity *self)
{
  g_return_val_if_fail (NAMIDA_IS_IDENTITY (self), NULL);
  return self->alias;
}

NamidaKnownDevices *
namida_identity_get_known_devices (NamidaIdentity *self)
{
  g_return_val_if_fail (NAMIDA_IS_IDENTITY (self), NULL);
  return self->known;
}

void
namida_identity_set_alias (NamidaIdentity *self, const char *alias)
{
  g_autofree char *shown = NULL;

  g_return_if_fail (NAMIDA_IS_IDENTITY (self));

  shown = namida_format_alias (alias);
  /* "?" means that the alias has no visible character. */
  if (strcmp (shown, "?") == 0)
    {
      g_free (shown);
      shown = namida_identity_readable_host_name (g_get_host_name ());
    }
  if (g_strcmp0 (shown, self->alias) == 0)
    return;
  g_free (self->alias);
  self->alias = g_steal_pointer (&shown);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ALIAS]);
}

static char *
identity_readable_word (const char *word)
{
  static const char *const initials[] = { "pc", "nas", "tv", "htpc", "vm", "usb", "hp", "ibm", "msi" };
  g_autofree char *lower = g_ascii_strdown (word, -1);
  g_autofree char *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (initials); i++)
    {
      if (strcmp (lower, initials[i]) == 0)
        return g_ascii_strup (word, -1);
    }
  first = g_utf8_substring (word, 0, 1);
  g_free (lower);
  lower = g_utf8_strup (first, -1);
  return g_strconcat (lower, g_utf8_next_char (word), NULL);
}

char *
namida_identity_readable_host_name (const char *host_name)
{
  g_autofree char *valid = g_utf8_make_valid (host_name != NULL ? host_name : "", -1);
  g_autofree char *joined = NULL, *shown = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GPtrArray) readable = g_ptr_array_new_with_free_func (g_free);

  if (!g_hostname_is_ip_address (valid))
    {
      valid[strcspn (valid, ".")] = '\0';
      if (g_ascii_strcasecmp (valid, "localhost") == 0)
        *valid = '\0';
      words = g_strsplit_set (valid, "-_ ", -1);
    }
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      if (*words[i] != '\0')
        g_ptr_array_add (readable, identity_readable_word (words[i]));
    }
  g_ptr_array_add (readable, NULL);
  joined = g_strjoinv (" ", (char **) readable->pdata);
  shown = namida_format_alias (joined);
  /* Translators: the name of a device whose system has none. */
  return strcmp (shown, "?") != 0 ? g_steal_pointer (&shown) : g_strdup (_ ("Computer"));
}

static void
namida_identity_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ALIAS)
    g_value_set_string (value, NAMIDA_IDENTITY (object)->alias);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_identity_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ALIAS)
    namida_identity_set_alias (NAMIDA_IDENTITY (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_identity_finalize (GObject *object)
{
  NamidaIdentity *self = NAMIDA_IDENTITY (object);

  g_clear_object (&self->certificate);
  g_free (self->fingerprint);
  g_free (self->uuid);
  g_free (self->alias);
  namida_known_devices_free (self->known);
  G_OBJECT_CLASS (namida_identity_parent_class)->finalize (object);
}

static void
namida_identity_class_init (NamidaIdentityClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = namida_identity_get_property;
  object_class->set_property = namida_identity_set_property;
  object_class->finalize = namida_identity_finalize;
  properties[PROP_ALIAS] = g_param_spec_string ("alias", NULL, NULL, NULL,
                                                G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
namida_identity_init (NamidaIdentity *self)
{
  self->known = namida_known_devices_new ();
}
