/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the rules by which versions are removed automatically: a table of cases, and random histories whose result is
 * compared with a second, slower implementation of the rules. */
#include "namida-retention.h"

#include <string.h>

#define DAY (G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC)
#define JULY (G_GINT64_CONSTANT (1784000000) * G_USEC_PER_SEC)

/* ---- the table ---- */

/* What a version of a case holds: the first letter of each is its thing, "z" the zip; "!" behind it: not restorable;
 * then the number of its files. The flags: p pinned, k no proven key, d damaged or not complete, a away, r this run. */
typedef struct
{
  const char *things;
  const char *flags;
  int days; /* what the clock said */
} CaseVersion;

typedef struct
{
  const char *name;
  NamidaRetention policy;
  CaseVersion versions[8]; /* in the order of arrival */
  const char *expected;    /* a letter for each: - stays, x goes, ? asks */
} Case;

static const Case cases[] = {
  { "zero keeps all", { 0 }, { { "z1", "", 0 }, { "z1", "", 1 } }, "--" },
  { "zero keeps all, monthly too", { 0, TRUE }, { { "z1", "", 0 }, { "z1", "", 1 } }, "--" },
  { "older ones go", { 2 }, { { "z1", "", 0 }, { "z1", "", 1 }, { "z1", "", 2 }, { "z1", "", 3 } }, "xx--" },
  { "the clock has no say", { 1 }, { { "z1", "", 900 }, { "z1", "", 800 }, { "z1", "", 1 } }, "xx-" },
  { "a zip alone keeps the music", { 2 }, { { "zM5", "", 0 }, { "z1", "", 1 }, { "z1", "", 2 } }, "---" },
  { "another label keeps the label", { 1 }, { { "J3", "", 0 }, { "R3", "", 1 } }, "--" },
  { "single songs keep the folder", { 2 }, { { "M5", "", 0 }, { "a1", "", 1 }, { "b1", "", 2 } }, "---" },
  { "two halves cover a whole", { 1 }, { { "J3R3", "", 0 }, { "J3", "", 1 }, { "R3", "", 2 } }, "x--" },
  { "a damaged one does not count", { 1 }, { { "z1", "", 0 }, { "z1", "d", 1 } }, "--" },
  { "a damaged one may go", { 1 }, { { "z1", "d", 0 }, { "z1", "", 1 } }, "x-" },
  { "only damaged ones", { 1 }, { { "z1", "d", 0 }, { "z1", "d", 1 } }, "--" },
  { "one that is away does not count", { 1 }, { { "z1", "", 0 }, { "z1", "ad", 1 } }, "--" },
  { "one that is away stays", { 1 }, { { "z1", "a", 0 }, { "z1", "", 1 } }, "--" },
  { "a pinned one stays", { 1 }, { { "z1", "p", 0 }, { "z1", "", 1 } }, "--" },
  { "a pinned one does not count", { 1 }, { { "z1", "", 0 }, { "z1", "p", 1 } }, "--" },
  { "a pinned one before the number", { 2 }, { { "z1", "", 0 }, { "z1", "p", 1 }, { "z1", "", 2 } }, "---" },
  { "no proven key before one that has one", { 1 }, { { "z1", "k", 0 }, { "z1", "", 1 } }, "--" },
  { "no proven key", { 1 }, { { "z1", "k", 0 }, { "z1", "k", 1 } }, "--" },
  { "an unproven one does not count", { 1 }, { { "z1", "", 0 }, { "z1", "k", 1 } }, "--" },
  { "a zip that cannot be restored", { 1 }, { { "z1", "", 0 }, { "z!1", "", 1 } }, "--" },
  { "such a zip may go", { 1 }, { { "z!1", "", 0 }, { "z1", "", 1 } }, "x-" },
  { "199 of 200 songs lost", { 1 }, { { "zM200", "", 0 }, { "zM1", "", 1 } }, "?-" },
  { "half is enough", { 1 }, { { "M200", "", 0 }, { "M100", "", 1 } }, "x-" },
  { "less than half of an odd number", { 1 }, { { "M5", "", 0 }, { "M2", "", 1 } }, "?-" },
  { "slowly less, in one go", { 1 }, { { "M200", "", 0 }, { "M120", "", 1 }, { "M70", "", 2 } }, "?x-" },
  { "a loss is no question when a thing is missing", { 1 }, { { "M9J1", "", 0 }, { "M1", "", 1 } }, "--" },
  { "this run stays", { 1 }, { { "z1", "r", 0 }, { "z1", "r", 1 } }, "--" },
  { "nothing in it", { 1 }, { { "", "", 0 }, { "z1", "", 1 } }, "--" },
  { "monthly", { 1, TRUE }, { { "z1", "", 0 }, { "z1", "", 40 }, { "z1", "", 41 } }, "-x-" },
  { "monthly counts whole ones", { 1, TRUE }, { { "z1", "", 0 }, { "z1", "d", 1 }, { "z1", "", 40 } }, "-x-" },
};

