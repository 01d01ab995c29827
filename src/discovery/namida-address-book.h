/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses that the user entered, kept in the database, and the parser for such addresses. The hub reads the book
 * at its start and the command line checks addresses with it. Main context. */
#pragma once

#include <gio/gio.h>

#include "namida-database.h"

G_BEGIN_DECLS

#define NAMIDA_ADDRESS_BOOK_MAX 64 /* only the newest are kept */

#define NAMIDA_TYPE_ADDRESS_BOOK (namida_address_book_get_type ())
/** NamidaAddressBook: the addresses that the user entered and that answered, as they were entered. Main context. */
G_DECLARE_FINAL_TYPE (NamidaAddressBook, namida_address_book, NAMIDA, ADDRESS_BOOK, GObject)

/**
 * namida_address_book_new: Reads the addresses (blocking; at the start of the program). Returns: (transfer full)
 * (nullable)
 */
NamidaAddressBook *namida_address_book_new (NamidaDatabase *database, GError **error);
/** namida_address_book_list: Returns: (transfer full): the addresses, newest first. */
GStrv namida_address_book_list (NamidaAddressBook *self);
/**
 * namida_address_book_add: Takes effect at once; a worker thread writes the change. A text that namida_place_parse()
 * does not accept is ignored.
 */
void namida_address_book_add (NamidaAddressBook *self, const char *text);
/**
 * namida_address_book_remove: Forgets an address at once, also in the file. @text: the address as it was entered, or an
 * equal one. Returns: whether the address was known.
 */
gboolean namida_address_book_remove (NamidaAddressBook *self, const char *text);
/**
 * namida_address_book_flush: Waits until all changes are in the file. Blocking.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE if a change could not be written since the last call
 */
gboolean namida_address_book_flush (NamidaAddressBook *self, GError **error);

/**
 * namida_place_parse:
 * @text: what the user entered: "nas.local", "nas.local:53318", or anything that namida_address_parse() accepts
 * @host: (out) (transfer full): the host name; %NULL if @text is a numeric address
 * @port: (out): the port; 53317 if @text has none
 *
 * Pure.
 *
 * Returns: %FALSE if @text is neither a host name nor an address
 */
gboolean namida_place_parse (const char *text, char **host, guint16 *port);
/**
 * namida_place_check: Checks whether @text can be the name or the address of a device. Refuses a text that is meant as
 * an address but is not a valid one ("https://nas", "nas:99999", "256.1.1.1"), so that nobody waits for it. Pure.
 *
 * Returns: %FALSE with INVALID_REQUEST and a sentence for the user
 */
gboolean namida_place_check (const char *text, GError **error);
/**
 * namida_place_is_clearly_host: Returns: whether @text has a dot or a port, or is "localhost". Any other text may be
 * the name of a device. Pure.
 */
gboolean namida_place_is_clearly_host (const char *text);

G_END_DECLS
