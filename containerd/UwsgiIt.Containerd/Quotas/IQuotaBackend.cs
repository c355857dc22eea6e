namespace UwsgiIt.Containerd.Quotas;

/// <summary>What a home uses and may use.</summary>
internal readonly record struct QuotaUsage(long Bytes, long LimitBytes, long Inodes, long LimitInodes);

/// <summary>One way to bound a home. What cannot be set is an exception.</summary>
internal interface IQuotaBackend
{
    /// <summary>Its word in the settings.</summary>
    string Name { get; }

    /// <summary>Makes the bound true for a home, present or yet to be made.</summary>
    void Set(uint uid, long bytes, long inodes);

    /// <summary>Null when nothing is counted.</summary>
    QuotaUsage? Read(uint uid);

    /// <summary>The container is no longer this host's; its files stay.</summary>
    void Forget(uint uid);
}
