/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses and matches the patterns that exclude files from a transfer; see the header. Any thread; reading files
 * blocks. */
#include "config.h"

#include "namida-scan-filter.h"

#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Much larger than any file of patterns; a larger file is something else. */
#define RULES_MAX_BYTES (1024u * 1024u)
#define PATTERN_MAX_BYTES 4096u
#define PATTERN_MAX_PARTS 64u

typedef struct
{
  char **parts; /* the components between the slashes */
  guint n_parts;
  gboolean anchored;     /* relative to the folder of the rules; otherwise a name anywhere below it */
  gboolean folders_only; /* the pattern ended with a slash */
  gboolean take;         /* the pattern began with “!” */
} ScanRule;

struct _NamidaScanRules
{
  GPtrArray *rules; /* (element-type ScanRule) */
};

struct _NamidaScanFilter
{
  NamidaScanRules rules;
  GPtrArray *restricted; /* (element-type filename) */
};

static void
scan_rule_free (gpointer data)
{
  ScanRule *rule = data;

  g_strfreev (rule->parts);
  g_free (rule);
}

/* @pattern: without the leading “!” and the trailing slash. */
static gboolean
scan_rule_split (ScanRule *rule, const char *pattern)
{
  rule->anchored = strchr (pattern, '/') != NULL;
  if (pattern[0] == '/')
    pattern++;
  rule->parts = g_strsplit (pattern, "/", -1);
  rule->n_parts = g_strv_length (rule->parts);
  if (rule->n_parts == 0 || rule->n_parts > PATTERN_MAX_PARTS)
    return FALSE;
  for (guint i = 0; i < rule->n_parts; i++)
    if (rule->parts[i][0] == '\0')
      return FALSE;
  return TRUE;
}

/* Returns: (transfer full) (nullable): %NULL if the pattern cannot match anything. */
static ScanRule *
scan_rule_parse (const char *pattern)
{
  ScanRule *rule = g_new0 (ScanRule, 1);
  g_autofree char *copy = NULL;
  gsize length;

  rule->take = pattern[0] == '!';
  copy = g_strdup (pattern + (rule->take ? 1 : 0));
  length = strlen (copy);
  if (length > 1 && copy[length - 1] == '/')
    {
      rule->folders_only = TRUE;
      copy[length - 1] = '\0';
    }
  if (length <= PATTERN_MAX_BYTES && scan_rule_split (rule, copy))
    return rule;
  scan_rule_free (rule);
  return NULL;
}

static gboolean
scan_part_matches (const char *pattern, const char *name)
{
  return fnmatch (pattern, name, 0) == 0;
}

/* Returns whether the components of a path match those of a pattern, in which “**” stands for any number of
 * components, and for at least one at the end. Uses a table instead of backtracking, so that a pattern of many stars
 * takes no longer than one of letters. */
static gboolean
scan_rule_matches_path (const ScanRule *rule, char **names)
{
  guint n_names = g_strv_length (names);
  g_autofree gboolean *reached = g_new0 (gboolean, n_names + 1); /* [i]: the first i names match */

  reached[0] = TRUE;
  for (guint p = 0; p < rule->n_parts; p++)
    {
      gboolean before = reached[0]; /* reached[i - 1] before this component of the pattern */
      gboolean any = strcmp (rule->parts[p], "**") == 0;
      gboolean last = p + 1 == rule->n_parts;

      reached[0] = any && !last && before;
      for (guint i = 1; i <= n_names; i++)
        {
          gboolean here = reached[i];

          if (any)
            reached[i] = (!last && here) || before || reached[i - 1];
          else
            reached[i] = before && scan_part_matches (rule->parts[p], names[i - 1]);
          before = here;
        }
    }
  return reached[n_names];
}

static gboolean
scan_rule_matches (const ScanRule *rule, const char *relative, gboolean is_folder)
{
  const char *slash = strrchr (relative, '/');

  if (rule->folders_only && !is_folder)
    return FALSE;
  if (rule->anchored)
    {
      g_auto (GStrv) names = g_strsplit (relative, "/", -1);

      return scan_rule_matches_path (rule, names);
    }
  return scan_part_matches (rule->parts[0], slash != NULL ? slash + 1 : relative);
}

NamidaScanDecision
namida_scan_rules_decide (const NamidaScanRules *self, const char *relative, gboolean is_folder)
{
  for (guint i = self->rules->len; i > 0; i--)
    {
      const ScanRule *rule = g_ptr_array_index (self->rules, i - 1);

      if (scan_rule_matches (rule, relative, is_folder))
        return rule->take ? NAMIDA_SCAN_TAKE : NAMIDA_SCAN_EXCLUDE;
    }
  return NAMIDA_SCAN_NO_RULE;
}

