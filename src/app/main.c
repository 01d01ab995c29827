/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry point of the window's program: prepares memory, ciphers, locale and translations, then runs
 * NamidaApplication. Main thread. */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "namida-application.h"
#include "namida-cipher.h"
#include "namida-environment.h"
#include "namida-memory.h"
#include "namida-watchdog.h"

int
main (int argc, char **argv)
{
  g_autoptr (NamidaApplication) application = NULL;
  const char *catalogues;

  namida_environment_begin ();
  namida_memory_begin ();
  namida_cipher_prefer ();
  setlocale (LC_ALL, "");
  /* Lets translators and tests use catalogs that are not installed. */
  catalogues = g_getenv ("NAMIDA_LOCALE_DIR");
  bindtextdomain (GETTEXT_PACKAGE, catalogues != NULL ? catalogues : NAMIDA_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  namida_watchdog_start ();
  application = namida_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
