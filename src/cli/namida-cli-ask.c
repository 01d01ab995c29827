/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks about offers and pairing requests on the terminal, or with --json by events, and reads the answers from
 * standard input without blocking the main loop. The commands that run a hub use it. Main thread. */
#include "config.h"

#include "namida-cli-ask.h"

#include "namida-cli-output.h"
#include "namida-cli-part.h"
#include "namida-verify-words.h"
#include "namida-format.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#define SHOW_MS 500 /* the digits normally come at once, with the second message */

struct _NamidaCliAsk
{
  NamidaCli *cli;
  NamidaHub *hub;
  NamidaLanding landing;
  gboolean offers;
  GDataInputStream *input;
  GCancellable *cancellable; /* for the pending read */
  GObject *current;          /* (nullable): the offer or request that is being asked about */
  gboolean over;             /* standard input has ended */
  /* A pairing ended since the last answer, so the next answer must say which pairing it is for. */
  gboolean missed;
  gboolean answered; /* the current request was answered here */
  gboolean shown;    /* the current pairing request was shown */
  gboolean choosing; /* the next line says which part of the offer is accepted */
  guint show_timer;  /* shows the request without its digits when it expires */
};

static void ask_next (NamidaCliAsk *self);

static JsonObject *
ask_parse_object (const char *line, JsonParser *parser)
{
  if (!json_parser_load_from_data (parser, line, -1, NULL) || json_parser_get_root (parser) == NULL
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return NULL;
  return json_node_get_object (json_parser_get_root (parser));
}

static const char *
ask_string_member (JsonObject *object, const char *key)
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
      JsonObject *object = ask_parse_object (line, parser);
      JsonNode *node = object != NULL ? json_object_get_member (object, "pair") : NULL;

      return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
    }
  return *folded != '\0' && (g_str_has_prefix ("yes", folded) || g_str_has_prefix (local, folded));
}

static gboolean
ask_is_open (GObject *object)
{
  if (NAMIDA_IS_OFFER (object))
    return namida_offer_get_state (NAMIDA_OFFER (object)) == NAMIDA_OFFER_OPEN;
  return namida_pair_request_get_open (NAMIDA_PAIR_REQUEST (object));
}

static void
ask_describe_offer (NamidaCliAsk *self, NamidaOffer *offer)
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
  if (!trusted && fingerprint != NULL && !namida_offer_get_can_pair (offer))
    {
      g_auto (GStrv) words
          = namida_verify_words (namida_identity_get_fingerprint (namida_hub_get_identity (self->hub)), fingerprint);
      g_autofree char *icons = g_strjoinv (" · ", words);

      /* Translators: %s is a list of icons as English words, as LocalSend shows them on its page “Verify” */
      namida_cli_print (_ ("LocalSend’s “Verify” page on the other device shows: %s"), icons);
    }
  namida_cli_print (trusted ? _ ("Trusted device, fingerprint %s") : _ ("New device, fingerprint %s"),
                    shown != NULL ? shown : "-");
  if (namida_offer_get_warning (offer) != NULL)
    namida_cli_print (_ ("Warning: %s"), namida_offer_get_warning (offer));
  if (!namida_offer_get_encrypted (offer))
    namida_cli_print (_ ("Not encrypted. Anyone on this network could read or change the files."));
  namida_cli_print (_ ("Destination: %s"), where);
  namida_cli_prompt ("%s",
                     namida_cli_part_is_possible (offer) ? _ ("Accept? [y/n, p for a part]") : _ ("Accept? [y/n]"));
}

static void
ask_emit_offer (NamidaCliAsk *self, NamidaOffer *offer)
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
ask_emit_request (NamidaPairRequest *request)
{
  JsonBuilder *builder = namida_cli_event ("pair");

  namida_json_build_string (builder, "id", namida_pair_request_get_id (request));
  namida_json_build_string (builder, "alias", namida_pair_request_get_alias (request));
  namida_json_build_string (builder, "fingerprint", namida_pair_request_get_fingerprint (request));
  namida_json_build_string (builder, "digits", namida_pair_request_get_digits (request));
  if (namida_pair_request_get_warning (request) != NULL)
    namida_json_build_string (builder, "warning", namida_pair_request_get_warning (request));
  namida_cli_emit (builder);
}

