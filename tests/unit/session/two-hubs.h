/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two complete devices in one process, with real TLS on loopback, and operations on them for tests. Main context. */
#pragma once

#include "namida-hub.h"

G_BEGIN_DECLS

#define WAIT_SECONDS 60
#define MB ((guint64) 1000 * 1000)
#define LONG_BYTES (12 * MB)

/* The names of the devices, and of their folders below that of the fixture. */
#define SENDER "HubSender"
#define RECEIVER "HubReceiver"

typedef struct
{
  char *dir;
  NamidaHub *sender;
  NamidaHub *receiver;
} Fixture;

/* Iterates the main loop until @condition holds. */
#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    guint wait_id = g_timeout_add_seconds (WAIT_SECONDS, two_hubs_wait_over, NULL);                                    \
    while (!(condition))                                                                                               \
      g_main_context_iteration (NULL, TRUE);                                                                           \
    g_source_remove (wait_id);                                                                                         \
  }                                                                                                                    \
  G_STMT_END

char *below (Fixture *f, const char *name);
gboolean two_hubs_wait_over (gpointer data);
void on_result (GObject *source, GAsyncResult *result, gpointer user_data);
/* Returns: (transfer full): the name on the network, which is unique because other tests run on this loopback at the
 * same time. */
char *full_alias (const char *alias);
/* (transfer full) (nullable) */
NamidaHub *try_to_start (const NamidaHubOptions *options, GError **error);
NamidaHub *start_hub_with (Fixture *f, const char *alias, NamidaHubOptions options);
NamidaHub *start_hub (Fixture *f, const char *alias, NamidaAccept accept);
/* The same device at another port. */
NamidaHub *start_hub_elsewhere (Fixture *f, const char *alias, NamidaAccept accept);
void stop_hub (NamidaHub *hub);
/* Writes files with the same size and time to the folder Pairs of @music: different contents, the same name in
 * another folder, and the contents of the second file in another place. @fills: the fill byte of each of the four
 * files */
void write_pairs (Fixture *f, const char *music, const char *fills);
/* Creates the folder with the files to send, including such pairs. */
void write_sample (Fixture *f);
/* @accept: for the receiver; set_up() always asks, whatever @data is */
void set_up_accepting (Fixture *f, gconstpointer accept);
void set_up (Fixture *f, gconstpointer data);
void tear_down (Fixture *f, gconstpointer data);
NamidaPeer *find_receiver (Fixture *f);
GListModel *sample_files (Fixture *f);
NamidaTransfer *send_sample (Fixture *f);
void assert_same_tree (Fixture *f);
void write_long (Fixture *f, const char *name, guint64 bytes, char fill);
NamidaHub *start_sender (Fixture *f, guint64 limit);
guint n_offers (Fixture *f);
void accept_offer (Fixture *f);
NamidaTransfer *newest (NamidaHub *hub);
NamidaTransfer *send_some (Fixture *f);
gboolean is_in (NamidaTransfer *transfer, NamidaTransferState state);
void assert_ends_equal (Fixture *f, NamidaTransfer *transfer);
gboolean has_parts (Fixture *f);

G_END_DECLS
