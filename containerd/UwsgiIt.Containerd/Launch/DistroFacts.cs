using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Launch;

/// <summary>What can be told of a distro of the host's from its files.</summary>
internal static class DistroFacts
{
    /// <summary>True when its shell is an i386 program: ELF class 1 (elf(5)).</summary>
    public static bool Is32Bit(string distro)
    {
        foreach (var shell in (string[])["usr/bin/dash", "bin/dash", "usr/bin/bash", "bin/bash", "usr/bin/busybox", "bin/busybox"])
        {
            var path = $"{distro}/{shell}";
            if (File.Exists(path))
            {
                Span<byte> head = stackalloc byte[5];
                using var file = File.OpenHandle(path);
                return RandomAccess.Read(file, head, 0) == 5 && head[..4].SequenceEqual("\u007FELF"u8) && head[4] == 1;
            }
        }

        return false;
    }
}
