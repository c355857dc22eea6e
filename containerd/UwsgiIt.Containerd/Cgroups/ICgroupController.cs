namespace UwsgiIt.Containerd.Cgroups;

/// <summary>One kernel controller, in both versions. A limit that cannot be set is an exception, never left out.</summary>
internal interface ICgroupController
{
    /// <summary>The kernel's name of it in version 1; "" where version 2 needs no controller.</summary>
    string Name { get; }

    /// <summary>True when containers are started without it where the kernel lacks it; the features report says so.</summary>
    bool IsOptional { get; }

    /// <summary>Its name in version 2, or null when there it is something else entirely.</summary>
    string? UnifiedName => Name;

    /// <summary>Sets the limits of one group, living or new.</summary>
    void Apply(CgroupDirectory directory, CgroupLimits limits);
}
