using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>A block device whose content is a file (loop(4)); it goes away by itself with its last user.</summary>
public static unsafe class LoopDevice
{
    // linux/loop.h
    internal const int LOOP_CTL_GET_FREE = 0x4C82;
    internal const int LOOP_CONFIGURE = 0x4C0A;
    internal const int LO_FLAGS_READ_ONLY = 1;
    internal const int LO_FLAGS_AUTOCLEAR = 4;
    internal const int ConfigSize = 304;
    internal const int FlagsOffset = 8 + 52;
    private const int Tries = 64;

    /// <summary>
    /// Puts an open file behind a free device. The handle keeps the device until something else, a mount, does; the path is what to mount.
    /// Throws <see cref="LinuxException"/>.
    /// </summary>
    public static (SafeFileHandle Handle, string Path) Attach(SafeFileHandle file, bool readOnly)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var control = File.OpenHandle("/dev/loop-control", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var config = stackalloc byte[ConfigSize];
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var number = ioctl((int)control.DangerousGetHandle(), LOOP_CTL_GET_FREE, null);
            if (number < 0)
            {
                throw new LinuxException("ioctl", LibC.errno, "LOOP_CTL_GET_FREE");
            }

            var path = $"/dev/loop{number}";
            var device = File.OpenHandle(path, FileMode.Open, readOnly ? FileAccess.Read : FileAccess.ReadWrite, FileShare.ReadWrite);
            new Span<byte>(config, ConfigSize).Clear();
            *(uint*)config = (uint)file.DangerousGetHandle();
            *(uint*)(config + FlagsOffset) = (uint)(LO_FLAGS_AUTOCLEAR | (readOnly ? LO_FLAGS_READ_ONLY : 0));
            if (ioctl((int)device.DangerousGetHandle(), LOOP_CONFIGURE, config) == 0)
            {
                return (device, path);
            }

            var errno = LibC.errno;
            device.Dispose();

            // EBUSY: somebody else took the free one first.
            if (errno != EBUSY)
            {
                throw new LinuxException("ioctl", errno, $"LOOP_CONFIGURE {path}");
            }
        }

        throw new LinuxException("ioctl", EBUSY, "LOOP_CONFIGURE");
    }
}
