/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “trust” command: lists trusted and blocked devices, and adds, changes, removes, verifies and blocks them. No
 * network is used. Main thread. */
#include "config.h"

#include "namida-cli-trust.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-terminal.h"
#include "namida-format.h"
#include "namida-identity.h"
#include "namida-journal.h"
#include "namida-verify-words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static char *auto_accept, *restore, *landing;

static const GOptionEntry entries[] = {
  { "auto-accept", 0, 0, G_OPTION_ARG_STRING, &auto_accept, N_ ("With set: save its backups without asking"),
    "yes|no" },
  { "restore", 0, 0, G_OPTION_ARG_STRING, &restore, N_ ("With set: it may fetch the backups that are kept for it"),
    "yes|no" },
  { "as", 0, 0, G_OPTION_ARG_STRING, &landing, N_ ("With set: where its backups land; default: as those of others"),
    "library|backup|default" },
  { NULL },
};

/* Returns the permissions of a device, as text for people. */
static char *
trust_describe (const NamidaTrusted *one)
{
  g_autoptr (GString) text = g_string_new (one->auto_accept ? _ ("accepted without asking") : _ ("asks each time"));

  if (one->may_restore)
    g_string_append_printf (text, ", %s", _ ("may fetch its backups"));
  if (g_strcmp0 (one->landing, "backup") == 0)
    g_string_append_printf (text, ", %s", _ ("kept as backups"));
  else if (one->landing != NULL)
    g_string_append_printf (text, ", %s", _ ("files in your folders"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* @state: the text after each blocked device. Returns: the number of blocked devices */
static guint
trust_print_blocked (NamidaTrustStore *store, const char *state)
{
  g_autoptr (GHashTable) blocked = namida_trust_store_dup_blocked (store);
  GHashTableIter iter;
  gpointer fingerprint, alias;

  g_hash_table_iter_init (&iter, blocked);
  while (g_hash_table_iter_next (&iter, &fingerprint, &alias))
    {
      g_autofree char *shown = namida_format_alias (alias);
      g_autofree char *column = namida_cli_text_pad (shown, 24);

      namida_cli_print ("%s %s  %s", column, (char *) fingerprint, state);
    }
  return g_hash_table_size (blocked);
}

static void
trust_list (NamidaCli *cli, NamidaTrustStore *store)
{
  g_autoptr (GPtrArray) all = namida_trust_store_list (store);

  for (guint i = 0; i < all->len; i++)
    {
      const NamidaTrusted *one = all->pdata[i];

      if (cli->json)
        {
          JsonBuilder *builder = namida_cli_object ();

          namida_json_build_string (builder, "alias", one->alias);
          namida_json_build_string (builder, "fingerprint", one->fingerprint);
          namida_json_build_string (builder, "uuid", one->uuid);
          namida_json_build_string (builder, "address", one->last_address);
          namida_json_build_int (builder, "trustedAt", (guint64) (one->trusted_at / 1000));
          namida_json_build_int (builder, "lastSeen", (guint64) (one->last_seen / 1000));
          namida_json_build_boolean (builder, "autoAccept", one->auto_accept);
          namida_json_build_boolean (builder, "mayRestore", one->may_restore);
          namida_json_build_string (builder, "as", one->landing);
          namida_cli_emit (builder);
        }
      else
        {
          g_autofree char *shown = namida_format_alias (one->alias);
          g_autofree char *column = namida_cli_text_pad (shown, 24);
          g_autofree char *may = trust_describe (one);

          namida_cli_print ("%s %s  %s", column, one->fingerprint, may);
        }
    }
  if (all->len == 0)
    namida_cli_say (cli, _ ("No trusted devices. To add one, run: namida-sync-cli pair NAME"));
  /* With --json, each line is a trusted device; “trust blocked” lists the others. */
  if (!cli->json)
    trust_print_blocked (store, _ ("blocked"));
}

static gboolean
trust_fits (const NamidaTrusted *one, const char *text)
{
  g_autofree char *typed = namida_format_fold (text);
  g_autofree char *alias = namida_format_fold (one->alias);

  return g_str_equal (typed, alias) || namida_fingerprint_is_named (one->fingerprint, text, TRUE);
}

char *
namida_cli_trust_find (NamidaTrustStore *store, const char *text, GError **error)
{
  g_autoptr (GPtrArray) all = namida_trust_store_list (store);
  const NamidaTrusted *found = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    text = "?";
  for (guint i = 0; i < all->len; i++)
    {
      if (!trust_fits (all->pdata[i], text))
        continue;
      if (found != NULL)
        {
          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                       _ ("Several trusted devices are named “%s”. Give the fingerprint: “trust list” shows it."),
                       text);
          return NULL;
        }
      found = all->pdata[i];
    }
  if (found == NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                   _ ("No trusted device is named “%s”. “trust list” shows them."), text);
      return NULL;
    }
  return g_strdup (found->fingerprint);
}

static int
trust_change (NamidaCli *cli,
              NamidaDatabase *database,
              NamidaTrustStore *store,
              const char *what,
              const char *text,
              const char *alias)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = namida_cli_trust_find (store, text, &error);

  if (fingerprint == NULL)
    return namida_cli_fail (cli, error);
  if (g_str_equal (what, "remove"))
    namida_trust_store_remove (store, fingerprint);
  else
    namida_trust_store_rename (store, fingerprint, alias);
  if (!namida_trust_store_flush (store, &error))
    return namida_cli_fail (cli, error);
  /* A program that is receiving does the same and ends running transfers, but there may be no such program. */
  if (g_str_equal (what, "remove") && !namida_journal_drop_device (database, fingerprint, &error))
    return namida_cli_fail (cli, error);
  if (g_str_equal (what, "remove"))
    namida_cli_say (cli, _ ("“%s” is no longer trusted."), text);
  else
    namida_cli_say (cli, _ ("Renamed “%s” to “%s”."), text, alias);
  return NAMIDA_CLI_EXIT_DONE;
}

