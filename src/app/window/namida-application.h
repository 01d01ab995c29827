/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application of the window. Main context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** NamidaApplication: the program: one hub, its window, its notifications and its command line. */
#define NAMIDA_TYPE_APPLICATION (namida_application_get_type ())
G_DECLARE_FINAL_TYPE (NamidaApplication, namida_application, NAMIDA, APPLICATION, AdwApplication)

/** namida_application_new: Returns: (transfer full) */
NamidaApplication *namida_application_new (void);

G_END_DECLS
