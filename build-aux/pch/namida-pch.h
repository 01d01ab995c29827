/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What nearly every file includes, read once for each library instead of once for each file. Used by builds that were
 * configured with -Dprecompiled_headers=true only (build-aux/run): a file has to include what it uses itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
