/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of entered addresses and the parser for them; see the header. Main context; one worker thread writes to
 * the database. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-address-book.h"
#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-peer-list.h"
#include "namida-peer-private.h"

#define MAX_HOST_BYTES 253 /* RFC 1035, 2.3.4, as text */

struct _NamidaAddressBook
{
  GObject parent_instance;
  NamidaDatabase *database;
  GPtrArray *places; /* (element-type utf8), newest first */
  GThreadPool *writer;
  GError *error; /* (nullable): the first failure of @writer, which alone uses it as long as it runs */
};

/* One change of the table. */
typedef struct
{
  char *place;
  gint64 added_at; /* 0: remove the address */
} Entry;

G_DEFINE_FINAL_TYPE (NamidaAddressBook, namida_address_book, G_TYPE_OBJECT)

static gboolean
address_book_write_place (NamidaDatabase *database, const Entry *entry, GError **error)
{
  if (entry->added_at == 0)
    return namida_database_exec (database, error, "DELETE FROM manual_addresses WHERE place = ?", "s", entry->place);
  return namida_database_exec (database, error,
                               "INSERT INTO manual_addresses (place, added_at) VALUES (?, ?)"
                               " ON CONFLICT (place) DO UPDATE SET added_at = excluded.added_at",
                               "si", entry->place, entry->added_at)
         && namida_database_exec (database, error,
                                  "DELETE FROM manual_addresses WHERE place NOT IN"
                                  " (SELECT place FROM manual_addresses ORDER BY added_at DESC LIMIT ?)",
                                  "i", (gint64) NAMIDA_ADDRESS_BOOK_MAX);
}

static void
address_book_write_entry (gpointer data, gpointer user_data)
{
  NamidaAddressBook *self = user_data;
  Entry *entry = data;
  g_autoptr (GError) error = NULL;

  if (!address_book_write_place (self->database, entry, &error))
    {
      g_message ("An address could not be remembered: %s", error->message);
      if (self->error == NULL)
        self->error = g_steal_pointer (&error);
    }
  g_free (entry->place);
  g_free (entry);
}

static void
namida_address_book_finalize (GObject *object)
{
  NamidaAddressBook *self = NAMIDA_ADDRESS_BOOK (object);

  namida_address_book_flush (self, NULL);
  g_ptr_array_unref (self->places);
  g_clear_object (&self->database);
  G_OBJECT_CLASS (namida_address_book_parent_class)->finalize (object);
}

static void
namida_address_book_class_init (NamidaAddressBookClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_address_book_finalize;
}

static void
namida_address_book_init (NamidaAddressBook *self)
{
  self->places = g_ptr_array_new_with_free_func (g_free);
}

static gboolean
address_book_load (NamidaAddressBook *self, GError **error)
{
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  namida_database_lock (self->database);
  statement = namida_database_prepare (self->database, error,
                                       "SELECT place FROM manual_addresses ORDER BY added_at DESC LIMIT ?", "i",
                                       (gint64) NAMIDA_ADDRESS_BOOK_MAX);
  while (namida_database_next (statement, &result))
    g_ptr_array_add (self->places, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  whole = namida_database_end (self->database, statement, result, error);
  namida_database_unlock (self->database);
  return whole;
}

NamidaAddressBook *
namida_address_book_new (NamidaDatabase *database, GError **error)
{
  g_autoptr (NamidaAddressBook) self = g_object_new (NAMIDA_TYPE_ADDRESS_BOOK, NULL);

  self->database = g_object_ref (database);
  return address_book_load (self, error) ? g_steal_pointer (&self) : NULL;
}

GStrv
namida_address_book_list (NamidaAddressBook *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (NAMIDA_IS_ADDRESS_BOOK (self), NULL);

  for (guint i = 0; i < self->places->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->places, i));
  return g_strv_builder_end (builder);
}

