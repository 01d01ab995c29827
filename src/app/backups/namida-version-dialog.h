/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-version.h"

G_BEGIN_DECLS

/** NamidaVersionDialog: what is in one version, in words: its backup zip looked into, and its music folders. */
#define NAMIDA_TYPE_VERSION_DIALOG (namida_version_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersionDialog, namida_version_dialog, NAMIDA, VERSION_DIALOG, AdwWindow)

NamidaVersionDialog *namida_version_dialog_new (NamidaVersion *version);

G_END_DECLS
