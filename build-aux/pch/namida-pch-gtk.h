/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What nearly every file of the window includes, read once instead of once for each file: see namida-pch.h beside it.
 */
#include <adwaita.h>
#include <gtk/gtk.h>
