/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of results; see the header. A new result needs one row here and an enumerator; nothing else in the
 * program lists them. Any thread. */
#include "config.h"

#include "namida-file-result.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *name;   /* in JSON; never changes */
  const char *wire;   /* (nullable): the word for it in a receiver's answer to finish */
  gboolean success;   /* the receiver is known to have the file */
  const char *words;  /* shown in a row */
  const char *detail; /* (nullable): a sentence */
} Row;

static const Row rows[] = {
  [NAMIDA_FILE_PENDING] = { "pending", NULL, FALSE, N_ ("Waiting"), N_ ("It was not sent.") },
  [NAMIDA_FILE_STORED] = { "stored", "stored", TRUE, N_ ("Verified"), NULL },
  [NAMIDA_FILE_KEPT_EXISTING] = { "kept-existing", "kept-existing", TRUE, N_ ("Already there"), NULL },
  [NAMIDA_FILE_CLAIMED]
  = { "claimed", NULL, FALSE, N_ ("Already there, not verified"),
      N_ ("The other device says that it has this file, but nothing shows that its copy is the same.") },
  [NAMIDA_FILE_DECLINED]
  = { "declined", NULL, FALSE, N_ ("Declined"), N_ ("The other device did not accept this file.") },
  [NAMIDA_FILE_LEFT_OUT] = { "left-out", NULL, FALSE, N_ ("Skipped"), N_ ("It was not sent.") },
  [NAMIDA_FILE_MISSING]
  = { "missing", "missing", FALSE, N_ ("Not received"), N_ ("It did not arrive whole. Send it again.") },
  [NAMIDA_FILE_CHANGED]
  = { "changed", NULL, FALSE, N_ ("Changed while it was sent"), N_ ("It changed while it was sent. Send it again.") },
  [NAMIDA_FILE_MISMATCH] = { "mismatch", "mismatch", FALSE, N_ ("Does not match the original"),
                             N_ ("What arrived is not what was sent, so it was not stored. Send it again.") },
  [NAMIDA_FILE_DAMAGED] = { "damaged", NULL, FALSE, N_ ("Damaged"),
                            N_ ("It is damaged on the device that sends it. Verify the backup there.") },
  [NAMIDA_FILE_UNREADABLE] = { "unreadable", NULL, FALSE, N_ ("Could not be read"), N_ ("It could not be read.") },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == NAMIDA_FILE_N_RESULTS);

static const Row *
row_of (NamidaFileResult result)
{
  return &rows[(guint) result < G_N_ELEMENTS (rows) ? result : NAMIDA_FILE_PENDING];
}

const char *
namida_file_result_to_string (NamidaFileResult result)
{
  return row_of (result)->name;
}

const char *
namida_file_result_to_wire (NamidaFileResult result)
{
  const char *wire = row_of (result)->wire;

  return wire != NULL ? wire : rows[NAMIDA_FILE_MISSING].wire;
}

NamidaFileResult
namida_file_result_from_wire (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].wire != NULL && g_strcmp0 (rows[i].wire, word) == 0)
      return (NamidaFileResult) i;
  return NAMIDA_FILE_MISSING;
}

gboolean
namida_file_result_is_success (NamidaFileResult result)
{
  return row_of (result)->success;
}

const char *
namida_file_result_get_words (NamidaFileResult result)
{
  return _ (row_of (result)->words);
}

const char *
namida_file_result_get_detail (NamidaFileResult result)
{
  const char *detail = row_of (result)->detail;

  return detail != NULL ? _ (detail) : NULL;
}
