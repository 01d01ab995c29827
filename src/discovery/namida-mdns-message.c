/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small part of multicast DNS that is needed to find one service: a query and its answer. It is used where Avahi
 * does not run. All input is untrusted: each offset is checked, and a compressed name may only point backwards, so
 * that parsing ends. Pure functions, called by namida-player-finder.c in the main context. */
#include "config.h"

#include "namida-mdns-message.h"

#include "namida-avahi-txt.h"

#include <string.h>

#define HEADER_BYTES 12u
#define NAME_BYTES_MOST 255u
#define LABEL_BYTES_MOST 63u
#define RECORDS_MOST 64u
#define TYPE_PTR 12u
#define TYPE_TXT 16u
#define TYPE_SRV 33u
#define CLASS_IN 1u
#define FLAG_RESPONSE 0x8000u
/* The top bit of the class asks to flush cached records of that name (RFC 6762, section 10.2). */
#define CLASS_MASK 0x7fffu

typedef struct
{
  const guint8 *data;
  gsize length;
  gsize at;
} MdnsReader;

typedef struct
{
  char *name; /* labels joined by '.'; dots within labels are not escaped */
  guint type;
  gsize at, length; /* of the record data */
} MdnsRecord;

static void
mdns_append_name (GByteArray *out, const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);

  for (guint i = 0; labels[i] != NULL; i++)
    {
      guint8 length = (guint8) strlen (labels[i]);

      g_byte_array_append (out, &length, 1);
      g_byte_array_append (out, (const guint8 *) labels[i], length);
    }
  g_byte_array_append (out, (const guint8 *) "", 1);
}

GBytes *
namida_mdns_message_new_query (const char *service)
{
  static const guint8 header[HEADER_BYTES] = { 0, 0, 0, 0, 0, 1 };
  static const guint8 question[] = { 0, TYPE_PTR, 0, CLASS_IN };
  g_autofree char *name = g_strconcat (service, ".local", NULL);
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, header, sizeof header);
  mdns_append_name (out, name);
  g_byte_array_append (out, question, sizeof question);
  return g_byte_array_free_to_bytes (out);
}

static gboolean
mdns_read (MdnsReader *reader, guint bytes, guint *value)
{
  if (bytes > reader->length - reader->at)
    return FALSE;
  *value = 0;
  while (bytes-- > 0)
    *value = *value << 8 | reader->data[reader->at++];
  return TRUE;
}

/* Reads the name at @at, which may continue at an earlier offset. @end: (out): where the name ends in the record.
 * Returns: (transfer full) (nullable) */
static char *
mdns_read_name (const MdnsReader *reader, gsize at, gsize *end)
{
  g_autoptr (GString) name = g_string_new (NULL);
  gsize before = reader->length;
  gboolean jumped = FALSE;

  while (at < reader->length)
    {
      guint length = reader->data[at];

      if (length == 0)
        {
          if (!jumped)
            *end = at + 1;
          return name->len > 0 && g_utf8_validate_len (name->str, name->len, NULL) ? g_strdup (name->str) : NULL;
        }
      if ((length & 0xc0) == 0xc0)
        {
          gsize to;

          if (at + 2 > reader->length)
            return NULL;
          to = (gsize) (length & 0x3f) << 8 | reader->data[at + 1];
          if (!jumped)
            *end = at + 2;
          jumped = TRUE;
          if (to >= MIN (at, before))
            return NULL;
          before = at = to;
          continue;
        }
      if (length > LABEL_BYTES_MOST || at + 1 + length > reader->length || name->len + 1 + length > NAME_BYTES_MOST)
        return NULL;
      if (name->len > 0)
        g_string_append_c (name, '.');
      g_string_append_len (name, (const char *) reader->data + at + 1, length);
      at += 1 + length;
    }
  return NULL;
}

static gboolean
mdns_skip_questions (MdnsReader *reader, guint n)
{
  while (n-- > 0)
    {
      g_autofree char *name = mdns_read_name (reader, reader->at, &reader->at);

      if (name == NULL || reader->length - reader->at < 4)
        return FALSE;
      reader->at += 4;
    }
  return TRUE;
}

