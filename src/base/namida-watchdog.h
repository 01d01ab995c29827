/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports main loop iterations that block for too long, for tests and debugging. Started by main() of both programs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_watchdog_start:
 *
 * With NAMIDA_WATCHDOG=MS in the environment, each iteration of the main loop that blocks it for longer than MS
 * milliseconds is written to standard error, with the stack at the moment when the limit passed; the longest iteration
 * is reported at the end of the program. Without the variable it does nothing and costs nothing. Call it once in the
 * main thread, before the main loop runs.
 *
 * An iteration goes from one poll of the default main context to the next; during that time no input is handled and
 * nothing is drawn. It counts the CPU time of the main thread and the time in which that thread slept (on a file, a
 * lock, another process). It does not count the time in which the thread was runnable but other threads or programs had
 * the processor, which says nothing about this program. That needs the kernel's figures in /proc/self/task
 * (CONFIG_SCHED_INFO); if they are missing, only CPU time counts.
 *
 * Tests read lines like this one: "watchdog: blocked 73.1 ms (worked 71.9, slept 1.2)".
 */
void namida_watchdog_start (void);

G_END_DECLS
