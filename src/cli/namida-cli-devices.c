/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “devices” command: lists nearby devices, watches the list, scans, and explains why no device was found. Main
 * thread. */
#include "config.h"

#include "namida-cli.h"

#include "namida-address-book.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-clock.h"
#include "namida-error.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>

#define SCAN_LOOK_MS 100
#define SCAN_SETTLE_MS 1500
#define TIMEOUT_UNSET G_MININT
#define USUAL_TIMEOUT_SECONDS 3

static int timeout_seconds;
static gboolean scan, watch, all;
static char *forget;

static const GOptionEntry entries[] = {
  { "timeout", 0, 0, G_OPTION_ARG_INT, &timeout_seconds,
    N_ ("How long to look (default: 3; with --watch: until interrupted)"), N_ ("SECONDS") },
  { "scan", 0, 0, G_OPTION_ARG_NONE, &scan, N_ ("Also try every address on the local networks"), NULL },
  { "all", 0, 0, G_OPTION_ARG_NONE, &all,
    N_ ("Also list trusted devices that are not nearby, and when they were last seen"), NULL },
  { "forget", 0, 0, G_OPTION_ARG_STRING, &forget, N_ ("Forget an address that was entered earlier"), N_ ("ADDRESS") },
  { "watch", 0, 0, G_OPTION_ARG_NONE, &watch,
    N_ ("Keep running and report devices as they come and go, until interrupted or --timeout is over"), NULL },
  { NULL },
};

static void
devices_add_dialects (JsonBuilder *builder, NamidaDialect dialects)
{
  json_builder_set_member_name (builder, "speaks");
  json_builder_begin_array (builder);
  if (dialects & NAMIDA_DIALECT_V1)
    json_builder_add_string_value (builder, "v1");
  if (dialects & NAMIDA_DIALECT_PHONE)
    json_builder_add_string_value (builder, "phone");
  if (dialects & (NAMIDA_DIALECT_LOCALSEND | NAMIDA_DIALECT_LOCALSEND_PLAIN))
    json_builder_add_string_value (builder, "localsend");
  json_builder_end_array (builder);
}

/* Adds "alias", "address", "port", "fingerprint", "uuid", "type", "speaks", "trusted" and "encrypted". */
static void
cli_devices_add (JsonBuilder *builder, NamidaPeer *peer)
{
  GInetSocketAddress *address = namida_peer_get_address (peer);
  g_autofree char *host = address != NULL ? namida_address_dup_host (address) : NULL;

  namida_json_build_string (builder, "alias", namida_peer_get_alias (peer));
  namida_json_build_string (builder, "address", host);
  namida_json_build_int (builder, "port", address != NULL ? g_inet_socket_address_get_port (address) : 0);
  namida_json_build_string (builder, "fingerprint", namida_peer_get_fingerprint (peer));
  namida_json_build_string (builder, "uuid", namida_peer_get_uuid (peer));
  namida_json_build_string (builder, "type", namida_peer_get_device_type (peer));
  devices_add_dialects (builder, namida_peer_get_dialects (peer));
  namida_json_build_boolean (builder, "trusted", namida_peer_get_trusted (peer));
  namida_json_build_boolean (builder, "encrypted", namida_peer_get_encrypted (peer));
  if (namida_peer_get_player (peer))
    namida_json_build_boolean (builder, "namidaOpen", TRUE);
  if (namida_peer_get_warning (peer) != NULL)
    namida_json_build_string (builder, "warning", namida_peer_get_warning (peer));
}

/* Returns: (transfer full) */
static char *
devices_describe_away (NamidaPeer *peer)
{
  gint64 seen = namida_peer_get_last_seen (peer);
  g_autoptr (GDateTime) time = seen > 0 ? g_date_time_new_from_unix_local (seen / G_USEC_PER_SEC) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%x %H:%M") : NULL;

  /* Translators: %s is a date and a time */
  return text != NULL ? g_strdup_printf (_ (", last seen %s"), text) : g_strdup (_ (", not nearby"));
}

