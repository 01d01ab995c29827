/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kills the process at a named step, so that tests can check that a crash at any step is harmless. Compiled to nothing
 * unless the build defines NAMIDA_TESTING. Called by the store in any thread. */
#include "config.h"

#include "namida-crash-point.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

const char *const namida_crash_points[] = {
  "session-written", /* the journal has the session; nothing is on the disk */
  "staging-made",    /* the folders for parts exist */
  "known-linked",    /* one unchanged file is linked into the new version */
  "known-copied",    /* one known content is copied into its part */
  "prepared",        /* the answer is about to be sent */
  "part-opened",     /* a part exists and is open at its offset */
  "part-closed",     /* a part has the length of the data that arrived */
  "parts-ready",     /* modes and times are set, nothing is durable */
  "parts-durable",   /* contents are on the disk, under their temporary names */
  "renamed",         /* one file has its final name */
  "folders-durable", /* and the names are durable */
  "record-sums",     /* the hashes of the version are in its folder */
  "record-written",  /* and the rest of its record is written */
  "version-named",   /* the journal has the final name of the version */
  "version-renamed", /* the folder of the version has that name */
  "version-durable", /* the name is durable */
  "journaled",       /* the journal says stored */
  "staging-removed", /* nothing is left to do */
  NULL,
};

const char *const namida_removal_crash_points[] = {
  "removal-claimed",   /* the record says that the version is being removed */
  "removal-renamed",   /* its folder has been renamed */
  "removal-unlinked",  /* one file in the user's folders is deleted */
  "removal-emptied",   /* the folder is empty and deleted */
  "removal-forgotten", /* the record is deleted, too */
  NULL,
};

const char *const namida_trash_crash_points[] = {
  "trash-claimed", /* the record says that the version is in the trash */
  "trash-renamed", /* and its folder is there, too */
  "trash-found", /* a version that was found only in the trash is in the folder of versions again, but not in a list */
  "trash-taken-back", /* its folder is back in place, but the record still says that it is in the trash */
  NULL,
};

const char *const namida_adoption_crash_points[] = {
  "store-marked",   /* the folder of a store has its mark */
  "record-sums",    /* a version of an older release has the hashes in its folder */
  "record-written", /* and the rest of its record is written */
  "adopting",       /* the rows of a version that was found are written, but not committed */
  "adopted",        /* the rows are committed */
  NULL,
};

#ifdef NAMIDA_TESTING

typedef struct
{
  char *name; /* (nullable) */
  int count;  /* atomic */
} ChosenPoint;

static ChosenPoint *
crash_point_get_chosen (void)
{
  static ChosenPoint chosen;
  static gsize once;

  if (g_once_init_enter (&once))
    {
      const char *text = g_getenv ("NAMIDA_CRASH_AT");
      const char *colon = text != NULL ? strchr (text, ':') : NULL;

      if (colon != NULL)
        {
          chosen.name = g_strndup (text, (gsize) (colon - text));
          chosen.count = (int) g_ascii_strtoll (colon + 1, NULL, 10);
        }
      g_once_init_leave (&once, 1);
    }
  return &chosen;
}

void
namida_crash_point (const char *name)
{
  ChosenPoint *chosen = crash_point_get_chosen ();

  if (!g_strv_contains (namida_crash_points, name) && !g_strv_contains (namida_removal_crash_points, name)
      && !g_strv_contains (namida_trash_crash_points, name) && !g_strv_contains (namida_adoption_crash_points, name))
    g_error ("the crash point %s is not in the list", name);
  if (g_strcmp0 (chosen->name, name) == 0 && g_atomic_int_dec_and_test (&chosen->count))
    kill (getpid (), SIGKILL);
}

#else

void
namida_crash_point (const char *name)
{
}

#endif
