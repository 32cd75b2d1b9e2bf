"""The system calls that a student's code cannot make: a filter for bubblewrap's --seccomp.

Namespaces hide files, processes and networks. The filter refuses other ways out: namespaces in the
sandbox, and memory that nobody counts where there are no control groups. Such are files in memory
(memfd, System V), shared memory without a file, huge pages, what pipes hold of other programs'
memory, events of files, locks that belong to no process, and sockets that measuring.py does not
count. There remain streams between processes (AF_UNIX), TCP and UDP within the sandbox, which
ipykernel needs, and sockets to Linux itself, which ZeroMQ needs. The filter also refuses parts of
Linux that have had holes and have no use here.
"""

import errno
import platform
import struct

from kit.files import Refused

# Linux's numbers, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NUMBERS = {name: dict(zip(("x86_64", "aarch64"), both)) for name, both in {
    "clone": (56, 220), "clone3": (435, 435), "socket": (41, 198), "socketpair": (53, 199),
    "mmap": (9, 222), "setsockopt": (54, 208), "fcntl": (72, 25),
    "vmsplice": (278, 75), "splice": (275, 76), "tee": (276, 77),
    "inotify_init": (253, 26), "inotify_init1": (294, 26),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272),
    "unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41),
    "mount": (165, 40), "umount2": (166, 39), "mount_setattr": (442, 442), "fsopen": (430, 430),
    "fsmount": (432, 432), "fsconfig": (431, 431), "fspick": (433, 433), "open_tree": (428, 428),
    "move_mount": (429, 429), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "fanotify_init": (300, 262), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142), "acct": (163, 89),
    "syslog": (103, 116), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162),
}.items()}
NEW_NAMESPACES = 0x7E020000     # CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET
SHARED, WITHOUT_FILE, HUGE = 0x01, 0x20, 0x40000    # flags of mmap
AF_UNIX, SOL_SOCKET, SO_SNDBUF, SO_SNDBUFFORCE = 1, 1, 7, 32
FAMILIES, UDP = (AF_UNIX, 2, 10, 16), 17    # AF_INET, AF_INET6, AF_NETLINK
FILLING = (1031, 37, 38)        # commands of fcntl: F_SETPIPE_SZ, F_OFD_SETLK, F_OFD_SETLKW
NO_STREAM = 0x0E                # a bit of each kind of socket but SOCK_STREAM
X32 = 0x40000000                # x86_64: the same calls by other numbers start here

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06   # BPF instructions
NUMBER, ARCH = 0, 4             # offsets in struct seccomp_data
ARGUMENTS = (16, 24, 32, 40)    # the lower halves of the words
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000


# (system call, rows, error): it is refused if all conditions of one row hold. A condition is
# (number of an argument, instruction, value, whether this is so).
CONDITIONS = (
    ("clone", [[(0, ANY_BIT, NEW_NAMESPACES, True)]], errno.EPERM),
    ("mmap", [[(3, ANY_BIT, SHARED, True), (3, ANY_BIT, WITHOUT_FILE, True)],
              [(3, ANY_BIT, HUGE, True)]], errno.EPERM),
    ("socketpair", [[(1, ANY_BIT, NO_STREAM, True)], [(0, EQUAL, AF_UNIX, False)]],
     errno.EAFNOSUPPORT),
    ("socket", [[(0, EQUAL, family, False) for family in FAMILIES],
                [(0, EQUAL, AF_UNIX, True), (1, ANY_BIT, NO_STREAM, True)],
                [(0, EQUAL, AF_UNIX, False), (2, AT_LEAST, UDP + 1, True)]], errno.EAFNOSUPPORT),
    ("setsockopt", [[(1, EQUAL, SOL_SOCKET, True), (2, EQUAL, option, True)]
                    for option in (SO_SNDBUF, SO_SNDBUFFORCE)], errno.EPERM),
    ("fcntl", [[(1, EQUAL, command, True)] for command in FILLING], errno.EPERM),
)


def encode(code, value, if_true=0, if_false=0):
    """One instruction of a filter: struct sock_filter."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


def refuse(number):
    """The instruction that ends a call with an error."""
    return encode(RETURN, REFUSE | number)


def build_filter(machine=None):
    """The filter as bytes; Refused on a machine whose system calls are not listed."""
    machine = machine or platform.machine()
    if machine not in AUDIT_ARCH:
        raise Refused(f"no list of system calls for {machine}: use one of {', '.join(AUDIT_ARCH)}")
    numbers = {name: both[machine] for name, both in NUMBERS.items()}
    parts = [encode(LOAD, ARCH), encode(EQUAL, AUDIT_ARCH[machine], 1, 0),
             encode(RETURN, KILL), encode(LOAD, NUMBER)]
    if machine == "x86_64":
        parts += [encode(AT_LEAST, X32, 0, 1), refuse(errno.ENOSYS)]
    # with ENOSYS, the C library falls back to clone, whose flags can be seen from here
    parts += [encode(EQUAL, numbers.pop("clone3"), 0, 1), refuse(errno.ENOSYS)]
    for name, conditions, error in CONDITIONS:
        parts += refuse_if(numbers.pop(name), conditions, error)
    for number in sorted({*numbers.values()}):
        parts += [encode(EQUAL, number, 0, 1), refuse(errno.EPERM)]
    return b"".join([*parts, encode(RETURN, ALLOW)])


def refuse_if(number, rows, error):
    """The instructions that refuse a system call if one of the rows of conditions holds."""
    body = []
    for row in rows:
        steps = [(encode(LOAD, ARGUMENTS[at]), code, value, wanted)
                 for at, code, value, wanted in row]
        for left, (load, code, value, wanted) in zip(range(len(steps) - 1, -1, -1), steps):
            past = 2 * left + 1     # to behind the refusal
            body += [load, encode(code, value, *((0, past) if wanted else (past, 0)))]
        body.append(refuse(error))
    return [encode(EQUAL, number, 0, len(body) + 1), *body, encode(RETURN, ALLOW)]
