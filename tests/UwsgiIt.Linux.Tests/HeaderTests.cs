using System.Diagnostics;
using System.Globalization;
using System.Text;
using UwsgiIt.Linux.Isolation;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Linux.Tests;

/// <summary>The numbers we wrote down ourselves, against the C headers of this machine.</summary>
public sealed class HeaderTests
{
    [SkippableFact]
    public void Constants_AreThoseOfTheHeaders()
    {
        Skip.IfNot(File.Exists("/usr/include/linux/openat2.h"), "linux/openat2.h is not installed (package linux-libc-dev)");
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("t.c"), """
            #define _GNU_SOURCE
            #include <linux/openat2.h>
            #include <linux/mount.h>
            #include <linux/seccomp.h>
            #include <linux/audit.h>
            #include <linux/capability.h>
            #include <linux/fs.h>
            #include <sys/syscall.h>
            #include <sys/ioctl.h>
            #include <sys/prctl.h>
            #include <sys/resource.h>
            #include <signal.h>
            #include <spawn.h>
            #include <stddef.h>
            #include <termios.h>
            #include <sys/stat.h>
            #include <sys/socket.h>
            #include <linux/sock_diag.h>
            _Static_assert(SO_MEMINFO == 55 && SK_MEMINFO_DROPS == 8 && SK_MEMINFO_VARS == 9, "drops");
            _Static_assert(sizeof(struct mmsghdr) == 64 && offsetof(struct mmsghdr, msg_len) == sizeof(struct msghdr), "mmsghdr");
            _Static_assert(RESOLVE_NO_MAGICLINKS == 0x02, "magic links");
            _Static_assert(RESOLVE_NO_SYMLINKS == 0x04, "symlinks");
            _Static_assert(sizeof(struct open_how) == 24, "open_how");
            _Static_assert(S_IFMT == 0xF000 && S_IFSOCK == 0xC000 && S_IFREG == 0x8000 && S_IFDIR == 0x4000, "types");
            _Static_assert(S_IRUSR == 0x100 && S_IRGRP == 0x20 && S_IROTH == 0x4, "bits");
            _Static_assert(RESOLVE_BENEATH == 0x08 && RESOLVE_NO_XDEV == 0x01, "beneath");
            _Static_assert(SYS_open_tree == 428 && SYS_move_mount == 429 && SYS_fsopen == 430 && SYS_fsconfig == 431 && SYS_fsmount == 432, "mount calls");
            _Static_assert(SYS_pidfd_open == 434 && SYS_mount_setattr == 442 && SYS_quotactl_fd == 443 && SYS_pidfd_send_signal == 424, "newer calls");
            #ifdef __x86_64__
            _Static_assert(SYS_pivot_root == 155 && SYS_seccomp == 317 && SYS_capset == 126 && SYS_setresuid == 117 && SYS_setresgid == 119 && SYS_setgroups == 116, "x86-64 calls");
            _Static_assert(SYS_setfsuid == 122 && SYS_setfsgid == 123 && SYS_keyctl == 250 && SYS_renameat2 == 316, "x86-64 calls");
            #endif
            _Static_assert(MOUNT_ATTR_RDONLY == 1 && MOUNT_ATTR_NOSUID == 2 && MOUNT_ATTR_NODEV == 4 && MOUNT_ATTR_NOEXEC == 8, "attributes");
            _Static_assert(MOVE_MOUNT_F_EMPTY_PATH == 0x4 && MOVE_MOUNT_T_EMPTY_PATH == 0x40 && OPEN_TREE_CLONE == 1, "move");
            _Static_assert(FSCONFIG_SET_FLAG == 0 && FSCONFIG_SET_STRING == 1 && FSCONFIG_CMD_CREATE == 6, "fsconfig");
            _Static_assert(sizeof(struct mount_attr) == 32, "mount_attr");
            _Static_assert(SECCOMP_SET_MODE_FILTER == 1 && SECCOMP_FILTER_FLAG_TSYNC == 1 && SECCOMP_RET_ALLOW == 0x7fff0000 && SECCOMP_RET_ERRNO == 0x00050000, "seccomp");
            _Static_assert(AUDIT_ARCH_X86_64 == 0xC000003E && AUDIT_ARCH_I386 == 0x40000003, "architectures");
            _Static_assert(CAP_KILL == 5 && CAP_SETGID == 6 && CAP_SETUID == 7 && _LINUX_CAPABILITY_VERSION_3 == 0x20080522, "capabilities");
            _Static_assert(TIOCSTI == 0x5412 && FS_IOC_FSSETXATTR == 0x401c5820 && TIOCSPTLCK == 0x40045431 && TIOCGPTN == 0x80045430 && TIOCGPTPEER == 0x5441, "ioctls");
            _Static_assert(RLIMIT_CORE == 4 && RLIMIT_NPROC == 6 && RLIMIT_NOFILE == 7 && RLIMIT_MEMLOCK == 8 && RLIMIT_MSGQUEUE == 12 && RLIMIT_NICE == 13 && RLIMIT_RTPRIO == 14, "limits");
            _Static_assert(offsetof(siginfo_t, si_code) == 8 && offsetof(siginfo_t, si_pid) == 16 && offsetof(siginfo_t, si_status) == 24 && sizeof(siginfo_t) == 128, "siginfo");
            _Static_assert(sizeof(posix_spawn_file_actions_t) == 80 && sizeof(posix_spawnattr_t) == 336 && sizeof(sigset_t) == 128, "spawn");
            _Static_assert(POSIX_SPAWN_SETSIGDEF == 4 && POSIX_SPAWN_SETSIGMASK == 8 && POSIX_SPAWN_SETSID == 0x80, "spawn flags");
            _Static_assert(sizeof(struct termios) == 60 && TCSADRAIN == 1, "termios");
            """);
        using var compiler = Process.Start(new ProcessStartInfo("cc", ["-fsyntax-only", folder.File("t.c")]) { RedirectStandardError = true })!;
        var problems = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, problems);
    }

    [SkippableTheory]
    [InlineData("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", false)]
    [InlineData("/usr/include/x86_64-linux-gnu/asm/unistd_32.h", true)]
    public void SystemCallNumbers_AreThoseOfTheHeaders(string header, bool is32Bit)
    {
        Skip.IfNot(File.Exists(header), $"{header} is not installed (package linux-libc-dev)");
        var numbers = File.ReadLines(header).Select(static line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(static words => words.Length == 3 && words[1].StartsWith("__NR_", StringComparison.Ordinal) && char.IsAsciiDigit(words[2][0]))
            .ToDictionary(static words => words[1][5..], static words => int.Parse(words[2], CultureInfo.InvariantCulture));
        var wrong = new StringBuilder();
        foreach (var entry in $"{SystemCallTable.Allowed} {SystemCallTable.Refused} {SystemCallTable.ByArgument}".Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = entry.Split(':');
            var expected = numbers.TryGetValue(fields[0], out var number) ? number.ToString(CultureInfo.InvariantCulture) : "-";
            if (fields[is32Bit ? 2 : 1] != expected)
            {
                wrong.Append(CultureInfo.InvariantCulture, $"{entry} ({expected}) ");
            }
        }

        Assert.Equal("", wrong.ToString());
    }
}
