/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** namida_report_result_name: Returns: (transfer none): "done", "incomplete", "declined", "cancelled" or "failed". */
const char *namida_report_result_name (NamidaTransfer *transfer);
/** namida_report_error_code: Returns: (transfer none): a word for scripts, never translated. */
const char *namida_report_error_code (const GError *error);
/**
 * namida_report_new: the outcome of @transfer, which has ended, and of each of its files, as JSON that ends in a line
 * feed. Any thread; a library of 200,000 files takes seconds. Returns: (transfer full)
 */
GBytes *namida_report_new (NamidaTransfer *transfer);

G_END_DECLS
