/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of NamidaScanner need beside its header: the number of files of a backup, so that they need not make
 * 200,000. Set before the first scan, never while one runs.
 */
#pragma once

#include "namida-scanner.h"

G_BEGIN_DECLS

/** namida_scanner_most_files: how many files and folders a backup holds: NAMIDA_LIMIT_FILES. */
extern guint namida_scanner_most_files;

G_END_DECLS
