/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Welcome window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaIntroduction: asks for a name and a folder at the first start, with defaults that suit most users. */
#define NAMIDA_TYPE_INTRODUCTION (namida_introduction_get_type ())
G_DECLARE_FINAL_TYPE (NamidaIntroduction, namida_introduction, NAMIDA, INTRODUCTION, AdwWindow)

/** namida_introduction_new: @hub: a running hub. Returns: (transfer none) */
NamidaIntroduction *namida_introduction_new (NamidaHub *hub, GSettings *settings);

G_END_DECLS