static void
trust_list_blocked (NamidaCli *cli, NamidaTrustStore *store)
{
  g_autoptr (GHashTable) blocked = namida_trust_store_dup_blocked (store);
  GHashTableIter iter;
  gpointer fingerprint, alias;

  if (!cli->json)
    {
      if (trust_print_blocked (store, _ ("blocked")) == 0)
        namida_cli_say (cli, _ ("No device is blocked."));
      return;
    }
  g_hash_table_iter_init (&iter, blocked);
  while (g_hash_table_iter_next (&iter, &fingerprint, &alias))
    {
      JsonBuilder *builder = namida_cli_object ();

      namida_json_build_string (builder, "alias", alias);
      namida_json_build_string (builder, "fingerprint", fingerprint);
      namida_cli_emit (builder);
    }
}

/* Returns: (transfer full) (nullable): the fingerprint of the only blocked device that @text names, by name or
 * digits. */
static char *
trust_find_blocked (NamidaTrustStore *store, const char *text, GError **error)
{
  g_autoptr (GHashTable) blocked = namida_trust_store_dup_blocked (store);
  g_autofree char *shown = g_utf8_make_valid (text, -1);
  g_autofree char *typed = namida_format_fold (shown);
  const char *found = NULL;
  gboolean several = FALSE;
  GHashTableIter iter;
  gpointer fingerprint, alias;

  g_hash_table_iter_init (&iter, blocked);
  while (g_hash_table_iter_next (&iter, &fingerprint, &alias))
    {
      g_autofree char *name = namida_format_fold (alias);

      if (!namida_fingerprint_is_named (fingerprint, text, FALSE) && !g_str_equal (name, typed))
        continue;
      several |= found != NULL;
      found = fingerprint;
    }
  if (found != NULL && !several)
    return g_strdup (found);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
               several ? _ ("Several blocked devices are named “%s”. Give the fingerprint: “trust blocked” shows it.")
                       : _ ("No blocked device is named “%s”. “trust blocked” shows them."),
               shown);
  return NULL;
}

/* A device is blocked by its whole key, because less, or a name, might match another device. A trusted device may be
 * named as in the other commands. */
static int
trust_block (NamidaCli *cli, NamidaDatabase *database, NamidaTrustStore *store, const char *text, gboolean blocked)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *alias = NULL;
  g_autofree char *fingerprint = namida_fingerprint_dup_whole (text);
  const NamidaTrusted *known;

  if (fingerprint == NULL)
    fingerprint = blocked ? namida_cli_trust_find (store, text, &error) : trust_find_blocked (store, text, &error);
  if (fingerprint == NULL)
    return namida_cli_fail (cli, error);
  known = namida_trust_store_lookup (store, fingerprint);
  alias = g_strdup (known != NULL ? known->alias : "");
  if (blocked)
    namida_trust_store_block (store, fingerprint, alias);
  else
    namida_trust_store_unblock (store, fingerprint);
  if (!namida_trust_store_flush (store, &error))
    return namida_cli_fail (cli, error);
  if (blocked && !namida_journal_drop_device (database, fingerprint, &error))
    return namida_cli_fail (cli, error);
  namida_cli_say (cli, blocked ? _ ("“%s” is blocked.") : _ ("“%s” is no longer blocked."),
                  *alias != '\0' ? alias : text);
  return NAMIDA_CLI_EXIT_DONE;
}

