/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests how the paths of one device are translated to those of another one, and which file belongs to which part of a
 * backup. */
#include "config.h"

#include "namida-contents.h"
#include "namida-error.h"
#include "namida-json-map.h"

#include <glib.h>
#include <string.h>

static NamidaPathMap *
make_map (void)
{
  NamidaPathMap *map = namida_path_map_new ();

  g_assert_true (namida_path_map_add_folder (map, "/storage/emulated/0/Music", "/home/me/Music/"));
  g_assert_true (namida_path_map_add_folder (map, "/storage/emulated/0/Music/Rips", "/mnt/Rips"));
  g_assert_true (namida_path_map_add_folder (map, "C:\\Users\\Zoë\\Music\\", "/home/me/Windows"));
  g_assert_true (namida_path_map_add_folder (map, "/home/zoe", "D:\\Music"));
  namida_path_map_add_file (map, "/storage/emulated/0/Music/a.mp3", "/elsewhere/b.mp3");
  return map;
}

static void
check (NamidaPathMap *map, const char *from, const char *to)
{
  g_autofree char *got = namida_path_map_apply (map, from, strlen (from));

  g_assert_cmpstr (got, ==, to);
}

static void
test_map (void)
{
  g_autoptr (NamidaPathMap) map = make_map ();

  check (map, "/storage/emulated/0/Music/x/y.mp3", "/home/me/Music/x/y.mp3");
  check (map, "/storage/emulated/0/Music", "/home/me/Music");
  check (map, "/storage/emulated/0/Music/Rips/1.mp3", "/mnt/Rips/1.mp3"); /* the longest one */
  check (map, "/storage/emulated/0/Music/a.mp3", "/elsewhere/b.mp3");     /* a single file goes first */
  check (map, "/storage/emulated/0/Musical/x.mp3", NULL);
  check (map, "/storage/emulated/0", NULL);
  check (map, "storage/emulated/0/Music/x", NULL);
  check (map, "", NULL);
  check (map, "C:\\Users\\Zoë\\Music\\Björk\\1.mp3", "/home/me/Windows/Björk/1.mp3");
  check (map, "c:/users/Zoë/music/1.mp3", "/home/me/Windows/1.mp3"); /* Windows does not tell them apart */
  check (map, "/home/zoe/a/b.mp3", "D:\\Music\\a\\b.mp3");
  check (map, "folder_/storage/emulated/0/Music/x", "folder_/home/me/Music/x");
  check (map, "/home/zoe/a\\b.mp3", "D:\\Music\\a\\b.mp3");       /* a backslash in a name on Linux stays one */
  check (map, "/sdcard/Music/x/y.mp3", "/home/me/Music/x/y.mp3"); /* the same storage of Android */
  check (map, "/storage/self/primary/Music/Rips/1.mp3", "/mnt/Rips/1.mp3");
  check (map, "/sdcard/Musical/x.mp3", NULL);
  check (map, "/storage/1234-5678/Music/x.mp3", NULL); /* another one */
  check (map, "/storage/emulated/0/Music/", "/home/me/Music/");
  check (map, "content://media/external/audio/media/7", NULL);
  check (map, "../storage/emulated/0/Music/x.mp3", NULL);
  check (map, "/storage/emulated/0/Music/100% Ä/😀 %41.mp3", "/home/me/Music/100% Ä/😀 %41.mp3");
  check (map, "C:\\Users\\Zoë/Music\\Björk/1.mp3", "/home/me/Windows/Björk/1.mp3"); /* mixed */
  g_assert_false (namida_path_map_add_folder (map, "Music", "/x"));
  g_assert_false (namida_path_map_add_folder (map, "/x", "Music"));
}

static void
check_json (NamidaPathMap *map, const char *json, const char *wanted, guint64 n)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_cmpuint (namida_json_map (json, strlen (json), map, out), ==, n);
  g_assert_cmpstr (out->str, ==, wanted);
}

