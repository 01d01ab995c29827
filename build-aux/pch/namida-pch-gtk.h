/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The headers that nearly every file of the window includes, read once instead of once per file: see namida-pch.h.
 */
#include <adwaita.h>
#include <gtk/gtk.h>
