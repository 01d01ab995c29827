/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detects AES instructions and sets the cipher order; see the header. Runs in main(), before there are other
 * threads. */
#include "config.h"

#include "namida-cipher.h"

#if defined(__aarch64__) || defined(__arm__)
#include <sys/auxv.h>
#endif

/* glib-networking's default is "NORMAL:%COMPAT". Only the order of the ciphers differs here. */
#define PRIORITY_AES                                                                                                   \
  "NORMAL:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-CCM:+AES-256-CCM:+AES-128-CBC:"            \
  "+AES-256-CBC:%COMPAT"
#define PRIORITY_NO_AES                                                                                                \
  "NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305:+AES-128-GCM:+AES-256-GCM:+AES-128-CCM:+AES-256-CCM:+AES-128-CBC:"            \
  "+AES-256-CBC:%COMPAT"
/* GNUTLS_CPUID_OVERRIDE (GnuTLS manual, "Debugging and auditing"): 0x1 disables all instruction sets, 0x2 enables
 * AES-NI. */
#define OVERRIDE_NONE 0x1u
#define OVERRIDE_AES 0x2u

static NamidaCipherKind
cipher_of_processor (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init ();
  return __builtin_cpu_supports ("aes") && __builtin_cpu_supports ("pclmul") ? NAMIDA_CIPHER_AES : NAMIDA_CIPHER_NO_AES;
#elif defined(__aarch64__)
  /* asm/hwcap.h: HWCAP_AES, HWCAP_PMULL. */
  return (getauxval (AT_HWCAP) & 0x18) == 0x18 ? NAMIDA_CIPHER_AES : NAMIDA_CIPHER_NO_AES;
#elif defined(__arm__)
  /* GnuTLS has no AES code for 32-bit ARM, whatever the processor can do. */
  return NAMIDA_CIPHER_NO_AES;
#else
  return NAMIDA_CIPHER_UNKNOWN;
#endif
}

NamidaCipherKind
namida_cipher_detect (void)
{
  const char *override = g_getenv ("GNUTLS_CPUID_OVERRIDE");
  guint64 bits = override != NULL ? g_ascii_strtoull (override, NULL, 0) : 0;

  if (bits == 0)
    return cipher_of_processor ();
  if ((bits & OVERRIDE_NONE) != 0 || (bits & OVERRIDE_AES) == 0)
    return NAMIDA_CIPHER_NO_AES;
  return cipher_of_processor ();
}

const char *
namida_cipher_priority (NamidaCipherKind kind)
{
  switch (kind)
    {
    case NAMIDA_CIPHER_AES:
      return PRIORITY_AES;
    case NAMIDA_CIPHER_NO_AES:
      return PRIORITY_NO_AES;
    case NAMIDA_CIPHER_UNKNOWN:
    default:
      return NULL;
    }
}

void
namida_cipher_prefer (void)
{
  const char *priority = namida_cipher_priority (namida_cipher_detect ());

  /* Do not overwrite the variable: the user's setting takes precedence. */
  if (priority != NULL)
    g_setenv ("G_TLS_GNUTLS_PRIORITY", priority, FALSE);
}
