/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the tests of the scanner: the maximum number of files in a backup, so that they need not create 200,000 files.
 * Set it before the first scan, never while a scan is running. */
#pragma once

#include "namida-scanner.h"

G_BEGIN_DECLS

/** namida_scanner_most_files: The maximum number of files and folders in a backup; NAMIDA_LIMIT_FILES by default. */
extern guint namida_scanner_most_files;

G_END_DECLS
