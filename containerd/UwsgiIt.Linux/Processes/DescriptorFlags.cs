using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>fcntl(2) on descriptors that we inherited.</summary>
public static class DescriptorFlags
{
    /// <summary>Non-blocking for us and closed for everybody we execute.</summary>
    public static void MakePrivate(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var descriptor = (int)handle.DangerousGetHandle();
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    }
}
