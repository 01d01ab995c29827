/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-cli-ask.h"

#include "namida-cli-output.h"
#include "namida-format.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

struct _NamidaCliAsk
{
  NamidaCli *cli;
  NamidaHub *hub;
  NamidaLanding landing;
  gboolean offers;
  GDataInputStream *input;
  GCancellable *cancellable; /* of the read that is under way */
  GObject *current;          /* (nullable) the offer or request that a person is asked about */
  gboolean over;             /* the input has ended */
};

static void ask_next (NamidaCliAsk *self);

static JsonObject *
parse_object (const char *line, JsonParser *parser)
{
  if (!json_parser_load_from_data (parser, line, -1, NULL) || json_parser_get_root (parser) == NULL
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return NULL;
  return json_node_get_object (json_parser_get_root (parser));
}

static const char *
string_member (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

gboolean
namida_cli_ask_is_yes (NamidaCli *cli, const char *line)
{
  g_autofree char *typed = g_strstrip (g_utf8_make_valid (line, -1));
  g_autofree char *folded = g_utf8_casefold (typed, -1);
  g_autofree char *local = g_utf8_casefold (C_ ("answer", "yes"), -1);

  if (cli->json)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();
      JsonObject *object = parse_object (line, parser);
      JsonNode *node = object != NULL ? json_object_get_member (object, "pair") : NULL;

      return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
    }
  return *folded != '\0' && (g_str_has_prefix ("yes", folded) || g_str_has_prefix (local, folded));
}

static gboolean
is_open (GObject *object)
{
  if (NAMIDA_IS_OFFER (object))
    return namida_offer_get_state (NAMIDA_OFFER (object)) == NAMIDA_OFFER_OPEN;
  return namida_pair_request_get_open (NAMIDA_PAIR_REQUEST (object));
}

static void
describe_offer (NamidaCliAsk *self, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);
  g_autofree char *shown = fingerprint != NULL ? namida_format_fingerprint (fingerprint) : NULL;
  g_autofree char *where
      = namida_store_dup_destination (namida_hub_get_store (self->hub), self->landing, namida_offer_get_alias (offer));
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (namida_offer_get_backup (offer));
  gboolean trusted
      = fingerprint != NULL && namida_trust_store_is_trusted (namida_hub_get_trust_store (self->hub), fingerprint);

  namida_cli_print (_ ("%s (%s) wants to send:"), namida_offer_get_alias (offer), namida_offer_get_address (offer));
  for (guint i = 0; i < contents->len; i++)
    {
      const NamidaContent *content = contents->pdata[i];
      g_autofree char *files = namida_format_files (content->files);
      g_autofree char *size = namida_format_size (content->bytes);
      const char *name = *content->label != '\0' ? content->label : content->name;

      namida_cli_print ("  %s: %s, %s", name != NULL ? name : _ ("Files"), files, size);
    }
  namida_cli_print (trusted ? _ ("A trusted device, fingerprint %s.") : _ ("A new device, fingerprint %s."),
                    shown != NULL ? shown : "-");
  if (namida_offer_get_warning (offer) != NULL)
    namida_cli_print (_ ("Careful: %s"), namida_offer_get_warning (offer));
  if (!namida_offer_get_encrypted (offer))
    namida_cli_print (_ ("Not encrypted: anyone on this network could read or change it."));
  namida_cli_print (_ ("It would land in %s."), where);
  printf ("%s ", _ ("Accept? [y/n]"));
  fflush (stdout);
}

static void
emit_offer (NamidaCliAsk *self, NamidaOffer *offer)
{
  JsonBuilder *builder = namida_cli_event ("offer");
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  namida_json_build_string (builder, "id", namida_offer_get_id (offer));
  namida_json_build_string (builder, "alias", namida_offer_get_alias (offer));
  namida_json_build_string (builder, "address", namida_offer_get_address (offer));
  namida_json_build_string (builder, "fingerprint", fingerprint);
  namida_json_build_string (builder, "type", namida_offer_get_device_type (offer));
  namida_json_build_boolean (
      builder, "trusted",
      fingerprint != NULL && namida_trust_store_is_trusted (namida_hub_get_trust_store (self->hub), fingerprint));
  namida_json_build_boolean (builder, "encrypted", namida_offer_get_encrypted (offer));
  if (namida_offer_get_warning (offer) != NULL)
    namida_json_build_string (builder, "warning", namida_offer_get_warning (offer));
  namida_cli_add_backup (builder, namida_offer_get_backup (offer));
  namida_cli_emit (builder);
}

