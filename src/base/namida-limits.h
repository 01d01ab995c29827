/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every limit of the protocol (docs/protocol.md, "Limits"). Each has a test of its own. */
#pragma once

#define NAMIDA_LIMIT_OFFER_BYTES (64u * 1024 * 1024)
#define NAMIDA_LIMIT_JSON_BYTES (1024u * 1024)
#define NAMIDA_LIMIT_JSON_TEXT_BYTES (1024u * 1024) /* one text in a message */
#define NAMIDA_LIMIT_JSON_DEPTH 16u
#define NAMIDA_LIMIT_FILES 200000u
#define NAMIDA_LIMIT_COMPONENT_BYTES 255u
#define NAMIDA_LIMIT_PATH_BYTES 4096u
#define NAMIDA_LIMIT_DEPTH 64u      /* names in a path of an offer, including its label */
#define NAMIDA_LIMIT_FOLDERS 65536u /* folders that the files of one offer are in */
#define NAMIDA_LIMIT_ALIAS_CHARS 64u
#define NAMIDA_LIMIT_HELLO_BYTES 8192u
#define NAMIDA_LIMIT_CONNECTIONS 256u
#define NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS 64u
#define NAMIDA_LIMIT_CONNECTIONS_PER_NETWORK 128u /* IPv6: one /64 network */
#define NAMIDA_LIMIT_STRANGERS_CONNECTIONS 192u   /* the rest is reserved for trusted devices */
/* TLS handshakes that run at the same time. GLib runs each of them in one of the ten threads that all work of the
 * program shares, and adds threads only slowly: with more handshakes, slow strangers would hold up our own work. */
#define NAMIDA_LIMIT_HANDSHAKES 8u
#define NAMIDA_LIMIT_HANDSHAKES_PER_ADDRESS 3u
#define NAMIDA_LIMIT_HANDSHAKES_PER_NETWORK 4u
#define NAMIDA_LIMIT_HANDSHAKES_RESERVED 3u /* of them, for addresses that a trusted device has connected from */
/* While others wait: how long the other side of a handshake may keep us waiting. The second value is for an address
 * that has several handshakes in progress, or when many wait. */
#define NAMIDA_LIMIT_HANDSHAKE_TURN_MS 600
#define NAMIDA_LIMIT_HANDSHAKE_LEAST_MS 300
/* For an address whose last handshake took long and failed, while another address waits. */
#define NAMIDA_LIMIT_HANDSHAKE_AGAIN_MS 100
#define NAMIDA_LIMIT_HANDSHAKE_SECONDS 10u
/* Small requests of ours that run at the same time, each in a thread, and how long one may take to connect. */
#define NAMIDA_LIMIT_EXCHANGES 64
#define NAMIDA_LIMIT_EXCHANGE_CONNECT_SECONDS 5u
/* While a trusted device is connected: the interval between handshakes of strangers, and how many connections an
 * address may open at once and per second. Connections beyond that wait for the given time at most. */
#define NAMIDA_LIMIT_HANDSHAKE_SPACE_MS 30
#define NAMIDA_LIMIT_ARRIVALS_AT_ONCE 20u
#define NAMIDA_LIMIT_ARRIVALS_PER_SECOND 10u
#define NAMIDA_LIMIT_ARRIVAL_WAIT_MS 200u
#define NAMIDA_LIMIT_HEAD_SECONDS 10u
#define NAMIDA_LIMIT_HEAD_BYTES (16u * 1024)
#define NAMIDA_LIMIT_HEADERS 64u /* in one request head */
#define NAMIDA_LIMIT_BODY_IDLE_SECONDS 30u
/* The time for the whole body of a control request: this many seconds, plus one second for each of these bytes. */
#define NAMIDA_LIMIT_BODY_SECONDS 30u
#define NAMIDA_LIMIT_BODY_BYTES_PER_SECOND (16u * 1024)
#define NAMIDA_LIMIT_BODY_MEMORY (256u * 1024)                /* for one body; the rest goes to a file */
#define NAMIDA_LIMIT_STRANGERS_MEMORY (8u * 1024 * 1024)      /* for the bodies of all strangers together, in memory */
#define NAMIDA_LIMIT_STRANGERS_FILES (2u * 64u * 1024 * 1024) /* for the same bodies, in files */
#define NAMIDA_LIMIT_STRANGERS_RATE (16u * 1024 * 1024)       /* bytes/s of them while a trusted device is connected */
#define NAMIDA_LIMIT_SMALL_CHUNKS 1024u                       /* in one body, unless their average size reaches */
#define NAMIDA_LIMIT_CHUNK_BYTES 64u                          /* this many bytes */
#define NAMIDA_LIMIT_SMALL_BODY_BYTES 4096u                   /* for requests that need no body */
#define NAMIDA_LIMIT_OFFER_ANSWER_SECONDS 300u
#define NAMIDA_LIMIT_SESSION_IDLE_SECONDS 120u
#define NAMIDA_LIMIT_PARKED_DAYS 7u
#define NAMIDA_LIMIT_WAITING_DROPS 256u /* interrupted sessions that devices have canceled, until that is written */
/* A file that was last read before this many days is read again before a new version shares it. */
#define NAMIDA_LIMIT_REREAD_DAYS 30
/* How many damaged files one answer asks a device for, and how many devices may send replacements at the same time. */
#define NAMIDA_LIMIT_WANTED_FILES 256u
#define NAMIDA_LIMIT_HEALING_DEVICES 4u
#define NAMIDA_LIMIT_OPEN_OFFERS_PER_DEVICE 1u
#define NAMIDA_LIMIT_OPEN_OFFERS 3u
#define NAMIDA_LIMIT_PEERS 256u
#define NAMIDA_LIMIT_SMALL_PATHS 256u /* addresses that large packets do not reach, remembered for an hour each */
#define NAMIDA_LIMIT_PIN_TRIES 3u
#define NAMIDA_LIMIT_PIN_LOCK_SECONDS 300u
#define NAMIDA_LIMIT_PACK_FILES 4096u /* in one pack, so that its answer stays below NAMIDA_LIMIT_JSON_BYTES */
#define NAMIDA_LIMIT_PACK_FILE_BYTES (1024u * 1024)
#define NAMIDA_LIMIT_PAIR_SECONDS 120u
#define NAMIDA_LIMIT_PAIR_REVEAL_SECONDS 10u
#define NAMIDA_LIMIT_PAIR_TRIES 3u /* unconfirmed, of all devices together, within */
#define NAMIDA_LIMIT_PAIR_WINDOW_SECONDS 300u
#define NAMIDA_LIMIT_PAIR_OPEN_TRIES 20u /* used instead while the user has opened pairing */

/* Limits of links for browsers (docs/protocol.md, "Links for a browser"). */
#define NAMIDA_LIMIT_LINKS 8u       /* open at once */
#define NAMIDA_LIMIT_LINK_BYTES 16u /* random bytes of a link's token and of its browser's cookie */
#define NAMIDA_LIMIT_LINK_MINUTES 1440u
#define NAMIDA_LIMIT_LINK_MINUTES_DEFAULT 10u
#define NAMIDA_LIMIT_LINK_PIECE_BYTES (8u * 1024 * 1024) /* of a file, in one request */
#define NAMIDA_LIMIT_LINK_DOWNLOADS 4u                   /* of one link at the same time */
#define NAMIDA_LIMIT_LINK_ABSENT_SECONDS 60u             /* how long a page that waits for an answer may be silent */

#define NAMIDA_PORT_FIRST 53317u
#define NAMIDA_PORT_LAST 53327u