#define MOST_THINGS 4u

/* Bytes go with the files, so that either of them may fall below half. */
static guint
parse_things (const char *text, NamidaRetentionThing *things)
{
  guint n = 0;

  while (*text != '\0')
    {
      things[n] = (NamidaRetentionThing){ .key = (guint64) text[0], .files = 1, .unrestorable = text[1] == '!' };
      text++;
      text += *text == '!';
      if (g_ascii_isdigit (*text))
        things[n].files = g_ascii_strtoull (text, (char **) &text, 10);
      things[n].bytes = 1000 * things[n].files;
      n++;
    }
  return n;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  NamidaRetentionThing things[8][MOST_THINGS];
  NamidaRetentionItem items[8] = { { 0 } };
  guint n = (guint) strlen (c->expected), removed = 0;

  for (guint i = 0; i < n; i++)
    {
      const CaseVersion *version = &c->versions[i];

      items[i].arrival = i + 1;
      items[i].created_at = JULY + version->days * DAY;
      items[i].things = things[i];
      items[i].n_things = parse_things (version->things, things[i]);
      items[i].pinned = strchr (version->flags, 'p') != NULL;
      items[i].proven_key = strchr (version->flags, 'k') == NULL;
      items[i].whole = strchr (version->flags, 'd') == NULL;
      items[i].present = strchr (version->flags, 'a') == NULL;
      items[i].this_run = strchr (version->flags, 'r') != NULL;
    }
  guint result = namida_retention_choose (c->policy, items, n);
  for (guint i = 0; i < n; i++)
    {
      removed += items[i].remove;
      g_assert_cmpint (items[i].remove ? 'x' : items[i].ask ? '?' : '-', ==, c->expected[i]);
    }
  g_assert_cmpuint (result, ==, removed);
}

/* As many files and few bytes are a loss as well. */
static void
test_bytes (void)
{
  NamidaRetentionThing old = { .key = 1, .files = 10, .bytes = 1000 }, new = { .key = 1, .files = 10, .bytes = 499 };
  NamidaRetentionItem items[2] = {
    { .arrival = 2, .things = &new, .n_things = 1, .proven_key = TRUE, .whole = TRUE, .present = TRUE },
    { .arrival = 1, .things = &old, .n_things = 1, .proven_key = TRUE, .whole = TRUE, .present = TRUE },
  };

  g_assert_cmpuint (namida_retention_choose ((NamidaRetention){ .last = 1 }, items, 2), ==, 0);
  g_assert_true (items[1].ask);
  g_assert_cmpuint (items[1].ask_files, ==, 10);
  new.bytes = 500;
  g_assert_cmpuint (namida_retention_choose ((NamidaRetention){ .last = 1 }, items, 2), ==, 1);
  g_assert_false (items[1].ask);
  /* Sizes are believed from nobody: none of them may overflow. */
  old.bytes = G_MAXUINT64;
  new.bytes = G_MAXUINT64 / 2;
  g_assert_cmpuint (namida_retention_choose ((NamidaRetention){ .last = 1 }, items, 2), ==, 0);
}

/* ---- histories ---- */

#define HISTORIES 100000u
#define EVENTS 18u
#define DEVICES 3u

typedef struct
{
  NamidaRetentionThing things[MOST_THINGS];
  NamidaRetentionItem item;
  gboolean gone;
} HistoryVersion;

typedef struct
{
  HistoryVersion versions[EVENTS];
  guint n;
  gint64 clock;
  guint32 state; /* of the random numbers: a million of g_rand's cost more than all the rest */
} History;

static guint
pick (History *history, guint below)
{
  history->state ^= history->state << 13;
  history->state ^= history->state >> 17;
  history->state ^= history->state << 5;
  return history->state % below;
}

static gboolean
one_in (History *history, guint n)
{
  return pick (history, n) == 0;
}

static void
history_receive (History *history)
{
  HistoryVersion *version = &history->versions[history->n];
  NamidaRetentionItem *item = &version->item;
  guint device = pick (history, DEVICES);

  *version = (HistoryVersion){ 0 };
  history->clock += one_in (history, 4) ? -400 * DAY : DAY * pick (history, 40);
  *item = (NamidaRetentionItem){ .arrival = ++history->n,
                                 .created_at = JULY + history->clock,
                                 .things = version->things,
                                 .proven_key = device != 0 && !one_in (history, 8),
                                 .whole = !one_in (history, 4),
                                 .present = !one_in (history, 12),
                                 .this_run = TRUE };
  if (!item->present)
    item->whole = FALSE;
  for (guint thing = 0; thing < MOST_THINGS; thing++)
    if (one_in (history, 2))
      version->things[item->n_things++] = (NamidaRetentionThing){ .key = device * MOST_THINGS + thing,
                                                                  .files = thing == 0 ? 1 : 1 + pick (history, 12),
                                                                  .bytes = 1000 + pick (history, 2000),
                                                                  .unrestorable = thing == 0 && one_in (history, 5) };
}