/* Servers, roots, and a folder that becomes one in itself. */
static void
test_map_odd (void)
{
  g_autoptr (NamidaPathMap) map = namida_path_map_new ();
  g_auto (GStrv) folders = NULL;

  g_assert_true (namida_path_map_add_folder (map, "\\\\NAS\\Music\\", "/home/me/Music"));
  g_assert_true (namida_path_map_add_folder (map, "/home/me/Server", "\\\\nas\\music"));
  g_assert_true (namida_path_map_add_folder (map, "/a", "/a/b"));
  g_assert_true (namida_path_map_add_folder (map, "/data", "/"));
  g_assert_true (namida_path_map_add_folder (map, "/drive", "D:\\"));
  g_assert_true (namida_path_map_add_folder (map, "/sdcard/Own", "/own"));
  g_assert_true (namida_path_map_add_folder (map, "/storage/emulated/0/Own", "/other"));
  g_assert_false (namida_path_map_add_folder (map, "\\\\nas", "/x"));
  check (map, "\\\\nas\\music\\Björk\\1.mp3", "/home/me/Music/Björk/1.mp3");
  check (map, "\\\\nas\\musical\\1.mp3", NULL);
  check (map, "/home/me/Server/x/1.mp3", "\\\\nas\\music\\x\\1.mp3");
  check (map, "/a/x", "/a/b/x");
  check (map, "/a/b/x", "/a/b/b/x");
  check (map, "/data/x/y", "/x/y");
  check (map, "/data", "/");
  check (map, "/drive/x", "D:\\x");
  check (map, "/drive", "D:\\");
  /* Both names of one folder were given: each as it was given. */
  check (map, "/sdcard/Own/x", "/own/x");
  check (map, "/storage/emulated/0/Own/x", "/other/x");
  folders = namida_path_map_dup_folders (map);
  g_assert_cmpuint (g_strv_length (folders), ==, 7); /* only those that were given */
  check_json (map, "{\"t\":\"\\\\\\\\NAS\\\\Music\\\\a.mp3\"}", "{\"t\":\"/home/me/Music/a.mp3\"}", 1);
}

static void
test_json (void)
{
  g_autoptr (NamidaPathMap) map = make_map ();

  check_json (map, "[{\"track\":\"/storage/emulated/0/Music/x.mp3\", \"n\" : 1.50}]",
              "[{\"track\":\"/home/me/Music/x.mp3\", \"n\" : 1.50}]", 1);
  check_json (map, "{\"/storage/emulated/0/Music\":[\"\\/storage\\/emulated\\/0\\/Music\\/\\u0041\"]}",
              "{\"/home/me/Music\":[\"/home/me/Music/A\"]}", 2);
  check_json (map, "[\"C:\\\\Users\\\\Zo\\u00eb\\\\Music\\\\a \\\"b\\\".mp3\"]",
              "[\"/home/me/Windows/a \\\"b\\\".mp3\"]", 1);
  check_json (map, "[\"/home/zoe/1.mp3\"]", "[\"D:\\\\Music\\\\1.mp3\"]", 1);
  /* What is none stays byte by byte, also what is no JSON. */
  check_json (map, "[\"a /storage/emulated/0/Music/x\",\"\\ud83d\",\"\\\\\"]",
              "[\"a /storage/emulated/0/Music/x\",\"\\ud83d\",\"\\\\\"]", 0);
  check_json (map, "{\"open\":\"/storage/emulated/0/Music/x", "{\"open\":\"/storage/emulated/0/Music/x", 0);
  check_json (map, "", "", 0);
}

static void
test_lines (void)
{
  g_autoptr (NamidaPathMap) map = make_map ();
  g_autoptr (GString) out = g_string_new (NULL);
  const char text[] = "#EXTM3U\r\n/storage/emulated/0/Music/x.mp3\r\nrelative/y.mp3\n/storage/emulated/0/Music/z.mp3";

  g_assert_cmpuint (namida_lines_map (text, strlen (text), map, out), ==, 2);
  g_assert_cmpstr (out->str, ==, "#EXTM3U\r\n/home/me/Music/x.mp3\r\nrelative/y.mp3\n/home/me/Music/z.mp3");
}

static void
test_parts (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *all = namida_parts_to_string (NAMIDA_PART_ALL);
  NamidaParts parts;

  g_assert_cmpuint (namida_part_of ("tracks.db"), ==, NAMIDA_PART_LIBRARY);
  g_assert_cmpuint (namida_part_of ("tracks_stats.db-wal"), ==, NAMIDA_PART_RATINGS);
  g_assert_cmpuint (namida_part_of ("namida_settings_eq.json"), ==, NAMIDA_PART_SETTINGS);
  g_assert_cmpuint (namida_part_of ("Playlists/favs.json"), ==, NAMIDA_PART_PLAYLISTS);
  g_assert_cmpuint (namida_part_of ("Youtube/Youtube History/1.json"), ==, NAMIDA_PART_YOUTUBE);
  g_assert_cmpuint (namida_part_of ("Of Next Year/x"), ==, NAMIDA_PART_OTHER);
  g_assert_true (namida_parts_from_string (all, &parts, &error));
  g_assert_cmpuint (parts, ==, NAMIDA_PART_ALL);
  g_assert_true (namida_parts_from_string ("History, favourites", &parts, NULL));
  g_assert_cmpuint (parts, ==, NAMIDA_PART_HISTORY | NAMIDA_PART_FAVOURITES);
  g_assert_false (namida_parts_from_string ("history,", &parts, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parts/map", test_map);
  g_test_add_func ("/parts/map-odd", test_map_odd);
  g_test_add_func ("/parts/json", test_json);
  g_test_add_func ("/parts/lines", test_lines);
  g_test_add_func ("/parts/names", test_parts);
  return g_test_run ();
}