static void
devices_print_device (NamidaPeer *peer)
{
  g_autofree char *address = namida_peer_dup_address_text (peer);
  g_autofree char *fingerprint = namida_peer_get_fingerprint (peer) != NULL
                                     ? namida_format_fingerprint (namida_peer_get_fingerprint (peer))
                                     : g_strdup ("-");

  g_autofree char *away = namida_peer_get_away (peer) ? devices_describe_away (peer) : NULL;

  g_autofree char *alias = namida_cli_text_pad (namida_peer_get_alias (peer), 24);

  namida_cli_print ("%s %-24s %s  %s%s%s", alias, address != NULL && *address != '\0' ? address : "-", fingerprint,
                    namida_peer_get_trusted (peer) ? _ ("trusted") : _ ("new"),
                    namida_peer_get_encrypted (peer) ? "" : _ (", not encrypted"), away != NULL ? away : "");
  if (namida_peer_get_warning (peer) != NULL)
    namida_cli_print (_ ("    Warning: %s"), namida_peer_get_warning (peer));
  if (namida_peer_get_player (peer))
    namida_cli_print ("    %s", _ ("Namida is open there: its Sync carries the history, this carries the music and the "
                                   "backups"));
}

static void
devices_report (NamidaCli *cli, NamidaPeer *peer, const char *event)
{
  if (cli->json)
    {
      JsonBuilder *builder = event != NULL ? namida_cli_event (event) : namida_cli_object ();
      cli_devices_add (builder, peer);
      if (all || namida_peer_get_away (peer))
        {
          g_autofree char *seen = namida_time_to_iso8601 (namida_peer_get_last_seen (peer) / 1000);

          namida_json_build_boolean (builder, "away", namida_peer_get_away (peer));
          namida_json_build_string (builder, "lastSeen", namida_peer_get_last_seen (peer) > 0 ? seen : NULL);
        }
      namida_cli_emit (builder);
    }
  else
    {
      if (g_strcmp0 (event, "lost") == 0)
        namida_cli_print (_ ("%s is no longer nearby"), namida_peer_get_alias (peer));
      else
        devices_print_device (peer);
    }
}

/* Explains why no device is nearby and what to do, on standard error or as an object with "hints". @event:
 * (nullable) */
static void
devices_report_hints (NamidaCli *cli, GListModel *hints, const char *event)
{
  JsonBuilder *builder = NULL;

  if (cli->json)
    {
      builder = event != NULL ? namida_cli_event (event) : namida_cli_object ();
      json_builder_set_member_name (builder, "hints");
      json_builder_begin_array (builder);
    }
  for (guint i = 0; i < g_list_model_get_n_items (hints); i++)
    {
      g_autoptr (NamidaHint) hint = g_list_model_get_item (hints, i);

      if (builder == NULL)
        {
          namida_cli_complain ("%s. %s", namida_hint_get_title (hint), namida_hint_get_body (hint));
          continue;
        }
      json_builder_begin_object (builder);
      namida_json_build_string (builder, "kind", namida_hint_get_word (hint));
      namida_json_build_string (builder, "title", namida_hint_get_title (hint));
      namida_json_build_string (builder, "body", namida_hint_get_body (hint));
      json_builder_end_object (builder);
    }
  if (builder == NULL)
    return;
  json_builder_end_array (builder);
  namida_cli_emit (builder);
}

/* The devices that --watch has reported so far: a GListModel reports positions, but users want names. */
typedef struct
{
  NamidaCli *cli;
  GPtrArray *known;
} Watch;

static void
devices_on_changed (Watch *self, guint position, guint removed, guint added, GListModel *peers)
{
  g_autoptr (GPtrArray) now = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (peers); i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);

      if (!namida_peer_get_away (peer))
        g_ptr_array_add (now, g_steal_pointer (&peer));
    }
  for (guint i = 0; i < self->known->len; i++)
    if (!g_ptr_array_find (now, self->known->pdata[i], NULL))
      devices_report (self->cli, self->known->pdata[i], "lost");
  for (guint i = 0; i < now->len; i++)
    if (!g_ptr_array_find (self->known, now->pdata[i], NULL))
      devices_report (self->cli, now->pdata[i], "found");
  g_ptr_array_unref (self->known);
  self->known = g_steal_pointer (&now);
}

static void
devices_on_hints (NamidaCli *cli, guint position, guint removed, guint added, GListModel *hints)
{
  if (g_list_model_get_n_items (hints) > 0)
    devices_report_hints (cli, hints, "hints");
}

static void
watch_devices (NamidaCli *cli, NamidaHub *hub)
{
  GListModel *peers = namida_hub_get_peers (hub);
  Watch state = { .cli = cli, .known = g_ptr_array_new_with_free_func (g_object_unref) };
  gulong id = g_signal_connect_swapped (peers, "items-changed", G_CALLBACK (devices_on_changed), &state);

  g_signal_connect_swapped (namida_hub_get_hints (hub), "items-changed", G_CALLBACK (devices_on_hints), cli);
  devices_on_changed (&state, 0, 0, 0, peers);
  if (timeout_seconds > 0)
    namida_cli_wait_ms (cli, (guint) timeout_seconds * 1000);
  while (timeout_seconds == 0 && !g_cancellable_is_cancelled (cli->cancellable) && !namida_cli_terminal_is_broken ())
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (peers, id);
  g_signal_handlers_disconnect_by_func (namida_hub_get_hints (hub), devices_on_hints, cli);
  g_ptr_array_unref (state.known);
}

