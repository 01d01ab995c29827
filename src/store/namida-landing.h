/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two places where a received backup may be saved. Used by the store, the hub, the window and the command line. */
#pragma once

/** NamidaLanding: whether a backup is saved among the user's own music folders or as a dated version of its own. */
typedef enum
{
  NAMIDA_LANDING_LIBRARY,
  NAMIDA_LANDING_BACKUP
} NamidaLanding;
