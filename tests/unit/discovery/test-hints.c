/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which reason is reported when no device is found: a port in use, a firewall, or the network. The files of the
 * system are in a temporary folder, and firewalld is simulated on a bus of the test. */
#include <string.h>

#include "namida-fixtures.h"
#include "namida-hint-checker.h"
#include "namida-hint-private.h"
#include "namida-limits.h"

/* A machine made of files in a temporary folder, with a firewalld of the test's own on a bus of its own. */
typedef struct
{
  char *folder;
  char *proc;
  char *etc;
} Machine;

static GTestDBus *test_bus;

static void
put (const char *base, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (base, name, NULL);
  g_autofree char *dir = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
put_socket (const char *proc, const char *pid, const char *name, const char *target)
{
  g_autofree char *folder = g_build_filename (proc, pid, "fd", NULL);
  g_autofree char *link = g_build_filename (folder, "7", NULL);
  g_autofree char *comm = g_build_filename (pid, "comm", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (target, link), ==, 0);
  put (proc, comm, name);
}

static void
machine_init (Machine *m)
{
  m->folder = g_dir_make_tmp ("namida-hints-XXXXXX", NULL);
  g_assert_nonnull (m->folder);
  m->proc = g_build_filename (m->folder, "proc", NULL);
  m->etc = g_build_filename (m->folder, "etc", NULL);
}

static void
machine_clear (Machine *m)
{
  fixtures_remove (m->folder);
  g_free (m->folder);
  g_free (m->proc);
  g_free (m->etc);
}

static const char head[]
    = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

static void
test_port_holder (void)
{
  Machine m;
  char *name;

  machine_init (&m);
  g_assert_false (namida_port_find_holder (m.proc, TRUE, 53317, &name));
  {
    /* A connection to the port is none that holds it; the second line is a listener. */
    g_autofree char *tcp6 = g_strconcat (
        head,
        "   0: 00000000000000000000000001000000:D045 00000000000000000000000001000000:A2F4 01 00000000:00000000 "
        "00:00000000 00000000  1000        0 111 1 0000000000000000 20 4 30 10 -1\n"
        "   1: 00000000000000000000000000000000:D045 00000000000000000000000000000000:0000 0A 00000000:00000000 "
        "00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0\n",
        NULL);

    put (m.proc, "net/tcp6", tcp6);
  }
  put_socket (m.proc, "12", "other\n", "socket:[111]");
  g_assert_true (namida_port_find_holder (m.proc, TRUE, 53317, &name));
  g_assert_null (name); /* of another user */
  put_socket (m.proc, "99", "local\033send\n", "socket:[4242]");
  g_assert_true (namida_port_find_holder (m.proc, TRUE, 53317, &name));
  g_assert_nonnull (name);
  g_assert_null (strchr (name, '\033'));
  g_assert_true (g_str_has_prefix (name, "local"));
  g_free (name);
  g_assert_false (namida_port_find_holder (m.proc, TRUE, 53318, &name));
  g_assert_false (namida_port_find_holder (m.proc, FALSE, 53317, &name));
  /* Ours is nobody else's. */
  put_socket (m.proc, "self", "self\n", "socket:[4242]");
  g_assert_false (namida_port_find_holder (m.proc, TRUE, 53317, &name));
  {
    g_autofree char *udp
        = g_strconcat (head,
                       "  307: 00000000:D045 00000000:0000 07 00000000:00000000 00:00000000 00000000     0  "
                       "      0 555 2 0000000000000000 0\nnonsense\n1:\n",
                       NULL);

    put (m.proc, "net/udp", udp);
  }
  g_assert_true (namida_port_find_holder (m.proc, FALSE, 53317, &name));
  g_assert_null (name);
  machine_clear (&m);
}

static void
test_gateways (void)
{
  Machine m;

  machine_init (&m);
  {
    g_autoptr (GPtrArray) none = namida_gateways_list (m.proc);

    g_assert_cmpuint (none->len, ==, 0);
  }
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define GATEWAY "0101A8C0"
#else
#define GATEWAY "C0A80101"
#endif
  put (m.proc, "net/route",
       "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
       "wlan0\t00000000\t" GATEWAY "\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
       "wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\nnonsense\n");
  {
    g_autoptr (GPtrArray) one = namida_gateways_list (m.proc);
    g_autofree char *text = NULL;

    g_assert_cmpuint (one->len, ==, 1);
    text = g_inet_address_to_string (g_ptr_array_index (one, 0));
    g_assert_cmpstr (text, ==, "192.168.1.1");
  }
  machine_clear (&m);
}

/* ---- firewalld ---- */

static const char firewalld_xml[]
    = "<node><interface name='org.fedoraproject.FirewallD1'><method name='getDefaultZone'>"
      "<arg type='s' direction='out'/></method></interface>"
      "<interface name='org.fedoraproject.FirewallD1.zone'>"
      "<method name='getZoneOfInterface'><arg type='s' direction='in'/><arg type='s' direction='out'/></method>"
      "<method name='getZoneSettings2'><arg type='s' direction='in'/><arg type='a{sv}' direction='out'/></method>"
      "</interface></node>";

typedef struct
{
  const char *zone_of_interface;
  const char *target;
  const char *ports; /* GVariant text of a(ss); NULL: the question is refused */
} Firewalld;

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *call,
         gpointer user_data)
{
  Firewalld *self = user_data;

  if (g_str_equal (method, "getDefaultZone"))
    g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", "public"));
  else if (g_str_equal (method, "getZoneOfInterface"))
    g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", self->zone_of_interface));
  else if (self->ports == NULL)
    g_dbus_method_invocation_return_dbus_error (call, "org.fedoraproject.FirewallD1.Exception", "NOT_AUTHORIZED");
  else
    {
      GVariantBuilder builder;

      g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sv}"));
      g_variant_builder_add (&builder, "{sv}", "target", g_variant_new_string (self->target));
      g_variant_builder_add (&builder, "{sv}", "ports",
                             g_variant_new_parsed (g_str_equal (self->ports, "[]") ? "@a(ss) []" : self->ports));
      g_dbus_method_invocation_return_value (call, g_variant_new ("(a{sv})", &builder));
    }
}

