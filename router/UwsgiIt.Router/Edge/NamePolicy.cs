using System.Threading.RateLimiting;
using UwsgiIt.Router.Routing;

namespace UwsgiIt.Router.Edge;

/// <summary>What holds for the requests of a name, with every default filled in.</summary>
internal sealed class NamePolicy
{
    private const int DefaultBurstSeconds = 10;

    // No name of a policy, so that its buckets are nobody else's.
    private const string CustomerRates = "/customers";

    public NamePolicy(string name, NamePolicyOptions own, NamePolicyOptions common, RateLimits rates)
    {
        Name = name;
        Underscores = own.Underscores ?? common.Underscores ?? UnderscorePolicy.Drop;
        EncodedSlashes = own.EncodedSlashes ?? common.EncodedSlashes ?? true;
        EncodedBackslashes = own.EncodedBackslashes ?? common.EncodedBackslashes ?? false;
        Allowed = Networks.Parse(own.Allow ?? common.Allow ?? []);
        Denied = Networks.Parse(own.Deny ?? common.Deny ?? []);
        Maintenance = own.Maintenance ?? common.Maintenance ?? false;
        RedirectToHttps = own.RedirectToHttps ?? common.RedirectToHttps ?? false;
        HttpsPort = own.HttpsPort ?? common.HttpsPort ?? 443;
        ForwardAuth = (own.ForwardAuth ?? common.ForwardAuth) is { } url ? new Uri(url) : null;
        ForwardAuthHeaders = [.. own.ForwardAuthHeaders ?? common.ForwardAuthHeaders ?? []];
        ErrorPages = ErrorPages.Load(common.ErrorPages, own.ErrorPages);
        Compress = own.Compress ?? common.Compress ?? false;
        BufferUploads = own.BufferUploads ?? common.BufferUploads ?? false;
        ClientStallTimeout = own.ClientStallTimeout ?? common.ClientStallTimeout;
        RateGroup = own.RateGroup ?? common.RateGroup;
        if ((own.AddressRate ?? common.AddressRate) is { } addressRate)
        {
            AddressRate = rates.ByAddress(name, addressRate, own.AddressBurst ?? common.AddressBurst ?? addressRate * DefaultBurstSeconds);
        }

        if ((own.NameRate ?? common.NameRate) is { } nameRate)
        {
            // The set of buckets is the group's, so that all its names find the same one.
            NameRate = rates.ByName(RateGroup ?? name, nameRate, own.NameBurst ?? common.NameBurst ?? nameRate * DefaultBurstSeconds);
        }

        if ((own.CustomerRate ?? common.CustomerRate) is { } customerRate)
        {
            CustomerRate = rates.ByName(CustomerRates, customerRate, own.CustomerBurst ?? common.CustomerBurst ?? customerRate * DefaultBurstSeconds);
        }

        if ((own.BytesPerSecond ?? common.BytesPerSecond) is { } bytes)
        {
            Bandwidth = new Bandwidth(bytes);
        }

        if ((own.UploadBytesPerSecond ?? common.UploadBytesPerSecond) is { } uploadBytes)
        {
            UploadBandwidth = new Bandwidth(uploadBytes);
        }

        if ((own.BasicUsersFile ?? common.BasicUsersFile) is { } file)
        {
            // Found good before; gone since, it lets nobody in.
            Users = BasicUsers.TryRead(file, out var users, out _) ? users : BasicUsers.Nobody;
        }
    }

    /// <summary>True when <see cref="PolicyRules"/> have anything to look at.</summary>
    public bool HasRules => !Allowed.IsEmpty || !Denied.IsEmpty || Maintenance || RedirectToHttps || ForwardAuth is not null || AddressRate is not null || NameRate is not null || Users is not null;

    /// <summary>True when the rules take headers away or put others in their place.</summary>
    public bool RewritesHeaders => Users is not null || ForwardAuth is not null;

    public Networks Allowed { get; }

    public Networks Denied { get; }

    public PartitionedRateLimiter<ClientKey>? AddressRate { get; }

    public PartitionedRateLimiter<string>? NameRate { get; }

    public string? RateGroup { get; }

    /// <summary>By customer; asked once the slot is known.</summary>
    public PartitionedRateLimiter<string>? CustomerRate { get; }

    public Bandwidth? Bandwidth { get; }

    public Bandwidth? UploadBandwidth { get; }

    public bool BufferUploads { get; }

    public TimeSpan? ClientStallTimeout { get; }

    public ErrorPages ErrorPages { get; }

    public bool Maintenance { get; }

    public bool RedirectToHttps { get; }

    public int HttpsPort { get; }

    public BasicUsers? Users { get; }

    public Uri? ForwardAuth { get; }

    public IReadOnlyList<string> ForwardAuthHeaders { get; }

    public bool Compress { get; }

    /// <summary>The name as configured; empty for the default.</summary>
    public string Name { get; }

    public UnderscorePolicy Underscores { get; }

    public bool EncodedSlashes { get; }

    public bool EncodedBackslashes { get; }
}
