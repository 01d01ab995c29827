/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The upper limits with which the benchmark compares: TLS 1.3 with AES-128-GCM between two processes by GnuTLS alone,
 * which reads and writes in large steps like the engine and uses no files; and SHA-256 by gnutls_hash alone, on one
 * core. Usage: raw-gnutls serve PORT | send PORT MIB | hash MIB. Loopback only. */
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BLOCK (1 << 20)
#define AHEAD (256 * 1024)
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM"

struct wire
{
  int fd;
  size_t at, filled; /* what was read ahead */
  size_t held;       /* what waits to be written */
  char in[AHEAD], out[AHEAD];
};

static void
fail (const char *what, int status)
{
  fprintf (stderr, "raw-gnutls: %s: %s\n", what, status < 0 ? gnutls_strerror (status) : strerror (errno));
  exit (1);
}

static void
must (int status, const char *what)
{
  if (status < 0)
    fail (what, status);
}

static int
flush_out (struct wire *wire)
{
  for (size_t done = 0; done < wire->held;)
    {
      ssize_t n = send (wire->fd, wire->out + done, wire->held - done, MSG_NOSIGNAL);

      if (n < 0 && errno != EINTR)
        return -1;
      if (n > 0)
        done += (size_t) n;
    }
  wire->held = 0;
  return 0;
}

static ssize_t
push (gnutls_transport_ptr_t pointer, const void *data, size_t length)
{
  struct wire *wire = pointer;

  if (length > AHEAD - wire->held && flush_out (wire) < 0)
    return -1;
  if (length > AHEAD)
    length = AHEAD;
  memcpy (wire->out + wire->held, data, length);
  wire->held += length;
  return (ssize_t) length;
}

static ssize_t
pull (gnutls_transport_ptr_t pointer, void *data, size_t length)
{
  struct wire *wire = pointer;

  if (wire->at == wire->filled)
    {
      ssize_t n;

      if (flush_out (wire) < 0)
        return -1;
      n = recv (wire->fd, wire->in, AHEAD, 0);
      if (n <= 0)
        return n;
      wire->at = 0;
      wire->filled = (size_t) n;
    }
  if (length > wire->filled - wire->at)
    length = wire->filled - wire->at;
  memcpy (data, wire->in + wire->at, length);
  wire->at += length;
  return (ssize_t) length;
}

static gnutls_certificate_credentials_t
self_signed (void)
{
  gnutls_certificate_credentials_t credentials;
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;

  must (gnutls_x509_privkey_init (&key), "key");
  must (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
        "key");
  must (gnutls_x509_crt_init (&certificate), "certificate");
  must (gnutls_x509_crt_set_version (certificate, 3), "certificate");
  must (gnutls_x509_crt_set_serial (certificate, "\1", 1), "certificate");
  must (gnutls_x509_crt_set_activation_time (certificate, time (NULL) - 60), "certificate");
  must (gnutls_x509_crt_set_expiration_time (certificate, time (NULL) + 86400), "certificate");
  must (gnutls_x509_crt_set_key (certificate, key), "certificate");
  must (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), "certificate");
  must (gnutls_certificate_allocate_credentials (&credentials), "credentials");
  must (gnutls_certificate_set_x509_key (credentials, &certificate, 1, key), "credentials");
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return credentials;
}

static gnutls_session_t
open_session (struct wire *wire, unsigned int kind, gnutls_certificate_credentials_t credentials)
{
  gnutls_session_t session;

  must (gnutls_init (&session, kind), "session");
  must (gnutls_priority_set_direct (session, PRIORITY, NULL), "priorities");
  must (gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials), "credentials");
  gnutls_transport_set_ptr (session, wire);
  gnutls_transport_set_push_function (session, push);
  gnutls_transport_set_pull_function (session, pull);
  /* Without a timeout GnuTLS asks for no function that waits; a peer that stays away is ended by the benchmark. */
  gnutls_handshake_set_timeout (session, 0);
  return session;
}

