namespace UwsgiIt.Containerd.Cgroups;

/// <summary>Memory: one bound, no swap.</summary>
internal sealed class MemoryController : ICgroupController
{
    private const string Limit = "memory.limit_in_bytes";
    private const string WithSwap = "memory.memsw.limit_in_bytes";
    private static readonly long s_page = Environment.SystemPageSize;

    public string Name => "memory";

    public bool IsOptional => false;

    public void Apply(CgroupDirectory directory, CgroupLimits limits)
    {
        if (directory.Version == 2)
        {
            directory.SetNumber("memory.max", limits.MemoryBytes, s_page);

            // A kernel without swap accounting has no such file; then there must be no swap.
            if (directory.Has("memory.swap.max"))
            {
                directory.Set("memory.swap.max", "0");
            }

            // A greedy vassal dies, not the whole container.
            directory.Set("memory.oom.group", "0");
            return;
        }

        directory.Set("memory.swappiness", "0");
        var hasSwap = directory.Has(WithSwap);

        // The bound with swap may never be below the one without, so which is written first depends on the direction.
        if (hasSwap && directory.ReadNumber(WithSwap) < limits.MemoryBytes)
        {
            directory.SetNumber(WithSwap, limits.MemoryBytes, s_page);
        }

        directory.SetNumber(Limit, limits.MemoryBytes, s_page);
        if (hasSwap)
        {
            directory.SetNumber(WithSwap, limits.MemoryBytes, s_page);
        }
    }
}
