/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "namida-database.h"

G_BEGIN_DECLS

#define NAMIDA_ADDRESS_BOOK_MAX 64 /* the newest are kept */

#define NAMIDA_TYPE_ADDRESS_BOOK (namida_address_book_get_type ())
/** NamidaAddressBook: the addresses that a person typed and that answered, as they were typed. Main context. */
G_DECLARE_FINAL_TYPE (NamidaAddressBook, namida_address_book, NAMIDA, ADDRESS_BOOK, GObject)

/** namida_address_book_new: reads the addresses (blocking: the start of the program). Returns: (transfer full)
 * (nullable) */
NamidaAddressBook *namida_address_book_new (NamidaDatabase *database, GError **error);
/** Returns: (transfer full): the newest first. */
GStrv namida_address_book_list (NamidaAddressBook *self);
/** namida_address_book_add: known at once; written by a worker. What is no address of namida_place_parse() is left out.
 */
void namida_address_book_add (NamidaAddressBook *self, const char *text);
/** namida_address_book_remove: forgotten at once, also in the file. @text: as it was typed, or an address that is the
 * same. Returns: whether it was known. */
gboolean namida_address_book_remove (NamidaAddressBook *self, const char *text);
/** namida_address_book_flush: waits until all is in the file. Blocking. */
void namida_address_book_flush (NamidaAddressBook *self);

/**
 * namida_place_parse: takes apart what a person typed: "nas.local", "nas.local:53318", or what namida_address_parse()
 * takes. Pure.
 * @host: (out) (transfer full): the name of a host; %NULL when it is a number
 * @port: (out): 53317 when none is given
 * Returns: %FALSE when it can be neither
 */
gboolean namida_place_parse (const char *text, char **host, guint16 *port);
/**
 * namida_place_check: whether what a person typed can be a device's name or a place. Refused is what is meant as an
 * address and is none, so that nobody waits for it: "https://nas", "nas:99999", "256.1.1.1". Pure.
 *
 * Returns: %FALSE with INVALID_REQUEST and a sentence.
 */
gboolean namida_place_check (const char *text, GError **error);
/** namida_place_is_clearly_host: has a dot or a port, or is "localhost": what else may be a device's name. Pure. */
gboolean namida_place_is_clearly_host (const char *text);

G_END_DECLS
