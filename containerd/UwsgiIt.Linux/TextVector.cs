using System.Runtime.InteropServices;

namespace UwsgiIt.Linux;

/// <summary>A null-terminated array of C strings, as execve(2) wants arguments and environment.</summary>
internal sealed unsafe class TextVector : IDisposable
{
    private readonly int _count;

    public TextVector(IReadOnlyList<string> texts)
    {
        _count = texts.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            if (texts[i].Contains('\0', StringComparison.Ordinal))
            {
                Dispose();
                throw new ArgumentException("An argument or variable has a NUL in it.", nameof(texts));
            }

            Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }
    }

    public byte** Pointer { get; }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            Marshal.FreeCoTaskMem((nint)Pointer[i]);
        }

        NativeMemory.Free(Pointer);
    }
}
