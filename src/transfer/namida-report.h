/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports the outcome of a transfer to scripts, as JSON. Used by the command line and the details dialog; any
 * thread. */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** namida_report_result_name: Returns: (transfer none): "done", "incomplete", "declined", "cancelled" or "failed". */
const char *namida_report_result_name (NamidaTransfer *transfer);
/** namida_report_error_code: Returns: (transfer none): a word for scripts, never translated. */
const char *namida_report_error_code (const GError *error);
/** namida_report_new: Reports the outcome of @transfer, which must have ended, and of each of its files. Takes seconds
 * for 200,000 files. Returns: (transfer full): JSON that ends with a line feed. Any thread. */
GBytes *namida_report_new (NamidaTransfer *transfer);

G_END_DECLS
