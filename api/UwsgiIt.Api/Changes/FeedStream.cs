using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Diagnostics;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Changes;

/// <summary>
/// The feed as server-sent events: id is the version, so that a client that reconnects with Last-Event-ID misses nothing. When what it missed
/// is no longer kept, an event <c>reset</c> tells it to fetch everything anew. A comment every 15 seconds shows that the line is alive.
/// </summary>
internal sealed class FeedStream(ApiContextFactory factory, ChangeSignal signal, IHostApplicationLifetime lifetime, ApiMetrics metrics, TimeProvider time)
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How soon a change of another process is seen.</summary>
    public static TimeSpan PollInterval { get; } = TimeSpan.FromMilliseconds(500);

    public static ChangeView View(Change row) => new() { Version = row.Version, Kind = row.Kind, Object = row.ObjectId, Action = row.Action, Unix = row.Unix };

    public async Task RunAsync(HttpContext http, Tenant tenant, Func<IQueryable<Change>, IQueryable<Change>> filter, long? after)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        var position = await StartAsync(http, after, stop.Token);
        var quietSince = time.GetTimestamp();
        metrics.Followers(1);
        try
        {
            while (true)
            {
                var next = signal.Next;
                var rows = await ReadAsync(tenant, filter, position, stop.Token);
                foreach (var row in rows)
                {
                    position = row.Version;
                    await response.WriteAsync($"id: {row.Version.ToString(CultureInfo.InvariantCulture)}\ndata: {JsonSerializer.Serialize(View(row), ApiJson.Options)}\n\n", stop.Token);
                }

                if (rows.Count > 0)
                {
                    quietSince = time.GetTimestamp();
                    await response.Body.FlushAsync(stop.Token);
                    continue;
                }

                if (time.GetElapsedTime(quietSince) >= Heartbeat)
                {
                    quietSince = time.GetTimestamp();
                    await response.WriteAsync(":\n\n", stop.Token);
                    await response.Body.FlushAsync(stop.Token);
                }

                await Task.WhenAny(next, Task.Delay(factory.Provider == StorageProvider.PostgreSql ? PollInterval : Heartbeat, time, stop.Token));
                stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The client left, or we are about to.
        }
        finally
        {
            metrics.Followers(-1);
        }
    }

    private async Task<long> StartAsync(HttpContext http, long? after, CancellationToken cancellationToken)
    {
        await using var db = factory.CreateForEveryone();
        var wanted = long.TryParse(http.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : after;
        var current = await db.CurrentVersionAsync(cancellationToken);
        var oldest = await db.Changes.MinAsync(static row => (long?)row.Version, cancellationToken) ?? 1;
        if (wanted is not { } position)
        {
            await http.Response.WriteAsync($"id: {current.ToString(CultureInfo.InvariantCulture)}\nevent: start\ndata: {{}}\n\n", cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
            return current;
        }

        // Older than what is kept, or from another life of this database.
        if (position + 1 < oldest || position > current)
        {
            await http.Response.WriteAsync($"id: {current.ToString(CultureInfo.InvariantCulture)}\nevent: reset\ndata: {{}}\n\n", cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
            return current;
        }

        await http.Response.WriteAsync(":\n\n", cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
        return position;
    }

    private async Task<List<Change>> ReadAsync(Tenant tenant, Func<IQueryable<Change>, IQueryable<Change>> filter, long position, CancellationToken cancellationToken)
    {
        // A context per look: a stream lives for hours and must hold neither connection nor snapshot.
        await using var db = factory.Create(tenant);
        return await filter(db.Changes.AsNoTracking()).Where(row => row.Version > position).OrderBy(static row => row.Version).Take(BatchSize).ToListAsync(cancellationToken);
    }
}
