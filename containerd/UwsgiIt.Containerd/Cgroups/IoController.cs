using System.Globalization;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>Bytes a second to and from the disk that has the homes; where that is no disk (tmpfs, a network), a wanted bound is an error.</summary>
internal sealed class IoController(string containersRoot) : ICgroupController
{
    public string Name => "blkio";

    public string UnifiedName => "io";

    public bool IsOptional => true;

    public void Apply(CgroupDirectory directory, CgroupLimits limits)
    {
        var disk = BlockDevice.Of(containersRoot);
        if (disk is null)
        {
            if (limits.IoMaxBytes is not null)
            {
                throw new CgroupException($"io_max cannot be set: {containersRoot} is on no disk");
            }

            return;
        }

        var wanted = limits.IoMaxBytes?.ToString(CultureInfo.InvariantCulture);
        if (directory.Version == 2)
        {
            directory.Write("io.max", $"{disk} rbps={wanted ?? "max"} wbps={wanted ?? "max"}");
            Require(directory, "io.max", wanted is null ? null : $"{disk} rbps={wanted} wbps={wanted}");
            return;
        }

        foreach (var file in (string[])["blkio.throttle.read_bps_device", "blkio.throttle.write_bps_device"])
        {
            if (!directory.Has(file))
            {
                if (wanted is not null)
                {
                    throw new CgroupException($"io_max cannot be set: the kernel has no {file}");
                }

                continue;
            }

            directory.Write(file, $"{disk} {wanted ?? "0"}");
            Require(directory, file, wanted is null ? null : $"{disk} {wanted}");
        }
    }

    private static void Require(CgroupDirectory directory, string file, string? line)
    {
        var found = directory.Read(file);
        if (line is not null && !found.Split('\n').Any(text => text.StartsWith(line, StringComparison.Ordinal)))
        {
            throw new CgroupException($"{directory.Path}/{file} was set to '{line}' and says '{found}'");
        }
    }
}
