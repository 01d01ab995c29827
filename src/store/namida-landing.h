/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two places where a backup may land. */
#pragma once

/** NamidaLanding: among the folders of the person here, or as a dated version of its own. */
typedef enum
{
  NAMIDA_LANDING_LIBRARY,
  NAMIDA_LANDING_BACKUP
} NamidaLanding;