static gboolean
mdns_read_record (MdnsReader *reader, MdnsRecord *record)
{
  guint class, ttl, length;

  g_clear_pointer (&record->name, g_free);
  record->name = mdns_read_name (reader, reader->at, &reader->at);
  if (record->name == NULL || !mdns_read (reader, 2, &record->type) || !mdns_read (reader, 2, &class)
      || !mdns_read (reader, 4, &ttl) || !mdns_read (reader, 2, &length) || length > reader->length - reader->at)
    return FALSE;
  record->at = reader->at;
  record->length = length;
  reader->at += length;
  /* A TTL of 0 is a goodbye. */
  if ((class & CLASS_MASK) != CLASS_IN || ttl == 0)
    record->type = 0;
  return TRUE;
}

/* Returns: (transfer full) (nullable): the name of the instance without the service, if @full is an instance of
 * @service. */
static char *
mdns_dup_instance (const char *full, const char *service)
{
  g_autofree char *suffix = g_strconcat (".", service, ".local", NULL);
  gsize length = strlen (full), n = strlen (suffix);

  if (length <= n || g_ascii_strcasecmp (full + length - n, suffix) != 0)
    return NULL;
  return g_strndup (full, length - n);
}

/* Reads strings that are preceded by their length, as "aay". */
static GVariant *
mdns_read_texts (const MdnsReader *reader, const MdnsRecord *record)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aay"));
  gsize at = record->at, end = record->at + record->length;

  while (at < end && at + 1 + reader->data[at] <= end)
    {
      gsize length = reader->data[at];

      g_variant_builder_add_value (&builder,
                                   g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, reader->data + at + 1, length, 1));
      at += 1 + length;
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static guint
mdns_read_port (const MdnsReader *reader, const MdnsRecord *record)
{
  /* The port follows the priority and the weight. */
  return record->length >= 6 ? (guint) reader->data[record->at + 4] << 8 | reader->data[record->at + 5] : 0;
}

/* The data about one instance in the records of an answer. */
typedef struct
{
  char *instance;  /* (nullable) */
  GVariant *texts; /* (nullable) */
  guint port;
} MdnsAnswer;

static void
mdns_take_record (const MdnsReader *reader, const MdnsRecord *record, const char *service, MdnsAnswer *answer)
{
  g_autofree char *instance = NULL;

  if (record->type != TYPE_SRV && record->type != TYPE_TXT)
    return;
  instance = mdns_dup_instance (record->name, service);
  if (instance == NULL || (answer->instance != NULL && !g_str_equal (answer->instance, instance)))
    return;
  if (record->type == TYPE_SRV && answer->port == 0)
    answer->port = mdns_read_port (reader, record);
  if (record->type == TYPE_TXT && answer->texts == NULL)
    answer->texts = mdns_read_texts (reader, record);
  if (answer->instance == NULL)
    answer->instance = g_steal_pointer (&instance);
}

NamidaDeviceInfo *
namida_mdns_message_parse (const guint8 *data, gsize length, const char *service)
{
  MdnsReader reader = { .data = data, .length = length };
  MdnsRecord record = { 0 };
  MdnsAnswer answer = { 0 };
  NamidaDeviceInfo *info = NULL;
  guint id, flags, questions, counts[3], n = 0;

  if (!mdns_read (&reader, 2, &id) || !mdns_read (&reader, 2, &flags) || (flags & FLAG_RESPONSE) == 0
      || !mdns_read (&reader, 2, &questions) || questions > RECORDS_MOST)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      if (!mdns_read (&reader, 2, &counts[i]))
        return NULL;
      n += counts[i];
    }
  if (!mdns_skip_questions (&reader, questions))
    return NULL;
  for (n = MIN (n, RECORDS_MOST); n > 0 && mdns_read_record (&reader, &record); n--)
    mdns_take_record (&reader, &record, service, &answer);
  if (answer.instance != NULL && answer.port > 0)
    {
      if (answer.texts == NULL)
        answer.texts = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("ay"), NULL, 0));
      info = namida_avahi_player_parse (answer.texts, answer.instance, answer.port, NULL);
    }
  g_free (record.name);
  g_free (answer.instance);
  g_clear_pointer (&answer.texts, g_variant_unref);
  return info;
}
