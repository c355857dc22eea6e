using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Isolation;

/// <summary>
/// The system calls a container's programs may use, as a filter for seccomp(2): an allow list. Known dangers answer EPERM, what we do not know
/// ENOSYS, so that programs fall back as on an older kernel. Programs of another architecture are killed.
/// </summary>
public static unsafe class SeccompFilter
{
    private const int SECCOMP_SET_MODE_FILTER = 1;
    private const int SECCOMP_FILTER_FLAG_TSYNC = 1;
    private const uint Allow = 0x7fff0000;
    private const uint Kill = 0x80000000;
    private const uint Errno = 0x00050000;
    private const uint EPERM = 1;
    private const uint ENOSYS = 38;
    private const uint EAFNOSUPPORT = 97;

    // linux/audit.h
    private const uint AUDIT_ARCH_X86_64 = 0xC000003E;
    private const uint AUDIT_ARCH_I386 = 0x40000003;

    // struct seccomp_data: nr, arch, instruction pointer, six 64-bit arguments.
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint ArgumentsOffset = 16;

    // The namespace bits of clone(2): user, mount, pid, net, ipc, uts, cgroup.
    private const uint NamespaceBits = 0x7E020000;

    private static readonly uint[] RefusedRequests =
    [
        0x5412, // TIOCSTI: types into a terminal
        0x541C, // TIOCLINUX: pastes into a console
        0x401C5820, // FS_IOC_FSSETXATTR: leaves a project quota
        0x5000940E, 0x50009418, // btrfs subvolume create, and with arguments
        0x50009401, 0x50009417, // btrfs snapshot create, and with arguments
    ];

    // What changes a tun device (linux/if_tun.h): TUNSETNOCSUM to TUNSETLINK, TUNSETGROUP, TUNSETOFFLOAD, TUNSETTXFILTER, TUNSETSNDBUF, the filters, TUNSETVNETHDRSZ to TUNSETIFINDEX,
    // TUNSETVNETLE, TUNSETVNETBE, TUNSETSTEERINGEBPF, TUNSETFILTEREBPF, TUNSETCARRIER.
    private static readonly uint[] TunRequests =
    [
        0x400454C8, 0x400454C9, 0x400454CA, 0x400454CB, 0x400454CC, 0x400454CD, 0x400454CE, 0x400454D0, 0x400454D1, 0x400454D4, 0x401054D5, 0x401054D6, 0x400454D8, 0x400454D9,
        0x400454DA, 0x400454DC, 0x400454DE, 0x800454E0, 0x800454E1, 0x400454E2,
    ];

    // execve, execveat, fork, vfork, ptrace, and reading and writing others' memory.
    private static readonly uint[] s_serviceRefuses = [.. new[] { "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev" }.Select(static name => Number(SystemCallTable.Allowed, name))];

    private const uint CLONE_THREAD = 0x10000;

    // AF_UNIX, AF_INET, AF_INET6.
    private static readonly uint[] AllowedFamilies = [1, 2, 10];

    private const uint AF_NETLINK = 16;

    // What uname26, 32-bit and no-randomisation programs ask for (sys/personality.h), and the question itself.
    private static readonly uint[] AllowedPersonalities = [0x0, 0x0008, 0x20000, 0x20008, 0x40000, 0xFFFFFFFF];