/* Trusts a device that has no pairing, such as LocalSend, after both users have compared what “verify” shows. */
static int
trust_add (NamidaCli *cli, NamidaTrustStore *store, const char *text, const char *alias)
{
  g_autofree char *fingerprint = namida_fingerprint_dup_whole (text);
  g_autoptr (GError) error = NULL;

  if (fingerprint == NULL)
    return namida_cli_usage (_ ("Give the whole fingerprint of 64 digits: “trust add FINGERPRINT NAME”."));
  if (namida_trust_store_is_blocked (store, fingerprint))
    namida_trust_store_unblock (store, fingerprint);
  namida_trust_store_add (store, fingerprint, NULL, alias);
  namida_trust_store_set_auto_accept (store, fingerprint, TRUE);
  if (!namida_trust_store_flush (store, &error))
    return namida_cli_fail (cli, error);
  namida_cli_say (cli, _ ("“%s” is trusted, and its transfers are accepted without asking."), alias);
  return NAMIDA_CLI_EXIT_DONE;
}

/* Prints what LocalSend's page “Verify” shows on the other device. */
static int
trust_verify (NamidaCli *cli, NamidaTrustStore *store, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data_dir = namida_cli_dup_data_dir (cli);
  g_autoptr (NamidaIdentity) identity = namida_identity_load (data_dir, &error);
  g_autofree char *fingerprint = namida_fingerprint_dup_whole (text);
  g_auto (GStrv) words = NULL;
  g_autofree char *hex = NULL;

  if (identity == NULL)
    return namida_cli_fail (cli, error);
  if (fingerprint == NULL)
    fingerprint = namida_cli_trust_find (store, text, NULL);
  if (fingerprint == NULL)
    return namida_cli_usage (_ ("Give the fingerprint of 64 digits: “trust verify FINGERPRINT”."));
  words = namida_verify_words (namida_identity_get_fingerprint (identity), fingerprint);
  hex = namida_verify_dup_hex (namida_identity_get_fingerprint (identity), fingerprint);
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_object ();
      g_autofree char *joined = g_strjoinv (" · ", words);

      namida_json_build_string (builder, "fingerprint", fingerprint);
      namida_json_build_string (builder, "icons", joined);
      namida_json_build_string (builder, "hex", hex);
      namida_cli_emit (builder);
      return NAMIDA_CLI_EXIT_DONE;
    }
  namida_cli_say (cli,
                  _ ("In LocalSend on the other device, open the details of this device and choose “Verify”. It shows "
                     "these icons:"));
  for (guint i = 0; i < NAMIDA_VERIFY_WORDS; i += 4)
    namida_cli_print ("  %s · %s · %s · %s", words[i], words[i + 1], words[i + 2], words[i + 3]);
  namida_cli_print ("  %s", hex);
  namida_cli_say (cli, _ ("If they are the same, “trust add %s NAME” trusts it."), fingerprint);
  return NAMIDA_CLI_EXIT_DONE;
}

/* Returns: whether @text is one of the choices; %NULL is allowed, too. */
static gboolean
trust_is_choice (const char *text, const char *const *choices)
{
  return text == NULL || g_strv_contains (choices, text);
}

static gboolean
trust_choices_make_sense (gboolean set)
{
  static const char *const yes_no[] = { "yes", "no", NULL };
  static const char *const landings[] = { "library", "backup", "default", NULL };
  gboolean given = auto_accept != NULL || restore != NULL || landing != NULL;

  return given == set && trust_is_choice (auto_accept, yes_no) && trust_is_choice (restore, yes_no)
         && trust_is_choice (landing, landings);
}

