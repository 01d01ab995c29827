/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests offers that wait for a decision: the first decision counts, whoever makes it, and the selected entries, by path
 * or content, are saved for a later run. */
#include "config.h"

#include "namida-error.h"
#include "namida-offer-decide.h"
#include "namida-offer.h"

#include <string.h>

typedef struct
{
  guint decided, closed, notified;
  gboolean had_reason;
} Counts;

static void
on_decided (NamidaOffer *offer, NamidaSink *sink, const GError *reason, gpointer user_data)
{
  Counts *counts = user_data;

  counts->decided++;
  counts->had_reason = reason != NULL;
  g_assert_cmpint (namida_offer_get_state (offer), !=, NAMIDA_OFFER_OPEN);
}

static void
count_up (gpointer counter)
{
  (*(guint *) counter)++;
}

static void
add_entry (NamidaBackup *backup, NamidaEntryKind kind, const char *label, const char *path, guint64 size)
{
  NamidaEntry *entry = namida_entry_new ();

  entry->kind = kind;
  if (label != NULL)
    {
      g_free (entry->label);
      entry->label = g_strdup (label);
      g_free (entry->relative_path);
      entry->relative_path = g_strdup (path);
    }
  entry->name = g_path_get_basename (path);
  entry->size = size;
  namida_backup_add (backup, entry);
}

/* Paths that begin alike, and two contents. */
static NamidaOffer *
make_offer (void)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();

  add_entry (backup, NAMIDA_ENTRY_BACKUP_ZIP, NULL, "backup.zip", 1);
  add_entry (backup, NAMIDA_ENTRY_FILE, "Music", "a/one.mp3", 10);
  add_entry (backup, NAMIDA_ENTRY_FILE, "Music", "a/two.mp3", 100);
  add_entry (backup, NAMIDA_ENTRY_FILE, "Music", "ab.mp3", 1000);
  add_entry (backup, NAMIDA_ENTRY_FOLDER, "Music", "a/empty", 0);
  add_entry (backup, NAMIDA_ENTRY_FILE, "Lyrics", "a/one\nline.lrc", 10000);
  return namida_offer_new ("AB", "Phone", NULL, "127.0.0.1", TRUE, backup, "key");
}

/* 0: accept; 1: decline; 2: withdrawn; 3: nobody answered; 4: refused; 5: the transfer is canceled here */
static void
decide_as (NamidaOffer *offer, guint how)
{
  g_autoptr (GError) full = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, "full");

  switch (how)
    {
    case 0:
      namida_offer_accept (offer, NULL);
      break;
    case 1:
      namida_offer_decline (offer);
      break;
    case 2:
      namida_offer_close (offer, NAMIDA_OFFER_WITHDRAWN);
      break;
    case 3:
      namida_offer_close (offer, NAMIDA_OFFER_EXPIRED);
      break;
    case 4:
      namida_offer_refuse (offer, full);
      break;
    default:
      namida_transfer_cancel (namida_offer_get_transfer (offer));
    }
}

static void
test_decided_once (void)
{
  static const NamidaOfferState states[] = { NAMIDA_OFFER_ACCEPTED, NAMIDA_OFFER_DECLINED, NAMIDA_OFFER_WITHDRAWN,
                                             NAMIDA_OFFER_EXPIRED,  NAMIDA_OFFER_DECLINED, NAMIDA_OFFER_DECLINED };
  static const NamidaTransferState transfers[]
      = { NAMIDA_TRANSFER_PREPARING, NAMIDA_TRANSFER_DECLINED, NAMIDA_TRANSFER_CANCELLED,
          NAMIDA_TRANSFER_DECLINED,  NAMIDA_TRANSFER_FAILED,   NAMIDA_TRANSFER_DECLINED };

  for (guint first = 0; first < G_N_ELEMENTS (states); first++)
    for (guint second = 0; second < G_N_ELEMENTS (states); second++)
      {
        g_autoptr (NamidaOffer) offer = make_offer ();
        NamidaTransfer *transfer = namida_offer_get_transfer (offer);
        Counts counts = { 0 };

        namida_offer_set_decided (offer, on_decided, &counts);
        g_signal_connect_swapped (offer, "closed", G_CALLBACK (count_up), &counts.closed);
        g_signal_connect_swapped (offer, "notify::open", G_CALLBACK (count_up), &counts.notified);
        g_assert_cmpint (namida_offer_get_state (offer), ==, NAMIDA_OFFER_OPEN);
        g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_WAITING);
        decide_as (offer, first);
        g_assert_cmpint (namida_transfer_get_state (transfer), ==, transfers[first]);
        decide_as (offer, second);
        g_assert_cmpint (namida_offer_get_state (offer), ==, states[first]);
        /* The second answer does not change what the first began; to cancel is another matter. */
        g_assert_cmpint (namida_transfer_get_state (transfer), ==, transfers[first]);
        g_assert_cmpuint (counts.decided, ==, 1);
        g_assert_cmpuint (counts.closed, ==, 1);
        g_assert_cmpuint (counts.notified, ==, 1);
        g_assert_cmpint (counts.had_reason, ==, first != 0);
      }
}

