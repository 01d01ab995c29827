#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A FUSE file system over a folder, with the limits of another file system that the kernel may not support:
namida_drive.py fat
casefold
quota FOLDER MOUNTPOINT.

All of them ignore case, keep the case with which a name was created, and refuse fsync() of a folder. "quota" accepts at
most 4 MB in total, although there is free space. "fat" also refuses the characters that VFAT refuses and bytes that are
not UTF-8, removes dots and spaces at the end of names, stores times with a precision of 2 seconds and only whether the
owner may write, and has no links and no files of 4 GiB. test_drives.py mounts it in a separate process, which ends when
the folder is unmounted."""
import codecs
import errno
import os
import stat
import sys

import fusepy

REFUSED = set('"*:<>?|\\')
LARGEST = 0xFFFFFFFF


def find_codec(name):
    """Returns a codec that decodes bytes that are not UTF-8 as surrogates, as the functions of os do. fusepy only has strict ones."""
    if name != "bytes_too":
        return None
    return codecs.CodecInfo(lambda text, _=None: codecs.utf_8_encode(text, "surrogateescape"),
                            lambda data, _=None: codecs.utf_8_decode(data, "surrogateescape", True), name=name)


def refuse(code):
    raise fusepy.FuseOSError(code)


class CaseFold(fusepy.Operations):
    def __init__(self, root):
        self.root = root

    def __call__(self, op, *args):
        try:
            return getattr(self, op)(*args)
        except OSError as error:
            raise fusepy.FuseOSError(error.errno) from error

    def name(self, name):
        """Returns the name as it is stored."""
        return name

    def real(self, path):
        """Returns the place of @path below the root. Each component is replaced by an existing name that differs only in case."""
        at = self.root
        for part in path.strip("/").split("/"):
            if part:
                part = self.name(part)
                if not os.path.lexists(os.path.join(at, part)):
                    part = next((there for there in os.listdir(at) if there.casefold() == part.casefold()), part) if os.path.isdir(at) else part
                at = os.path.join(at, part)
        return at

    def attributes(self, st):
        keys = ("st_atime_ns", "st_ctime_ns", "st_mtime_ns", "st_gid", "st_uid", "st_mode", "st_nlink", "st_size", "st_blocks", "st_ino")
        return {key.removesuffix("_ns"): getattr(st, key) for key in keys}

    def getattr(self, path, fh=None):
        return self.attributes(os.fstat(fh) if fh is not None else os.lstat(self.real(path)))

    def readdir(self, path, fh):
        return [".", ".."] + os.listdir(self.real(path))

    def mkdir(self, path, mode):
        os.mkdir(self.real(path), mode)

    def rmdir(self, path):
        os.rmdir(self.real(path))

    def unlink(self, path):
        os.unlink(self.real(path))

    def rename(self, old, new):
        source, target = self.real(old), self.real(new)
        if source == target:  # only its case changes
            target = os.path.join(os.path.dirname(target), self.name(new.rsplit("/", 1)[1]))
        os.rename(source, target)

    def link(self, target, source):
        os.link(self.real(source), self.real(target))

    def symlink(self, target, source):
        os.symlink(source, self.real(target))

    def readlink(self, path):
        return os.readlink(self.real(path))

    def chmod(self, path, mode):
        os.chmod(self.real(path), mode)

    def chown(self, path, uid, gid):
        os.chown(self.real(path), uid, gid)

    def utimens(self, path, times=None):
        os.utime(self.real(path), ns=times)

    def create(self, path, mode, fi=None):
        return os.open(self.real(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def open(self, path, flags):
        return os.open(self.real(path), flags & ~(os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_APPEND))

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def truncate(self, path, length, fh=None):
        os.truncate(fh if fh is not None else self.real(path), length)

    def fsync(self, path, datasync, fh):
        os.fsync(fh)

    def fsyncdir(self, path, datasync, fh):
        refuse(errno.EINVAL)

    def release(self, path, fh):
        os.close(fh)

    def statfs(self, path):
        vfs = os.statvfs(self.root)
        return {key: getattr(vfs, key) for key in ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_flag",
                                                   "f_frsize", "f_namemax")}


class Fat(CaseFold):
    def name(self, name):
        try:
            name.encode()
        except UnicodeEncodeError:
            refuse(errno.EINVAL)
        kept = name.rstrip(". ")
        if not kept or REFUSED & set(name) or any(ord(c) < 32 for c in name):
            refuse(errno.EINVAL)
        if len(kept.encode("utf-16-le")) > 2 * 255:
            refuse(errno.ENAMETOOLONG)
        return kept

    def attributes(self, st):
        found = super().attributes(st)
        found["st_mtime"] -= found["st_mtime"] % 2_000_000_000
        found["st_mode"] = stat.S_IFMT(st.st_mode) | (0o755 if st.st_mode & 0o200 else 0o555)
        return found

    def chmod(self, path, mode):
        real = self.real(path)
        os.chmod(real, 0o755 if mode & 0o200 or os.path.isdir(real) else 0o555)

    def chown(self, path, uid, gid):
        refuse(errno.EPERM)

    def link(self, target, source):
        refuse(errno.EPERM)

    def symlink(self, target, source):
        refuse(errno.EPERM)

    def write(self, path, data, offset, fh):
        return super().write(path, data, offset, fh) if offset + len(data) <= LARGEST else refuse(errno.EFBIG)

    def truncate(self, path, length, fh=None):
        return super().truncate(path, length, fh) if length <= LARGEST else refuse(errno.EFBIG)

    def statfs(self, path):
        return dict(super().statfs(path), f_files=0, f_ffree=0, f_favail=0)


class Quota(CaseFold):
    """Removing a file does not release quota, because the program must not rely on that."""

    left = 4_000_000

    def write(self, path, data, offset, fh):
        if len(data) > self.left:
            refuse(errno.EDQUOT)
        self.left -= len(data)
        return super().write(path, data, offset, fh)


if __name__ == "__main__":
    KIND = {"fat": Fat, "casefold": CaseFold, "quota": Quota}[sys.argv[1]]
    OPERATIONS = KIND(os.path.abspath(sys.argv[2]))
    OPERATIONS.use_ns = True
    codecs.register(find_codec)
    fusepy.FUSE(OPERATIONS, sys.argv[3], foreground=True, nothreads=True, default_permissions=True, use_ino=True, fsname=sys.argv[1],
                encoding="bytes_too")
