using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>The bound on disk use in force on this host, found at start. Without one, and without "none", no container starts.</summary>
internal sealed class DiskQuotas(IOptions<QuotaOptions> options, IEnumerable<IQuotaProbe> probes)
{
    private readonly Lazy<(IQuotaBackend? Backend, string Report)> _found = new(() => Find(options.Value.Backend, probes));

    /// <summary>What was found and why nothing else was, for the features report.</summary>
    public string Report => _found.Value.Report;

    public string Name => _found.Value.Backend?.Name ?? "missing";

    public void Prepare(ContainerDefinition definition) => Backend().Set(definition.Uid, definition.Storage, definition.InodeLimit());

    public QuotaUsage? Read(uint uid) => _found.Value.Backend?.Read(uid);

    public void Forget(uint uid) => _found.Value.Backend?.Forget(uid);

    private IQuotaBackend Backend() => _found.Value.Backend ?? throw new IOException($"disk use cannot be bounded here ({_found.Value.Report}); set Quota:Backend to image, or to none to do without");

    private static (IQuotaBackend?, string) Find(string wanted, IEnumerable<IQuotaProbe> probes)
    {
        if (wanted == "none")
        {
            return (new NoQuota(), "none, as configured");
        }

        var reasons = new List<string>();
        foreach (var probe in probes.Where(probe => wanted == probe.Name || (wanted == "auto" && probe.IsAutomatic)))
        {
            if (probe.TryOpen(out var backend, out var reason))
            {
                return (backend, $"{probe.Name}");
            }

            reasons.Add($"{probe.Name}: {reason}");
        }

        return (null, string.Join("; ", reasons));
    }
}
