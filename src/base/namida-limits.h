/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Every limit of the wire (docs/protocol.md, "Limits"), each with a test of its own. */

#define NAMIDA_LIMIT_OFFER_BYTES (64u * 1024 * 1024)
#define NAMIDA_LIMIT_JSON_BYTES (1024u * 1024)
#define NAMIDA_LIMIT_JSON_TEXT_BYTES (1024u * 1024) /* one text in a message */
#define NAMIDA_LIMIT_JSON_DEPTH 16u
#define NAMIDA_LIMIT_FILES 200000u
#define NAMIDA_LIMIT_COMPONENT_BYTES 255u
#define NAMIDA_LIMIT_PATH_BYTES 4096u
#define NAMIDA_LIMIT_DEPTH 64u      /* names in a path of an offer, its label among them */
#define NAMIDA_LIMIT_FOLDERS 65536u /* that the files of one offer lie in */
#define NAMIDA_LIMIT_ALIAS_CHARS 64u
#define NAMIDA_LIMIT_HELLO_BYTES 8192u
#define NAMIDA_LIMIT_CONNECTIONS 256u
#define NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS 64u
#define NAMIDA_LIMIT_CONNECTIONS_PER_NETWORK 128u /* IPv6: a /64 */
#define NAMIDA_LIMIT_STRANGERS_CONNECTIONS 192u   /* the rest is for trusted devices */
/* That run at once. GLib does each in one of the ten threads that all of the program's work shares, and adds to those
 * but slowly: more, and strangers who dawdle hold up our own work. */
#define NAMIDA_LIMIT_HANDSHAKES 8u
#define NAMIDA_LIMIT_HANDSHAKES_PER_ADDRESS 3u
#define NAMIDA_LIMIT_HANDSHAKES_PER_NETWORK 4u
#define NAMIDA_LIMIT_HANDSHAKES_RESERVED 3u /* of them for addresses that a trusted device came from */
/* When others wait: how long the other side of a handshake may keep us waiting, and the same for one of an address that
 * has several under way, or when many wait. */
#define NAMIDA_LIMIT_HANDSHAKE_TURN_MS 600
#define NAMIDA_LIMIT_HANDSHAKE_LEAST_MS 300
/* Of an address that let one run out before, when one waits that did not. */
#define NAMIDA_LIMIT_HANDSHAKE_AGAIN_MS 100
#define NAMIDA_LIMIT_HANDSHAKE_SECONDS 10u
/* While a trusted device is connected: strangers' handshakes begin so far apart, and an address may connect so often
 * at once and in a second; what is more waits, so long at most. */
#define NAMIDA_LIMIT_HANDSHAKE_SPACE_MS 30
#define NAMIDA_LIMIT_ARRIVALS_AT_ONCE 20u
#define NAMIDA_LIMIT_ARRIVALS_PER_SECOND 10u
#define NAMIDA_LIMIT_ARRIVAL_WAIT_MS 200u
#define NAMIDA_LIMIT_HEAD_SECONDS 10u
#define NAMIDA_LIMIT_HEAD_BYTES (16u * 1024)
#define NAMIDA_LIMIT_HEADERS 64u /* fields of one head */
#define NAMIDA_LIMIT_BODY_IDLE_SECONDS 30u
/* A whole body of a control request: so many seconds, and one more for each so many bytes. */
#define NAMIDA_LIMIT_BODY_SECONDS 30u
#define NAMIDA_LIMIT_BODY_BYTES_PER_SECOND (16u * 1024)
#define NAMIDA_LIMIT_BODY_MEMORY (256u * 1024)                /* of one body; the rest of it goes to a file */
#define NAMIDA_LIMIT_STRANGERS_MEMORY (8u * 1024 * 1024)      /* bodies of all strangers together, in memory */
#define NAMIDA_LIMIT_STRANGERS_FILES (2u * 64u * 1024 * 1024) /* and in files */
#define NAMIDA_LIMIT_STRANGERS_RATE (16u * 1024 * 1024)       /* bytes a second of them, of all strangers together */
#define NAMIDA_LIMIT_SMALL_CHUNKS 1024u                       /* of one body; more only when they are not tiny: */
#define NAMIDA_LIMIT_CHUNK_BYTES 64u                          /* on average */
#define NAMIDA_LIMIT_SMALL_BODY_BYTES 4096u                   /* of requests that need none */
#define NAMIDA_LIMIT_OFFER_ANSWER_SECONDS 300u
#define NAMIDA_LIMIT_SESSION_IDLE_SECONDS 120u
#define NAMIDA_LIMIT_PARKED_DAYS 7u
/* What was read last before so many days is read again when a new version is to share it. */
#define NAMIDA_LIMIT_REREAD_DAYS 30
/* Damaged files that a device is asked for in one answer, and how many devices may bring theirs at once. */
#define NAMIDA_LIMIT_WANTED_FILES 256u
#define NAMIDA_LIMIT_HEALING_DEVICES 4u
#define NAMIDA_LIMIT_OPEN_OFFERS_PER_DEVICE 1u
#define NAMIDA_LIMIT_OPEN_OFFERS 3u
#define NAMIDA_LIMIT_PEERS 256u
#define NAMIDA_LIMIT_PIN_TRIES 3u
#define NAMIDA_LIMIT_PIN_LOCK_SECONDS 300u
#define NAMIDA_LIMIT_PACK_FILES 4096u /* in one pack: its answer stays under NAMIDA_LIMIT_JSON_BYTES */
#define NAMIDA_LIMIT_PACK_FILE_BYTES (1024u * 1024)
#define NAMIDA_LIMIT_PAIR_SECONDS 120u
#define NAMIDA_LIMIT_PAIR_REVEAL_SECONDS 10u
#define NAMIDA_LIMIT_PAIR_TRIES 3u /* that nobody confirmed, of all devices, in … */
#define NAMIDA_LIMIT_PAIR_WINDOW_SECONDS 300u
#define NAMIDA_LIMIT_PAIR_OPEN_TRIES 20u /* instead, while the person here has opened pairing */

/* A link for a browser (docs/protocol.md, "Links for a browser"). */
#define NAMIDA_LIMIT_LINKS 8u       /* open at once */
#define NAMIDA_LIMIT_LINK_BYTES 16u /* random bytes of a link's token, and of its browser's cookie */
#define NAMIDA_LIMIT_LINK_MINUTES 1440u
#define NAMIDA_LIMIT_LINK_MINUTES_DEFAULT 10u
#define NAMIDA_LIMIT_LINK_PIECE_BYTES (8u * 1024 * 1024) /* of a file, in one request */
#define NAMIDA_LIMIT_LINK_DOWNLOADS 4u                   /* of one link at once */
#define NAMIDA_LIMIT_LINK_ABSENT_SECONDS 60u             /* so long a page that waits for an answer may be silent */
#define NAMIDA_LIMIT_LINK_IDLE_SECONDS 5u                /* so long a part stays open between two pieces */

#define NAMIDA_PORT_FIRST 53317u
#define NAMIDA_PORT_LAST 53327u
