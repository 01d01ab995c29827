/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The headers that nearly every file includes, read once per library instead of once per file. Only used by builds that are
 * configured with -Dprecompiled_headers=true (build-aux/run): a file must still include what it uses.
 */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
