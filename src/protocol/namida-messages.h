/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-file-result.h"
#include "namida-backup.h"
#include "namida-device-info.h"
#include "namida-error.h"
#include "namida-json.h"

G_BEGIN_DECLS

/* The messages of v1 as structs; pure functions, any thread. Everything parsed here is untrusted; everything returned
 * is checked: ids, hex, safe paths (base/namida-safe-path.h), sizes that add up without overflow. */

/**
 * prepare-upload: TOO_LARGE over the limits, UNSAFE_PATH for a name that is no safe path, INVALID_MANIFEST, else
 * INVALID_REQUEST. Entries without an id (the phone app's) get "f<position>". A missing time is
 * NAMIDA_ENTRY_TIME_UNKNOWN. Formatting leaves the manifest out when the whole would be over NAMIDA_LIMIT_OFFER_BYTES.
 * Over 64 KiB: worker threads.
 */
typedef struct
{
  NamidaDeviceInfo *info; /* (nullable): who it says it is */
  GBytes *manifest;       /* (nullable): the cloud manifest as received, checked */
  NamidaBackup *backup;
  char *text; /* (nullable): LocalSend's: a message, and no files that are wanted */
} NamidaOfferMessage;
NamidaOfferMessage *namida_offer_message_parse (const char *data, gsize length, GError **error);
/** Leaves out, and counts as left out, what namida_entry_is_portable() is not true of. */
char *namida_offer_message_format (NamidaDeviceInfo *info, GBytes *manifest, NamidaBackup *backup, gsize *length);
/** For a device with the feature NAMIDA_FEATURE_NAMES: with all names. */
char *
namida_offer_message_format_all_names (NamidaDeviceInfo *info, GBytes *manifest, NamidaBackup *backup, gsize *length);
/** Who has it takes all names that Linux takes, when the offer says "names": "all". */
#define NAMIDA_FEATURE_NAMES "names"
/** Who has it says what of an offer would travel: POST preview. */
#define NAMIDA_FEATURE_PREVIEW "preview"
void namida_offer_message_free (NamidaOfferMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaOfferMessage, namida_offer_message_free)

/** answer to prepare-upload: what is wanted. This, finish and session list as many files as an offer: up to
 * NAMIDA_LIMIT_OFFER_BYTES. */
typedef struct
{
  char *token;
  guint64 offset;
} NamidaGrant;
typedef struct
{
  char *session_id;
  GHashTable *files;    /* id → NamidaGrant */
  GHashTable *declined; /* (element-type utf8): ids that the person there did not accept */
} NamidaOfferAnswer;
NamidaOfferAnswer *namida_offer_answer_new (const char *session_id);
void namida_offer_answer_grant (NamidaOfferAnswer *self, const char *id, const char *token, guint64 offset);
/** namida_offer_answer_decline: @id is not taken, and not there either. */
void namida_offer_answer_decline (NamidaOfferAnswer *self, const char *id);
NamidaOfferAnswer *namida_offer_answer_parse (const char *data, gsize length, GError **error);
char *namida_offer_answer_format (NamidaOfferAnswer *self, gsize *length);
void namida_offer_answer_free (NamidaOfferAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaOfferAnswer, namida_offer_answer_free)

/** upload's query: all required but offset (0). */
typedef struct
{
  char *session_id;
  char *file_id;
  char *token;
  guint64 offset;
  gboolean piece; /* never on the wire: the body may end before the file does */
} NamidaUploadQuery;
gboolean namida_upload_query_parse (const char *query, NamidaUploadQuery *out, GError **error);
void namida_upload_query_clear (NamidaUploadQuery *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaUploadQuery, namida_upload_query_clear)
/** namida_query_get: Returns: (transfer full) (nullable): one value of a URI query, percent-decoded, NULL when missing
 * or invalid. */
char *namida_query_get (const char *query, const char *key);

/** upload's answer */
char *namida_upload_answer_format (guint64 size, const char *sha256);
gboolean namida_upload_answer_parse (const char *data, gsize length, guint64 *size, char **sha256, GError **error);

/** pack's answer: id → NamidaPackResult, for the files of one pack. */
typedef struct
{
  guint64 size;
  char *sha256;
} NamidaPackResult;
GHashTable *namida_pack_answer_new (void);
void namida_pack_answer_add (GHashTable *answer, const char *id, guint64 size, const char *sha256);
char *namida_pack_answer_format (GHashTable *answer, gsize *length);
GHashTable *namida_pack_answer_parse (const char *data, gsize length, GError **error);

/** finish: request id → sha256 (lower-case hex; the empty text for an empty folder), answer id → NamidaFileResult
 * (GUINT_TO_POINTER). @left_out:
 * (optional) files and folders that the sender left out although they belong to the backup. */
GHashTable *namida_finish_request_parse (const char *data, gsize length, guint *left_out, GError **error);
char *namida_finish_request_format (GHashTable *hashes, guint left_out, gsize *length);
/** namida_finish_value_new: what the table of an answer holds for a file. @code: why it is MISSING, when the disk is
 * the cause (namida_error_storage_words_there()); INTERNAL: no such reason. The value of a result alone is its number.
 */
gpointer namida_finish_value_new (NamidaFileResult result, NamidaError code);
NamidaFileResult namida_finish_value_get_result (gconstpointer value);
NamidaError namida_finish_value_get_code (gconstpointer value);
/** NamidaFinishHealed: what was damaged at the receiver, and is whole again by what arrived. */
typedef struct
{
  guint files, versions; /* that hold at least one of the files */
} NamidaFinishHealed;
/** namida_finish_answer_parse: @healed: (out) (optional): all 0 when the answer does not tell. */
GHashTable *namida_finish_answer_parse (const char *data, gsize length, NamidaFinishHealed *healed, GError **error);
/** namida_finish_answer_format: @healed: (nullable). */
char *namida_finish_answer_format (GHashTable *results, const NamidaFinishHealed *healed, gsize *length);

/** session: {"state":"open"|"finished"|"cancelled","files":{"f1":{"offset":N}}} */
char *namida_session_answer_format (const char *state, GHashTable *offsets /* id → guint64* */, gsize *length);
gboolean
namida_session_answer_parse (const char *data, gsize length, char **state, GHashTable **offsets, GError **error);

/** errors: {"message","code"}; extra: "offset" for wrong-offset. */
char *namida_error_answer_format (const GError *reason, gint64 offset /* -1 = none */);
/** namida_error_answer_parse: Returns: (transfer full): a GError of NAMIDA_ERROR, from body and status, never NULL; the
 * peer's sentence is cleaned and capped. */
GError *namida_error_answer_parse (const char *data, gsize length, guint status, gint64 *offset);

/** register */
char *namida_register_format (NamidaDeviceInfo *info);
NamidaDeviceInfo *namida_register_parse (const char *data, gsize length, GError **error);

/** pair: the three steps, and abort. Nullable members are absent. */
typedef struct
{
  char *step;
  char *commitment;
  char *pair_id;
  char *nonce;
} NamidaPairMessage;
gboolean namida_pair_message_parse (const char *data, gsize length, NamidaPairMessage *out, GError **error);
char *namida_pair_message_format (const NamidaPairMessage *message);
void namida_pair_message_clear (NamidaPairMessage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaPairMessage, namida_pair_message_clear)

#define NAMIDA_V1_PREFIX "/api/namidasync/v1"

G_END_DECLS
