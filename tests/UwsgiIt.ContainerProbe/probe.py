"""Runs inside a container as its customer and tells, as one JSON object, what it could do: a value per thing tried, "ok" or the errno's name."""
import ctypes, errno, fcntl, json, mmap, os, resource, signal, socket, stat, subprocess, sys

libc = ctypes.CDLL(None, use_errno=True)
found = {}


def call(name, number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    found[name] = "ok" if result >= 0 else errno.errorcode.get(ctypes.get_errno(), str(ctypes.get_errno()))
    return result


def attempt(name, action):
    try:
        value = action()
        found[name] = "ok" if value is None else value
    except OSError as e:
        found[name] = errno.errorcode.get(e.errno, str(e.errno))
    except Exception as e:
        found[name] = type(e).__name__


def read(path):
    with open(path, "rb") as file:
        return file.read(64).decode("latin-1")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def in_child(name, action):
    """How a child ends that does it: the signal's name, or its exit status."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(3)
    code = os.waitpid(child, 0)[1]
    found[name] = signal.Signals(os.WTERMSIG(code)).name if os.WIFSIGNALED(code) else f"exit {os.WEXITSTATUS(code)}"


def call_32():
    """getpid(2) by the old way in, which is another architecture's."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


NEW = {"mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)

# I1, I2, I3, I4
found["namespaces"] = {kind: os.readlink("/proc/self/ns/" + kind) for kind in ("mnt", "pid", "net", "ipc", "uts", "cgroup")}
found["user namespace"] = os.readlink("/proc/self/ns/user")
found["uid_map"] = [line.split() for line in open("/proc/self/uid_map")]
found["gid_map"] = [line.split() for line in open("/proc/self/gid_map")]
found["owners"] = {name: [os.lstat(name).st_uid, os.lstat(name).st_gid] for name in ("/usr", "/bin/sh", "/etc/passwd", "/dev", "/dev/null", "/dev/pts", "/run/shm", "/containers", "/etc/shadow")}
found["capabilities"] = [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
found["no_new_privs"] = status["NoNewPrivs"]
found["seccomp"] = status["Seccomp"]
found["groups"] = os.getgroups()
for kind, flag in NEW.items():
    call("unshare " + kind, 272, flag)
    call("clone " + kind, 56, flag | 17, 0, 0, 0, 0)
call("mount", 165, b"none", b"/tmp", b"tmpfs", 0, 0)
call("umount", 166, b"/tmp", 2)
call("pivot_root", 155, b".", b".")
call("setns", 308, 0, 0)
call("open_tree", 428, -100, b"/", 1)
call("fsopen", 430, b"tmpfs", 0)
call("keyctl", 250, 0, 0, 0)
call("add_key", 248, b"user", b"x", b"y", 1, -3)
call("bpf", 321, 0, 0, 0)
call("perf_event_open", 298, 0, 0, -1, -1, 0)
call("io_uring_setup", 425, 4, 0)
call("userfaultfd", 323, 0)
call("open_by_handle_at", 304, -100, 0, 0)
call("name_to_handle_at", 303, -100, b"/", 0, 0, 0)
call("clone3", 435, 0, 0)
call("kexec_load", 246, 0, 0, 0, 0)
call("init_module", 175, 0, 0, b"")
call("swapon", 167, b"/tmp/x", 0)
call("reboot", 169, 0, 0, 0, 0)
call("settimeofday", 164, 0, 0)
call("acct", 163, 0)
call("quotactl", 179, 0, 0, 0, 0)
call("syslog", 103, 3, 0, 0)
call("ptrace init", 101, 16, 1, 0, 0)
call("sethostname", 170, b"x", 1)
call("chroot", 161, b"/tmp")
in_child("call of 32 bits", call_32)
in_child("call of x32", lambda: libc.syscall(ctypes.c_long(0x40000000 | 39)))
own = os.path.join(os.environ["HOME"], "roots-id")
if os.path.exists(own):
    found["set-user-id"] = subprocess.run([own, "-u"], stdout=subprocess.PIPE, text=True).stdout.strip()
call("clock_settime", 227, 0, b"\0" * 16)
call("mknod device", 133, b"/tmp/device", stat.S_IFBLK | 0o666, 0x0801)

# I5
devnull = os.open("/dev/null", os.O_RDWR)
for name, request in (("TIOCSTI", 0x5412), ("TIOCLINUX", 0x541C), ("FS_IOC_FSSETXATTR", 0x401C5820), ("btrfs subvolume", 0x5000940E), ("btrfs snapshot", 0x50009401), ("btrfs subvolume v2", 0x50009418), ("btrfs snapshot v2", 0x50009417)):
    attempt("ioctl " + name, lambda: fcntl.ioctl(devnull, request, bytearray(4096)) and None)

# I6, I7, I8
for name in ("kcore", "keys", "timer_list", "kallsyms", "kmsg"):
    attempt("read /proc/" + name, lambda: read("/proc/" + name))
for name in ("sys/kernel/hostname", "sysrq-trigger", "sys/vm/overcommit_memory", "irq/default_smp_affinity"):
    attempt("write /proc/" + name, lambda: write("/proc/" + name, "0"))
found["pids seen"] = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
attempt("stat /proc/1", lambda: os.stat("/proc/1") and None)
attempt("signal 1", lambda: os.kill(1, 15))
attempt("sys", lambda: os.listdir("/sys"))

# I9, I11, D5, D13, D15
found["mounts"] = [line.split() for line in open("/proc/self/mounts")]
attempt("write /usr", lambda: write("/usr/x", ""))
attempt("write cgroup", lambda: write("/run/cgroup/memory/memory.limit_in_bytes" if os.path.isdir("/run/cgroup/memory") else "/run/cgroup/memory.max", "9999999999"))
found["propagation"] = [line for line in open("/proc/self/mountinfo").read().splitlines() if line.split(" - ")[0].split()[6:]]
found["devices"] = sorted(os.listdir("/dev"))
attempt("write /dev", lambda: write("/dev/x", ""))

# I12
found["limits"] = {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))[1] for name in ("NOFILE", "CORE", "MEMLOCK", "MSGQUEUE", "RTPRIO", "NICE")}

# I19
found["descriptors"] = {name: os.readlink("/proc/self/fd/" + name) for name in os.listdir("/proc/self/fd") if os.path.lexists("/proc/self/fd/" + name) and int(name) > 2 and int(name) != devnull}
found["cwd"] = os.getcwd()
found["environment"] = dict(os.environ)

# I25, I31, I32, I35
for name, family, kind, protocol in (("unix", 1, 1, 0), ("inet", 2, 1, 0), ("inet6", 10, 1, 0), ("netlink route", 16, 3, 0), ("netlink audit", 16, 3, 9), ("packet", 17, 3, 768), ("alg", 38, 5, 0), ("vsock", 40, 1, 0), ("bluetooth", 31, 1, 0), ("raw", 2, 3, 1), ("can", 29, 3, 1)):
    call("socket " + name, 41, family, kind, protocol)
call("socket ping", 41, 2, 2, 1)


def bind80():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 80))


attempt("bind 80", bind80)


def abstract():
    with socket.socket(socket.AF_UNIX) as s:
        s.connect("\0uwsgiit-probe")


attempt("abstract", abstract)
found["hostname"] = socket.gethostname()

# I21: a handle on a directory outside would lead out through ..
attempt("escape", lambda: os.listdir("/proc/self/cwd/../../../../../../") and None)
found["root"] = sorted(os.listdir("/"))
found["homes"] = os.listdir("/containers")
found["shmmax"] = read("/proc/sys/kernel/shmmax").strip()
found["shm"] = os.statvfs("/run/shm").f_blocks * os.statvfs("/run/shm").f_frsize
attempt("core", lambda: read("/proc/sys/kernel/core_pattern") and None)
json.dump(found, sys.stdout)