static void
devices_explain_nobody (NamidaCli *cli, NamidaHub *hub)
{
  GListModel *hints = namida_hub_get_hints (hub);
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_check_hints_async (hub, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  namida_hub_check_hints_finish (hub, result, NULL);
  if (!cli->json)
    namida_cli_complain (_ ("No devices found. Open Namida Sync on the other device, on the same network. A firewall "
                            "must allow port 53317."));
  if (g_list_model_get_n_items (hints) > 0)
    devices_report_hints (cli, hints, NULL);
}

/* Waits until a scan has ended, whether it was requested or started because no device was found, and until the
 * devices that it found had time to identify themselves. */
static void
devices_wait_for_scan (NamidaCli *cli, NamidaHub *hub)
{
  gboolean scanned = FALSE;
  gboolean scanning = TRUE;

  while (scanning && !g_cancellable_is_cancelled (cli->cancellable))
    {
      g_object_get (hub, "scanning", &scanning, NULL);
      scanned |= scanning;
      if (scanning)
        namida_cli_wait_ms (cli, SCAN_LOOK_MS);
    }
  if (scanned)
    namida_cli_wait_ms (cli, SCAN_SETTLE_MS);
}

static guint
devices_count_near (GListModel *peers)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (peers); i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);

      n += namida_peer_get_away (peer) ? 0 : 1;
    }
  return n;
}

static void
devices_list (NamidaCli *cli, NamidaHub *hub)
{
  GListModel *peers = namida_hub_get_peers (hub);

  namida_cli_wait_ms (cli, (guint) timeout_seconds * 1000);
  /* While no device is found, the hub starts a scan at about this moment. */
  if (timeout_seconds == USUAL_TIMEOUT_SECONDS && devices_count_near (peers) == 0
      && !g_cancellable_is_cancelled (cli->cancellable))
    namida_hub_scan (hub);
  devices_wait_for_scan (cli, hub);
  for (guint i = 0; i < g_list_model_get_n_items (peers); i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);

      if (all || !namida_peer_get_away (peer))
        devices_report (cli, peer, NULL);
    }
  if (devices_count_near (peers) == 0)
    devices_explain_nobody (cli, hub);
}

/* Only removes the address from the list of typed addresses. A device that is running may still be found. */
static int
devices_forget_address (NamidaCli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database (cli, &error);
  g_autoptr (NamidaAddressBook) book = database != NULL ? namida_address_book_new (database, &error) : NULL;

  if (book == NULL)
    return namida_cli_fail (cli, error);
  if (!namida_address_book_remove (book, forget))
    {
      g_set_error (&error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE, _ ("“%s” is not among the remembered addresses."),
                   forget);
      return namida_cli_fail (cli, error);
    }
  if (!namida_address_book_flush (book, &error))
    return namida_cli_fail (cli, error);
  namida_cli_say (cli, _ ("Forgot “%s”."), forget);
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_devices (NamidaCli *cli, int argc, char **argv)
{
  NamidaHubOptions options = { .send_only = TRUE, .listed = TRUE, .may_forget = TRUE };
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (GError) error = NULL;

  timeout_seconds = TIMEOUT_UNSET;
  if (!namida_cli_parse (cli, NULL, _ ("List nearby devices that can receive."), entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc > 1)
    return namida_cli_usage (_ ("Unexpected argument “%s”."), argv[1]);
  if (timeout_seconds == TIMEOUT_UNSET)
    timeout_seconds = watch ? 0 : USUAL_TIMEOUT_SECONDS;
  else if (timeout_seconds < 1 || timeout_seconds > 3600)
    return namida_cli_usage (_ ("--timeout is a number of seconds from 1 to 3600."));
  if (forget != NULL)
    return devices_forget_address (cli);
  hub = namida_cli_start_hub (cli, &options, &error);
  if (hub == NULL)
    return namida_cli_fail (cli, error);
  namida_hub_set_looking (hub, TRUE);
  if (scan)
    namida_hub_scan (hub);
  if (watch)
    watch_devices (cli, hub);
  else
    devices_list (cli, hub);
  namida_cli_stop_hub (hub);
  return NAMIDA_CLI_EXIT_DONE;
}
