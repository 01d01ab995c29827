/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the checks for ports, firewalls and isolated networks in one worker thread, and words the hints; see the
 * header. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "namida-hint-checker.h"
#include "namida-hint-private.h"
#include "namida-interface.h"
#include "namida-limits.h"
#include "namida-multicast-link.h"

#define RTF_UP 0x1 /* Linux, net/route.h */
#define RTF_GATEWAY 0x2

/* One check. Only read by its worker thread. */
typedef struct
{
  char *interface;
  guint16 tcp_port;
  gboolean listening;
  gboolean scanned;
  GPtrArray *answered;
  GDBusConnection *bus;
  char *proc;
  char *etc;
} Check;

static void
check_free (Check *check)
{
  g_free (check->interface);
  g_ptr_array_unref (check->answered);
  g_clear_object (&check->bus);
  g_free (check->proc);
  g_free (check->etc);
  g_free (check);
}

static void
hint_checker_add (GPtrArray *hints, NamidaHintKind kind, const char *title, const char *body)
{
  g_ptr_array_add (hints, namida_hint_new (kind, title, body));
}

/* proc(5), /proc/net/route: "Iface Destination Gateway Flags …"; addresses are in the byte order of the kernel's
 * memory. */
GPtrArray *
namida_gateways_list (const char *proc)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *path = g_build_filename (proc, "net", "route", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return list;
  lines = g_strsplit (text, "\n", 1000);
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      unsigned int destination;
      unsigned int gateway;
      unsigned int flags;

      if (sscanf (lines[i], "%*s %8x %8x %4x", &destination, &gateway, &flags) == 3 && destination == 0
          && (flags & (RTF_UP | RTF_GATEWAY)) == (RTF_UP | RTF_GATEWAY))
        g_ptr_array_add (list, g_inet_address_new_from_bytes ((const guint8 *) &gateway, G_SOCKET_FAMILY_IPV4));
    }
  return list;
}

static gboolean
hint_checker_has_host (GPtrArray *hosts, GInetAddress *host)
{
  for (guint i = 0; i < hosts->len; i++)
    if (g_inet_address_equal (g_ptr_array_index (hosts, i), host))
      return TRUE;
  return FALSE;
}

/* Only if the gateway answered: an empty network proves nothing. */
static void
hint_checker_add_isolation (Check *check, GPtrArray *hints)
{
  g_autoptr (GPtrArray) gateways = namida_gateways_list (check->proc);

  if (!check->scanned || check->answered->len == 0)
    return;
  for (guint i = 0; i < check->answered->len; i++)
    if (!hint_checker_has_host (gateways, g_ptr_array_index (check->answered, i)))
      return;
  hint_checker_add (
      hints, NAMIDA_HINT_ISOLATED, _ ("No other device answered on this network"),
      _ ("The network may isolate its devices, as guest and hotel Wi-Fi often does, or no other device is turned on. "
         "Try your home network or a phone hotspot."));
}

static void
hint_checker_add_udp_port (Check *check, GPtrArray *hints)
{
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;

  if (check->listening || !namida_port_find_holder (check->proc, FALSE, NAMIDA_MULTICAST_PORT, &name))
    return;
  /* Translators: %s is a program's name, %u a port */
  title = name != NULL ? g_strdup_printf (_ ("“%s” is blocking port %u"), name, NAMIDA_MULTICAST_PORT)
                       : g_strdup_printf (_ ("Another app is blocking port %u"), NAMIDA_MULTICAST_PORT);
  hint_checker_add (
      hints, NAMIDA_HINT_PORT, title,
      _ ("Namida Sync needs this port to find devices. Close that app and search again, or enter the address of the "
         "other device."));
}

/* The service of this user may run beside the window or a command. Both are the same device, which is found on
 * either port. */
static gboolean
hint_checker_is_ours (const char *name)
{
  return g_strcmp0 (name, "namida-sync-cli") == 0 || g_strcmp0 (name, "namida-sync") == 0;
}

static void
hint_checker_add_tcp_port (Check *check, GPtrArray *hints)
{
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;
  g_autofree char *body = NULL;

  if (check->tcp_port == 0 || check->tcp_port == NAMIDA_PORT_FIRST
      || !namida_port_find_holder (check->proc, TRUE, NAMIDA_PORT_FIRST, &name) || hint_checker_is_ours (name))
    return;
  title = name != NULL ? g_strdup_printf (_ ("“%s” uses port %u"), name, NAMIDA_PORT_FIRST)
                       : g_strdup_printf (_ ("Another program uses port %u"), NAMIDA_PORT_FIRST);
  body = g_strdup_printf (_ ("Namida Sync is using port %u instead, so devices that scan the network may not find it. "
                             "To use the default port, close that app and restart Namida Sync."),
                          check->tcp_port);
  hint_checker_add (hints, NAMIDA_HINT_PORT, title, body);
}

/* Returns: (transfer full): "53317-53327", or the one port if it is outside of that range. */
static char *
hint_checker_tcp_range (guint16 port, char dash)
{
  if (port != 0 && (port < NAMIDA_PORT_FIRST || port > NAMIDA_PORT_LAST))
    return g_strdup_printf ("%u", port);
  return g_strdup_printf ("%u%c%u", NAMIDA_PORT_FIRST, dash, NAMIDA_PORT_LAST);
}

