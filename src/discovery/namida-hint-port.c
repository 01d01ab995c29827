/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the program that has opened a port, from the files in /proc. Called by the hint checker in its worker
 * thread. Blocking. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "namida-format.h"
#include "namida-hint-private.h"

#define TCP_LISTEN "0A" /* Linux, net/tcp_states.h */
#define MAX_LINES 65536

/* proc(5), /proc/net/tcp: "sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …". Returns: the
 * inode; 0 if the line is about another port. */
static guint64
hint_port_inode_of_line (const char *line, gboolean tcp, guint16 port)
{
  unsigned int local;
  char state[3];
  unsigned long long inode;

  if (sscanf (line, " %*[0-9]: %*[0-9A-Fa-f]:%4x %*[0-9A-Fa-f]:%*x %2s %*[^ ] %*[^ ] %*[^ ] %*u %*u %llu", &local,
              state, &inode)
          != 3
      || local != port || (tcp && !g_str_equal (state, TCP_LISTEN)))
    return 0;
  return inode;
}

static void
hint_port_collect_inodes (GHashTable *inodes, const char *proc, const char *table, gboolean tcp, guint16 port)
{
  g_autofree char *path = g_build_filename (proc, "net", table, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", MAX_LINES);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint64 inode = hint_port_inode_of_line (lines[i], tcp, port);

      if (inode != 0)
        g_hash_table_add (inodes, g_strdup_printf ("socket:[%" G_GUINT64_FORMAT "]", inode));
    }
}

/* Returns whether the process has one of @inodes open; processes of other users cannot be examined. @take_out:
 * remove the inodes that are found from @inodes, for the program's own sockets. */
static gboolean
hint_port_has_inode (const char *folder, GHashTable *inodes, gboolean take_out)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  gboolean has = FALSE;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (target == NULL || !g_hash_table_contains (inodes, target))
        continue;
      has = TRUE;
      if (take_out)
        g_hash_table_remove (inodes, target);
    }
  return has;
}

static char *
hint_port_read_name (const char *proc, const char *pid)
{
  g_autofree char *path = g_build_filename (proc, pid, "comm", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  g_strchomp (text);
  /* A process chooses its own name, so clean it. */
  return *text != '\0' ? namida_format_alias (text) : NULL;
}

static char *
hint_port_find_process (const char *proc, GHashTable *inodes)
{
  g_autoptr (GDir) dir = g_dir_open (proc, 0, NULL);
  g_autofree char *own = g_strdup_printf ("%d", (int) getpid ());
  const char *pid;

  while (dir != NULL && (pid = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (proc, pid, "fd", NULL);

      if (strspn (pid, "0123456789") != strlen (pid) || g_str_equal (pid, own)
          || !hint_port_has_inode (folder, inodes, FALSE))
        continue;
      return hint_port_read_name (proc, pid);
    }
  return NULL;
}

gboolean
namida_port_find_holder (const char *proc, gboolean tcp, guint16 port, char **name)
{
  g_autoptr (GHashTable) inodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *own = g_build_filename (proc, "self", "fd", NULL);

  *name = NULL;
  hint_port_collect_inodes (inodes, proc, tcp ? "tcp" : "udp", tcp, port);
  hint_port_collect_inodes (inodes, proc, tcp ? "tcp6" : "udp6", tcp, port);
  hint_port_has_inode (own, inodes, TRUE);
  if (g_hash_table_size (inodes) == 0)
    return FALSE;
  *name = hint_port_find_process (proc, inodes);
  return TRUE;
}
