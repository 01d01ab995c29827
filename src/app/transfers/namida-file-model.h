/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of files of a transfer. Main context. */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/**
 * NamidaFileModel: a GListModel of NamidaFileItem: the files of a transfer in their order followed by what was left
 * out, or only the failed files. With many files, the first ones are added at once and the others when the main
 * context is idle. Main context.
 */
#define NAMIDA_TYPE_FILE_MODEL (namida_file_model_get_type ())
G_DECLARE_FINAL_TYPE (NamidaFileModel, namida_file_model, NAMIDA, FILE_MODEL, GObject)

/** namida_file_model_new: Returns: (transfer full) */
NamidaFileModel *namida_file_model_new (NamidaTransfer *transfer);
/** namida_file_model_set_only_failed: sets whether only failed files are listed. */
void namida_file_model_set_only_failed (NamidaFileModel *self, gboolean only_failed);
/**
 * namida_file_model_get_left_out: Returns: (transfer none) (nullable): what was left out, if @index does not belong
 * to a file.
 */
const NamidaLeftOut *namida_file_model_get_left_out (NamidaTransfer *transfer, guint index);
/**
 * namida_file_model_is_failed: Returns: whether the file has failed. While the transfer runs, a file that has not
 * arrived yet has not failed.
 */
gboolean namida_file_model_is_failed (NamidaTransfer *transfer, guint index);
/** namida_file_model_count_failed: Returns: the number of failed files. */
guint namida_file_model_count_failed (NamidaTransfer *transfer);
/** namida_file_model_count_files: Returns: the number of files, whether or not the model has added all of them. */
guint namida_file_model_count_files (NamidaTransfer *transfer);

G_END_DECLS
