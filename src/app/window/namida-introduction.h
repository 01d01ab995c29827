/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaIntroduction: what the first start asks: a name and a folder, with defaults that fit most people. */
#define NAMIDA_TYPE_INTRODUCTION (namida_introduction_get_type ())
G_DECLARE_FINAL_TYPE (NamidaIntroduction, namida_introduction, NAMIDA, INTRODUCTION, AdwWindow)

/** @hub: running */
NamidaIntroduction *namida_introduction_new (NamidaHub *hub, GSettings *settings);

G_END_DECLS