/* @told: whether firewalld itself said that it blocks other devices. Otherwise only root can find out. */
static void
hint_checker_add_firewall_command (GPtrArray *hints, gboolean told, const char *command)
{
  g_autofree char *surely = g_strdup_printf (
      /* Translators: %s is a command */
      _ ("Other devices can neither announce themselves to this one nor send to it. To let them through, type in a "
         "terminal:\n%s"),
      command);
  g_autofree char *maybe = g_strdup_printf (
      /* Translators: %s is a command */
      _ ("Unless it was told to let Namida Sync through, other devices cannot reach this one. To let them through, "
         "type in a terminal:\n%s"),
      command);

  hint_checker_add (hints, NAMIDA_HINT_FIREWALL,
                    told ? _ ("A firewall is blocking other devices") : _ ("A firewall may be blocking other devices"),
                    told ? surely : maybe);
}

static void
hint_checker_add_firewalld (Check *check, GPtrArray *hints, gboolean told, const char *zone)
{
  g_autofree char *tcp = hint_checker_tcp_range (check->tcp_port, '-');
  g_autofree char *of_zone = zone != NULL ? g_strdup_printf (" --zone=%s", zone) : g_strdup ("");
  g_autofree char *command = g_strdup_printf (
      "sudo firewall-cmd --permanent%s --add-port=%u/udp --add-port=%s/tcp && sudo firewall-cmd --reload", of_zone,
      NAMIDA_MULTICAST_PORT, tcp);

  hint_checker_add_firewall_command (hints, told, command);
}

static void
hint_checker_add_ufw (Check *check, GPtrArray *hints)
{
  g_autofree char *tcp = hint_checker_tcp_range (check->tcp_port, ':');
  g_autofree char *command
      = g_strdup_printf ("sudo ufw allow %u/udp && sudo ufw allow %s/tcp", NAMIDA_MULTICAST_PORT, tcp);

  hint_checker_add_firewall_command (hints, FALSE, command);
}

static void
hint_checker_add_firewall (Check *check, GPtrArray *hints, GPtrArray *interfaces, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *zone = NULL;

  if (check->bus == NULL)
    check->bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, cancellable, NULL);
  for (guint i = 0; i < interfaces->len; i++)
    g_ptr_array_add (names, ((NamidaInterface *) g_ptr_array_index (interfaces, i))->name);
  switch (
      namida_firewall_look (check->bus, check->etc, names, NAMIDA_MULTICAST_PORT, check->tcp_port, cancellable, &zone))
    {
    case NAMIDA_FIREWALL_FIREWALLD:
      hint_checker_add_firewalld (check, hints, TRUE, zone);
      break;
    case NAMIDA_FIREWALL_MAYBE:
      hint_checker_add_firewalld (check, hints, FALSE, zone);
      break;
    case NAMIDA_FIREWALL_UFW:
      hint_checker_add_ufw (check, hints);
      break;
    case NAMIDA_FIREWALL_NONE:
    default:
      break;
    }
}

static void
check_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Check *check = data;
  GPtrArray *hints = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) interfaces = namida_interface_list (check->interface, NULL);
  gboolean loopback = interfaces->len > 0;

  for (guint i = 0; i < interfaces->len; i++)
    loopback = loopback && ((NamidaInterface *) g_ptr_array_index (interfaces, i))->loopback;
  if (interfaces->len == 0)
    hint_checker_add (hints, NAMIDA_HINT_NO_NETWORK, _ ("This device is not connected to a network"),
                      _ ("Connect it to the same network as the other device."));
  else
    {
      hint_checker_add_udp_port (check, hints);
      if (!loopback)
        hint_checker_add_firewall (check, hints, interfaces, cancellable);
      hint_checker_add_tcp_port (check, hints);
      if (!loopback)
        hint_checker_add_isolation (check, hints);
    }
  g_task_return_pointer (task, hints, (GDestroyNotify) g_ptr_array_unref);
}

void
namida_hints_check_async (const NamidaHintFacts *facts,
                          const NamidaHintPlaces *places,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  static const NamidaHintPlaces usual = { 0 };
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Check *check = g_new0 (Check, 1);

  if (places == NULL)
    places = &usual;
  check->interface = g_strdup (facts->interface);
  check->tcp_port = facts->tcp_port;
  check->listening = facts->listening;
  check->scanned = facts->scanned;
  check->answered = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; facts->answered != NULL && i < facts->answered->len; i++)
    g_ptr_array_add (check->answered, g_object_ref (g_ptr_array_index (facts->answered, i)));
  check->bus = places->bus != NULL ? g_object_ref (places->bus) : NULL;
  check->proc = g_strdup (places->proc != NULL ? places->proc : "/proc");
  check->etc = g_strdup (places->etc != NULL ? places->etc : "/etc");
  g_task_set_source_tag (task, namida_hints_check_async);
  g_task_set_task_data (task, check, (GDestroyNotify) check_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, check_thread);
}

GPtrArray *
namida_hints_check_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
