/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the framing of TLS records (RFC 8446, 5.1) and the length of the handshake message in them (section 4), and
 * nothing else; GnuTLS parses the hello. Used by namida-listener.c. Pure, any thread. */
#include "config.h"

#include "namida-hello-gate.h"

#define RECORD_HEAD 5u
#define RECORD_MOST (16u * 1024)
#define MESSAGE_HEAD 4u
#define HANDSHAKE 22u
#define CLIENT_HELLO 1u

gssize
namida_hello_gate_missing (const guint8 *data, gsize length)
{
  gsize at = 0, n_message = 0, wanted = MESSAGE_HEAD;
  guint8 head[MESSAGE_HEAD] = { 0 };

  while (n_message < wanted)
    {
      gsize size;

      if (at + RECORD_HEAD > NAMIDA_HELLO_GATE_MOST)
        return -1;
      if (length > at && data[at] != HANDSHAKE)
        return -1;
      if (length < at + RECORD_HEAD)
        return (gssize) (at + RECORD_HEAD);
      size = (gsize) data[at + 3] << 8 | data[at + 4];
      if (size == 0 || size > RECORD_MOST || at + RECORD_HEAD + size > NAMIDA_HELLO_GATE_MOST)
        return -1;
      if (length < at + RECORD_HEAD + size)
        return (gssize) (at + RECORD_HEAD + size);
      for (gsize i = 0; i < size && n_message + i < MESSAGE_HEAD; i++)
        head[n_message + i] = data[at + RECORD_HEAD + i];
      n_message += size;
      at += RECORD_HEAD + size;
      if (head[0] != CLIENT_HELLO)
        return -1;
      if (n_message >= MESSAGE_HEAD)
        wanted = MESSAGE_HEAD + ((gsize) head[1] << 16 | (gsize) head[2] << 8 | head[3]);
    }
  return 0;
}
