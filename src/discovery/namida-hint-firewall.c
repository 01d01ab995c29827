/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks firewalld over D-Bus whether it lets this program through, and looks whether ufw is on. Called by the hint
 * checker in its worker thread. Blocking. */
#include "config.h"

#include <string.h>

#include "namida-hint-private.h"

/* firewalld.dbus(5) */
#define FIREWALLD "org.fedoraproject.FirewallD1"
#define FIREWALLD_PATH "/org/fedoraproject/FirewallD1"
#define ZONES FIREWALLD ".zone"
#define CALL_MS 1500
#define MAX_INTERFACES 3

static GVariant *
hint_firewall_call (GDBusConnection *bus,
                    const char *interface,
                    const char *method,
                    GVariant *parameters,
                    const char *type,
                    GCancellable *cancellable,
                    GError **error)
{
  return g_dbus_connection_call_sync (bus, FIREWALLD, FIREWALLD_PATH, interface, method, parameters,
                                      G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS, cancellable,
                                      error);
}

/* Refuses other characters, because the user will paste the name into a terminal. */
static gboolean
hint_firewall_is_plain (const char *zone)
{
  for (const char *c = zone; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '-' && *c != '_')
      return FALSE;
  return *zone != '\0';
}

/* Returns: (transfer full) (nullable): the zone of @interface, or the default zone. */
static char *
hint_firewall_find_zone (GDBusConnection *bus, const char *interface, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) answer = hint_firewall_call (bus, ZONES, "getZoneOfInterface", g_variant_new ("(s)", interface),
                                                    "(s)", cancellable, error);
  const char *zone = NULL;

  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(&s)", &zone);
  if (*zone != '\0')
    return g_strdup (zone);
  g_variant_unref (answer);
  answer = hint_firewall_call (bus, FIREWALLD, "getDefaultZone", NULL, "(s)", cancellable, error);
  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(&s)", &zone);
  return g_strdup (zone);
}

/* @text: "53317" or "1025-65535" */
static gboolean
hint_firewall_is_in_range (const char *text, guint16 port)
{
  g_auto (GStrv) ends = g_strsplit (text, "-", 2);
  guint64 first;
  guint64 last;

  if (ends[0] == NULL || !g_ascii_string_to_unsigned (ends[0], 10, 1, G_MAXUINT16, &first, NULL))
    return FALSE;
  last = first;
  if (ends[1] != NULL && !g_ascii_string_to_unsigned (ends[1], 10, 1, G_MAXUINT16, &last, NULL))
    return FALSE;
  return port >= first && port <= last;
}

static gboolean
hint_firewall_lets_pass (GVariant *settings, const char *protocol, guint16 port)
{
  g_autoptr (GVariant) ports = g_variant_lookup_value (settings, "ports", G_VARIANT_TYPE ("a(ss)"));
  g_autoptr (GVariant) target = g_variant_lookup_value (settings, "target", G_VARIANT_TYPE_STRING);
  GVariantIter iter;
  const char *range;
  const char *kind;

  if (target != NULL && g_str_equal (g_variant_get_string (target, NULL), "ACCEPT"))
    return TRUE;
  if (ports == NULL)
    return FALSE;
  g_variant_iter_init (&iter, ports);
  while (g_variant_iter_next (&iter, "(&s&s)", &range, &kind))
    if (g_str_equal (kind, protocol) && hint_firewall_is_in_range (range, port))
      return TRUE;
  return FALSE;
}

static NamidaFirewall
hint_firewall_ask_firewalld (GDBusConnection *bus,
                             const char *interface,
                             guint16 udp_port,
                             guint16 tcp_port,
                             GCancellable *cancellable,
                             char **zone)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = hint_firewall_find_zone (bus, interface, cancellable, &error);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) settings = NULL;

  if (found != NULL)
    answer = hint_firewall_call (bus, ZONES, "getZoneSettings2", g_variant_new ("(s)", found), "(a{sv})", cancellable,
                                 &error);
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
    return NAMIDA_FIREWALL_NONE;
  if (found != NULL && hint_firewall_is_plain (found))
    *zone = g_strdup (found);
  if (answer == NULL)
    {
      g_debug ("firewalld: no answer: %s", error->message);
      return NAMIDA_FIREWALL_MAYBE;
    }
  settings = g_variant_get_child_value (answer, 0);
  if (hint_firewall_lets_pass (settings, "udp", udp_port)
      && (tcp_port == 0 || hint_firewall_lets_pass (settings, "tcp", tcp_port)))
    {
      g_clear_pointer (zone, g_free);
      return NAMIDA_FIREWALL_NONE;
    }
  return NAMIDA_FIREWALL_FIREWALLD;
}

static gboolean
hint_firewall_is_ufw_on (const char *etc)
{
  g_autofree char *path = g_build_filename (etc, "ufw", "ufw.conf", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", 1000);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_ascii_strcasecmp (g_strstrip (lines[i]), "ENABLED=yes") == 0)
      return TRUE;
  return FALSE;
}

NamidaFirewall
namida_firewall_look (GDBusConnection *bus,
                      const char *etc,
                      GPtrArray *interfaces,
                      guint16 udp_port,
                      guint16 tcp_port,
                      GCancellable *cancellable,
                      char **zone)
{
  NamidaFirewall worst = NAMIDA_FIREWALL_NONE;

  *zone = NULL;
  for (guint i = 0; bus != NULL && i < MIN (interfaces->len, MAX_INTERFACES) && worst == NAMIDA_FIREWALL_NONE; i++)
    worst = hint_firewall_ask_firewalld (bus, g_ptr_array_index (interfaces, i), udp_port, tcp_port, cancellable, zone);
  if (worst == NAMIDA_FIREWALL_NONE && hint_firewall_is_ufw_on (etc))
    worst = NAMIDA_FIREWALL_UFW;
  return worst;
}
