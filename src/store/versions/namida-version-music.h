/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sizes of the music folders of a version, as shown in lists of versions. Plain data; any thread. */
#pragma once

#include <glib.h>

/** NamidaVersionMusic: the files of a version in one music folder, or, with the label "", the single files beside the
 * zip. */
typedef struct
{
  char *label;
  guint64 files;
  guint64 bytes;
} NamidaVersionMusic;
