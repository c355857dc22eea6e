using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace UwsgiIt.Linux.Processes;

/// <summary>A <see cref="ChildStart"/> laid out in native memory, so that the child needs no heap. Owned by the parent.</summary>
internal sealed unsafe class ChildPlan : IDisposable
{
    private const int MaxImages = 64;
    private const int MaxStrings = 4096;
    private const int MaxDescriptors = 64;
    private const int MaxPidDigits = 10;

    private readonly List<nint> _blocks = [];

    public ChildPlan(ChildStart start)
    {
        if (start.Images.Count is 0 or > MaxImages || start.Descriptors.Count > MaxDescriptors)
        {
            throw new ArgumentException("A child needs 1 to 64 programs and at most 64 descriptors.", nameof(start));
        }

        ImageCount = start.Images.Count;
        Paths = (byte**)Allocate(ImageCount * sizeof(nint));
        Arguments = (byte***)Allocate(ImageCount * sizeof(nint));
        for (var i = 0; i < ImageCount; i++)
        {
            Paths[i] = Text(start.Images[i].Path);
            Arguments[i] = Texts(start.Images[i].Arguments);
        }

        var name = start.OwnPidVariable is { } variable ? $"{variable}=" : null;
        Environment = Texts(name is null ? start.Environment : [.. start.Environment, name + new string('0', MaxPidDigits)]);
        PidDigits = name is null ? null : Environment[start.Environment.Count] + Encoding.UTF8.GetByteCount(name);
        WorkingDirectory = Text(start.WorkingDirectory);
        DescriptorCount = start.Descriptors.Count;
        Numbers = (int*)Allocate(DescriptorCount * sizeof(int));
        Sources = (int*)Allocate(DescriptorCount * sizeof(int));
        for (var i = 0; i < DescriptorCount; i++)
        {
            Numbers[i] = start.Descriptors[i].Number is >= 0 and < ChildLauncher.FirstSpare
                ? start.Descriptors[i].Number
                : throw new ArgumentException($"Descriptor {start.Descriptors[i].Number} is not 0 to {ChildLauncher.FirstSpare - 1}.", nameof(start));
            Sources[i] = (int)start.Descriptors[i].Handle.DangerousGetHandle();
        }

        NullDevice = Text("/dev/null");
        OomScore = Text("/proc/self/oom_score_adj");
        var score = Isolation.OomScore.Customer.ToString(CultureInfo.InvariantCulture);
        OomScoreValue = Text(score);
        OomScoreLength = score.Length;
        UserNamespace = start.UserNamespaceOf is { } process ? (int)process.DangerousGetHandle() : -1;
        HasTerminal = start.HasTerminal;
        if (start.Profile is { } profile)
        {
            ProfileFile = Text(Isolation.AppArmor.File);
            var change = Isolation.AppArmor.ChangeTo(profile);
            ProfileChange = Text(change);
            ProfileChangeLength = Encoding.UTF8.GetByteCount(change);
        }

        if (start.Filter is { } filter)
        {
            // struct sock_fprog: a count of eight-byte instructions, and where they are.
            var instructions = (byte*)Allocate(filter.Length);
            filter.CopyTo(new Span<byte>(instructions, filter.Length));
            Filter = (nint*)Allocate(2 * sizeof(nint));
            Filter[0] = filter.Length / 8;
            Filter[1] = (nint)instructions;
        }

        ChangesUser = start.Uid is not null;
        Uid = start.Uid ?? 0;
        Gid = start.Gid;
    }

    public byte** Paths { get; }

    public byte*** Arguments { get; }

    public int ImageCount { get; }

    public byte** Environment { get; }

    /// <summary>Where the child writes its pid, in <see cref="Environment"/>; null when it need not.</summary>
    public byte* PidDigits { get; }

    public byte* WorkingDirectory { get; }

    public byte* NullDevice { get; }

    public byte* OomScore { get; }

    public byte* OomScoreValue { get; }

    public int OomScoreLength { get; }

    public int* Numbers { get; }

    public int* Sources { get; }

    public int DescriptorCount { get; }

    /// <summary>A descriptor, or -1.</summary>
    public int UserNamespace { get; }

    /// <summary>The number of seccomp(2) on this architecture; a property of the child's own would be managed code.</summary>
    public int SeccompNumber { get; } = Native.SYS_seccomp;

    /// <summary>The program of seccomp(2), or null.</summary>
    public nint* Filter { get; }

    /// <summary>Where a change of profile is written, or null.</summary>
    public byte* ProfileFile { get; }

    public byte* ProfileChange { get; }

    public int ProfileChangeLength { get; }

    public bool HasTerminal { get; }

    public bool ChangesUser { get; }

    public uint Uid { get; }

    public uint Gid { get; }

    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }
    }

    private byte** Texts(IReadOnlyList<string> texts)
    {
        if (texts.Count > MaxStrings)
        {
            throw new ArgumentException($"More than {MaxStrings} arguments or variables.", nameof(texts));
        }

        var array = (byte**)Allocate((texts.Count + 1) * sizeof(nint));
        for (var i = 0; i < texts.Count; i++)
        {
            array[i] = Text(texts[i]);
        }

        return array;
    }

    private byte* Text(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A NUL in a path, argument or variable.", nameof(text));
        }

        var length = Encoding.UTF8.GetByteCount(text);
        var block = (byte*)Allocate(length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(block, length));
        return block;
    }

    private void* Allocate(int bytes)
    {
        var block = NativeMemory.AllocZeroed((nuint)Math.Max(bytes, 1));
        _blocks.Add((nint)block);
        return block;
    }
}
