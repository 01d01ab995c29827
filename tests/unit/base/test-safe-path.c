/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which received names may become paths, how the others are cleaned, and that a file is opened only below its
 * root folder. */
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-safe-name.h"
#include "namida-safe-path-private.h"
#include "namida-safe-path.h"

#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*OpenParent) (int, const char *, gboolean, char **, GError **);

static int
remove_one (const char *path, const struct stat *info, int kind, struct FTW *where)
{
  return remove (path);
}

static void
test_refused (void)
{
  static const char *const bad[]
      = { NULL,     "",      "/",    "/etc/passwd", "a//b",  "a/",       ".",       "..",     "../a",
          "a/../b", "a/./b", "a/..", "..\\a",       "a\\..", "a\\..\\b", "x/..\\a", "x/.\\a", "\\.." };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("the name with the number %u", i);
      g_assert_false (namida_safe_path_check (bad[i], &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
      g_assert_false (namida_safe_path_check_component (bad[i], NULL));
      g_assert_false (namida_safe_path_check_portable (bad[i], NULL));
      g_assert_false (namida_safe_path_check_portable_component (bad[i], NULL));
    }
  g_assert_false (namida_safe_path_check_component ("a/b", NULL));
  g_assert_false (namida_safe_path_check_portable_component ("a/b", NULL));
}

static void
test_kept (void)
{
  static const char *const good[] = { "a",    "a/b.flac", " a ",      "-rf", "a.",           "...",    "..a",
                                      "a\nb", ".hid",     "Björk/01", "1:2", "Disc/A: Side", "con.txt" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (namida_safe_path_check (good[i], &error));
      g_assert_no_error (error);
      g_assert_true (namida_safe_path_check_portable (good[i], &error));
      g_assert_no_error (error);
    }
}

/* Names on Linux, and paths elsewhere. */
static void
test_portable (void)
{
  static const char *const odd[] = { "C:",     "C:/a", "c:a",  "E: song.mp3", "a\\b",         "\\\\a",   "x/AC\\DC",
                                     "a\\...", "\\",   "\xff", "a/\xc3",      "\xed\xa0\x80", "\xc0\xaf" };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", odd[i]);
      g_assert_true (namida_safe_path_check (odd[i], NULL));
      g_assert_false (namida_safe_path_check_portable (odd[i], &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
      g_assert_false (namida_safe_path_check_portable_component (odd[i], NULL));
    }
}

static void
test_limits (void)
{
  g_autofree char *component = g_strnfill (NAMIDA_LIMIT_COMPONENT_BYTES, 'a');
  g_autofree char *over = g_strnfill (NAMIDA_LIMIT_COMPONENT_BYTES + 1, 'a');
  g_autofree char *path = g_strnfill (NAMIDA_LIMIT_PATH_BYTES + 1, 'a');

  g_assert_true (namida_safe_path_check (component, NULL));
  g_assert_false (namida_safe_path_check (over, NULL));
  for (guint i = 1; i < NAMIDA_LIMIT_PATH_BYTES; i += 2)
    path[i] = '/';
  path[NAMIDA_LIMIT_PATH_BYTES - 1] = 'a';
  g_assert_false (namida_safe_path_check (path, NULL));
  path[NAMIDA_LIMIT_PATH_BYTES] = '\0';
  g_assert_true (namida_safe_path_check (path, NULL));
}

static void
check_open (OpenParent open_parent)
{
  g_autofree char *outside = g_dir_make_tmp ("namida-out-XXXXXX", NULL);
  g_autofree char *root = g_dir_make_tmp ("namida-root-XXXXXX", NULL);
  int fd = open (root, O_RDONLY | O_DIRECTORY), parent;
  g_autofree char *name = NULL;
  struct stat made, seen;
  static const char *const in_the_way[] = { "link/a", "link/b/c", "real/link/x", "real/file/x", "dangling/x" };
  /* The kernel would find some of them. */
  static const char *const unsafe[]
      = { "../x", "real/..", "real/../x", ".", "real/./x", "real//x", "/real/x", "real/", "" };

  g_assert_cmpint (mkdirat (fd, "real", 0700), ==, 0);
  g_assert_cmpint (symlinkat (outside, fd, "link"), ==, 0);
  g_assert_cmpint (symlinkat ("../..", fd, "real/link"), ==, 0);
  g_assert_cmpint (symlinkat ("nowhere", fd, "dangling"), ==, 0);
  close (openat (fd, "real/file", O_CREAT | O_WRONLY, 0600));

  for (guint i = 0; i < G_N_ELEMENTS (in_the_way); i++)
    for (int create = 0; create <= 1; create++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_cmpint (open_parent (fd, in_the_way[i], create, NULL, &error), ==, -1);
        g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
      }
  /* Nothing was made through the link: the folder is still empty. */
  g_assert_cmpint (g_rmdir (outside), ==, 0);

  {
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (open_parent (fd, "new/deep/x", FALSE, NULL, &error), ==, -1);
    g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
    g_assert_cmpint (faccessat (fd, "new", F_OK, 0), !=, 0);
  }
  parent = open_parent (fd, "new/deep/x.flac", TRUE, &name, NULL);
  g_assert_cmpint (parent, >=, 0);
  g_assert_cmpstr (name, ==, "x.flac");
  g_assert_cmpint (fstat (parent, &made), ==, 0);
  g_assert_cmpint (fstatat (fd, "new/deep", &seen, 0), ==, 0);
  g_assert_true (made.st_ino == seen.st_ino);
  close (parent);
  parent = open_parent (fd, "top", FALSE, NULL, NULL);
  g_assert_cmpint (fstat (parent, &made), ==, 0);
  g_assert_cmpint (fstat (fd, &seen), ==, 0);
  g_assert_true (made.st_ino == seen.st_ino);
  close (parent);
  for (guint i = 0; i < G_N_ELEMENTS (unsafe); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (open_parent (fd, unsafe[i], TRUE, NULL, &error), ==, -1);
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
    }
  close (fd);
  nftw (root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
test_open (void)
{
  check_open (namida_safe_path_open_parent);
}

static void
test_open_walk (void)
{
  check_open (namida_safe_path_open_parent_by_walk);
}

static void
test_component_from_alias (void)
{
  static const char *const names[][2]
      = { { "My Phone", "My Phone" }, { "../../etc", "-..-etc" },     { ".hidden", "hidden" },
          { "..", "Unnamed device" }, { "", "Unnamed device" },       { "C:\\x", "C--x" },
          { "a/b", "a-b" },           { "\u202e", "Unnamed device" }, { "?", "Unnamed device" },
          { " . ", "Unnamed device" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = namida_safe_path_component_from_alias (names[i][0]);

      g_assert_cmpstr (name, ==, names[i][1]);
      g_assert_true (namida_safe_path_check_component (name, NULL));
    }
}

static void
test_numbered (void)
{
  g_autofree char *plain = namida_safe_path_numbered ("name.ext", 2);
  g_autofree char *hidden = namida_safe_path_numbered (".hidden", 3);
  g_autoptr (GString) text = g_string_new ("x");
  g_autofree char *cut = NULL;

  g_assert_cmpstr (plain, ==, "name (2).ext");
  g_assert_cmpstr (hidden, ==, ".hidden (3)");
  while (text->len < 250)
    g_string_append (text, "ö");
  g_string_append (text, ".flac");
  cut = namida_safe_path_numbered (text->str, 12);
  g_assert_cmpuint (strlen (cut), <=, NAMIDA_LIMIT_COMPONENT_BYTES);
  g_assert_true (g_str_has_suffix (cut, "ö (12).flac"));
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  /* Wherever the cut is: one of two lengths is in the middle of a character. */
  for (guint n = 2; n < 12000; n *= 7)
    {
      g_autofree char *other = namida_safe_path_numbered (text->str, n);

      g_assert_true (g_utf8_validate (other, -1, NULL));
      g_assert_cmpuint (strlen (other), >=, NAMIDA_LIMIT_COMPONENT_BYTES - 1);
    }
}

/* What programs of other makes send becomes a name that every check takes. */
static void
test_clean (void)
{
  static const char *const odd[][2] = {
    { "a/b.flac", "a/b.flac" },
    { "a:b", "a_b" },
    { "ab:c", "ab:c" },
    { "M/E: song", "M/E_ song" },
    { "AC\\DC", "AC_DC" },
    { "AC\\DC/T.N.T.", "AC_DC/T.N.T." },
    { "./a", "a" },
    { "a//b", "a/b" },
    { "a/./b/", "a/b" },
    { "../../x", "x" },
    { "a/../b", "a/b" },
    { "/etc/passwd", "etc/passwd" },
    { "C:\\Users\\x", "C__Users_x" },
    { "..\\..\\x", ".._.._x" },
    { "a\nb\tc\x7f", "a_b_c_" },
    { "\xc2\x85", "_" },
    { "a\xff", "a\xef\xbf\xbd" },
    { " a. ", " a. " },
    { "...", "..." },
    { ".namida-sync-parts/x", "_namida-sync-parts/x" },
    { "..", "Unnamed file" },
    { "//", "Unnamed file" },
    { "", "Unnamed file" },
    { NULL, "Unnamed file" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autofree char *name = namida_safe_name_clean (odd[i][0]);

      g_assert_cmpstr (name, ==, odd[i][1]);
      g_assert_true (namida_safe_path_check_portable (name, NULL));
    }
}

static void
test_clean_limits (void)
{
  g_autofree char *letters = g_strnfill (NAMIDA_LIMIT_COMPONENT_BYTES + 1, 'x');
  g_autofree char *too_long = g_strconcat ("ö", letters, ".flac", NULL);
  g_autofree char *name = namida_safe_name_clean (too_long);
  g_autoptr (GString) deep = g_string_new ("Label");
  g_autofree char *flat = NULL;
  g_autofree char *wide = NULL;

  g_assert_cmpuint (strlen (name), ==, NAMIDA_LIMIT_COMPONENT_BYTES);
  g_assert_true (g_str_has_prefix (name, "öxx") && g_str_has_suffix (name, "xx.flac"));
  for (guint i = 0; i < NAMIDA_LIMIT_DEPTH; i++)
    g_string_append (deep, "/d");
  flat = namida_safe_name_clean (deep->str);
  g_assert_cmpstr (flat, ==, "Label/d");
  g_string_assign (deep, "Label");
  for (guint i = 0; i < 20; i++)
    g_string_append_printf (deep, "/%.250s", letters);
  g_string_append (deep, "/last");
  wide = namida_safe_name_clean (deep->str);
  g_assert_cmpstr (wide, ==, "Label/last");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safe-path/refused", test_refused);
  g_test_add_func ("/safe-path/kept", test_kept);
  g_test_add_func ("/safe-path/portable", test_portable);
  g_test_add_func ("/safe-path/limits", test_limits);
  g_test_add_func ("/safe-path/clean", test_clean);
  g_test_add_func ("/safe-path/clean-limits", test_clean_limits);
  g_test_add_func ("/safe-path/open", test_open);
  g_test_add_func ("/safe-path/open-walk", test_open_walk);
  g_test_add_func ("/safe-path/component-from-alias", test_component_from_alias);
  g_test_add_func ("/safe-path/numbered", test_numbered);
  return g_test_run ();
}
