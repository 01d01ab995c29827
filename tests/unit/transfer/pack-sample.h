/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packs for the tests of receiving, including ones that no honest sender creates. One thread. */
#pragma once

#include <glib.h>

typedef struct _PackSample PackSample;
PackSample *pack_sample_new (void);
void pack_sample_add (PackSample *self, const char *name, const void *data, gsize length);
void pack_sample_add_link (PackSample *self, const char *name, const char *target, gboolean hard);
/** Returns: (transfer full): the stream; @self is gone. */
GByteArray *pack_sample_end (PackSample *self);
