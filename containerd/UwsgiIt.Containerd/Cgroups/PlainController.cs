namespace UwsgiIt.Containerd.Cgroups;

/// <summary>A controller that limits nothing and is needed for what it counts or does: cpuacct, freezer.</summary>
internal sealed class PlainController(string name) : ICgroupController
{
    public string Name { get; } = name;

    public string? UnifiedName => null;

    public bool IsOptional => true;

    public void Apply(CgroupDirectory directory, CgroupLimits limits)
    {
    }
}
