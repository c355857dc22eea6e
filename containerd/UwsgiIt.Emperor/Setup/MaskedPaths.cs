namespace UwsgiIt.Emperor.Setup;

/// <summary>What of /proc a container does not see or cannot change (the contract's I6 and I7).</summary>
internal static class MaskedPaths
{
    /// <summary>Read as empty.</summary>
    public static readonly string[] Files =
        ["kcore", "keys", "key-users", "latency_stats", "timer_list", "timer_stats", "sched_debug", "kallsyms", "config.gz", "kmsg", "kpagecount", "kpageflags", "kpagecgroup", "vmallocinfo", "slabinfo", "interrupts", "modules", "iomem", "ioports"];

    /// <summary>Look empty.</summary>
    public static readonly string[] Directories = ["acpi", "asound", "scsi"];

    /// <summary>Seen, not changed.</summary>
    public static readonly string[] ReadOnly = ["bus", "fs", "irq", "sys", "sysrq-trigger"];
}