static void
ask_describe_request (NamidaPairRequest *request)
{
  g_autofree char *fingerprint = namida_format_fingerprint (namida_pair_request_get_fingerprint (request));

  namida_cli_print (_ ("“%s” wants to pair with this device. Fingerprint: %s"), namida_pair_request_get_alias (request),
                    fingerprint);
  if (namida_pair_request_get_warning (request) != NULL)
    namida_cli_print (_ ("Warning: %s"), namida_pair_request_get_warning (request));
}

static void
ask_digits (NamidaPairRequest *request)
{
  namida_cli_print (_ ("Pairing code: %s"), namida_pair_request_get_digits (request));
  namida_cli_print (_ ("Once paired, this device can save backups here without asking. "
                       "“namida-sync-cli trust set” changes that."));
  namida_cli_prompt ("%s", _ ("If the other device shows the same code, enter it here, otherwise n:"));
}

/* Shows the pairing request with its digits as soon as they are known, or without them if they do not arrive in time,
 * so that an attempt to guess them does not go unnoticed. */
static void
ask_show_request (NamidaCliAsk *self)
{
  NamidaPairRequest *request = NAMIDA_PAIR_REQUEST (self->current);
  gboolean known = namida_pair_request_get_digits (request) != NULL;

  g_clear_handle_id (&self->show_timer, g_source_remove);
  if (self->cli->json && (known || !self->shown))
    ask_emit_request (request);
  if (!self->cli->json && !self->shown)
    ask_describe_request (request);
  if (!self->cli->json && known)
    ask_digits (request);
  self->shown = TRUE;
}

static gboolean
ask_on_show_time (gpointer user_data)
{
  NamidaCliAsk *self = user_data;

  self->show_timer = 0;
  ask_show_request (self);
  return G_SOURCE_REMOVE;
}

static void
ask_put_request (NamidaCliAsk *self, NamidaPairRequest *request)
{
  self->shown = FALSE;
  if (namida_pair_request_get_digits (request) != NULL)
    {
      ask_show_request (self);
      return;
    }
  g_signal_connect_swapped (request, "revealed", G_CALLBACK (ask_show_request), self);
  if (self->cli->json)
    self->show_timer = g_timeout_add (SHOW_MS, ask_on_show_time, self);
  else
    ask_show_request (self);
}

static void
ask_report_request_closed (NamidaCliAsk *self, NamidaPairRequest *request)
{
  gboolean paired = namida_pair_request_get_paired (request);

  if (!self->shown)
    ask_show_request (self);
  g_clear_handle_id (&self->show_timer, g_source_remove);
  self->missed |= !self->answered;
  if (self->cli->json)
    {
      JsonBuilder *builder = namida_cli_event ("pair-closed");

      namida_json_build_string (builder, "id", namida_pair_request_get_id (request));
      namida_json_build_boolean (builder, "paired", paired);
      namida_cli_emit (builder);
    }
  else if (!self->answered)
    namida_cli_print ("\n%s", _ ("The other device ended the pairing."));
}

static void
ask_on_closed (GObject *object, NamidaCliAsk *self)
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
  else
    ask_report_request_closed (self, NAMIDA_PAIR_REQUEST (object));
  g_signal_handlers_disconnect_by_data (object, self);
  g_clear_object (&self->current);
  ask_next (self);
}

static void
ask_answer_offer (NamidaCliAsk *self, NamidaOffer *offer, gboolean yes)
{
  if (yes)
    namida_inbox_accept (namida_hub_get_inbox (self->hub), offer, self->landing, NULL, FALSE);
  else
    namida_offer_decline (offer);
}

static void
ask_answer_request (NamidaCliAsk *self, NamidaPairRequest *request, gboolean yes)
{
  self->answered = TRUE;
  self->missed = FALSE;
  if (yes)
    namida_pair_request_confirm (request);
  else
    namida_pair_request_decline (request);
}

static void
ask_put (NamidaCliAsk *self, GObject *object)
{
  self->current = g_object_ref (object);
  self->answered = FALSE;
  self->choosing = FALSE;
  g_signal_connect (object, "closed", G_CALLBACK (ask_on_closed), self);
  if (NAMIDA_IS_PAIR_REQUEST (object))
    ask_put_request (self, NAMIDA_PAIR_REQUEST (object));
  else if (self->cli->json)
    ask_emit_offer (self, NAMIDA_OFFER (object));
  else
    ask_describe_offer (self, NAMIDA_OFFER (object));
  if (!self->over)
    return;
  if (NAMIDA_IS_OFFER (object))
    namida_offer_decline (NAMIDA_OFFER (object));
  else
    namida_pair_request_decline (NAMIDA_PAIR_REQUEST (object));
}

