/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of our own protocol, v1 (docs/protocol.md), as structs. Used by the server, the senders and the puller.
 * Pure functions, any thread. Everything that is parsed is untrusted; everything that is returned was checked: ids, hex
 * digits, safe paths (base/namida-safe-path.h), sizes whose sum does not overflow. All formatted texts are JSON, and
 * their @length is in bytes. */
#pragma once

#include "namida-file-result.h"
#include "namida-backup.h"
#include "namida-device-info.h"
#include "namida-error.h"
#include "namida-json.h"

G_BEGIN_DECLS

/**
 * NamidaOfferMessage: the body of prepare-upload.
 *
 * Parsing fails with TOO_LARGE if a limit is exceeded, with UNSAFE_PATH for an unsafe name, with INVALID_MANIFEST, or
 * with INVALID_REQUEST. Entries without an id (from the phone app) get "f<position>". A missing time is
 * NAMIDA_ENTRY_TIME_UNKNOWN. Formatting omits the manifest if the whole would exceed NAMIDA_LIMIT_OFFER_BYTES. For more
 * than 64 KiB, use a worker thread.
 */
typedef struct
{
  NamidaDeviceInfo *info; /* (nullable): what the sender says about itself */
  GBytes *manifest;       /* (nullable): the cloud manifest as received, checked */
  NamidaBackup *backup;
  char *text; /* (nullable): LocalSend only: a text message, instead of files */
} NamidaOfferMessage;
/** namida_offer_message_parse: Returns: (transfer full) (nullable): see NamidaOfferMessage for the errors. */
NamidaOfferMessage *namida_offer_message_parse (const char *data, gsize length, GError **error);
/**
 * namida_offer_message_format: Omits entries for which namida_entry_is_portable() is %FALSE, and counts them as left
 * out. Returns: (transfer full)
 */
char *namida_offer_message_format (NamidaDeviceInfo *info, GBytes *manifest, NamidaBackup *backup, gsize *length);
/**
 * namida_offer_message_format_all_names: Includes all names. For a device with the feature NAMIDA_FEATURE_NAMES.
 * Returns: (transfer full)
 */
char *
namida_offer_message_format_all_names (NamidaDeviceInfo *info, GBytes *manifest, NamidaBackup *backup, gsize *length);
/** A feature of register: the device accepts all names that are valid on Linux if the offer says "names": "all". */
#define NAMIDA_FEATURE_NAMES "names"
/** A feature of register: the device says which files of an offer would be transferred (POST preview). */
#define NAMIDA_FEATURE_PREVIEW "preview"
/** namida_offer_message_free: @self: (transfer full) */
void namida_offer_message_free (NamidaOfferMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaOfferMessage, namida_offer_message_free)

/**
 * NamidaOfferAnswer: the answer to prepare-upload: which files are wanted. Like finish and session, it may list as many
 * files as an offer, and have up to NAMIDA_LIMIT_OFFER_BYTES.
 */
typedef struct
{
  char *token;
  guint64 offset;
} NamidaGrant;
typedef struct
{
  char *session_id;
  GHashTable *files;    /* id → NamidaGrant */
  GHashTable *declined; /* (element-type utf8): ids of files that the user of the other device did not accept */
} NamidaOfferAnswer;
/** namida_offer_answer_new: Returns: (transfer full): an answer in which no file is wanted yet. */
NamidaOfferAnswer *namida_offer_answer_new (const char *session_id);
/** namida_offer_answer_grant: Asks for the file @id, from byte @offset on. @token: must come with the upload. */
void namida_offer_answer_grant (NamidaOfferAnswer *self, const char *id, const char *token, guint64 offset);
/** namida_offer_answer_decline: States that the file @id is not accepted; it is not already there either. */
void namida_offer_answer_decline (NamidaOfferAnswer *self, const char *id);
/** namida_offer_answer_parse: Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST or TOO_LARGE. */
NamidaOfferAnswer *namida_offer_answer_parse (const char *data, gsize length, GError **error);
/** namida_offer_answer_format: @length: (out) (optional). Returns: (transfer full) */
char *namida_offer_answer_format (NamidaOfferAnswer *self, gsize *length);
/** namida_offer_answer_free: @self: (transfer full) */
void namida_offer_answer_free (NamidaOfferAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaOfferAnswer, namida_offer_answer_free)

/** NamidaUploadQuery: the query of upload. All members are required except offset (default 0). */
typedef struct
{
  char *session_id;
  char *file_id;
  char *token;
  guint64 offset;
  gboolean piece; /* never on the wire: the body may end before the file does */
} NamidaUploadQuery;
/** namida_upload_query_parse: @out: (out caller-allocates). Returns: %FALSE with INVALID_REQUEST. */
gboolean namida_upload_query_parse (const char *query, NamidaUploadQuery *out, GError **error);
/** namida_upload_query_clear: Frees the members. */
void namida_upload_query_clear (NamidaUploadQuery *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaUploadQuery, namida_upload_query_clear)
/**
 * namida_query_get: Returns: (transfer full) (nullable): one value of a URI query, percent-decoded; %NULL if it is
 * missing or invalid.
 */
char *namida_query_get (const char *query, const char *key);

/**
 * namida_upload_answer_format: Formats the answer to upload. @size: of the stored part, in bytes. @sha256: 64 hex
 * digits. Returns: (transfer full)
 */
char *namida_upload_answer_format (guint64 size, const char *sha256);
/**
 * namida_upload_answer_parse: @size: (out), @sha256: (out) (transfer full): the size in bytes and the hash of the data
 * that the receiver has of the file. Returns: %FALSE with INVALID_REQUEST.
 */
