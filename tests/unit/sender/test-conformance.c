/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The required result of each misbehavior, for every dialect and every direction. No file that did not arrive
 * completely, with the announced bytes, is ever reported as stored, and no file that can still arrive is given up
 * because of a wrong answer. */
#include "config.h"

#include "conformance.h"

#include "namida-digest.h"
#include "namida-http-connection.h"

#include <string.h>

#define V1 NAMIDA_DIALECT_V1
#define LS NAMIDA_DIALECT_LOCALSEND
#define LP NAMIDA_DIALECT_LOCALSEND_PLAIN
#define PH NAMIDA_DIALECT_PHONE
#define DONE NAMIDA_TRANSFER_DONE
#define INCOMPLETE NAMIDA_TRANSFER_INCOMPLETE
#define INTERRUPTED NAMIDA_TRANSFER_INTERRUPTED
#define FAILED NAMIDA_TRANSFER_FAILED
#define STORED NAMIDA_FILE_STORED
#define MISSING NAMIDA_FILE_MISSING
#define PENDING NAMIDA_FILE_PENDING
#define MISMATCH NAMIDA_FILE_MISMATCH

static const Case cases[] = {
  { SENDING, V1, PLAY_FAIR, DONE, STORED, STORED, 1 },
  { SENDING, LS, PLAY_FAIR, DONE, STORED, STORED, 1 },
  { SENDING, LP, PLAY_FAIR, DONE, STORED, STORED, 1 },
  { SENDING, PH, PLAY_FAIR, DONE, STORED, STORED, 1 },
  { SENDING, V1, PLAY_SLOW, DONE, STORED, STORED, 1 },
  { SENDING, LS, PLAY_SLOW, DONE, STORED, STORED, 1 },
  { SENDING, LP, PLAY_SLOW, DONE, STORED, STORED, 1 },
  { SENDING, PH, PLAY_SLOW, DONE, STORED, STORED, 1 },
  { SENDING, V1, PLAY_CUT, DONE, STORED, STORED, 1 },
  { SENDING, LS, PLAY_CUT, DONE, STORED, STORED, 1 },
  { SENDING, LP, PLAY_CUT, DONE, STORED, STORED, 1 },
  { SENDING, PH, PLAY_CUT, DONE, STORED, STORED, 2 },
  { SENDING, V1, PLAY_SILENT, FAILED, PENDING, PENDING, 1 },
  { SENDING, LS, PLAY_SILENT, INCOMPLETE, MISSING, STORED, 3 },
  { SENDING, LP, PLAY_SILENT, INCOMPLETE, MISSING, STORED, 3 },
  { SENDING, PH, PLAY_SILENT, FAILED, PENDING, PENDING, 3 },
  { SENDING, V1, PLAY_EARLY, INCOMPLETE, MISMATCH, STORED, 1 },
  { SENDING, LS, PLAY_EARLY, INCOMPLETE, MISSING, STORED, 1 },
  { SENDING, LP, PLAY_EARLY, INCOMPLETE, MISSING, STORED, 1 },
  { SENDING, PH, PLAY_EARLY, FAILED, PENDING, PENDING, 1 },
  { SENDING, V1, PLAY_PARTIAL, DONE, NAMIDA_FILE_KEPT_EXISTING, STORED, 1 },
  { SENDING, LS, PLAY_PARTIAL, INCOMPLETE, NAMIDA_FILE_DECLINED, STORED, 1 },
  { SENDING, LP, PLAY_PARTIAL, INCOMPLETE, NAMIDA_FILE_DECLINED, STORED, 1 },
  { SENDING, V1, PLAY_WRONG_SIZE, INCOMPLETE, MISMATCH, STORED, 1 },
  { SENDING, LS, PLAY_WRONG_SIZE, INCOMPLETE, MISMATCH, STORED, 1 },
  { SENDING, LP, PLAY_WRONG_SIZE, INCOMPLETE, MISMATCH, STORED, 1 },
  { SENDING, PH, PLAY_WRONG_SIZE, FAILED, PENDING, PENDING, 1 },
  { SENDING, V1, PLAY_CHANGED, INCOMPLETE, NAMIDA_FILE_CHANGED, STORED, 1 },
  { SENDING, LS, PLAY_CHANGED, INCOMPLETE, NAMIDA_FILE_CHANGED, STORED, 1 },
  { SENDING, LP, PLAY_CHANGED, INCOMPLETE, NAMIDA_FILE_CHANGED, STORED, 1 },
  { SENDING, PH, PLAY_CHANGED, FAILED, PENDING, PENDING, 1 },
  { SENDING, LS, PLAY_ONCE, INCOMPLETE, MISSING, STORED, 2 },
  { SENDING, V1, PLAY_LOST, INCOMPLETE, MISSING, STORED, 1 },
  { SENDING, V1, PLAY_LEAVES_OUT, INCOMPLETE, NAMIDA_FILE_DECLINED, STORED, 1 },
  { SENDING, V1, PLAY_FINISH_SILENT, INCOMPLETE, STORED, MISSING, 1 },
  { SENDING, V1, PLAY_FINISH_NONSENSE, INCOMPLETE, STORED, MISSING, 1 },
  { SENDING, V1, PLAY_REPEATED, DONE, STORED, STORED, 1 },
  { SENDING, PH, PLAY_REPEATED, FAILED, PENDING, PENDING, 1 },
  { SENDING, V1, PLAY_REFUSES, INCOMPLETE, MISSING, STORED, 1 },
  { SENDING, LS, PLAY_REFUSES, INCOMPLETE, MISSING, STORED, 1 },
  { SENDING, LP, PLAY_REFUSES, INCOMPLETE, MISSING, STORED, 1 },
  { SENDING, PH, PLAY_REFUSES, INCOMPLETE, MISSING, STORED, 1 },
  { SENDING, V1, PLAY_IMPOSTOR, FAILED, PENDING, PENDING, 0 },
  { SENDING, LS, PLAY_IMPOSTOR, FAILED, PENDING, PENDING, 0 },
  { SENDING, V1, PLAY_ALMOST, FAILED, PENDING, PENDING, 0 },
  { SENDING, LS, PLAY_ALMOST, FAILED, PENDING, PENDING, 0 },
  { SENDING, V1, PLAY_FINISH_TWICE, FAILED, PENDING, PENDING, 1 },
  { SENDING, V1, PLAY_FINISH_CUT, FAILED, PENDING, PENDING, 1 },
  { SENDING, V1, PLAY_OTHER_HASH, INCOMPLETE, MISMATCH, STORED, 1 },
  { SENDING, V1, PLAY_BEYOND, DONE, STORED, STORED, 1 },
  { SENDING, V1, PLAY_UNOFFERED, FAILED, PENDING, PENDING, 1 },
  { SENDING, LS, PLAY_UNOFFERED, DONE, STORED, STORED, 1 },

  /* Whatever a sender does, only what came whole, with the bytes that were promised, is stored. */
  { RECEIVING, V1, PLAY_FAIR, DONE, STORED, STORED },
  { RECEIVING, LS, PLAY_FAIR, DONE, STORED, STORED },
  { RECEIVING, LP, PLAY_FAIR, DONE, STORED, STORED },
  { RECEIVING, PH, PLAY_FAIR, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_SLOW, DONE, STORED, STORED },
  { RECEIVING, LS, PLAY_SLOW, DONE, STORED, STORED },
  { RECEIVING, LP, PLAY_SLOW, DONE, STORED, STORED },
  { RECEIVING, PH, PLAY_SLOW, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_CUT, DONE, STORED, STORED },
  { RECEIVING, LS, PLAY_CUT, DONE, STORED, STORED },
  { RECEIVING, LP, PLAY_CUT, DONE, STORED, STORED },
  { RECEIVING, PH, PLAY_CUT, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_GONE, INTERRUPTED, PENDING, PENDING },
  { RECEIVING, LS, PLAY_GONE, INCOMPLETE, MISSING, STORED },
  { RECEIVING, LP, PLAY_GONE, INCOMPLETE, MISSING, STORED },
  { RECEIVING, PH, PLAY_GONE, INTERRUPTED, PENDING, PENDING },
  { RECEIVING, V1, PLAY_MUTE, INTERRUPTED, PENDING, PENDING },
  { RECEIVING, LS, PLAY_MUTE, INTERRUPTED, PENDING, PENDING },
  { RECEIVING, PH, PLAY_MUTE, INTERRUPTED, PENDING, PENDING },
  { RECEIVING, V1, PLAY_EARLY_FINISH, INCOMPLETE, MISSING, STORED },
  { RECEIVING, V1, PLAY_UNNAMED, INCOMPLETE, STORED, MISSING },
  { RECEIVING, V1, PLAY_SHORTER, INCOMPLETE, MISSING, STORED },
  { RECEIVING, LS, PLAY_SHORTER, INCOMPLETE, MISSING, STORED },
  { RECEIVING, PH, PLAY_SHORTER, INTERRUPTED, PENDING, PENDING },
  { RECEIVING, V1, PLAY_LONGER, INCOMPLETE, MISSING, STORED },
  { RECEIVING, LS, PLAY_LONGER, INCOMPLETE, MISSING, STORED },
  { RECEIVING, PH, PLAY_LONGER, INTERRUPTED, PENDING, PENDING },
  { RECEIVING, V1, PLAY_OTHER_BYTES, INCOMPLETE, MISMATCH, STORED },
  { RECEIVING, LS, PLAY_OTHER_BYTES, INCOMPLETE, MISSING, STORED },
  { RECEIVING, LP, PLAY_OTHER_BYTES, INCOMPLETE, MISSING, STORED },
  { RECEIVING, V1, PLAY_TWICE, INCOMPLETE, MISMATCH, STORED },
  { RECEIVING, LS, PLAY_TWICE, INCOMPLETE, MISSING, STORED },
  { RECEIVING, PH, PLAY_TWICE, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_TWO_ENDS, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_STRANGER, DONE, STORED, STORED },
  { RECEIVING, LS, PLAY_STRANGER, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_OTHER_TOKEN, DONE, STORED, STORED },
  { RECEIVING, LS, PLAY_OTHER_TOKEN, DONE, STORED, STORED },
  { RECEIVING, LP, PLAY_OTHER_TOKEN, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_BEHIND, INCOMPLETE, MISSING, STORED },
  { RECEIVING, V1, PLAY_OVERLAP, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_AT_ONCE, DONE, STORED, STORED },
  { RECEIVING, LS, PLAY_AT_ONCE, DONE, STORED, STORED },
  { RECEIVING, V1, PLAY_AFTER_END, DONE, STORED, STORED },
  { RECEIVING, LS, PLAY_AFTER_END, DONE, STORED, STORED },
  { RECEIVING, LP, PLAY_AFTER_END, DONE, STORED, STORED },

  /* A fetch is compared with the hashes that the other device has had since the files arrived there. */
  { FETCHING, V1, PLAY_FAIR, DONE, STORED, STORED },
  { FETCHING, V1, PLAY_SLOW, DONE, STORED, STORED },
  { FETCHING, V1, PLAY_CUT, DONE, STORED, STORED },
  { FETCHING, V1, PLAY_GONE, FAILED, PENDING, PENDING },
  { FETCHING, V1, PLAY_SILENT, FAILED, PENDING, PENDING },
  { FETCHING, V1, PLAY_PARTIAL, INCOMPLETE, MISSING, STORED },
  { FETCHING, V1, PLAY_SHORTER, INCOMPLETE, MISSING, STORED },
  { FETCHING, V1, PLAY_LONGER, INCOMPLETE, MISSING, STORED },
  { FETCHING, V1, PLAY_OTHER_BYTES, INCOMPLETE, MISMATCH, STORED },
  { FETCHING, V1, PLAY_REPEATED, DONE, STORED, STORED },
  { FETCHING, V1, PLAY_NO_RANGES, DONE, STORED, STORED },
  { FETCHING, V1, PLAY_OTHER_RANGE, DONE, STORED, STORED },
  { FETCHING, V1, PLAY_IMPOSTOR, FAILED, PENDING, PENDING },
  { FETCHING, V1, PLAY_ALMOST, FAILED, PENDING, PENDING },
  { FETCHING, V1, PLAY_PART_FOR_ALL, INCOMPLETE, MISSING, STORED },
  { FETCHING, V1, PLAY_NO_LENGTH, INCOMPLETE, MISSING, STORED },
  { FETCHING, V1, PLAY_TWO_LENGTHS, FAILED, PENDING, PENDING },
  { FETCHING, V1, PLAY_EXPIRES, FAILED, MISSING, PENDING },
  { FETCHING, V1, PLAY_WITHDRAWN, NAMIDA_TRANSFER_DECLINED, MISSING, PENDING },
  { FETCHING, V1, PLAY_NOT_STORED, FAILED, PENDING, PENDING },
};