static int
trust_choose (NamidaCli *cli, NamidaTrustStore *store, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = namida_cli_trust_find (store, text, &error);
  g_autofree char *may = NULL;
  const NamidaTrusted *one;

  if (fingerprint == NULL)
    return namida_cli_fail (cli, error);
  if (auto_accept != NULL)
    namida_trust_store_set_auto_accept (store, fingerprint, g_str_equal (auto_accept, "yes"));
  if (restore != NULL)
    namida_trust_store_set_may_restore (store, fingerprint, g_str_equal (restore, "yes"));
  if (landing != NULL)
    namida_trust_store_set_landing (store, fingerprint, g_str_equal (landing, "default") ? NULL : landing);
  if (!namida_trust_store_flush (store, &error))
    return namida_cli_fail (cli, error);
  one = namida_trust_store_lookup (store, fingerprint);
  may = trust_describe (one);
  /* Translators: a device's name, and its permissions (“accepted without asking, may fetch its backups”) */
  namida_cli_say (cli, _ ("“%s”: %s."), one->alias, may);
  return NAMIDA_CLI_EXIT_DONE;
}

/* @what: (nullable). Returns: whether the command @what exists and takes so many words; otherwise says what it takes.
 */
static gboolean
trust_check_words (const char *what, int argc)
{
  static const struct
  {
    const char *name, *takes;
    int argc;
  } all[] = {
    { "list", "list", 2 },
    { "blocked", "blocked", 2 },
    { "block", "block NAME|FINGERPRINT", 3 },
    { "unblock", "unblock NAME|FINGERPRINT", 3 },
    { "remove", "remove NAME|FINGERPRINT", 3 },
    { "verify", "verify NAME|FINGERPRINT", 3 },
    { "set", "set NAME|FINGERPRINT OPTIONS", 3 },
    { "add", "add FINGERPRINT NAME", 4 },
    { "rename", "rename NAME|FINGERPRINT NEW-NAME", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_strcmp0 (what, all[i].name) == 0)
      {
        if (argc != all[i].argc)
          /* Translators: %s is a command with its arguments */
          namida_cli_usage (_ ("Usage: namida-sync-cli trust %s"), all[i].takes);
        return argc == all[i].argc;
      }
  namida_cli_usage (_ ("Say what to do: list, verify FINGERPRINT, add FINGERPRINT NAME, blocked, block NAME, unblock "
                       "NAME, remove NAME, rename NAME NEW-NAME, or set NAME with what it may do."));
  return FALSE;
}

int
namida_cli_trust (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (NamidaTrustStore) store = NULL;
  g_autoptr (GError) error = NULL;
  const char *what;

  auto_accept = restore = landing = NULL;
  if (!namida_cli_parse (cli,
                         _ ("list | verify NAME|FINGERPRINT | add FINGERPRINT NAME | blocked | block NAME|FINGERPRINT "
                            "| unblock NAME|FINGERPRINT | remove NAME|FINGERPRINT | "
                            "rename NAME|FINGERPRINT NEW-NAME | set NAME|FINGERPRINT "
                            "OPTIONS"),
                         _ ("List, add, block, remove or rename trusted devices, or change what a device may do. "
                            "Removing a device ends its\n"
                            "transfers. A running receiver applies changes to new transfers."),
                         entries, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  namida_cli_texts_from_locale (argv + 1);
  what = argc > 1 ? argv[1] : NULL;
  if (!trust_check_words (what, argc))
    return NAMIDA_CLI_EXIT_USAGE;
  if (!trust_choices_make_sense (g_str_equal (what, "set")))
    return namida_cli_usage (_ (
        "With “set”, and only with it, give --auto-accept yes|no, --restore yes|no or --as library|backup|default."));
  if (argc == 4 && (*argv[3] == '\0' || !g_utf8_validate (argv[3], -1, NULL)))
    return namida_cli_usage (_ ("The new name is empty, or it is not text."));
  database = namida_cli_open_database (cli, &error);
  if (database != NULL)
    store = namida_trust_store_new (database, &error);
  if (store == NULL)
    return namida_cli_fail (cli, error);
  if (g_str_equal (what, "list"))
    {
      trust_list (cli, store);
      return NAMIDA_CLI_EXIT_DONE;
    }
  if (g_str_equal (what, "blocked"))
    {
      trust_list_blocked (cli, store);
      return NAMIDA_CLI_EXIT_DONE;
    }
  if (g_str_equal (what, "verify"))
    return trust_verify (cli, store, argv[2]);
  if (g_str_equal (what, "add"))
    return trust_add (cli, store, argv[2], argv[3]);
  if (g_str_equal (what, "block") || g_str_equal (what, "unblock"))
    return trust_block (cli, database, store, argv[2], g_str_equal (what, "block"));
  if (g_str_equal (what, "set"))
    return trust_choose (cli, store, argv[2]);
  return trust_change (cli, database, store, what, argv[2], argc == 4 ? argv[3] : NULL);
}