gboolean namida_upload_answer_parse (const char *data, gsize length, guint64 *size, char **sha256, GError **error);

/** NamidaPackResult: one file in the answer to pack, which is a table of id → NamidaPackResult. */
typedef struct
{
  guint64 size;
  char *sha256;
} NamidaPackResult;
/** namida_pack_answer_new: Returns: (transfer full): an empty table. */
GHashTable *namida_pack_answer_new (void);
/** namida_pack_answer_add: @size: in bytes. @sha256: 64 hex digits. */
void namida_pack_answer_add (GHashTable *answer, const char *id, guint64 size, const char *sha256);
/** namida_pack_answer_format: @length: (out) (optional). Returns: (transfer full) */
char *namida_pack_answer_format (GHashTable *answer, gsize *length);
/** namida_pack_answer_parse: Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST or TOO_LARGE. */
GHashTable *namida_pack_answer_parse (const char *data, gsize length, GError **error);

/**
 * namida_finish_request_parse: @left_out: (out) (optional): the number of files and folders that the sender could not
 * include although they belong to the backup. Returns: (transfer full) (nullable): a table of id → SHA-256 (lower-case
 * hex; "" for an empty folder); %NULL with INVALID_REQUEST or TOO_LARGE.
 */
GHashTable *namida_finish_request_parse (const char *data, gsize length, guint *left_out, GError **error);
/** namida_finish_request_format: @length: (out) (optional). Returns: (transfer full) */
char *namida_finish_request_format (GHashTable *hashes, guint left_out, gsize *length);
/**
 * namida_finish_value_new: Returns: the value of a file in the table of an answer. @code: why a file is MISSING, if the
 * disk is the cause (namida_error_storage_words_there()), otherwise INTERNAL. Without a reason, the value is the number
 * of the result.
 */
gpointer namida_finish_value_new (NamidaFileResult result, NamidaError code);
/** namida_finish_value_get_result: Returns: the result in a value of the table. */
NamidaFileResult namida_finish_value_get_result (gconstpointer value);
/** namida_finish_value_get_code: Returns: the reason in a value of the table; INTERNAL if there is none. */
NamidaError namida_finish_value_get_code (gconstpointer value);
/** NamidaFinishHealed: how much of the receiver's damaged data was repaired with the received files. */
typedef struct
{
  guint files, versions; /* number of files, and of versions that contain at least one of them */
} NamidaFinishHealed;
/**
 * namida_finish_answer_parse: @healed: (out) (optional): all 0 if the answer does not contain it. Returns: (transfer
 * full) (nullable): a table of id → value (namida_finish_value_new()); %NULL with INVALID_REQUEST or TOO_LARGE.
 */
GHashTable *namida_finish_answer_parse (const char *data, gsize length, NamidaFinishHealed *healed, GError **error);
/** namida_finish_answer_format: @results: id → value. @healed: (nullable). Returns: (transfer full) */
char *namida_finish_answer_format (GHashTable *results, const NamidaFinishHealed *healed, gsize *length);

/**
 * namida_session_answer_format: Formats {"state":"open"|"finished"|"cancelled","files":{"f1":{"offset":N}}}, the answer
 * to session. @offsets: id → guint64 *, in bytes. Returns: (transfer full)
 */
char *namida_session_answer_format (const char *state, GHashTable *offsets, gsize *length);
/**
 * namida_session_answer_parse: @state: (out) (transfer full). @offsets: (out) (transfer full): id → guint64 *, in
 * bytes. Returns: %FALSE with INVALID_REQUEST or TOO_LARGE.
 */
gboolean
namida_session_answer_parse (const char *data, gsize length, char **state, GHashTable **offsets, GError **error);

/**
 * namida_error_answer_format: Formats an error as {"message","code"}. @offset: in bytes, added as "offset" (for
 * wrong-offset); -1 for none. Returns: (transfer full)
 */
char *namida_error_answer_format (const GError *reason, gint64 offset);
/**
 * namida_error_answer_parse: Returns: (transfer full): a GError of NAMIDA_ERROR made from body and status, never %NULL.
 * The message of the other device is cleaned and limited in length.
 */
GError *namida_error_answer_parse (const char *data, gsize length, guint status, gint64 *offset);

/** namida_register_format: Formats the body of register, and its answer. Returns: (transfer full) */
char *namida_register_format (NamidaDeviceInfo *info);
/** namida_register_parse: Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST or TOO_LARGE. */
NamidaDeviceInfo *namida_register_parse (const char *data, gsize length, GError **error);

/**
 * NamidaPairMessage: the body and the answer of pair: the steps commit, reveal and confirm, "wait" and "abort". %NULL
 * members are absent.
 */
typedef struct
{
  char *step;
  char *commitment;
  char *pair_id;
  char *nonce;
} NamidaPairMessage;
/** namida_pair_message_parse: @out: (out caller-allocates). Returns: %FALSE with INVALID_REQUEST or TOO_LARGE. */
gboolean namida_pair_message_parse (const char *data, gsize length, NamidaPairMessage *out, GError **error);
/** namida_pair_message_format: Returns: (transfer full) */
char *namida_pair_message_format (const NamidaPairMessage *message);
/** namida_pair_message_clear: Frees the members. */
void namida_pair_message_clear (NamidaPairMessage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaPairMessage, namida_pair_message_clear)

#define NAMIDA_V1_PREFIX "/api/namidasync/v1"

G_END_DECLS
