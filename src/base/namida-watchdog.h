/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_watchdog_start: for tests and for whoever looks for what makes the window stutter. With NAMIDA_WATCHDOG=MS in
 * the environment, each turn of the main loop that keeps the loop busy for longer than MS milliseconds is written to
 * standard error, with the calls that it was in when the limit passed; and at the end of the program the longest one.
 * Without the variable it does nothing and costs nothing. Once, in the main thread, before the main loop runs.
 *
 * A turn goes from one poll of the default main context to the next: what nobody presses, draws or answers in. What
 * counts of it is the time of the processor that the main thread used, and the time that it slept (a file, a lock,
 * another process): not the time that it would have run and other threads or programs had the processor, which says
 * nothing of this program. The last needs the kernel's figures of /proc/self/task (CONFIG_SCHED_INFO); where those are
 * missing only the time of the processor counts.
 *
 * A line, for the tests that read it: "watchdog: blocked 73.1 ms (worked 71.9, slept 1.2)".
 */
void namida_watchdog_start (void);

G_END_DECLS