/* Queues a change. @place: (transfer full). One thread writes the changes in order. */
static void
address_book_push (NamidaAddressBook *self, char *place, gint64 added_at)
{
  Entry *entry = g_new0 (Entry, 1);

  if (self->writer == NULL)
    self->writer = g_thread_pool_new (address_book_write_entry, self, 1, FALSE, NULL);
  entry->place = place;
  entry->added_at = added_at;
  g_thread_pool_push (self->writer, entry, NULL);
}

void
namida_address_book_add (NamidaAddressBook *self, const char *text)
{
  g_autofree char *host = NULL;
  g_autofree char *place = NULL;
  guint16 port;
  guint at;

  g_return_if_fail (NAMIDA_IS_ADDRESS_BOOK (self) && text != NULL);

  if (!namida_place_parse (text, &host, &port))
    return;
  place = g_strstrip (g_strdup (text));
  if (g_ptr_array_find_with_equal_func (self->places, place, g_str_equal, &at))
    g_ptr_array_remove_index (self->places, at);
  g_ptr_array_insert (self->places, 0, g_strdup (place));
  if (self->places->len > NAMIDA_ADDRESS_BOOK_MAX)
    g_ptr_array_set_size (self->places, NAMIDA_ADDRESS_BOOK_MAX);
  address_book_push (self, g_steal_pointer (&place), MAX (namida_clock_real (), 1));
}

static gboolean
address_book_is_same_place (const char *one, const char *other)
{
  g_autofree char *host = NULL;
  g_autofree char *other_host = NULL;
  guint16 port, other_port;

  if (!namida_place_parse (one, &host, &port) || !namida_place_parse (other, &other_host, &other_port)
      || port != other_port || (host == NULL) != (other_host == NULL))
    return FALSE;
  if (host == NULL)
    {
      g_autofree char *text = g_strstrip (g_strdup (one));
      g_autofree char *other_text = g_strstrip (g_strdup (other));
      g_autoptr (GInetSocketAddress) address = namida_address_parse (text);
      g_autoptr (GInetSocketAddress) other_address = namida_address_parse (other_text);

      return namida_address_equal (address, other_address);
    }
  return g_ascii_strcasecmp (host, other_host) == 0;
}

gboolean
namida_address_book_remove (NamidaAddressBook *self, const char *text)
{
  gboolean known = FALSE;

  g_return_val_if_fail (NAMIDA_IS_ADDRESS_BOOK (self) && text != NULL, FALSE);

  for (guint i = self->places->len; i > 0; i--)
    {
      const char *place = g_ptr_array_index (self->places, i - 1);

      if (!address_book_is_same_place (place, text))
        continue;
      known = TRUE;
      address_book_push (self, g_strdup (place), 0);
      g_ptr_array_remove_index (self->places, i - 1);
    }
  return known;
}

gboolean
namida_address_book_flush (NamidaAddressBook *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (self->writer != NULL)
    g_thread_pool_free (g_steal_pointer (&self->writer), FALSE, TRUE);
  failure = g_steal_pointer (&self->error);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* RFC 952 and 1123, plus the underscore that some home routers use. International names are in their ASCII form. */
static gboolean
address_book_is_host (const char *text)
{
  if (*text == '\0' || *text == '-' || *text == '.' || strlen (text) > MAX_HOST_BYTES || strstr (text, "..") != NULL)
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '-' && *c != '.' && *c != '_')
      return FALSE;
  return TRUE;
}

gboolean
namida_place_parse (const char *text, char **host, guint16 *port)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (GInetSocketAddress) address = namida_address_parse (stripped);
  guint64 number = NAMIDA_PORT_FIRST;
  char *colon;

  *host = NULL;
  *port = NAMIDA_PORT_FIRST;
  if (address != NULL)
    {
      *port = g_inet_socket_address_get_port (address);
      return TRUE;
    }
  colon = strchr (stripped, ':');
  if (colon != NULL && !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &number, NULL))
    return FALSE;
  if (colon != NULL)
    *colon = '\0';
  /* Only digits and dots, but not an address: a typing mistake that no name server needs to see. */
  if (!address_book_is_host (stripped) || strspn (stripped, "0123456789.") == strlen (stripped))
    return FALSE;
  *host = g_steal_pointer (&stripped);
  *port = (guint16) number;
  return TRUE;
}

