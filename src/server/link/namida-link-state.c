/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Describes the state of a link to its page, as JSON: a word for each state, which the page translates for its user,
 * and the numbers of the transfer. Called by the routes in the main context. */

#include "config.h"

#include "namida-link-private.h"

#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-limits.h"

/* Returns a word for the state. The page has a text for each word. */
static const char *
link_state_bring (NamidaLink *self)
{
  NamidaTransferState state;

  if (self->transfer == NULL)
    return self->refusal != NULL ? "failed" : "ready";
  state = namida_transfer_get_state (self->transfer);
  switch (state)
    {
    case NAMIDA_TRANSFER_WAITING:
      return "asking";
    case NAMIDA_TRANSFER_PREPARING:
      return "preparing";
    case NAMIDA_TRANSFER_FINISHING:
      return "storing";
    case NAMIDA_TRANSFER_DONE:
      return "done";
    case NAMIDA_TRANSFER_INCOMPLETE:
      return "partial";
    case NAMIDA_TRANSFER_DECLINED:
      return "declined";
    case NAMIDA_TRANSFER_CANCELLED:
      return "cancelled";
    case NAMIDA_TRANSFER_FAILED:
      return "failed";
    default:
      return namida_link_is_receiving (self) ? "running" : self->offer != NULL ? "preparing" : "parked";
    }
}

static void
link_state_append_boolean (GString *out, const char *key, gboolean value)
{
  g_string_append_printf (out, ",\"%s\":%s", key, value ? "true" : "false");
}

/* Appends the names of files that did not arrive; if there are many, only the first ones. */
static void
link_state_append_failed (GString *out, NamidaTransfer *transfer)
{
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (transfer));
  guint n = 0;

  g_string_append (out, ",\"failedFiles\":[");
  for (guint i = 0; i < entries->len && n < 100; i++)
    {
      NamidaFileResult result = namida_transfer_get_result (transfer, i);
      g_autofree char *path = NULL;

      if (namida_file_result_is_success (result))
        continue;
      path = namida_entry_dup_path (g_ptr_array_index (entries, i));
      g_string_append (out, n++ > 0 ? ",{" : "{");
      namida_json_append_member (out, "path", path);
      namida_json_append_member (out, "result", namida_file_result_to_string (result));
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, ']');
}

static void
link_state_append_transfer (GString *out, NamidaTransfer *transfer, const GError *refusal)
{
  const GError *error = namida_transfer_get_error (transfer) != NULL ? namida_transfer_get_error (transfer) : refusal;
  NamidaFileCounts counts = namida_transfer_count_files (transfer);

  if (error != NULL && error->domain == NAMIDA_ERROR)
    namida_json_append_member (out, "code", namida_error_code_to_string ((NamidaError) error->code));
  namida_json_append_size (out, "files", namida_transfer_get_total_files (transfer));
  namida_json_append_size (out, "bytes", namida_transfer_get_total_bytes (transfer));
  namida_json_append_size (out, "doneBytes", namida_transfer_get_done_bytes (transfer));
  namida_json_append_size (out, "stored", counts.stored);
  namida_json_append_size (out, "kept", counts.kept);
  namida_json_append_size (out, "failed", counts.failed);
  if (namida_transfer_is_final (transfer) && counts.failed > 0)
    link_state_append_failed (out, transfer);
}

char *
namida_link_dup_state (NamidaLink *self, gboolean encrypted)
{
  g_autoptr (GString) out = g_string_new ("{");

  namida_json_append_member (out, "direction", self->direction == NAMIDA_LINK_BRING ? "bring" : "fetch");
  if (self->server != NULL)
    namida_json_append_member (out, "device", namida_identity_get_alias (self->server->identity));
  namida_json_append_member (out, "digits", self->digits);
  link_state_append_boolean (out, "encrypted", encrypted);
  namida_json_append_size (out, "minutes", self->minutes);
  namida_json_append_size (out, "secondsLeft", namida_link_get_seconds_left (self));
  namida_json_append_size (out, "pieceBytes", NAMIDA_LIMIT_LINK_PIECE_BYTES);
  if (self->direction == NAMIDA_LINK_BRING)
    {
      NamidaLinkUploads *uploads = self->session != NULL ? namida_link_uploads_of (self->session) : NULL;

      namida_json_append_member (out, "state", link_state_bring (self));
      link_state_append_boolean (out, "proven", uploads == NULL || namida_link_uploads_get_proven (uploads));
      if (self->transfer != NULL)
        link_state_append_transfer (out, self->transfer, self->refusal);
      else if (self->refusal != NULL)
        namida_json_append_member (out, "code", namida_error_code_to_string ((NamidaError) self->refusal->code));
    }
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}