/* Removes white space at the end of a line, which is never intended, unless a backslash precedes it. */
static void
scan_rules_trim (char *line)
{
  gsize length = strlen (line);

  while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' ' || line[length - 1] == '\t')
         && !(length > 1 && line[length - 2] == '\\'))
    line[--length] = '\0';
}

static void
scan_rules_add_lines (NamidaScanRules *self, const char *text)
{
  g_auto (GStrv) lines = NULL;

  if (g_str_has_prefix (text, "\xef\xbb\xbf")) /* the byte order mark that Notepad on Windows writes */
    text += 3;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      ScanRule *rule;

      scan_rules_trim (lines[i]);
      if (lines[i][0] == '\0' || lines[i][0] == '#')
        continue;
      rule = scan_rule_parse (lines[i]);
      if (rule != NULL)
        g_ptr_array_add (self->rules, rule);
    }
}

/* @fd: (transfer full). Returns: (transfer full) (nullable) */
static char *
scan_rules_read_text (int fd, GError **error)
{
  g_autofree char *text = g_malloc (RULES_MAX_BYTES + 1);
  gsize length = 0;
  gssize n;

  do
    {
      n = read (fd, text + length, RULES_MAX_BYTES + 1 - length);
      if (n > 0)
        length += (gsize) n;
    }
  while ((n > 0 && length <= RULES_MAX_BYTES) || (n < 0 && errno == EINTR));
  if (n < 0)
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  else if (length > RULES_MAX_BYTES)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("It is too large for a file of patterns."));
  else if (memchr (text, '\0', length) != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("It is no text file."));
  close (fd);
  if (n < 0 || length > RULES_MAX_BYTES || memchr (text, '\0', length) != NULL)
    return NULL;
  return g_strndup (text, length);
}

NamidaScanRules *
namida_scan_rules_read (int folder_fd, GError **error)
{
  NamidaScanRules *self;
  g_autofree char *text = NULL;
  struct stat st;
  int fd = openat (folder_fd, NAMIDA_SCAN_FILTER_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd < 0 && (errno == ENOENT || errno == ELOOP))
    return NULL;
  if (fd >= 0 && (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode)))
    {
      close (fd);
      return NULL;
    }
  if (fd < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
      return NULL;
    }
  text = scan_rules_read_text (fd, error);
  if (text == NULL)
    return NULL;
  self = g_new0 (NamidaScanRules, 1);
  self->rules = g_ptr_array_new_with_free_func (scan_rule_free);
  scan_rules_add_lines (self, text);
  return self;
}

void
namida_scan_rules_free (NamidaScanRules *self)
{
  g_ptr_array_unref (self->rules);
  g_free (self);
}

NamidaScanFilter *
namida_scan_filter_new (void)
{
  NamidaScanFilter *self = g_atomic_rc_box_new0 (NamidaScanFilter);

  self->rules.rules = g_ptr_array_new_with_free_func (scan_rule_free);
  self->restricted = g_ptr_array_new_with_free_func (g_free);
  return self;
}

NamidaScanFilter *
namida_scan_filter_ref (NamidaScanFilter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
scan_filter_clear (gpointer data)
{
  NamidaScanFilter *self = data;

  g_ptr_array_unref (self->rules.rules);
  g_ptr_array_unref (self->restricted);
}

void
namida_scan_filter_unref (NamidaScanFilter *self)
{
  g_atomic_rc_box_release_full (self, scan_filter_clear);
}

gboolean
namida_scan_filter_exclude (NamidaScanFilter *self, const char *pattern, GError **error)
{
  ScanRule *rule = scan_rule_parse (pattern);

  if (rule == NULL)
    {
      g_autofree char *shown = g_filename_display_name (pattern);

      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("“%s” is not a pattern. A pattern is a name or a path, for example “*.wav” or “Rips/drafts/”."),
                   shown);
      return FALSE;
    }
  g_ptr_array_add (self->rules.rules, rule);
  return TRUE;
}

gboolean
namida_scan_filter_exclude_from (NamidaScanFilter *self, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *text = NULL;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  else
    text = scan_rules_read_text (fd, error);
  if (text == NULL)
    {
      g_prefix_error (error, _ ("The patterns in “%s” could not be read: "), shown);
      return FALSE;
    }
  scan_rules_add_lines (&self->rules, text);
  return TRUE;
}

void
namida_scan_filter_restrict_to (NamidaScanFilter *self, const char *path)
{
  g_ptr_array_add (self->restricted, g_strdup (path));
}

GPtrArray *
namida_scan_filter_get_restricted (NamidaScanFilter *self)
{
  return self->restricted;
}

gboolean
namida_scan_filter_is_excluded (NamidaScanFilter *self, const char *relative, gboolean is_folder)
{
  return namida_scan_rules_decide (&self->rules, relative, is_folder) == NAMIDA_SCAN_EXCLUDE;
}