static const GDBusInterfaceVTable vtable = { .method_call = on_call };

/* Serves in a thread of its own, as the question blocks. */
typedef struct
{
  Firewalld *firewalld;
  GMainContext *context;
  GMainLoop *loop;
  GMutex mutex;
  GCond cond;
  gboolean ready;
} Server;

static gpointer
serve (gpointer data)
{
  Server *self = data;
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (firewalld_xml, NULL);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->context);
  bus = fixtures_connect_bus (g_test_dbus_get_bus_address (test_bus));
  for (guint i = 0; node->interfaces[i] != NULL; i++)
    g_assert_cmpuint (g_dbus_connection_register_object (bus, "/org/fedoraproject/FirewallD1", node->interfaces[i],
                                                         &vtable, self->firewalld, NULL, NULL),
                      >, 0);
  answer = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                        "RequestName", g_variant_new ("(su)", "org.fedoraproject.FirewallD1", 0), NULL,
                                        0, -1, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&self->mutex);
  self->ready = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_main_loop_run (self->loop);
  g_dbus_connection_close_sync (bus, NULL, NULL);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static NamidaFirewall
look (Firewalld *firewalld, const char *etc, char **zone)
{
  g_autoptr (GDBusConnection) bus = fixtures_connect_bus (g_test_dbus_get_bus_address (test_bus));
  g_autoptr (GPtrArray) interfaces = g_ptr_array_new ();
  Server server = { .firewalld = firewalld };
  GThread *thread = NULL;
  NamidaFirewall found;

  if (firewalld != NULL)
    {
      server.context = g_main_context_new ();
      server.loop = g_main_loop_new (server.context, FALSE);
      thread = g_thread_new ("firewalld", serve, &server);
      g_mutex_lock (&server.mutex);
      while (!server.ready)
        g_cond_wait (&server.cond, &server.mutex);
      g_mutex_unlock (&server.mutex);
    }
  g_ptr_array_add (interfaces, (gpointer) "wlan0");
  found = namida_firewall_look (bus, etc, interfaces, 53317, 53318, NULL, zone);
  g_dbus_connection_close_sync (bus, NULL, NULL);
  if (thread != NULL)
    {
      g_main_loop_quit (server.loop);
      g_thread_join (thread);
      g_main_loop_unref (server.loop);
      g_main_context_unref (server.context);
    }
  return found;
}

static void
assert_firewalld (Firewalld firewalld, NamidaFirewall expected, const char *expected_zone)
{
  g_autofree char *zone = NULL;

  g_assert_cmpint (look (&firewalld, "/nonexistent", &zone), ==, expected);
  g_assert_cmpstr (zone, ==, expected_zone);
}