static GObject *
ask_first_open (GListModel *list)
{
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (list, i);

      if (ask_is_open (item))
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
  next = ask_first_open (namida_hub_get_pair_requests (self->hub));
  if (next == NULL && self->offers)
    next = ask_first_open (namida_inbox_get_offers (namida_hub_get_inbox (self->hub)));
  if (next != NULL)
    ask_put (self, next);
}

/* Compares only the digits of two texts, whatever separates them. */
static gboolean
ask_same_digits (const char *one, const char *other)
{
  while (TRUE)
    {
      while (*one != '\0' && !g_ascii_isdigit (*one))
        one++;
      while (*other != '\0' && !g_ascii_isdigit (*other))
        other++;
      if (*one != *other)
        return FALSE;
      if (*one == '\0')
        return TRUE;
      one++;
      other++;
    }
}

/* Whether the answer @object is for the current pairing, by its id or digits. An answer without them is, unless
 * another pairing was shown since the last answer. */
static gboolean
ask_is_for (NamidaCliAsk *self, JsonObject *object, NamidaPairRequest *request)
{
  const char *id = ask_string_member (object, "id");
  const char *digits = ask_string_member (object, "digits");
  const char *shown = namida_pair_request_get_digits (request);

  if (id != NULL && !g_str_equal (id, namida_pair_request_get_id (request)))
    return FALSE;
  if (digits != NULL && (shown == NULL || !ask_same_digits (digits, shown)))
    return FALSE;
  return id != NULL || digits != NULL || !self->missed;
}

static void
ask_answer_pair (NamidaCliAsk *self, JsonObject *object, gboolean yes)
{
  NamidaPairRequest *request = NAMIDA_IS_PAIR_REQUEST (self->current) ? NAMIDA_PAIR_REQUEST (self->current) : NULL;
  JsonNode *accept = json_object_get_member (object, "autoAccept");

  if (request == NULL)
    {
      namida_cli_complain (_ ("There is no pairing request."));
      return;
    }
  if (!ask_is_for (self, object, request) || (yes && namida_pair_request_get_digits (request) == NULL))
    {
      namida_cli_complain (_ ("This answer is not for the pairing that is going on. Name it by its digits or its id: "
                              "{\"pair\": true, \"digits\": \"123 456\"}."));
      return;
    }
  if (accept != NULL && json_node_get_value_type (accept) == G_TYPE_BOOLEAN)
    namida_pair_request_set_auto_accept (request, json_node_get_boolean (accept));
  ask_answer_request (self, request, yes);
}

static void
ask_answer_json (NamidaCliAsk *self, const char *line)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = ask_parse_object (line, parser);
  const char *accept = object != NULL ? ask_string_member (object, "accept") : NULL;
  const char *decline = object != NULL ? ask_string_member (object, "decline") : NULL;
  const char *block = object != NULL ? ask_string_member (object, "block") : NULL;
  const char *id = accept != NULL ? accept : decline != NULL ? decline : block;
  NamidaOffer *offer = id != NULL ? namida_inbox_find (namida_hub_get_inbox (self->hub), id) : NULL;

  if (object != NULL && json_object_has_member (object, "pair"))
    ask_answer_pair (self, object, namida_cli_ask_is_yes (self->cli, line));
  else if (object != NULL && json_object_has_member (object, "open-pairing"))
    namida_hub_open_pairing (self->hub);
  else if (offer != NULL && block != NULL && accept == NULL && decline == NULL)
    namida_inbox_block (namida_hub_get_inbox (self->hub), offer);
  else if (offer != NULL)
    accept != NULL ? namida_cli_part_accept_json (self->hub, offer, self->landing, object)
                   : ask_answer_offer (self, offer, FALSE);
  else if (id != NULL)
    namida_cli_complain (_ ("There is no open offer “%s”."), id);
  else
    namida_cli_complain (_ ("Write {\"accept\": ID}, {\"decline\": ID} or {\"pair\": true}, one per line."));
}

