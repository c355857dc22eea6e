using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>A short kernel file that stays open: a look is one read, and nothing is allocated. Reading also takes back what poll(2) told of it.</summary>
internal sealed class KernelFile(string path) : IDisposable
{
    // The files that we keep open have a few lines of a name and a number.
    private const int MaxBytes = 1024;

    public SafeFileHandle Handle { get; } = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    /// <summary>A file of one number; "max" is the largest. Throws <see cref="IOException"/> when the group has gone.</summary>
    public long Number()
    {
        Span<byte> text = stackalloc byte[MaxBytes];
        return ParseNumber(text[..RandomAccess.Read(Handle, text, 0)]);
    }

    /// <summary>The number behind a name in a file of "name number" lines; 0 when it has none.</summary>
    public long Named(ReadOnlySpan<byte> name)
    {
        Span<byte> text = stackalloc byte[MaxBytes];
        return FindNamed(text[..RandomAccess.Read(Handle, text, 0)], name);
    }

    public static long ParseNumber(ReadOnlySpan<byte> text) => text.StartsWith("max"u8) || !Utf8Parser.TryParse(text, out long number, out _) ? long.MaxValue : number;

    public static long FindNamed(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.Length > name.Length && line[name.Length] == ' ' && line.StartsWith(name) && Utf8Parser.TryParse(line[(name.Length + 1)..], out long number, out _))
            {
                return number;
            }
        }

        return 0;
    }

    public void Dispose() => Handle.Dispose();
}
