"""Keep freed memory instead of returning it to the operating system."""

import ctypes
import functools
import platform

__all__ = ["keep_freed_blocks"]

# Parameter numbers from glibc's malloc.h.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3


@functools.cache
def keep_freed_blocks() -> bool:
    """Let glibc reuse large blocks; whether that could be arranged.

    A training step allocates the same activations again and again. By default glibc
    maps each large one anew, and the kernel zeroes it page by page: a third of the
    time of a convolutional step. Holding on to freed blocks changes no digit. Where
    the C library is another one, nothing needs to be or can be done.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    trim_kept = mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
    # mallopt(3) names 32 MiB as the upper limit; newer versions take more.
    map_kept = any(mallopt(M_MMAP_THRESHOLD, size) for size in (2**30, 2**25))
    return bool(trim_kept and map_kept)
