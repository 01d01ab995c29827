/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target without libFuzzer, so that every build runs it in the test suite: each file of the given folder,
 * then as many mutations of these files as the second argument says. The seed is always the same, so a failure can be
 * reproduced. Prints TAP. */
#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

#define N_MUTATIONS 8000
#define MAX_BYTES 16384

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A copy of exactly the right size, so that a sanitizer sees the first byte read beyond it. */
static void
run (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_malloc (MAX (size, 1));

  if (size > 0)
    memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
}

static void
mutate (GByteArray *bytes, GRand *rand, GPtrArray *seeds)
{
  static const char signs[] = "{}[]\",:\\u0d8dc00-.eE+/*'\n\xff\xc0\x80";
  guint at = bytes->len > 0 ? (guint) g_rand_int_range (rand, 0, (gint) bytes->len) : 0;

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      if (bytes->len > 0)
        bytes->data[at] ^= (guint8) (1u << g_rand_int_range (rand, 0, 8));
      break;
    case 1:
      if (bytes->len > 0)
        bytes->data[at] = (guint8) signs[g_rand_int_range (rand, 0, sizeof signs)];
      break;
    case 2:
      g_byte_array_set_size (bytes, at);
      break;
    case 3:
      if (bytes->len > 0)
        g_byte_array_remove_range (bytes, at, (guint) g_rand_int_range (rand, 0, (gint) (bytes->len - at) + 1));
      break;
    case 4:
      {
        /* A run of one sign: what finds missing limits of depth and length. */
        guint8 sign = (guint8) signs[g_rand_int_range (rand, 0, sizeof signs)];

        for (gint i = g_rand_int_range (rand, 1, 200); i > 0 && bytes->len < MAX_BYTES; i--)
          g_byte_array_append (bytes, &sign, 1);
        break;
      }
    default:
      {
        GBytes *other = g_ptr_array_index (seeds, (guint) g_rand_int_range (rand, 0, (gint) seeds->len));
        gsize size;
        const guint8 *data = g_bytes_get_data (other, &size);

        g_byte_array_set_size (bytes, at);
        if (size > 0 && bytes->len + size < MAX_BYTES)
          {
            gsize from = (gsize) g_rand_int_range (rand, 0, (gint) MIN (size, G_MAXINT));

            g_byte_array_append (bytes, data + from, (guint) (size - from));
          }
      }
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
read_seeds (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      char *data;
      gsize size;

      if (g_file_get_contents (g_ptr_array_index (names, i), &data, &size, NULL))
        g_ptr_array_add (seeds, g_bytes_new_take (data, size));
    }
  return seeds;
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) seeds = argc == 2 || argc == 3 ? read_seeds (argv[1]) : NULL;
  guint mutations = argc == 3 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : N_MUTATIONS;
  g_autoptr (GRand) rand = g_rand_new_with_seed (53317);

  g_print ("1..2\n");
  if (seeds == NULL || seeds->len == 0)
    {
      g_print ("Bail out! no seeds\n");
      return 1;
    }
  for (guint i = 0; i < seeds->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (seeds, i), &size);

      run (data, size);
    }
  g_print ("ok 1 %u seeds\n", seeds->len);
  for (guint i = 0; i < mutations; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (seeds, i % seeds->len), &size);

      if (size > 0)
        g_byte_array_append (bytes, data, (guint) MIN (size, MAX_BYTES));
      for (gint n = g_rand_int_range (rand, 1, 6); n > 0; n--)
        mutate (bytes, rand, seeds);
      run (bytes->data, bytes->len);
    }
  g_print ("ok 2 %u mutations\n", mutations);
  return 0;
}
