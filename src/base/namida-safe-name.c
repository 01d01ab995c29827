/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a safe path out of a name that namida_safe_path_check_portable() refuses. Other programs (LocalSend, the
 * phone app) send any name that their file system accepts, and one odd name must not make the whole offer fail. The
 * parsers of these offers call it in worker threads; the functions are pure. The result is checked like any other
 * name. */

#include "config.h"

#include "namida-safe-name.h"

#include "namida-limits.h"
#include "namida-safe-path.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_EXTENSION_BYTES 32u
/* Leaves room for the number of a duplicate and for the folder that the store puts before the path. */
#define MAX_PATH_BYTES (NAMIDA_LIMIT_PATH_BYTES - 64u)
#define MAX_DEPTH (NAMIDA_LIMIT_DEPTH - 1u)

static gsize
safe_name_cut_length (const char *text, gsize length)
{
  while (length > 0 && ((guchar) text[length] & 0xC0) == 0x80)
    length--;
  return length;
}

/* Shortens @name to NAMIDA_LIMIT_COMPONENT_BYTES at a character boundary, and keeps its extension. */
static void
safe_name_shorten (GString *name)
{
  const char *dot = strrchr (name->str, '.');
  g_autofree char *extension = NULL;

  if (name->len <= NAMIDA_LIMIT_COMPONENT_BYTES)
    return;
  if (dot == NULL || dot == name->str || strlen (dot) > MAX_EXTENSION_BYTES)
    dot = "";
  extension = g_strdup (dot);
  g_string_truncate (name, safe_name_cut_length (name->str, NAMIDA_LIMIT_COMPONENT_BYTES - strlen (extension)));
  g_string_append (name, extension);
}

/* Returns: (transfer full) (nullable): %NULL if the component is dropped. */
static char *
safe_name_clean_component (const char *component)
{
  g_autoptr (GString) name = g_string_new (NULL);

  if (component[0] == '\0' || strcmp (component, ".") == 0 || strcmp (component, "..") == 0)
    return NULL;
  for (const char *at = component; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_iscntrl (c) || c == '\\')
        g_string_append_c (name, '_');
      else
        g_string_append_unichar (name, c);
    }
  if (g_ascii_isalpha (name->str[0]) && name->str[1] == ':')
    name->str[1] = '_';
  if (g_str_has_prefix (name->str, NAMIDA_SAFE_PATH_INTERNAL))
    name->str[0] = '_';
  safe_name_shorten (name);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static char *
safe_name_join (GPtrArray *components)
{
  g_autofree char *whole = NULL;

  g_ptr_array_add (components, NULL);
  whole = g_strjoinv ("/", (char **) components->pdata);
  if (components->len - 1 <= MAX_DEPTH && strlen (whole) <= MAX_PATH_BYTES)
    return g_steal_pointer (&whole);
  return g_strconcat (g_ptr_array_index (components, 0), "/", g_ptr_array_index (components, components->len - 2),
                      NULL);
}

char *
namida_safe_name_clean (const char *path)
{
  g_autofree char *valid = g_utf8_make_valid (path != NULL ? path : "", -1);
  g_auto (GStrv) parts = g_strsplit (valid, "/", -1);
  g_autoptr (GPtrArray) components = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *component = safe_name_clean_component (parts[i]);

      if (component != NULL)
        g_ptr_array_add (components, component);
    }
  if (components->len == 0)
    return g_strdup (_ ("Unnamed file"));
  return safe_name_join (components);
}
