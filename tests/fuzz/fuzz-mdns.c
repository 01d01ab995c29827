/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parser of multicast DNS answers, with their compressed names, records and texts, which say where Namida
 * itself can be reached. */
#include <stdint.h>
#include <string.h>

#include "namida-avahi-txt.h"
#include "namida-mdns-message.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (NamidaDeviceInfo) info = namida_mdns_message_parse (data, size, NAMIDA_AVAHI_PLAYER_SERVICE);

  if (info != NULL)
    {
      g_assert_cmpuint (info->port, >, 0);
      g_assert_true (g_utf8_validate (info->alias, -1, NULL) && g_utf8_validate (info->fingerprint, -1, NULL));
    }
  return 0;
}