static const char *const play_names[]
    = { "fair",         "slow",         "cut",           "silent",          "early",     "partial",
        "wrong-size",   "changed",      "finish-silent", "finish-nonsense", "repeated",  "refuses",
        "impostor",     "gone",         "mute",          "early-finish",    "unnamed",   "shorter",
        "longer",       "other-bytes",  "twice",         "two-ends",        "no-ranges", "other-range",
        "part-for-all", "no-length",    "two-lengths",   "expires",         "almost",    "stranger",
        "other-token",  "finish-twice", "finish-cut",    "other-hash",      "beyond",    "unoffered",
        "behind",       "overlap",      "at-once",       "after-end",       "lost",      "leaves-out",
        "once",         "withdrawn",    "not-stored" };

static const char *
dialect_name (NamidaDialect dialect)
{
  return dialect == V1 ? "v1" : dialect == LS ? "localsend" : dialect == LP ? "localsend-plain" : "phone";
}

GBytes *
conformance_make_bytes (gsize size, guint32 seed)
{
  guint64 *words = g_new (guint64, size / sizeof (guint64) + 1);

  for (gsize i = 0; i <= size / sizeof (guint64); i++)
    words[i] = ((guint64) seed << 32 | i) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return g_bytes_new_take (words, size);
}

char *
conformance_hash (GBytes *bytes)
{
  return namida_digest_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

char *
conformance_dup_shown (const Case *test, const char *real, const char *other)
{
  char *shown = g_strdup (test->play == PLAY_IMPOSTOR ? other : real);

  if (test->play == PLAY_ALMOST)
    shown[strlen (shown) - 1] = shown[strlen (shown) - 1] == '0' ? '1' : '0';
  return shown;
}

NamidaEntry *
conformance_make_entry (NamidaEntryKind kind, const char *id, const char *name, GBytes *bytes)
{
  NamidaEntry *entry = namida_entry_new ();

  entry->kind = kind;
  entry->id = g_strdup (id);
  entry->name = g_strdup (name);
  if (kind == NAMIDA_ENTRY_FILE)
    {
      g_free (entry->label);
      entry->label = g_strdup ("Music");
      g_free (entry->relative_path);
      entry->relative_path = g_strdup (name);
    }
  entry->size = g_bytes_get_size (bytes);
  entry->sha256 = conformance_hash (bytes);
  return entry;
}

int
main (int argc, char **argv)
{
  static const char *const directions[] = { "sending", "receiving", "fetching" };

  g_test_init (&argc, &argv, NULL);
  namida_http_set_back_off_for_tests (100);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/conformance/%s/%s/%s", directions[cases[i].direction],
                                               play_names[cases[i].play], dialect_name (cases[i].dialect));

      switch (cases[i].direction)
        {
        case SENDING:
          conformance_add_sending (path, &cases[i]);
          break;
        case RECEIVING:
          conformance_add_receiving (path, &cases[i]);
          break;
        case FETCHING:
          conformance_add_fetching (path, &cases[i]);
          break;
        default:
          g_assert_not_reached ();
        }
    }
  return g_test_run ();
}
