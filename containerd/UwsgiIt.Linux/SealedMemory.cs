using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>A file in memory that nobody can change any more, its maker included (memfd_create(2), F_ADD_SEALS).</summary>
public static unsafe class SealedMemory
{
    /// <summary>Content in a sealed file; the descriptor is at the file's start.</summary>
    public static SafeFileHandle Create(string name, ReadOnlySpan<byte> content)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            var descriptor = memfd_create(text, MFD_CLOEXEC | MFD_ALLOW_SEALING);
            if (descriptor < 0)
            {
                throw new LinuxException("memfd_create", LibC.errno, name);
            }

            var handle = new SafeFileHandle(descriptor, ownsHandle: true);
            RandomAccess.Write(handle, content, 0);
            if (fcntl(descriptor, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
            {
                handle.Dispose();
                throw new LinuxException("fcntl", LibC.errno, $"F_ADD_SEALS {name}");
            }

            return handle;
        }
    }

    /// <summary>True when no byte of it can change.</summary>
    public static bool IsSealed(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        const int wanted = 0x2 | 0x4 | 0x8;
        return (fcntl((int)handle.DangerousGetHandle(), F_GET_SEALS) & wanted) == wanted;
    }
}