static void
test_firewalld (void)
{
  g_autofree char *zone = NULL;

  g_assert_cmpint (look (NULL, "/nonexistent", &zone), ==, NAMIDA_FIREWALL_NONE);
  assert_firewalld ((Firewalld){ "", "default", "[]" }, NAMIDA_FIREWALL_FIREWALLD, "public");
  assert_firewalld ((Firewalld){ "home", "default", "[('53317','udp')]" }, NAMIDA_FIREWALL_FIREWALLD, "home");
  assert_firewalld ((Firewalld){ "home", "default", "[('53317','udp'),('53317','tcp')]" }, NAMIDA_FIREWALL_FIREWALLD,
                    "home");
  assert_firewalld ((Firewalld){ "home", "default", "[('53317','udp'),('53317-53327','tcp')]" }, NAMIDA_FIREWALL_NONE,
                    NULL);
  assert_firewalld ((Firewalld){ "trusted", "ACCEPT", "[]" }, NAMIDA_FIREWALL_NONE, NULL);
  assert_firewalld ((Firewalld){ "home", NULL, NULL }, NAMIDA_FIREWALL_MAYBE, "home");
  /* Nothing that a shell would take for more than a name reaches the command. */
  assert_firewalld ((Firewalld){ "a;b", "default", "[]" }, NAMIDA_FIREWALL_FIREWALLD, NULL);
}

static void
test_ufw (void)
{
  Machine m;
  g_autofree char *zone = NULL;

  machine_init (&m);
  put (m.etc, "ufw/ufw.conf", "# /etc/ufw/ufw.conf\nENABLED=no\n#ENABLED=yes\n");
  g_assert_cmpint (look (NULL, m.etc, &zone), ==, NAMIDA_FIREWALL_NONE);
  put (m.etc, "ufw/ufw.conf", "LOGLEVEL=low\n ENABLED=yes \n");
  g_assert_cmpint (look (NULL, m.etc, &zone), ==, NAMIDA_FIREWALL_UFW);
  machine_clear (&m);
}

