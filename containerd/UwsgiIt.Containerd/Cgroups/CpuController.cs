using System.Globalization;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>Processor time: a share when there is not enough, and a bound always.</summary>
internal sealed class CpuController : ICgroupController
{
    private const int PeriodMicroseconds = 100_000;
    private const int SharesOfDefaultWeight = 1024;
    private const int DefaultWeight = 100;

    public string Name => "cpu";

    public bool IsOptional => false;

    public void Apply(CgroupDirectory directory, CgroupLimits limits)
    {
        var quota = limits.CpuMax is { } processors ? Math.Max(1000, (long)(processors * PeriodMicroseconds)).ToString(CultureInfo.InvariantCulture) : null;
        if (directory.Version == 2)
        {
            directory.SetNumber("cpu.weight", limits.CpuWeight);
            directory.Set("cpu.max", $"{quota ?? "max"} {PeriodMicroseconds}");
            return;
        }

        directory.SetNumber("cpu.shares", Math.Clamp((long)limits.CpuWeight * SharesOfDefaultWeight / DefaultWeight, 2, 262_144));
        if (quota is not null || directory.Has("cpu.cfs_quota_us"))
        {
            directory.Set("cpu.cfs_period_us", PeriodMicroseconds.ToString(CultureInfo.InvariantCulture));
            directory.Set("cpu.cfs_quota_us", quota ?? "-1");
        }
    }
}