/* Returns whether @text consists of four groups of digits with dots between them. */
static gboolean
address_book_place_looks_like_ipv4 (const char *text)
{
  guint dots = 0;

  for (const char *at = text; *at != '\0'; at++)
    if (*at == '.')
      dots++;
    else if (!g_ascii_isdigit (*at))
      return FALSE;
  return dots == 3;
}

/* Returns whether @host is an address with additions that only other programs understand: "192.168.1.20/music",
 * "me@192.168.1.20". A device can have such a name, but hardly one that contains an address. */
static gboolean
address_book_place_has_more (const char *host)
{
  g_autofree char *before = g_strndup (host, strcspn (host, "/"));
  const char *at = strrchr (before, '@');
  g_autoptr (GInetSocketAddress) address = namida_address_parse (at != NULL ? at + 1 : before);

  return address != NULL && strlen (at != NULL ? at + 1 : before) < strlen (host);
}

/* A link-local address says nothing without the network that it belongs to. */
static gboolean
address_book_place_check_zone (GInetSocketAddress *address, const char *text, GError **error)
{
  GInetAddress *host = g_inet_socket_address_get_address (address);
  g_autofree char *shown = NULL;

  if (g_inet_address_get_family (host) != G_SOCKET_FAMILY_IPV6 || !g_inet_address_get_is_link_local (host)
      || g_inet_socket_address_get_scope_id (address) != 0)
    return TRUE;
  shown = g_inet_address_to_string (host);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
               /* Translators: the first is what the user entered, the second an address; %%eth0 stands for a network */
               _ ("“%s” needs the network that it belongs to, such as %s%%eth0."), text, shown);
  return FALSE;
}

/* Whether @host is an address in brackets with a network that this computer does not have. */
static gboolean
address_book_place_has_unknown_zone (const char *host)
{
  const char *zone = strchr (host, '%');
  g_autofree char *before = zone != NULL ? g_strndup (host + 1, (gsize) (zone - host - 1)) : NULL;

  return before != NULL && g_hostname_is_ip_address (before);
}

gboolean
namida_place_check (const char *text, GError **error)
{
  g_autofree char *host = g_strstrip (g_strdup (text));
  g_autoptr (GInetSocketAddress) address = namida_address_parse (host);
  char *colon = strrchr (host, ':');
  guint64 port;

  if (address != NULL)
    return address_book_place_check_zone (address, text, error);
  if (strstr (host, "://") == NULL && address_book_place_has_more (host))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("“%s” is more than an address. Give the address alone, with its port if it needs one."), text);
      return FALSE;
    }
  if (strstr (host, "://") != NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("“%s” is a web address. Give the device's name, its address (192.168.1.20) or its fingerprint."),
                   text);
      return FALSE;
    }
  if (colon != NULL && colon[1] != '\0' && strspn (colon + 1, "0123456789") == strlen (colon + 1)
      && strchr (host, ' ') == NULL && (strchr (host, ':') == colon || host[0] == '['))
    {
      if (!g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &port, NULL))
        {
          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                       _ ("“%s” has no valid port: a port is a number from 1 to 65535."), text);
          return FALSE;
        }
      *colon = '\0';
    }
  if (host[0] == '[' && address_book_place_has_unknown_zone (host))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("The network in “%s” does not exist on this device. Check its name."), text);
      return FALSE;
    }
  if (address_book_place_looks_like_ipv4 (host) || (host[0] == '[' && g_str_has_suffix (host, "]")))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("“%s” is not a valid address. Check its digits."), text);
      return FALSE;
    }
  return TRUE;
}

gboolean
namida_place_is_clearly_host (const char *text)
{
  g_autofree char *host = NULL;
  guint16 port;

  if (!namida_place_parse (text, &host, &port) || host == NULL)
    return FALSE;
  return strchr (text, ':') != NULL || strchr (host, '.') != NULL || g_ascii_strcasecmp (host, "localhost") == 0;
}
