"""Removes folders that a student's code has filled, however deep they are.

A path can be longer than the system takes, and a folder can be closed to its owner. So nothing
here calls itself, and the paths stay short.
"""

import contextlib
import os
import secrets
import shutil
import stat


def remove_folder(folder):
    """Remove a folder with all that it holds, as far as that is possible."""
    if not hasattr(os, "O_PATH"):       # not Linux
        shutil.rmtree(folder, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        top = open_folder(folder)
        try:
            while names := os.listdir(top):
                for name in names:
                    remove_entry(top, name)
                if set(os.listdir(top)) >= set(names):      # nothing more can be done
                    return
        finally:
            os.close(top)
        os.rmdir(folder)


def remove_entry(top, name):
    """Remove an entry of an open folder. If it is a folder, those in it are moved up first."""
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=top)
        return
    with contextlib.suppress(OSError):
        inner = open_folder(name, top)
        try:
            for one in os.listdir(inner):
                try:
                    os.unlink(one, dir_fd=inner)
                except OSError:
                    os.close(open_folder(one, inner))       # a closed one cannot be moved
                    os.rename(one, secrets.token_hex(16), src_dir_fd=inner, dst_dir_fd=top)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=top)


def open_folder(name, above=None):
    """A descriptor of a folder that is no link; from now on, its owner may change it."""
    kind = os.O_DIRECTORY | os.O_NOFOLLOW
    held = os.open(name, os.O_PATH | kind, dir_fd=above)
    try:
        if os.stat(held).st_mode & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(f"/proc/self/fd/{held}", stat.S_IRWXU)
    finally:
        os.close(held)
    return os.open(name, os.O_RDONLY | kind, dir_fd=above)
