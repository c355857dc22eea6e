using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Setup;

/// <summary>Values of the container's own namespaces, written while its /proc/sys can still be written.</summary>
internal static class KernelValues
{
    public static void Set(SafeDirectory proc, StartDescription description)
    {
        var memory = description.Memory.ToString(CultureInfo.InvariantCulture);
        Write(proc, "sys/kernel/shmmax", memory, required: true);
        Write(proc, "sys/kernel/shmall", (description.Memory / 4096).ToString(CultureInfo.InvariantCulture), required: true);

        // A first number that says nothing about when we started or how many there were before.
        Write(proc, "sys/kernel/ns_last_pid", RandomNumberGenerator.GetInt32(1, 30_000).ToString(CultureInfo.InvariantCulture), required: true);

        // Harmless within a network namespace of one's own: ping without raw sockets, and ports below 1024.
        Write(proc, "sys/net/ipv4/ping_group_range", $"{description.Uid} {description.Uid}", required: false);
        Write(proc, "sys/net/ipv4/ip_unprivileged_port_start", "0", required: false);
    }

    private static void Write(SafeDirectory proc, string name, string value, bool required)
    {
        try
        {
            using var file = proc.OpenForWriting(name);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(value), 0);
        }
        catch (LinuxException e) when (!required && e.Errno == Tmds.Linux.LibC.ENOENT)
        {
            // A kernel built without it.
        }
    }
}
