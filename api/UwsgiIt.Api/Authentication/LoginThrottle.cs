using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Diagnostics;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Authentication;

/// <summary>Counts failed logins per address and per user name; beyond the bound the next is refused without a look at the password.</summary>
internal sealed class LoginThrottle(IOptions<AuthenticationOptions> options, TimeProvider time, ApiMetrics? metrics = null)
{
    private const int WindowSeconds = 60;

    // A stranger chooses the names: what is counted is bounded. Clearing forgives, it never locks out.
    private const int MaxEntries = 50_000;
    private readonly ConcurrentDictionary<string, (long Window, int Failures)> _failures = new(StringComparer.Ordinal);

    /// <summary>Throws when this address or this name has failed too often in this minute.</summary>
    public void Check(string address, string? user)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (IsFull("a:" + address, now) || (user is not null && IsFull($"u:{user}:{address}", now)))
        {
            throw new Fault(FaultKind.TooManyRequests, "Too many failed logins") { RetryAfterSeconds = (int)(WindowSeconds - (now % WindowSeconds)) };
        }
    }

    public void Failed(string address, string? user)
    {
        metrics?.LoginFailed();
        Count("a:" + address);
        if (user is not null)
        {
            // Per address as well: counting the name alone would let a stranger lock its owner out.
            Count($"u:{user}:{address}");
        }
    }

    private bool IsFull(string key, long now) => _failures.TryGetValue(key, out var entry) && entry.Window == now / WindowSeconds && entry.Failures >= options.Value.FailuresPerMinute;

    private void Count(string key)
    {
        if (_failures.Count >= MaxEntries)
        {
            _failures.Clear();
        }

        var window = time.GetUtcNow().ToUnixTimeSeconds() / WindowSeconds;
        _failures.AddOrUpdate(key, static (_, window) => (window, 1), static (_, entry, window) => entry.Window == window ? (window, entry.Failures + 1) : (window, 1), window);
    }
}
