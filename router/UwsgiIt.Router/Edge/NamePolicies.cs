using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Edge;

/// <summary>The policy of a name: its own, that of the nearest <c>.parent</c>, else the default. Costs nothing while no name has one.</summary>
internal sealed class NamePolicies
{
    private const int MaxNameChars = 255;

    private volatile Snapshot _snapshot;

    public NamePolicies(IOptionsMonitor<PolicyOptions> options, RateLimits rates)
    {
        _snapshot = new Snapshot(options.CurrentValue, rates);
        options.OnChange(changed => _snapshot = new Snapshot(changed, rates));
    }

    /// <summary>Finds a request's policy and leaves it with the request for <see cref="Of"/>.</summary>
    public NamePolicy Choose(HttpContext context) => Choose(context, context.Request.Headers.Host.ToString());

    /// <summary>The same for a request that is for another name than its Host, as a web server's may be.</summary>
    public NamePolicy Choose(HttpContext context, string name)
    {
        var snapshot = _snapshot;
        if (snapshot.Names.Count == 0)
        {
            return snapshot.Default;
        }

        var policy = snapshot.Find(SubscriptionKeys.HostPart(name.AsSpan()));
        if (policy != snapshot.Default)
        {
            context.Features.Set(policy);
        }

        return policy;
    }

    /// <summary>The policy that was chosen.</summary>
    public NamePolicy Of(HttpContext context)
    {
        var snapshot = _snapshot;
        return snapshot.Names.Count == 0 ? snapshot.Default : context.Features.Get<NamePolicy>() ?? snapshot.Default;
    }

    private sealed class Snapshot
    {
        private readonly FrozenDictionary<string, NamePolicy>.AlternateLookup<ReadOnlySpan<char>> _lookup;

        public Snapshot(PolicyOptions options, RateLimits rates)
        {
            Default = new NamePolicy("", options.Default, options.Default, rates);
            Names = options.Names.ToFrozenDictionary(static name => name.Key, name => new NamePolicy(name.Key, name.Value, options.Default, rates), StringComparer.OrdinalIgnoreCase);
            _lookup = Names.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public NamePolicy Default { get; }

        public FrozenDictionary<string, NamePolicy> Names { get; }

        public NamePolicy Find(ReadOnlySpan<char> host)
        {
            // "example.com." is the same name; a policy must not be left behind by a dot.
            host = host.Length > 1 && host[^1] == '.' ? host[..^1] : host;
            if (host.Length > MaxNameChars)
            {
                return Default;
            }

            if (_lookup.TryGetValue(host, out var policy))
            {
                return policy;
            }

            for (var dot = host.IndexOf('.'); dot >= 0;)
            {
                host = host[dot..];
                if (_lookup.TryGetValue(host, out policy))
                {
                    return policy;
                }

                var next = host[1..].IndexOf('.');
                dot = next < 0 ? -1 : next + 1;
            }

            return Default;
        }
    }
}