static void
put_request (NamidaCliAsk *self, NamidaPairRequest *request)
{
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("pair");

      namida_json_build_string (builder, "alias", namida_pair_request_get_alias (request));
      namida_json_build_string (builder, "fingerprint", namida_pair_request_get_fingerprint (request));
      namida_json_build_string (builder, "digits", namida_pair_request_get_digits (request));
      if (namida_pair_request_get_warning (request) != NULL)
        namida_json_build_string (builder, "warning", namida_pair_request_get_warning (request));
      namida_cli_emit (builder);
      return;
    }
  namida_cli_print (_ ("%s wants to pair with this device. Both must show the same digits: %s"),
                    namida_pair_request_get_alias (request), namida_pair_request_get_digits (request));
  if (namida_pair_request_get_warning (request) != NULL)
    namida_cli_print (_ ("Careful: %s"), namida_pair_request_get_warning (request));
  printf ("%s ", _ ("Are they the same? [y/n]"));
  fflush (stdout);
}

static void
on_closed (GObject *object, NamidaCliAsk *self)
{
  if (self->current != object)
    return;
  if (NAMIDA_IS_OFFER (object))
    {
      NamidaOfferState state = namida_offer_get_state (NAMIDA_OFFER (object));

      if (self->cli->json)
        {
          JsonBuilder *builder = namida_cli_event ("offer-closed");
          namida_json_build_string (builder, "id", namida_offer_get_id (NAMIDA_OFFER (object)));
          namida_json_build_string (builder, "state",
                                    state == NAMIDA_OFFER_ACCEPTED    ? "accepted"
                                    : state == NAMIDA_OFFER_DECLINED  ? "declined"
                                    : state == NAMIDA_OFFER_WITHDRAWN ? "withdrawn"
                                                                      : "expired");
          namida_cli_emit (builder);
        }
      else if (state == NAMIDA_OFFER_WITHDRAWN || state == NAMIDA_OFFER_EXPIRED)
        {
          namida_cli_print ("\n%s", state == NAMIDA_OFFER_WITHDRAWN ? _ ("The offer was withdrawn.")
                                                                    : _ ("The offer has expired."));
        }
    }
  g_signal_handlers_disconnect_by_data (object, self);
  g_clear_object (&self->current);
  ask_next (self);
}

static void
answer_offer (NamidaCliAsk *self, NamidaOffer *offer, gboolean yes)
{
  if (yes)
    namida_hub_accept (self->hub, offer, self->landing, FALSE);
  else
    namida_hub_decline (self->hub, offer);
}

static void
answer_request (NamidaPairRequest *request, gboolean yes)
{
  if (yes)
    namida_pair_request_confirm (request);
  else
    namida_pair_request_decline (request);
}

static void
put (NamidaCliAsk *self, GObject *object)
{
  self->current = g_object_ref (object);
  g_signal_connect (object, "closed", G_CALLBACK (on_closed), self);
  if (NAMIDA_IS_PAIR_REQUEST (object))
    put_request (self, NAMIDA_PAIR_REQUEST (object));
  else if (self->cli->json)
    emit_offer (self, NAMIDA_OFFER (object));
  else
    describe_offer (self, NAMIDA_OFFER (object));
  if (!self->over)
    return;
  if (NAMIDA_IS_OFFER (object))
    namida_hub_decline (self->hub, NAMIDA_OFFER (object));
  else
    namida_pair_request_decline (NAMIDA_PAIR_REQUEST (object));
}

static GObject *
first_open (GListModel *list)
{
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (list, i);

      if (is_open (item))
        return g_steal_pointer (&item);
    }
  return NULL;
}

static void
ask_next (NamidaCliAsk *self)
{
  g_autoptr (GObject) next = NULL;

  if (self->current != NULL)
    return;
  next = first_open (namida_hub_get_pair_requests (self->hub));
  if (next == NULL && self->offers)
    next = first_open (namida_hub_get_offers (self->hub));
  if (next != NULL)
    put (self, next);
}

