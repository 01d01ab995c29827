# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one command of a peer and measures it: seconds, CPU time and resident memory of both sides."""
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
started = set()  # what runs now, for the end of the benchmark
starting = []    # a signal that comes while a process is started waits until it is known here


class Failed(Exception):
    """One peer could not do it; the message is for the table."""


def spawn(command, **options):
    """In a session of its own: Ctrl+C reaches the benchmark alone, which then ends everything in order."""
    starting.append(None)
    try:
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, start_new_session=True, **options)
        started.add(process)
    finally:
        number = starting.pop()
    if number is not None:
        sys.exit(128 + number)
    return process


def children(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
    except OSError:
        pass
    return found


def tree(pid):
    found = [pid]
    for member in found:
        found += children(member)
    return found


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def kill_one(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def end(process, number=signal.SIGTERM):
    """Ends a process of ours and everything below it, and waits until all of it is gone."""
    if process is None:
        return
    members = tree(process.pid) if process.returncode is None else []
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    deadline = time.monotonic() + 5
    while not all(map(gone, members)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for member in members:
        if not gone(member):
            kill_one(member, signal.SIGKILL)
    started.discard(process)


def end_all():
    for process in list(started):
        end(process)


def cpu_of(pid):
    """Seconds of a process, of what it started and of those it has waited for."""
    total = 0
    for member in tree(pid) if pid else []:
        try:
            with open(f"/proc/{member}/stat", encoding="utf-8") as file:
                total += sum(int(value) for value in file.read().rsplit(")", 1)[1].split()[11:15])
        except OSError:
            pass
    return total / TICKS


def rss_of(pid):
    total = 0
    for member in tree(pid):
        try:
            with open(f"/proc/{member}/statm", encoding="ascii") as file:
                total += int(file.read().split()[1]) * PAGE
        except (OSError, IndexError):
            pass
    return total


def threads_of(pid):
    """Thread → CPU seconds, of a process and of what it started. The scheduler counts in nanoseconds, where it may be read."""
    found = {}
    for member in tree(pid) if pid else []:
        try:
            for task in os.listdir(f"/proc/{member}/task"):
                found[task] = seconds_of_thread(f"/proc/{member}/task/{task}")
        except OSError:
            pass
    return found


def seconds_of_thread(folder):
    try:
        with open(f"{folder}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e9
    except FileNotFoundError:
        with open(f"{folder}/stat", encoding="utf-8") as file:
            return sum(int(value) for value in file.read().rsplit(")", 1)[1].split()[11:13]) / TICKS


class Watch:
    """The highest resident memory and the threads of the receiving and of the sending side, looked at 20 times a second.
    What a thread did after the last look before its end is missing."""

    def __init__(self, pids):
        self.peaks = [0] * len(pids)
        self.before = [threads_of(pid) for pid in pids]
        self.threads = [{} for _ in pids]
        self.pids, self.over = pids, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over.wait(0.05):
            self.look()

    def look(self):
        self.peaks = [max(peak, rss_of(pid) if pid else 0) for peak, pid in zip(self.peaks, self.pids)]
        for pid, threads in zip(self.pids, self.threads):
            threads.update(threads_of(pid))

    def end(self):
        self.over.set()
        self.thread.join()
        return self.peaks

    def busiest(self):
        """CPU seconds of the busiest thread of each side, while it was watched."""
        return [max((seconds - before.get(task, 0) for task, seconds in threads.items()), default=0)
                for before, threads in zip(self.before, self.threads)]


def wait_for(process, seconds):
    """The usage of a process that ended, or None when it did not in time."""
    descriptor = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(seconds * 1000):
            return None
    finally:
        os.close(descriptor)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    started.discard(process)
    return usage


def run_command(peer, command):
    """Returns (CPU seconds, [receiver's peak, sender's peak], [receiver's busiest thread, sender's])."""
    with tempfile.TemporaryFile(dir=peer.folder) as errors:
        process = spawn(command, env=peer.environment(), stdout=subprocess.DEVNULL, stderr=errors)
        watch = Watch([peer.server and peer.server.pid, process.pid])
        try:
            usage = wait_for(process, peer.limit)
        finally:
            peaks = watch.end()
            if peer.server:
                watch.threads[0].update(threads_of(peer.server.pid))
            end(process)
        if usage is None:
            raise Failed(f"not done after {peer.limit} s")
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
            raise Failed(f"ended with {process.returncode}" + (f": {said[-1][:160]}" if said else ""))
    return usage.ru_utime + usage.ru_stime, peaks, watch.busiest()


def run_once(peer, paths):
    server = peer.server and peer.server.pid
    before, began, cpu, peaks, busiest = cpu_of(server), time.monotonic(), 0, [0, 0], [0, 0]
    for command in peer.send(paths):
        seconds, highest, threads = run_command(peer, command)
        cpu += seconds
        busiest = [max(pair) for pair in zip(busiest, threads)]
        peaks = [max(pair) for pair in zip(peaks, highest)]
    peer.settle(paths)
    took = time.monotonic() - began
    time.sleep(0.2)  # children of a server end after their client
    return {"seconds": took, "sender": cpu, "receiver": cpu_of(server) - before, "receiver_rss": peaks[0],
            "sender_rss": peaks[1], "receiver_thread": busiest[0], "sender_thread": busiest[1]}


def run_told(product, paths):
    """As run_once, with what the sender tells by --json: when the offer was answered, how many files were read and sent."""
    with open(os.devnull, "wb") as nowhere:
        process = spawn(product.command(paths, "--json"), env=product.environment(), stdout=subprocess.PIPE, stderr=nowhere)
    offered = answered = last = None
    try:
        for line in process.stdout:
            now, event = time.monotonic(), json.loads(line)
            if event["event"] == "waiting":
                offered = now
            elif offered is not None and answered is None:
                answered = now
            last = event
        process.wait(20)
    finally:
        end(process)
        process.stdout.close()
    if process.returncode != 0 or last is None or last["event"] != "end" or answered is None:
        raise Failed(f"ended with {process.returncode}")
    return {"answered": answered - offered, "moved": last["moved"], "hashed": last["hashed"]}


def remove(folder):
    """A server's last child may still write while its folder goes."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return
        time.sleep(0.1)
