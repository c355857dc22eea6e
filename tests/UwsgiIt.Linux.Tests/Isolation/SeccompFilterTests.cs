using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Linux.Tests.Isolation;

/// <summary>The filter, run by an interpreter of our own as the kernel would run it.</summary>
public sealed class SeccompFilterTests
{
    private const uint X64 = 0xC000003E;
    private const uint I386 = 0x40000003;
    private const uint Arm64 = 0xC00000B7;
    private const uint Allow = 0x7fff0000;
    private const uint Kill = 0x80000000;
    private const uint Refused = 0x00050001;
    private const uint Unknown = 0x00050026;
    private const uint NoFamily = 0x00050061;

    [Theory]
    [InlineData(0, Allow)] // read
    [InlineData(165, Refused)] // mount
    [InlineData(272, Refused)] // unshare
    [InlineData(308, Refused)] // setns
    [InlineData(321, Refused)] // bpf
    [InlineData(298, Refused)] // perf_event_open
    [InlineData(425, Refused)] // io_uring_setup
    [InlineData(323, Refused)] // userfaultfd
    [InlineData(304, Refused)] // open_by_handle_at
    [InlineData(250, Refused)] // keyctl
    [InlineData(435, Unknown)] // clone3
    [InlineData(451, Unknown)] // newer than our headers
    [InlineData(0x40000000, Kill)] // x32
    public void Call_OfX64_IsAnsweredAsTheTableSays(uint number, uint expected) => Assert.Equal(expected, Run(false, X64, number));

    [Theory]
    [InlineData(56, 0x11, 0, Allow)] // clone, SIGCHLD
    [InlineData(56, 0x10000011, 0, Refused)] // clone, new user namespace
    [InlineData(56, 0x20000, 0, Refused)] // clone, new mount namespace
    [InlineData(41, 1, 0, Allow)] // socket, unix
    [InlineData(41, 10, 0, Allow)] // socket, IPv6
    [InlineData(41, 38, 0, NoFamily)] // socket, alg
    [InlineData(41, 40, 0, NoFamily)] // socket, vsock
    [InlineData(41, 17, 0, NoFamily)] // socket, packet
    [InlineData(16, 0, 0x5412, Refused)] // ioctl, TIOCSTI
    [InlineData(16, 0, 0x401c5820, Refused)] // ioctl, FS_IOC_FSSETXATTR
    [InlineData(16, 0, 0x5000940E, Refused)] // ioctl, btrfs subvolume
    [InlineData(16, 0, 0x5401, Allow)] // ioctl, TCGETS
    [InlineData(135, 0, 0, Allow)] // personality, plain
    [InlineData(135, 0x8000000, 0, Refused)] // personality, something odd
    public void Call_WithArguments_IsJudgedByThem(uint number, uint first, uint second, uint expected) => Assert.Equal(expected, Run(false, X64, number, first, second));

    [Fact]
    public void Netlink_IsForRoutesOnly()
    {
        Assert.Equal(Allow, Run(false, X64, 41, 16, 3, 0));
        Assert.Equal(NoFamily, Run(false, X64, 41, 16, 3, 12));
    }

    [Fact]
    public void OtherArchitecture_IsKilled_UnlessTheDistroIsOfIt()
    {
        Assert.Equal(Kill, Run(false, I386, 3));
        Assert.Equal(Kill, Run(false, Arm64, 3));
        Assert.Equal(Allow, Run(true, I386, 3));
        Assert.Equal(Refused, Run(true, I386, 21)); // mount of i386
        Assert.Equal(Kill, Run(true, Arm64, 3));
        Assert.Equal(Allow, Run(true, X64, 0));
        Assert.Equal(Refused, Run(true, X64, 165));
    }

    [Theory]
    [InlineData(0, 0, 0, Allow)] // read
    [InlineData(59, 0, 0, Refused)] // execve
    [InlineData(322, 0, 0, Refused)] // execveat
    [InlineData(57, 0, 0, Refused)] // fork
    [InlineData(58, 0, 0, Refused)] // vfork
    [InlineData(101, 0, 0, Refused)] // ptrace
    [InlineData(310, 0, 0, Refused)] // process_vm_readv
    [InlineData(56, 0x11, 0, Refused)] // clone, a process
    [InlineData(56, 0x3d0f00, 0, Allow)] // clone, a thread
    [InlineData(56, 0x10010000, 0, Refused)] // clone, a user namespace
    [InlineData(16, 0, 0x400454cb, Refused)] // ioctl, TUNSETPERSIST
    [InlineData(16, 0, 0x5421, Allow)] // ioctl, FIONBIO
    [InlineData(165, 0, 0, Refused)] // mount
    [InlineData(425, 0, 0, Refused)] // io_uring_setup
    [InlineData(0x40000000, 0, 0, Kill)] // x32
    public void Service_StartsNothing(uint number, uint first, uint second, uint expected) => Assert.Equal(expected, Run(SeccompFilter.BuildForService(), X64, number, first, second));

    [Fact]
    public void Program_FitsTheKernel() => Assert.InRange(SeccompFilter.Build(allow32Bit: true).Count, 1, 4096);

    private static uint Run(bool allow32Bit, uint architecture, uint number, uint first = 0, uint second = 0, uint third = 0) => Run(SeccompFilter.Build(allow32Bit), architecture, number, first, second, third);

    /// <summary>Classic BPF over struct seccomp_data.</summary>
    private static uint Run(List<FilterInstruction> program, uint architecture, uint number, uint first = 0, uint second = 0, uint third = 0)
    {
        uint accumulator = 0;
        for (var at = 0; ; at++)
        {
            var instruction = program[at];
            switch (instruction.Code)
            {
                case 0x20:
                    accumulator = instruction.Value switch { 0 => number, 4 => architecture, 16 => first, 24 => second, 32 => third, _ => throw new InvalidOperationException($"load {instruction.Value}") };
                    break;
                case 0x05:
                    at += (int)instruction.Value;
                    break;
                case 0x15:
                    at += accumulator == instruction.Value ? instruction.JumpTrue : instruction.JumpFalse;
                    break;
                case 0x25:
                    at += accumulator > instruction.Value ? instruction.JumpTrue : instruction.JumpFalse;
                    break;
                case 0x35:
                    at += accumulator >= instruction.Value ? instruction.JumpTrue : instruction.JumpFalse;
                    break;
                case 0x45:
                    at += (accumulator & instruction.Value) != 0 ? instruction.JumpTrue : instruction.JumpFalse;
                    break;
                case 0x06:
                    return instruction.Value;
                default:
                    throw new InvalidOperationException($"code {instruction.Code}");
            }
        }
    }
}
