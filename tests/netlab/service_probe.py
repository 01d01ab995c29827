# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries what the unit of the service forbids, started in place of the program. Prints one JSON object with the result
of each attempt."""
import ctypes
import json
import mmap
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_size_t
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
CLONE_NEWUSER, ADDR_NO_RANDOMIZE, PR_GET_NO_NEW_PRIVS, SYSLOG_ACTION_SIZE_BUFFER = 0x10000000, 0x0040000, 39, 10


def call(function, *words):
    ctypes.set_errno(0)
    return ctypes.get_errno() if function(*words) in (-1, 2 ** 64 - 1) else 0


def do(function, *words):
    try:
        function(*words)
    except OSError as error:
        return error.errno
    return 0


def in_child(function, *words):
    pid = os.fork()
    if pid == 0:
        os._exit(call(function, *words))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "ReadWritePaths=%h": do(open, "/home/ana/probe-file", "w"),
    "ProtectSystem=strict": do(open, "/srv/drive/probe-file", "w"),
    "PrivateTmp=yes": do(os.stat, "/tmp/of-others"),
    "PrivateDevices=yes": do(os.stat, "/dev/of-others"),
    "PrivateUsers=yes": os.stat("/usr").st_uid,
    "NoNewPrivileges=yes": libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
    "ProtectControlGroups=yes": os.statvfs("/sys/fs/cgroup").f_flag & os.ST_RDONLY,
    "ProtectKernelTunables=yes": do(open, "/proc/kallsyms"),
    "ProtectKernelModules=yes": do(os.listdir, "/usr/lib/modules"),
    "ProtectHostname=yes": call(libc.sethostname, b"x", 1),
    "ProtectClock=yes": call(libc.clock_settime, 0, (ctypes.c_long * 2)(1, 0)),
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK": do(socket.socket, socket.AF_PACKET, socket.SOCK_RAW),
    "RestrictNamespaces=yes": in_child(libc.unshare, CLONE_NEWUSER),
    "RestrictRealtime=yes": do(os.sched_setscheduler, 0, os.SCHED_RR, os.sched_param(1)),
    "RestrictSUIDSGID=yes": do(os.chmod, "/home/ana/probe-file", 0o4755),
    "LockPersonality=yes": call(libc.personality, ADDR_NO_RANDOMIZE),
    "MemoryDenyWriteExecute=yes": call(libc.mmap, None, 4096, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC,
                                       mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0),
    "SystemCallFilter=@system-service": in_child(libc.ptrace, 0, 0, 0, 0),
    "the kernel's log": call(libc.klogctl, SYSLOG_ACTION_SIZE_BUFFER, None, 0),
    "CapabilityBoundingSet=": int(status["CapBnd"], 16) != 0,
    "UMask=0027": os.umask(0o77),
}))
