using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Emperor.Setup;

/// <summary>Limits of every process of a container (the contract's I12); the uid is used by no other, so counts per uid are the container's.</summary>
internal static class ProcessLimits
{
    private const ulong NoCore = 1;
    private const ulong LockedMemoryBytes = 64 * 1024;
    private const ulong MessageQueueBytes = 819_200;

    public static void Set(ulong openFiles)
    {
        ResourceLimits.Set(ResourceLimit.OpenFiles, openFiles);

        // The host's core_pattern may be a pipe to a program of the host's, which the kernel starts whatever the limit is, but for 1 (fs/coredump.c).
        ResourceLimits.Set(ResourceLimit.Core, NoCore);
        ResourceLimits.Set(ResourceLimit.LockedMemory, LockedMemoryBytes);
        ResourceLimits.Set(ResourceLimit.MessageQueues, MessageQueueBytes);
        ResourceLimits.Set(ResourceLimit.RealTimePriority, 0);
        ResourceLimits.Set(ResourceLimit.Nice, 0);
    }
}
