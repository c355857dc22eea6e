namespace UwsgiIt.Containerd.Cgroups;

/// <summary>Processes and threads.</summary>
internal sealed class PidsController : ICgroupController
{
    public string Name => "pids";

    public bool IsOptional => false;

    public void Apply(CgroupDirectory directory, CgroupLimits limits) => directory.SetNumber("pids.max", limits.Pids);
}
