using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>What a container may use. Bytes, processes, hundredths of a share, processors, bytes a second.</summary>
internal sealed record CgroupLimits(long MemoryBytes, int Pids, int CpuWeight, double? CpuMax, long? IoMaxBytes)
{
    public static CgroupLimits Of(ContainerDefinition definition) =>
        new(definition.Memory, definition.Pids, definition.CpuWeight, definition.CpuMax, definition.IoMax);
}
