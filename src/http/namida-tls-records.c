/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-tls-records.h. A server calls this for all data that it reads, so it skips the contents of a record
 * without copying them: GnuTLS reads a record at a time, so the loop runs about six times per record. Any thread. */
#include "config.h"

#include "namida-tls-records.h"

#define TYPE_HANDSHAKE 22

gboolean
namida_tls_records_follow (NamidaTlsRecords *self, const guint8 *data, gsize length)
{
  gboolean found = FALSE;

  while (length > 0)
    {
      gsize skipped = MIN (self->left, length);

      data += skipped;
      length -= skipped;
      self->left -= skipped;
      if (length == 0)
        break;
      self->header[self->n++] = *data++;
      length--;
      if (self->n < sizeof self->header)
        continue;
      self->n = 0;
      self->left = (gsize) self->header[3] << 8 | self->header[4];
      found = found || self->header[0] == TYPE_HANDSHAKE;
    }
  return found;
}
