/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matches the music folders of a backup with those of another device; see the header. Pure functions, any thread. */
#include "config.h"

#include "namida-path-helper.h"

#include "namida-format.h"
#include "namida-steps.h"

#include <glib/gi18n-lib.h>
#include <string.h>

void
namida_path_advice_free (NamidaPathAdvice *self)
{
  if (self == NULL)
    return;
  g_free (self->expected);
  g_free (self->old_prefix);
  g_free (self->new_prefix);
  g_free (self);
}

/* Returns the form in which Namida itself compares paths: '/' as separator, none at the end. */
static char *
path_helper_dup_plain (const char *path)
{
  char *plain = g_strdelimit (g_strdup (path), "\\", '/');
  gsize length = strlen (plain);

  while (length > 1 && plain[length - 1] == '/')
    plain[--length] = '\0';
  return plain;
}

static gboolean
path_helper_has_drive (const char *path)
{
  return g_ascii_isalpha (path[0]) && path[1] == ':';
}

/* On two systems that ignore case, one may write the drive as "C:" and the other as "c:". */
static gboolean
path_helper_is_same (const char *a, const char *b)
{
  if (path_helper_has_drive (a) && path_helper_has_drive (b))
    {
      g_autofree char *folded = g_utf8_casefold (a, -1);
      g_autofree char *other = g_utf8_casefold (b, -1);

      return strcmp (folded, other) == 0;
    }
  return strcmp (a, b) == 0;
}

static gboolean
path_helper_is_address (const char *path)
{
  return g_str_has_prefix (path, "http://") || g_str_has_prefix (path, "https://");
}

/* Compares the components of two paths from their ends. @rest_a, @rest_b: (out): lengths of the paths without the
 * components that agree. Returns: the number of these components. */
static guint
path_helper_split (const char *a, const char *b, gsize *rest_a, gsize *rest_b)
{
  guint n = 0;

  *rest_a = strlen (a);
  *rest_b = strlen (b);
  for (;;)
    {
      const char *slash_a = g_strrstr_len (a, (gssize) *rest_a, "/");
      const char *slash_b = g_strrstr_len (b, (gssize) *rest_b, "/");
      g_autofree char *part_a = NULL;
      g_autofree char *part_b = NULL;

      if (slash_a == NULL || slash_b == NULL)
        return n;
      part_a = g_strndup (slash_a + 1, (gsize) (a + *rest_a - slash_a - 1));
      part_b = g_strndup (slash_b + 1, (gsize) (b + *rest_b - slash_b - 1));
      if (*part_a == '\0' || g_ascii_strcasecmp (part_a, part_b) != 0)
        return n;
      *rest_a = (gsize) (slash_a - a);
      *rest_b = (gsize) (slash_b - b);
      n++;
    }
}

/* Uses the folders themselves, never a shorter prefix: Namida adds the new path to its library if no library folder
 * is below it, and would then index all of "/home/me". */
static void
path_helper_set_prefixes (NamidaPathAdvice *advice, const char *new_folder)
{
  advice->old_prefix = g_strdup (advice->expected);
  advice->new_prefix = g_strdup (new_folder);
}

static void
path_helper_find_there (GPtrArray *advice, GPtrArray *there, gboolean *taken)
{
  for (guint i = 0; i < advice->len; i++)
    {
      NamidaPathAdvice *item = advice->pdata[i];

      for (guint j = 0; j < there->len && !item->there; j++)
        if (path_helper_is_same (item->expected, there->pdata[j]))
          item->there = taken[j] = TRUE;
    }
}

