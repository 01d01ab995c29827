/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of misbehaviors for every dialect and every direction: sending to a misbehaving device, receiving from one,
 * and fetching from one. The table is in test-conformance.c; one file for each direction simulates the other side. */
#pragma once

#include "namida-entry.h"
#include "namida-device-info.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

#define ZIP_BYTES (6u * 1024 * 1024)
#define SONG_BYTES 100000u
#define FIRST_BYTES 1000u
/* Shortened limits: a receiver may be unreachable for 1 s, and pauses for longer than that. */
#define SILENCE_SECONDS 1u
#define PAUSE_US (3 * G_USEC_PER_SEC)
#define RATE (16u * 1024 * 1024)

typedef enum
{
  SENDING,   /* the other device receives */
  RECEIVING, /* the other device sends */
  FETCHING,  /* the other device keeps a backup for this one */
} Direction;

/** What the other device does. */
typedef enum
{
  PLAY_FAIR,
  PLAY_SLOW,            /* pauses in the middle of the first upload */
  PLAY_CUT,             /* hangs up in the middle of the first upload, once */
  PLAY_SILENT,          /* takes every first file whole and never answers */
  PLAY_EARLY,           /* says that it has the first file after 1,000 bytes */
  PLAY_PARTIAL,         /* wants the second file only */
  PLAY_WRONG_SIZE,      /* has other bytes of the first file than were sent */
  PLAY_CHANGED,         /* our file changes while it is sent */
  PLAY_FINISH_SILENT,   /* its finish answer does not name the second file */
  PLAY_FINISH_NONSENSE, /* it uses a word that does not exist, for a file that it said to have */
  PLAY_REPEATED,        /* answers the first upload twice, once well and once not */
  PLAY_REFUSES,         /* cannot save the first file */
  PLAY_IMPOSTOR,        /* shows another certificate than it should */
  /* Of senders, and of devices that keep what is fetched: */
  PLAY_GONE,         /* brings the second file, hangs up in the middle of the first, and is never seen again */
  PLAY_MUTE,         /* brings nothing at all */
  PLAY_EARLY_FINISH, /* ends the session before the first file has gone */
  PLAY_UNNAMED,      /* names only the first file when it ends the session */
  PLAY_SHORTER,      /* a body that is shorter than was offered, and says so */
  PLAY_LONGER,       /* a body without a length, longer than was offered */
  PLAY_OTHER_BYTES,  /* other bytes than those whose hash it names */
  PLAY_TWICE,        /* the first file comes again with other bytes */
  PLAY_TWO_ENDS,     /* ends the session twice, the second time with other hashes */
  PLAY_NO_RANGES,    /* hangs up once, and then sends from the start on whatever it is asked for */
  PLAY_OTHER_RANGE,  /* hangs up once, and then sends another range than it is asked for */
  PLAY_PART_FOR_ALL, /* says that it sends a part when it is asked for all */
  PLAY_NO_LENGTH,    /* does not say how long the first file is */
  PLAY_TWO_LENGTHS,  /* says two lengths of the first file */
  PLAY_EXPIRES,      /* ends the session in the middle of it */
  /* Of devices that are not the one that is meant, or do not know the session: */
  PLAY_ALMOST,      /* its key differs in the last digit of the fingerprint */
  PLAY_STRANGER,    /* another device brings the first file, ends the session and cancels it, with its right names */
  PLAY_OTHER_TOKEN, /* the first file comes with the token of the second */
  /* More of those that receive: */
  PLAY_FINISH_TWICE, /* its finish answer names the second file twice, once as stored and once as missing */
  PLAY_FINISH_CUT,   /* hangs up in the place of its finish answer */
  PLAY_OTHER_HASH,   /* names another hash of the first file than it was sent */
  PLAY_BEYOND,       /* wants the first file from behind its end on */
  PLAY_UNOFFERED,    /* wants a file that it was not offered, too */
  /* More of those that send: */
  PLAY_BEHIND,     /* begins the first file behind what has arrived */
  PLAY_OVERLAP,    /* breaks off, and begins again before what has arrived */
  PLAY_AT_ONCE,    /* sends the first file twice at the same time */
  PLAY_AFTER_END,  /* sends the first file again when the session has ended */
  PLAY_LOST,       /* says when it ends the session that it lost the first file, which it said to have */
  PLAY_LEAVES_OUT, /* its user does not want the first file */
  PLAY_ONCE,       /* never answers the first file, and declines it when it is offered again */
  /* More of those that keep what is fetched: */
  PLAY_WITHDRAWN,  /* no longer trusts this device when it asks for the first file */
  PLAY_NOT_STORED, /* brings everything, which this device cannot store */
} Play;

typedef struct
{
  Direction direction;
  NamidaDialect dialect;
  Play play;
  NamidaTransferState state; /* of the transfer on this device */
  NamidaFileResult zip, song;
  guint offers; /* SENDING: how often the other device was asked */
} Case;

/** conformance_make_bytes: (transfer full): contents that another @seed has none of. */
GBytes *conformance_make_bytes (gsize size, guint32 seed);
/** conformance_hash: (transfer full): the SHA-256 of @bytes. */
char *conformance_hash (GBytes *bytes);
/** conformance_dup_shown: (transfer full): the fingerprint that is expected of a device that has @real: @other, or one
 * that is almost the same, when that is what is played. */
char *conformance_dup_shown (const Case *test, const char *real, const char *other);
/** conformance_make_entry: (transfer full): a file called @name, in “Music” unless it is the zip, with the size and the
 * hash of @bytes. */
NamidaEntry *conformance_make_entry (NamidaEntryKind kind, const char *id, const char *name, GBytes *bytes);

/* Adds the case to the tests; @test must stay. */
void conformance_add_sending (const char *path, const Case *test);
void conformance_add_receiving (const char *path, const Case *test);
void conformance_add_fetching (const char *path, const Case *test);

G_END_DECLS
