/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** NamidaApplication: the program: one hub, its window, its notifications, what the command line says. */
#define NAMIDA_TYPE_APPLICATION (namida_application_get_type ())
G_DECLARE_FINAL_TYPE (NamidaApplication, namida_application, NAMIDA, APPLICATION, AdwApplication)

NamidaApplication *namida_application_new (void);

G_END_DECLS
