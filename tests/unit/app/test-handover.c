/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which folders the window takes from the arguments with which Namida starts it, and that later arguments replace
 * earlier ones. */
#include "namida-handover.h"

typedef struct
{
  const char *backups, *music;                  /* as they are on the command line */
  const char *wanted_backups, *wanted_music[4]; /* NULL: none */
} Case;

static const Case cases[] = {
  { "\"/home/a/Namida/Backups\"",
    "\"/home/a/Music,/srv/Rips\"",
    "/home/a/Namida/Backups",
    { "/home/a/Music", "/srv/Rips" } },
  { "/home/a/Namida/Backups/", "/home/a/Music/", "/home/a/Namida/Backups", { "/home/a/Music" } },
  { "\"/a b/c\xc3\xb6\"", "\"/a b/m, /c d/n\"", "/a b/c\xc3\xb6", { "/a b/m", "/c d/n" } },
  { "\"\"", "\"\"", NULL, { NULL } },
  { NULL, NULL, NULL, { NULL } },
  { "Backups", "Instance of 'Directory',null,,/m", NULL, { "/m" } },
  { "\"/b\"", NULL, "/b", { NULL } },
  { "\"/\"", "\"/,/m,/m/\"", NULL, { "/m" } },
  { "\"/b", "'/m','/n'", "/b", { "/m", "/n" } },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *one = &cases[i];
      g_autoptr (NamidaHandover) handover = namida_handover_new (one->backups, one->music);

      g_test_message ("case %zu", i);
      if (one->wanted_backups == NULL && one->wanted_music[0] == NULL)
        {
          g_assert_null (handover);
          continue;
        }
      g_assert_nonnull (handover);
      g_assert_cmpstr (handover->backups, ==, one->wanted_backups);
      for (guint j = 0; j < g_strv_length (handover->music) + 1; j++)
        g_assert_cmpstr (handover->music[j], ==, one->wanted_music[j]);
    }
}

static void
test_kept (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);

  g_assert_null (namida_handover_of (object));
  namida_handover_keep (namida_handover_new ("/a", NULL), object);
  namida_handover_keep (namida_handover_new ("/b", NULL), object);
  g_assert_cmpstr (namida_handover_of (object)->backups, ==, "/b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/handover/cases", test_cases);
  g_test_add_func ("/handover/kept", test_kept);
  return g_test_run ();
}