/* @taken: one letter for each entry */
static void
assert_taken (NamidaOffer *offer, const char *taken)
{
  guint64 bytes = 0, sum = 0, size = 1;
  guint n = 0;

  for (guint i = 0; i < strlen (taken); i++)
    {
      g_assert_cmpint (namida_offer_is_taken (offer, i), ==, taken[i] == 'x');
      if (taken[i] == 'x' && i != 4)
        n++;
      if (taken[i] == 'x' && i != 4)
        sum += size;
      if (i != 4)
        size *= 10;
    }
  g_assert_cmpuint (namida_offer_count_taken (offer, &bytes), ==, n);
  g_assert_cmpuint (bytes, ==, sum);
}

static void
test_parts (void)
{
  g_autoptr (NamidaOffer) offer = make_offer ();
  NamidaContent music = { .kind = NAMIDA_ENTRY_FILE, .label = (char *) "Music" };
  NamidaContent zip = { .kind = NAMIDA_ENTRY_BACKUP_ZIP, .label = NULL };

  assert_taken (offer, "xxxxxx");
  g_assert_null (namida_offer_dup_declined (offer));
  /* A folder takes what is in it, not what only begins with its letters. */
  g_assert_cmpuint (namida_offer_set_taken (offer, "Music/a", FALSE), ==, 3);
  assert_taken (offer, "x--x-x");
  g_assert_cmpuint (namida_offer_set_taken (offer, "Music/a/two.mp3", TRUE), ==, 1);
  assert_taken (offer, "x-xx-x");
  g_assert_cmpuint (namida_offer_set_taken (offer, "Music/a/two.mp", FALSE), ==, 0);
  g_assert_cmpuint (namida_offer_set_taken (offer, "", FALSE), ==, 6);
  assert_taken (offer, "------");
  namida_offer_set_content_taken (offer, &music, TRUE);
  assert_taken (offer, "-xxxx-");
  namida_offer_set_content_taken (offer, &zip, TRUE);
  namida_offer_set_content_taken (offer, &music, FALSE);
  assert_taken (offer, "x-----");
}

/* Written down and read again, with a name of two lines; of an offer that lacks some of them. */
static void
test_written_down (void)
{
  g_autoptr (NamidaOffer) offer = make_offer ();
  g_autoptr (NamidaOffer) again = make_offer ();
  g_autofree char *none = namida_offer_format_declined (offer);
  g_autofree char *text = NULL;

  g_assert_null (none);
  namida_offer_restore_declined (again, NULL);
  assert_taken (again, "xxxxxx");
  namida_offer_set_taken (offer, "Lyrics", FALSE);
  namida_offer_set_taken (offer, "Music/ab.mp3", FALSE);
  text = namida_offer_format_declined (offer);
  namida_offer_set_taken (again, "", FALSE); /* what was chosen before is forgotten */
  namida_offer_restore_declined (again, text);
  assert_taken (again, "xxx-x-");
}

/* Who may know nothing else about it hears what the sender said. */
static void
test_facts (void)
{
  g_autoptr (NamidaOffer) offer = make_offer ();

  g_assert_true (namida_offer_get_can_pair (offer));
  g_assert_false (namida_offer_get_invited (offer));
  g_assert_false (namida_offer_get_by_time (offer));
  g_assert_cmpstr (namida_offer_get_device_type (offer), ==, "");
  g_assert_cmpstr (namida_offer_get_fingerprint (offer), ==, "AB");
  g_assert_cmpstr (namida_transfer_get_peer_fingerprint (namida_offer_get_transfer (offer)), ==, "AB");
  g_assert_true (namida_transfer_get_encrypted (namida_offer_get_transfer (offer)));
  g_assert_cmpint (namida_transfer_get_direction (namida_offer_get_transfer (offer)), ==, NAMIDA_DIRECTION_RECEIVE);
  g_assert_cmpstr (namida_offer_get_key (offer), ==, "key");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer-choice/decided-once", test_decided_once);
  g_test_add_func ("/offer-choice/parts", test_parts);
  g_test_add_func ("/offer-choice/written-down", test_written_down);
  g_test_add_func ("/offer-choice/facts", test_facts);
  return g_test_run ();
}
