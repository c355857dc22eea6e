namespace UwsgiIt.Containerd.Quotas;

/// <summary>No bound: only because the operator wrote so.</summary>
internal sealed class NoQuota : IQuotaBackend
{
    public string Name => "none";

    public void Set(uint uid, long bytes, long inodes)
    {
    }

    public QuotaUsage? Read(uint uid) => null;

    public void Forget(uint uid)
    {
    }
}