/* Takes the best pair of all first, so that a worse pair does not take its folder. */
static gboolean
path_helper_match_best (GPtrArray *advice, GPtrArray *there, gboolean *taken)
{
  guint best = 0, at = 0, with = 0;

  for (guint i = 0; i < advice->len; i++)
    {
      NamidaPathAdvice *item = advice->pdata[i];

      if (item->there || item->is_address || item->new_prefix != NULL)
        continue;
      for (guint j = 0; j < there->len; j++)
        {
          gsize rest_a, rest_b;
          guint n = taken[j] ? 0 : path_helper_split (item->expected, there->pdata[j], &rest_a, &rest_b);

          if (n > best)
            {
              best = n;
              at = i;
              with = j;
            }
        }
    }
  if (best == 0)
    return FALSE;
  taken[with] = TRUE;
  path_helper_set_prefixes (advice->pdata[at], there->pdata[with]);
  return TRUE;
}

/* If one folder is left on each side, they belong together even if no name agrees. */
static void
path_helper_match_last (GPtrArray *advice, GPtrArray *there, const gboolean *taken)
{
  NamidaPathAdvice *open = NULL;
  const char *free_folder = NULL;
  guint n_open = 0, n_free = 0;

  for (guint i = 0; i < advice->len; i++)
    {
      NamidaPathAdvice *item = advice->pdata[i];

      if (item->there || item->is_address || item->new_prefix != NULL)
        continue;
      open = item;
      n_open++;
    }
  for (guint j = 0; j < there->len; j++)
    if (!taken[j])
      {
        free_folder = there->pdata[j];
        n_free++;
      }
  if (n_open == 1 && n_free == 1)
    path_helper_set_prefixes (open, free_folder);
}

static GPtrArray *
path_helper_dup_all_plain (GPtrArray *paths)
{
  GPtrArray *plain = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *path = path_helper_dup_plain (paths->pdata[i]);
      gboolean known = *path == '\0';

      for (guint j = 0; j < plain->len && !known; j++)
        known = path_helper_is_same (plain->pdata[j], path);
      if (!known)
        g_ptr_array_add (plain, g_steal_pointer (&path));
    }
  return plain;
}

GPtrArray *
namida_path_helper_advise (GPtrArray *expected, GPtrArray *there)
{
  GPtrArray *advice = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_path_advice_free);
  g_autoptr (GPtrArray) wanted = path_helper_dup_all_plain (expected);
  g_autoptr (GPtrArray) plain = path_helper_dup_all_plain (there);
  g_autofree gboolean *taken = g_new0 (gboolean, MAX (plain->len, 1));

  for (guint i = 0; i < wanted->len; i++)
    {
      NamidaPathAdvice *item = g_new0 (NamidaPathAdvice, 1);

      item->is_address = path_helper_is_address (wanted->pdata[i]);
      /* An address is shown unchanged; in a path, the separators are those that Namida compares. */
      item->expected = g_strdup (wanted->pdata[i]);
      g_ptr_array_add (advice, item);
    }
  path_helper_find_there (advice, plain, taken);
  while (path_helper_match_best (advice, plain, taken))
    continue;
  path_helper_match_last (advice, plain, taken);
  return advice;
}

static char *
path_helper_dup_line (const NamidaPathAdvice *item)
{
  g_autofree char *shown = namida_format_alias (item->expected);

  if (item->is_address)
    return g_strdup_printf (_ ("%s is a server: it needs nothing"), shown);
  if (item->there)
    return g_strdup_printf (_ ("%s is here: it needs nothing"), shown);
  if (item->new_prefix == NULL)
    return g_strdup_printf (_ ("%s: no folder here has its name; tell Namida where its music is"), shown);
  /* Translators: the first %s is Namida's own "Update directory path"; then the old and the new path */
  return g_strdup_printf (_ ("%s: from “%s” to “%s”"), namida_menu_get_name (NAMIDA_MENU_UPDATE_PATH), item->old_prefix,
                          item->new_prefix);
}

char **
namida_path_helper_dup_lines (GPtrArray *advice)
{
  GPtrArray *lines = g_ptr_array_new ();

  for (guint i = 0; i < advice->len; i++)
    g_ptr_array_add (lines, path_helper_dup_line (advice->pdata[i]));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (lines, FALSE);
}
