/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which folders the user is advised to enter in Namida after a restore, for paths of Linux, Windows and Android.
 */
#include "namida-path-helper.h"

#include <string.h>

static GPtrArray *
list (const char *const *texts)
{
  GPtrArray *array = g_ptr_array_new ();

  for (guint i = 0; texts[i] != NULL; i++)
    g_ptr_array_add (array, (gpointer) texts[i]);
  return array;
}

/* "expected>old>new" with "" for none; "=" there, "@" address. */
static void
check (const char *const *expected, const char *const *there, const char *const *wanted)
{
  g_autoptr (GPtrArray) from = list (expected);
  g_autoptr (GPtrArray) to = list (there);
  g_autoptr (GPtrArray) advice = namida_path_helper_advise (from, to);
  g_auto (GStrv) lines = namida_path_helper_dup_lines (advice);

  g_assert_cmpuint (advice->len, ==, g_strv_length ((char **) wanted));
  g_assert_cmpuint (advice->len, ==, g_strv_length (lines));
  for (guint i = 0; i < advice->len; i++)
    {
      const NamidaPathAdvice *item = advice->pdata[i];
      const char *sign = item->there ? "=" : item->is_address ? "@" : "";
      g_autofree char *got
          = g_strdup_printf ("%s%s>%s>%s", sign, item->expected, item->old_prefix != NULL ? item->old_prefix : "",
                             item->new_prefix != NULL ? item->new_prefix : "");

      g_assert_cmpstr (got, ==, wanted[i]);
      g_assert_cmpuint (strlen (lines[i]), >, 0);
    }
}

#define LIST(...)                                                                                                      \
  (const char *const[])                                                                                                \
  {                                                                                                                    \
    __VA_ARGS__, NULL                                                                                                  \
  }

static void
test_one (void)
{
  check (LIST ("/storage/emulated/0/Music"), LIST ("/home/me/Music"),
         LIST ("/storage/emulated/0/Music>/storage/emulated/0/Music>/home/me/Music"));
  check (LIST ("/storage/emulated/0/Music/"), LIST ("/home/me/Music/"),
         LIST ("/storage/emulated/0/Music>/storage/emulated/0/Music>/home/me/Music"));
  /* Names that differ, but there is only one of each. */
  check (LIST ("/storage/emulated/0/Download"), LIST ("/home/me/Music"),
         LIST ("/storage/emulated/0/Download>/storage/emulated/0/Download>/home/me/Music"));
  check (LIST ("/home/me/Music"), LIST ("/home/me/Music"), LIST ("=/home/me/Music>>"));
  check (LIST ("/a/b", "/a/b/"), LIST ("/a/b"), LIST ("=/a/b>>"));
}

static void
test_several (void)
{
  /* One shorter replacement would move both, and make Namida index all of /home/me. */
  check (LIST ("/storage/emulated/0/Music", "/storage/emulated/0/Rips"), LIST ("/home/me/Rips", "/home/me/Music"),
         LIST ("/storage/emulated/0/Music>/storage/emulated/0/Music>/home/me/Music",
               "/storage/emulated/0/Rips>/storage/emulated/0/Rips>/home/me/Rips"));
  /* From a card and the memory: two. */
  check (LIST ("/storage/emulated/0/Music", "/storage/ABCD-1234/Rips"), LIST ("/home/me/Music", "/mnt/disk/Rips"),
         LIST ("/storage/emulated/0/Music>/storage/emulated/0/Music>/home/me/Music",
               "/storage/ABCD-1234/Rips>/storage/ABCD-1234/Rips>/mnt/disk/Rips"));
  /* The longest agreement wins, not the first. */
  check (LIST ("/s/Music", "/s/Music/Live/Music"), LIST ("/h/Live/Music", "/h/Music"),
         LIST ("/s/Music>/s/Music>/h/Music", "/s/Music/Live/Music>/s/Music/Live/Music>/h/Live/Music"));
  /* Nothing fits, or fits twice. */
  check (LIST ("/s/Music", "/s/Podcasts"), LIST ("/h/Music"), LIST ("/s/Music>/s/Music>/h/Music", "/s/Podcasts>>"));
  check (LIST ("/s/a", "/s/b"), LIST ("/h/c", "/h/d"), LIST ("/s/a>>", "/s/b>>"));
  check (LIST ("/s/Music", "/t/Music"), LIST ("/h/Music"), LIST ("/s/Music>/s/Music>/h/Music", "/t/Music>>"));
  /* "/" is no prefix to replace. */
  check (LIST ("/Music", "/Rips"), LIST ("/home/me/Music", "/home/me/Rips"),
         LIST ("/Music>/Music>/home/me/Music", "/Rips>/Rips>/home/me/Rips"));
}

static void
test_windows (void)
{
  check (LIST ("C:\\Users\\me\\Music"), LIST ("/home/me/Music"),
         LIST ("C:/Users/me/Music>C:/Users/me/Music>/home/me/Music"));
  check (LIST ("/storage/emulated/0/Music"), LIST ("D:\\Music"),
         LIST ("/storage/emulated/0/Music>/storage/emulated/0/Music>D:/Music"));
  check (LIST ("c:/Users/Me/Music"), LIST ("C:\\users\\me\\music\\"), LIST ("=c:/Users/Me/Music>>"));
  check (LIST ("C:\\Music", "C:\\Rips"), LIST ("D:\\Media\\Music", "D:\\Media\\Rips"),
         LIST ("C:/Music>C:/Music>D:/Media/Music", "C:/Rips>C:/Rips>D:/Media/Rips"));
}

static void
test_odd (void)
{
  check (LIST ("https://me.example/dav?_share=x", "/s/Music"), LIST ("/h/Music"),
         LIST ("@https://me.example/dav?_share=x>>", "/s/Music>/s/Music>/h/Music"));
  check (LIST ("", "/", "Music"), LIST ("/h/Music"), LIST ("/>>", "Music>>"));
  check (LIST ("/s/Music"), (const char *const[]){ NULL }, LIST ("/s/Music>>"));
  check (LIST ("/s/\xff\xfe", "//", "///a"), LIST ("\xff"), LIST ("/s/\xff\xfe>>", "/>>", "///a>>"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/path-helper/one", test_one);
  g_test_add_func ("/path-helper/several", test_several);
  g_test_add_func ("/path-helper/windows", test_windows);
  g_test_add_func ("/path-helper/odd", test_odd);
  return g_test_run ();
}