static const NamidaRetentionThing *
find_thing (const HistoryVersion *version, guint64 key)
{
  for (guint i = 0; i < version->item.n_things; i++)
    if (version->things[i].key == key)
      return &version->things[i];
  return NULL;
}

/* How many versions, newer than @than, that are there, whole, of a proven key, and neither pinned nor gone, have
 * @thing; with half of it at least. */
static guint
count_covering (const History *history, const NamidaRetentionThing *thing, gint64 than)
{
  guint n = 0;

  for (guint i = 0; i < history->n; i++)
    {
      const HistoryVersion *version = &history->versions[i];
      const NamidaRetentionThing *other = version->gone ? NULL : find_thing (version, thing->key);

      n += other != NULL && version->item.arrival > than && version->item.whole && !version->item.pinned
           && version->item.proven_key && !other->unrestorable && other->files * 2 >= thing->files
           && other->bytes * 2 >= thing->bytes;
    }
  return n;
}

static const HistoryVersion *
newest_whole (const History *history, guint64 key)
{
  const HistoryVersion *newest = NULL;

  for (guint i = 0; i < history->n; i++)
    {
      const HistoryVersion *version = &history->versions[i];
      const NamidaRetentionThing *thing = version->gone ? NULL : find_thing (version, key);

      if (thing != NULL && !thing->unrestorable && version->item.whole
          && (newest == NULL || version->item.arrival > newest->item.arrival))
        newest = version;
    }
  return newest;
}

/* Each of @chosen went, or (a crash) only the first few of them, in whatever order. */
static void
check_removed (const History *history, const guint *chosen, guint n, guint last)
{
  for (guint i = 0; i < n; i++)
    {
      const HistoryVersion *version = &history->versions[chosen[i]];

      g_assert_false (version->item.pinned || version->item.this_run || !version->item.proven_key
                      || !version->item.present || version->item.n_things == 0);
      for (guint j = 0; j < version->item.n_things; j++)
        g_assert_cmpuint (count_covering (history, &version->things[j], version->item.arrival), >=, last);
    }
}

static void
history_apply (History *history)
{
  const HistoryVersion *newest[DEVICES * MOST_THINGS];
  NamidaRetentionItem items[EVENTS];
  guint indexes[EVENTS], chosen[EVENTS], n = 0, n_chosen = 0;
  NamidaRetention policy = { .last = 1 + pick (history, 3), .monthly = one_in (history, 3) };

  for (guint key = 0; key < G_N_ELEMENTS (newest); key++)
    newest[key] = newest_whole (history, key);
  for (guint i = 0; i < history->n; i++)
    if (!history->versions[i].gone)
      {
        indexes[n] = i;
        items[n++] = history->versions[i].item;
      }
  namida_retention_choose (policy, items, n);
  for (guint i = 0; i < n; i++)
    if (items[i].remove && !one_in (history, 6)) /* else: the program was killed before */
      {
        history->versions[indexes[i]].gone = TRUE;
        chosen[n_chosen++] = indexes[i];
      }
  check_removed (history, chosen, n_chosen, policy.last);
  for (guint key = 0; key < G_N_ELEMENTS (newest); key++)
    g_assert_true (newest[key] == NULL || !newest[key]->gone);
  for (guint i = 0; i < history->n; i++)
    history->versions[i].item.this_run = FALSE;
}

static void
history_event (History *history)
{
  HistoryVersion *version = history->n > 0 ? &history->versions[pick (history, history->n)] : NULL;

  switch (pick (history, 8))
    {
    case 0:
      if (version != NULL)
        version->item.pinned = !version->item.pinned;
      break;
    case 1: /* a bit rots, or a damaged one is healed */
      if (version != NULL)
        version->item.whole = version->item.present && !version->item.whole;
      break;
    case 2:
      history_apply (history);
      break;
    default:
      history_receive (history);
    }
}

static void
test_histories (void)
{
  guint32 seed = g_test_rand_int () | 1;
  guint removed = 0;

  g_test_message ("seed %u", seed);
  for (guint i = 0; i < HISTORIES; i++)
    {
      History history = { .state = seed + 2 * i };

      if (history.state == 0)
        continue;
      for (guint j = 0; j < EVENTS; j++)
        history_event (&history);
      history_apply (&history);
      for (guint j = 0; j < history.n; j++)
        removed += history.versions[j].gone;
    }
  /* Rules that let nothing go would pass all the rest. */
  g_assert_cmpuint (removed, >, HISTORIES / 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/retention/rule/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/retention/bytes", test_bytes);
  g_test_add_func ("/retention/histories", test_histories);
  return g_test_run ();
}