/* A user who types the digits has looked at the other device, and means this pairing and no other. */
static void
ask_answer_typed_pair (NamidaCliAsk *self, NamidaPairRequest *request, const char *line)
{
  const char *digits = namida_pair_request_get_digits (request);
  g_autofree char *typed = g_strstrip (g_utf8_make_valid (line, -1));
  g_autofree char *folded = g_utf8_casefold (typed, -1);

  if (digits != NULL && ask_same_digits (typed, digits))
    ask_answer_request (self, request, TRUE);
  else if (*folded == 'n' || g_ascii_isdigit (*typed))
    ask_answer_request (self, request, FALSE);
  else if (digits != NULL)
    namida_cli_prompt ("%s", _ ("Enter the six digits that the other device shows, or n:"));
}

static void
ask_answer_typed (NamidaCliAsk *self, const char *line)
{
  gboolean yes = namida_cli_ask_is_yes (self->cli, line);

  if (NAMIDA_IS_OFFER (self->current) && self->choosing)
    {
      if (namida_cli_part_choose (NAMIDA_OFFER (self->current), line))
        ask_answer_offer (self, NAMIDA_OFFER (self->current), TRUE);
    }
  else if (NAMIDA_IS_OFFER (self->current) && namida_cli_part_is_asked_for (NAMIDA_OFFER (self->current), line))
    {
      self->choosing = TRUE;
      namida_cli_part_ask (NAMIDA_OFFER (self->current));
    }
  else if (NAMIDA_IS_OFFER (self->current))
    ask_answer_offer (self, NAMIDA_OFFER (self->current), yes);
  else if (NAMIDA_IS_PAIR_REQUEST (self->current))
    ask_answer_typed_pair (self, NAMIDA_PAIR_REQUEST (self->current), line);
}

static void
ask_decline_all (NamidaCliAsk *self)
{
  g_autoptr (GObject) current = self->current != NULL ? g_object_ref (self->current) : NULL;

  self->over = TRUE;
  namida_hub_set_may_pair (self->hub, FALSE);
  if (NAMIDA_IS_OFFER (current))
    namida_offer_decline (NAMIDA_OFFER (current));
  else if (NAMIDA_IS_PAIR_REQUEST (current) && namida_pair_request_get_asking (NAMIDA_PAIR_REQUEST (current)))
    namida_pair_request_decline (NAMIDA_PAIR_REQUEST (current)); /* a confirmation stays, although the input ended */
}

static void ask_read_next (NamidaCliAsk *self);

static void
ask_on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, &error);
  NamidaCliAsk *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the object has been freed */
  if (line == NULL)
    {
      ask_decline_all (self);
      return;
    }
  if (self->cli->json)
    ask_answer_json (self, line);
  else
    ask_answer_typed (self, line);
  ask_read_next (self);
}

static void
ask_read_next (NamidaCliAsk *self)
{
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, self->cancellable, ask_on_line, self);
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
  g_signal_connect_swapped (namida_inbox_get_offers (namida_hub_get_inbox (hub)), "items-changed",
                            G_CALLBACK (ask_next), self);
  g_signal_connect_swapped (namida_hub_get_pair_requests (hub), "items-changed", G_CALLBACK (ask_next), self);
  ask_read_next (self);
  return self;
}

void
namida_cli_ask_free (NamidaCliAsk *self)
{
  g_cancellable_cancel (self->cancellable);
  while (g_input_stream_has_pending (G_INPUT_STREAM (self->input)))
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (namida_inbox_get_offers (namida_hub_get_inbox (self->hub)), self);
  g_signal_handlers_disconnect_by_data (namida_hub_get_pair_requests (self->hub), self);
  if (self->current != NULL)
    g_signal_handlers_disconnect_by_data (self->current, self);
  g_clear_handle_id (&self->show_timer, g_source_remove);
  g_clear_object (&self->current);
  g_clear_object (&self->input);
  g_clear_object (&self->cancellable);
  g_free (self);
}

char *
namida_cli_ask_line (NamidaCli *cli)
{
  GAsyncResult *never = NULL;

  return namida_cli_ask_line_unless (cli, &never);
}

char *
namida_cli_ask_line_unless (NamidaCli *cli, GAsyncResult **over)
{
  g_autoptr (GInputStream) stdin_stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (stdin_stream);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, cancellable, namida_cli_keep_result, &result);
  while (result == NULL && *over == NULL && !g_cancellable_is_cancelled (cli->cancellable))
    g_main_context_iteration (NULL, TRUE);
  if (result == NULL)
    g_cancellable_cancel (cancellable);
  namida_cli_wait (&result);
  return g_data_input_stream_read_line_finish (input, result, NULL, NULL);
}
