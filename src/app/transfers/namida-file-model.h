/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaFileModel: GListModel of NamidaFileItem: the files of a transfer in their order and then what was left out of
 * it, or only what is not there. Of many it has the first at once, the others when the main context has nothing else to
 * do. Main context. */
#define NAMIDA_TYPE_FILE_MODEL (namida_file_model_get_type ())
G_DECLARE_FINAL_TYPE (NamidaFileModel, namida_file_model, NAMIDA, FILE_MODEL, GObject)

NamidaFileModel *namida_file_model_new (NamidaTransfer *transfer);
void namida_file_model_set_only_failed (NamidaFileModel *self, gboolean only_failed);
/** namida_file_model_get_left_out: Returns: (transfer none) (nullable): what was left out, when @index is not a file's.
 */
const NamidaLeftOut *namida_file_model_get_left_out (NamidaTransfer *transfer, guint index);
/** namida_file_model_is_failed: while the transfer runs, what has not come yet has not failed. */
gboolean namida_file_model_is_failed (NamidaTransfer *transfer, guint index);
/** namida_file_model_count_failed: how many those are. */
guint namida_file_model_count_failed (NamidaTransfer *transfer);
/** namida_file_model_count_files: how many there are, whether the model has them already or not. */
guint namida_file_model_count_files (NamidaTransfer *transfer);

G_END_DECLS
