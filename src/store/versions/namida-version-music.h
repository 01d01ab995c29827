/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The music folders of a version, in figures. */
#pragma once

#include <glib.h>

/** What a version has of one music folder (label ""): single files beside the zip. */
typedef struct
{
  char *label;
  guint64 files;
  guint64 bytes;
} NamidaVersionMusic;