static int
handshake (gnutls_session_t session, struct wire *wire)
{
  int status;

  do
    status = gnutls_handshake (session);
  while (status < 0 && !gnutls_error_is_fatal (status));
  return status < 0 ? status : flush_out (wire);
}

static struct sockaddr_in
loopback (const char *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((uint16_t) atoi (port)) };

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return address;
}

static void
take (int fd, gnutls_certificate_credentials_t credentials, char *block)
{
  struct wire *wire = calloc (1, sizeof *wire);
  gnutls_session_t session;
  ssize_t n = 0;

  if (wire == NULL)
    fail ("memory", 0);
  wire->fd = fd;
  session = open_session (wire, GNUTLS_SERVER, credentials);
  if (handshake (session, wire) >= 0)
    {
      do
        n = gnutls_record_recv (session, block, BLOCK);
      while (n > 0 || n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_AGAIN);
      if (n == 0)
        gnutls_bye (session, GNUTLS_SHUT_WR);
      flush_out (wire);
    }
  gnutls_deinit (session);
  close (fd);
  free (wire);
}

static void
serve (const char *port)
{
  struct sockaddr_in address = loopback (port);
  gnutls_certificate_credentials_t credentials = self_signed ();
  char *block = malloc (BLOCK);
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

  setsockopt (listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (block == NULL || bind (listener, (struct sockaddr *) &address, sizeof address) < 0 || listen (listener, 16) < 0)
    fail ("listening", 0);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);

      if (fd >= 0)
        take (fd, credentials, block);
      else if (errno != EINTR)
        fail ("accepting", 0);
    }
}

static void
send_all (const char *port, long mib)
{
  struct sockaddr_in address = loopback (port);
  gnutls_certificate_credentials_t credentials;
  struct wire *wire = calloc (1, sizeof *wire);
  char *block = calloc (1, BLOCK);
  gnutls_session_t session;

  if (wire == NULL || block == NULL)
    fail ("memory", 0);
  wire->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (wire->fd, (struct sockaddr *) &address, sizeof address) < 0)
    fail ("connecting", 0);
  must (gnutls_certificate_allocate_credentials (&credentials), "credentials");
  session = open_session (wire, GNUTLS_CLIENT, credentials);
  must (handshake (session, wire), "handshake");
  for (long i = 0; i < mib; i++)
    {
      for (size_t done = 0; done < BLOCK;)
        {
          ssize_t n = gnutls_record_send (session, block + done, BLOCK - done);

          if (n < 0 && gnutls_error_is_fatal ((int) n))
            fail ("sending", (int) n);
          if (n > 0)
            done += (size_t) n;
        }
    }
  must (gnutls_bye (session, GNUTLS_SHUT_WR), "end");
  must (flush_out (wire), "end");
  /* The other side answers the end after it has read all. */
  while (gnutls_record_recv (session, block, BLOCK) > 0)
    ;
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  free (block);
  free (wire);
}

static void
hash_all (long mib)
{
  gnutls_hash_hd_t handle;
  unsigned char digest[32];
  char *block = malloc (BLOCK);

  if (block == NULL)
    fail ("memory", 0);
  memset (block, 'n', BLOCK);
  must (gnutls_hash_init (&handle, GNUTLS_DIG_SHA256), "hash");
  for (long i = 0; i < mib; i++)
    must (gnutls_hash (handle, block, BLOCK), "hash");
  gnutls_hash_deinit (handle, digest);
  free (block);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "serve") == 0)
    serve (argv[2]);
  else if (argc == 4 && strcmp (argv[1], "send") == 0)
    send_all (argv[2], atol (argv[3]));
  else if (argc == 3 && strcmp (argv[1], "hash") == 0)
    hash_all (atol (argv[2]));
  else
    {
      fputs ("Usage: raw-gnutls serve PORT | send PORT MIB | hash MIB\n", stderr);
      return 2;
    }
  return 0;
}