static void
answer_json (NamidaCliAsk *self, const char *line)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = parse_object (line, parser);
  const char *accept = object != NULL ? string_member (object, "accept") : NULL;
  const char *decline = object != NULL ? string_member (object, "decline") : NULL;
  const char *id = accept != NULL ? accept : decline;
  NamidaOffer *offer = id != NULL ? namida_hub_find_offer (self->hub, id) : NULL;

  if (object != NULL && json_object_has_member (object, "pair"))
    {
      if (NAMIDA_IS_PAIR_REQUEST (self->current))
        answer_request (NAMIDA_PAIR_REQUEST (self->current), namida_cli_ask_is_yes (self->cli, line));
      else
        namida_cli_complain (_ ("Nobody wants to pair at the moment."));
    }
  else if (offer != NULL)
    answer_offer (self, offer, accept != NULL);
  else if (id != NULL)
    namida_cli_complain (_ ("There is no open offer “%s”."), id);
  else
    namida_cli_complain (_ ("Write {\"accept\": ID}, {\"decline\": ID} or {\"pair\": true}, one a line."));
}

static void
answer_typed (NamidaCliAsk *self, const char *line)
{
  gboolean yes = namida_cli_ask_is_yes (self->cli, line);

  if (NAMIDA_IS_OFFER (self->current))
    answer_offer (self, NAMIDA_OFFER (self->current), yes);
  else if (NAMIDA_IS_PAIR_REQUEST (self->current))
    answer_request (NAMIDA_PAIR_REQUEST (self->current), yes);
}

static void
decline_all (NamidaCliAsk *self)
{
  g_autoptr (GObject) current = self->current != NULL ? g_object_ref (self->current) : NULL;

  self->over = TRUE;
  if (NAMIDA_IS_OFFER (current))
    namida_hub_decline (self->hub, NAMIDA_OFFER (current));
  else if (NAMIDA_IS_PAIR_REQUEST (current))
    namida_pair_request_decline (NAMIDA_PAIR_REQUEST (current));
}

static void read_next (NamidaCliAsk *self);

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, &error);
  NamidaCliAsk *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* freed */
  if (line == NULL)
    {
      decline_all (self);
      return;
    }
  if (self->cli->json)
    answer_json (self, line);
  else
    answer_typed (self, line);
  read_next (self);
}

static void
read_next (NamidaCliAsk *self)
{
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, self->cancellable, on_line, self);
}

NamidaCliAsk *
namida_cli_ask_new (NamidaCli *cli, NamidaHub *hub, NamidaLanding landing, gboolean offers)
{
  NamidaCliAsk *self = g_new0 (NamidaCliAsk, 1);
  g_autoptr (GInputStream) stdin_stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  self->cli = cli;
  self->hub = hub;
  self->landing = landing;
  self->offers = offers;
  self->input = g_data_input_stream_new (stdin_stream);
  self->cancellable = g_cancellable_new ();
  g_signal_connect_swapped (namida_hub_get_offers (hub), "items-changed", G_CALLBACK (ask_next), self);
  g_signal_connect_swapped (namida_hub_get_pair_requests (hub), "items-changed", G_CALLBACK (ask_next), self);
  read_next (self);
  return self;
}

void
namida_cli_ask_free (NamidaCliAsk *self)
{
  g_cancellable_cancel (self->cancellable);
  while (g_input_stream_has_pending (G_INPUT_STREAM (self->input)))
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (namida_hub_get_offers (self->hub), self);
  g_signal_handlers_disconnect_by_data (namida_hub_get_pair_requests (self->hub), self);
  if (self->current != NULL)
    g_signal_handlers_disconnect_by_data (self->current, self);
  g_clear_object (&self->current);
  g_clear_object (&self->input);
  g_clear_object (&self->cancellable);
  g_free (self);
}

char *
namida_cli_ask_line (NamidaCli *cli)
{
  g_autoptr (GInputStream) stdin_stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (stdin_stream);
  g_autoptr (GAsyncResult) result = NULL;

  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  return g_data_input_stream_read_line_finish (input, result, NULL, NULL);
}