/* ---- all of it ---- */

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GPtrArray *
check (const NamidaHintFacts *facts, Machine *m)
{
  g_autoptr (GDBusConnection) bus = fixtures_connect_bus (g_test_dbus_get_bus_address (test_bus));
  NamidaHintPlaces places = { .bus = bus, .proc = m->proc, .etc = m->etc };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *hints;

  namida_hints_check_async (facts, &places, NULL, on_checked, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  hints = namida_hints_check_finish (result, &error);
  g_assert_no_error (error);
  return hints;
}

static void
test_words (void)
{
  g_autoptr (GPtrArray) hints = NULL;
  Machine m;
  NamidaHint *hint;

  machine_init (&m);
  /* Everything is well. */
  hints = check (&(NamidaHintFacts){ .interface = "lo", .tcp_port = 53317, .listening = TRUE }, &m);
  g_assert_cmpuint (hints->len, ==, 0);
  g_clear_pointer (&hints, g_ptr_array_unref);
  /* No network. */
  hints = check (&(NamidaHintFacts){ .interface = "nowhere0", .tcp_port = 53317 }, &m);
  g_assert_cmpuint (hints->len, ==, 1);
  g_assert_cmpint (namida_hint_get_kind (g_ptr_array_index (hints, 0)), ==, NAMIDA_HINT_NO_NETWORK);
  g_assert_cmpstr (namida_hint_get_word (g_ptr_array_index (hints, 0)), ==, "no-network");
  g_clear_pointer (&hints, g_ptr_array_unref);
  /* Both ports in another program's hands. */
  {
    g_autofree char *udp = g_strconcat (head,
                                        "  307: 00000000:D045 00000000:0000 07 00000000:00000000 00:00000000 "
                                        "00000000     0        0 555 2 0000000000000000 0\n",
                                        NULL);
    g_autofree char *tcp = g_strconcat (head,
                                        "   0: 00000000:D045 00000000:0000 0A 00000000:00000000 00:00000000 "
                                        "00000000     0        0 556 1 0000000000000000 100 0 0 10 0\n",
                                        NULL);

    put (m.proc, "net/udp", udp);
    put (m.proc, "net/tcp", tcp);
  }
  put_socket (m.proc, "77", "localsend\n", "socket:[555]");
  hints = check (&(NamidaHintFacts){ .interface = "lo", .tcp_port = 53319 }, &m);
  g_assert_cmpuint (hints->len, ==, 2);
  hint = g_ptr_array_index (hints, 0);
  g_assert_cmpint (namida_hint_get_kind (hint), ==, NAMIDA_HINT_PORT);
  g_assert_nonnull (strstr (namida_hint_get_title (hint), "localsend"));
  hint = g_ptr_array_index (hints, 1);
  g_assert_nonnull (strstr (namida_hint_get_title (hint), "Another program"));
  g_assert_nonnull (strstr (namida_hint_get_body (hint), "53319"));
  g_clear_pointer (&hints, g_ptr_array_unref);
  /* The service of this user is no other program. */
  put_socket (m.proc, "78", "namida-sync-cli\n", "socket:[556]");
  hints = check (&(NamidaHintFacts){ .interface = "lo", .tcp_port = 53319, .listening = TRUE }, &m);
  g_assert_cmpuint (hints->len, ==, 0);
  machine_clear (&m);
}

/* Needs a network beside the loopback, which own-network.sh makes, or the computer has; nothing is sent to it. */
static void
test_network_words (void)
{
  g_autoptr (GInetAddress) router = g_inet_address_new_from_string ("192.168.1.1");
  g_autoptr (GInetAddress) other = g_inet_address_new_from_string ("192.168.1.9");
  g_autoptr (GPtrArray) answered = g_ptr_array_new ();
  g_autoptr (GPtrArray) hints = NULL;
  Machine m;

  machine_init (&m);
  put (m.etc, "ufw/ufw.conf", "ENABLED=yes\n");
  put (m.proc, "net/route",
       "Iface\tDestination\tGateway \tFlags\nwlan0\t00000000\t" GATEWAY "\t0003\t0\t0\t600\t00000000\n");
  /* Nobody answered at all: that says nothing about the network. */
  hints = check (&(NamidaHintFacts){ .tcp_port = 40000, .listening = TRUE, .scanned = TRUE, .answered = answered }, &m);
  g_assert_cmpuint (hints->len, ==, 1);
  g_assert_cmpint (namida_hint_get_kind (g_ptr_array_index (hints, 0)), !=, NAMIDA_HINT_ISOLATED);
  g_clear_pointer (&hints, g_ptr_array_unref);
  g_ptr_array_add (answered, router);
  hints = check (&(NamidaHintFacts){ .tcp_port = 40000, .listening = TRUE, .scanned = TRUE, .answered = answered }, &m);
  if (hints->len == 1 && namida_hint_get_kind (g_ptr_array_index (hints, 0)) == NAMIDA_HINT_NO_NETWORK)
    {
      g_test_skip ("this machine has no network but the loopback");
      machine_clear (&m);
      return;
    }
  g_assert_cmpuint (hints->len, ==, 2);
  g_assert_cmpint (namida_hint_get_kind (g_ptr_array_index (hints, 0)), ==, NAMIDA_HINT_FIREWALL);
  g_assert_nonnull (strstr (namida_hint_get_body (g_ptr_array_index (hints, 0)),
                            "\nsudo ufw allow 53317/udp && sudo ufw allow 40000/tcp"));
  g_assert_cmpint (namida_hint_get_kind (g_ptr_array_index (hints, 1)), ==, NAMIDA_HINT_ISOLATED);
  g_clear_pointer (&hints, g_ptr_array_unref);
  /* Somebody else answered: the network does not keep its devices apart. */
  g_ptr_array_add (answered, other);
  hints = check (&(NamidaHintFacts){ .tcp_port = 53317, .listening = TRUE, .scanned = TRUE, .answered = answered }, &m);
  g_assert_cmpuint (hints->len, ==, 1);
  g_assert_nonnull (strstr (namida_hint_get_body (g_ptr_array_index (hints, 0)), "53317:53327/tcp"));
  machine_clear (&m);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (test_bus);
  g_test_add_func ("/hints/port-holder", test_port_holder);
  g_test_add_func ("/hints/gateways", test_gateways);
  g_test_add_func ("/hints/firewalld", test_firewalld);
  g_test_add_func ("/hints/ufw", test_ufw);
  g_test_add_func ("/hints/words", test_words);
  g_test_add_func ("/hints/network-words", test_network_words);
  result = g_test_run ();
  g_test_dbus_down (test_bus);
  g_object_unref (test_bus);
  return result;
}