    /// <summary>The program, laid out for a child that installs it itself (<see cref="Processes.ChildStart.Filter"/>).</summary>
    public static byte[] Program(bool allow32Bit) => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(Build(allow32Bit))).ToArray();

    /// <summary>The program. <paramref name="allow32Bit"/>: the distro is an i386 one.</summary>
    internal static List<FilterInstruction> Build(bool allow32Bit)
    {
        var program = new FilterProgram();
        program.Load(ArchitectureOffset);
        if (allow32Bit)
        {
            var wide = BuildFor(is32Bit: false);
            program.JumpUnlessEqual(AUDIT_ARCH_X86_64, wide.Count);
            program.Append(wide);
            program.Load(ArchitectureOffset);
            program.ReturnUnlessEqual(AUDIT_ARCH_I386, Kill);
            program.Append(BuildFor(is32Bit: true));
            return program.Instructions;
        }

        program.ReturnUnlessEqual(AUDIT_ARCH_X86_64, Kill);
        program.Append(BuildFor(is32Bit: false));
        return program.Instructions;
    }

    /// <summary>
    /// The program of a service that has all it needs: a container's, and beyond that no program and no process is started, none is looked into, no
    /// tun device is changed.
    /// </summary>
    internal static List<FilterInstruction> BuildForService()
    {
        var program = new FilterProgram();
        program.Load(ArchitectureOffset);
        program.ReturnUnlessEqual(AUDIT_ARCH_X86_64, Kill);
        program.Load(NumberOffset);
        program.ReturnIfAny(s_serviceRefuses, Errno | EPERM);
        program.IfNumber(Number("clone", is32Bit: false), static body =>
        {
            body.Load(ArgumentsOffset);
            body.ReturnIfBits(NamespaceBits, Errno | EPERM);
            body.ReturnIfBits(CLONE_THREAD, Allow);
            body.Return(Errno | EPERM);
        });
        program.IfNumber(Number("ioctl", is32Bit: false), static body =>
        {
            body.Load(ArgumentsOffset + 8);
            body.ReturnIfAny(TunRequests, Errno | EPERM);
            body.Load(NumberOffset);
        });
        program.Append(BuildFor(is32Bit: false));
        return program.Instructions;
    }

    /// <summary>Puts the filter of <see cref="BuildForService"/> on this process, for ever. Needs no_new_privs. Throws <see cref="LinuxException"/>.</summary>
    public static void InstallForService() => Install(BuildForService());

    /// <summary>Puts the filter on every thread of this process and whatever they start, for ever. Needs no_new_privs. Throws <see cref="LinuxException"/>.</summary>
    public static void Install(bool allow32Bit) => Install(Build(allow32Bit));

    private static void Install(List<FilterInstruction> filter)
    {
        if (!Native.IsX64)
        {
            throw new PlatformNotSupportedException("The seccomp filter is written for x86-64.");
        }

        var program = CollectionsMarshal.AsSpan(filter);
        fixed (FilterInstruction* instructions = program)
        {
            var header = stackalloc nint[2];
            header[0] = program.Length;
            header[1] = (nint)instructions;
            var result = Native.Syscall(Native.SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, (nint)header, 0, 0, 0);
            if (result != 0)
            {
                throw new LinuxException("seccomp", result > 0 ? 3 : Marshal.GetLastPInvokeError(), result > 0 ? $"thread {result} did not follow" : "filter");
            }
        }
    }

    private static List<FilterInstruction> BuildFor(bool is32Bit)
    {
        var program = new FilterProgram();
        program.Load(NumberOffset);
        if (!is32Bit)
        {
            // x32: the same architecture by its word, other numbers.
            program.ReturnIfAtLeast(0x40000000, Kill);
        }

        // The kernel remembers which numbers are allowed whatever their arguments, so only these five cost anything on each call.
        program.IfNumber(Number("ioctl", is32Bit), body =>
        {
            body.Load(ArgumentsOffset + 8);
            body.ReturnIfAny(RefusedRequests, Errno | EPERM);
            body.Return(Allow);
        });
        program.IfNumber(Number("clone", is32Bit), body =>
        {
            body.Load(ArgumentsOffset);
            body.ReturnIfBits(NamespaceBits, Errno | EPERM);
            body.Return(Allow);
        });
        foreach (var name in (string[])["socket", "socketpair"])
        {
            program.IfNumber(Number(name, is32Bit), body =>
            {
                body.Load(ArgumentsOffset);
                body.ReturnIfAny(AllowedFamilies, Allow);
                body.ReturnUnlessEqual(AF_NETLINK, Errno | EAFNOSUPPORT);

                // Protocol 0 is NETLINK_ROUTE: addresses and routes.
                body.Load(ArgumentsOffset + 16);
                body.ReturnUnlessEqual(0, Errno | EAFNOSUPPORT);
                body.Return(Allow);
            });
        }

        program.IfNumber(Number("personality", is32Bit), body =>
        {
            body.Load(ArgumentsOffset);
            body.ReturnIfAny(AllowedPersonalities, Allow);
            body.Return(Errno | EPERM);
        });
        foreach (var (first, last) in Ranges(SystemCallTable.Numbers(SystemCallTable.Allowed, is32Bit)))
        {
            program.ReturnIfWithin((uint)first, (uint)last, Allow);
        }

        foreach (var (first, last) in Ranges(SystemCallTable.Numbers(SystemCallTable.Refused, is32Bit)))
        {
            program.ReturnIfWithin((uint)first, (uint)last, Errno | EPERM);
        }

        // clone3 hides its flags behind a pointer; ENOSYS makes the C library use clone.
        program.Return(Errno | ENOSYS);
        return program.Instructions;
    }

    private static uint Number(string table, string name) => (uint)SystemCallTable.Number(table, name, is32Bit: false);

    private static uint Number(string name, bool is32Bit) => (uint)SystemCallTable.Number(SystemCallTable.ByArgument, name, is32Bit);

    private static IEnumerable<(int First, int Last)> Ranges(int[] numbers)
    {
        for (var i = 0; i < numbers.Length;)
        {
            var first = numbers[i];
            var last = first;
            while (++i < numbers.Length && numbers[i] == last + 1)
            {
                last++;
            }

            yield return (first, last);
        }
    }
}
