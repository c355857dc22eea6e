using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Authentication;

/// <summary>Counts requests by credential and by customer in each minute; beyond the bound the rest are refused. Operators and hosts are not counted: what stops them stops everybody.</summary>
internal sealed class RequestRates(IOptions<RequestOptions> options, TimeProvider time)
{
    private const int WindowSeconds = 60;

    // All credentials of one customer together; arbitrary.
    private const int CustomerFactor = 4;

    // Addresses are strangers' to choose. Clearing forgives, it locks nobody out.
    private const int MaxEntries = 100_000;
    private readonly ConcurrentDictionary<(RequestKind Kind, char Of, long Id, string? Address), int> _counts = new();
    private long _window;
    private int _entries;

    /// <summary>Counts this request; 429 when it is one too many. On the modern root the answer says how many are left.</summary>
    public void Count(HttpContext context, Caller caller, string address, RequestKind kind)
    {
        var bound = BoundOf(kind);
        if (bound == 0 || caller.IsOperator || caller.ServerId is not null)
        {
            return;
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var reset = (int)(WindowSeconds - (now % WindowSeconds));
        var (of, id) = (caller.TokenId, caller.UserId, caller.AlarmContainerId) switch
        {
            ({ } token, _, _) => ('t', token),
            (_, { } user, _) => ('u', user),
            (_, _, { } container) => ('k', container),
            _ => ('a', 0L),
        };
        var left = bound - Add((kind, of, id, of == 'a' ? address : null), now);
        if (caller.CustomerId is { } customerId)
        {
            left = Math.Min(left, (bound * CustomerFactor) - Add((kind, 'c', customerId, null), now));
        }

        var name = NameOf(kind);
        if (context.Request.Path.StartsWithSegments("/v1"))
        {
            context.Response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={bound};w={WindowSeconds}");
            context.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={Math.Max(left, 0)};t={reset}");
        }

        if (left < 0)
        {
            throw new Fault(FaultKind.TooManyRequests, $"Too many {name} in this minute") { RetryAfterSeconds = reset };
        }
    }

    private static string NameOf(RequestKind kind) => kind switch { RequestKind.Reads => "reads", RequestKind.Writes => "writes", _ => "claims" };

    private int BoundOf(RequestKind kind) => kind switch { RequestKind.Reads => options.Value.ReadsPerMinute, RequestKind.Writes => options.Value.WritesPerMinute, _ => options.Value.ClaimsPerMinute };

    private int Add((RequestKind Kind, char Of, long Id, string? Address) key, long now)
    {
        var window = now / WindowSeconds;
        if (Interlocked.Exchange(ref _window, window) != window || _entries > MaxEntries)
        {
            // Counts of minutes that are over.
            _counts.Clear();
            _entries = 0;
        }

        var count = _counts.AddOrUpdate(key, 1, static (_, count) => count + 1);
        if (count == 1)
        {
            Interlocked.Increment(ref _entries);
        }

        return count;
    }
}
