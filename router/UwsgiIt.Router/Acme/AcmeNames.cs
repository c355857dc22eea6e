using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Subscriptions;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Acme;

/// <summary>Which names are to have certificates of ours.</summary>
internal sealed class AcmeNames(IOptions<AcmeOptions> options, IOptionsMonitor<SubscriptionOptions> subscriptions, SubscriptionRegistry registry, CertificateStore certificates)
{
    /// <summary>Each name once: listed ones, then announced ones that nothing else has a certificate for.</summary>
    public IReadOnlyCollection<string> Find()
    {
        var names = new HashSet<string>(options.Value.Names.Select(static name => name.ToLowerInvariant()), StringComparer.Ordinal);

        // Where anybody may announce anything, an order would be anybody's too.
        if (options.Value.Announced && subscriptions.CurrentValue.SignaturesRequired)
        {
            foreach (var slot in registry.Slots)
            {
                if (slot.Sni is null && IsOrderable(slot.SniName) && Array.Exists(slot.Nodes, static node => node is { IsTrusted: false, HasLeft: false }))
                {
                    names.Add(slot.SniName);
                }
            }
        }

        names.RemoveWhere(name => certificates.HasOther(name));
        return names;
    }

    /// <summary>A full host name: no address, no wildcard, no single label.</summary>
    public static bool IsOrderable(string name) =>
        name.Length <= 253 && name.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(name) == UriHostNameType.Dns
        && name.Split('.').All(static label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && !label.Contains('_', StringComparison.Ordinal));
}
