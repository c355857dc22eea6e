using Microsoft.AspNetCore.Http.HttpResults;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Control;

/// <summary>The control socket: HTTP and JSON, for root only (<see cref="RootOnlyMiddleware"/>).</summary>
internal static class ControlEndpoints
{
    private const int MaxLogBytes = 1024 * 1024;

    public static void MapControl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/stats", static (ContainerReports reports) => TypedResults.Json(reports.Host(), ReportJson.Default.HostReport));
        routes.MapGet("/containers", static (ContainerReports reports, ContainerRegistry registry) =>
            TypedResults.Json<IReadOnlyList<ContainerReport>>([.. registry.All.Select(reports.Of)], ReportJson.Default.IReadOnlyListContainerReport));
        routes.MapGet("/events", EventsAsync);
        routes.MapPost("/reload", static (Definitions.DefinitionWatcher watcher) =>
        {
            watcher.Poke();
            return TypedResults.NoContent();
        });

        var one = routes.MapGroup("/containers/{uid}");
        one.MapGet("", static Results<JsonHttpResult<ContainerReport>, NotFound> (uint uid, ContainerRegistry registry, ContainerReports reports) =>
            registry.Find(uid) is { } container ? TypedResults.Json(reports.Of(container), ReportJson.Default.ContainerReport) : TypedResults.NotFound());
        one.MapGet("/log", Log);
        one.MapPost("/start", static (uint uid, ContainerRegistry registry) => Do(registry, uid, static container => container.Hold(false)));
        one.MapPost("/stop", static (uint uid, ContainerRegistry registry) => Do(registry, uid, static container => container.Hold(true)));
        one.MapPost("/restart", static (uint uid, ContainerRegistry registry) => Do(registry, uid, static container => container.Restart()));
    }

    private static Results<Accepted, NotFound> Do(ContainerRegistry registry, uint uid, Action<HostedContainer> action)
    {
        if (registry.Find(uid) is not { } container)
        {
            return TypedResults.NotFound();
        }

        action(container);
        return TypedResults.Accepted($"/containers/{uid}");
    }

    /// <summary>The end of the Emperor's log; the file is the customer's, so it is opened without following anything.</summary>
    private static Results<FileContentHttpResult, NotFound> Log(uint uid, Microsoft.Extensions.Options.IOptions<PathOptions> options)
    {
        try
        {
            using var home = SafeDirectory.Open($"{options.Value.ContainersRoot}/{uid}");
            using var logs = home.OpenDirectory("logs");
            using var file = logs.OpenFile("emperor.log");
            var length = RandomAccess.GetLength(file);
            var text = new byte[Math.Min(length, MaxLogBytes)];
            var count = RandomAccess.Read(file, text, length - text.Length);
            return TypedResults.Bytes(text.AsMemory(0, count).ToArray(), "text/plain; charset=utf-8");
        }
        catch (LinuxException)
        {
            return TypedResults.NotFound();
        }
    }

    /// <summary>The last events, then each as it comes, one line of JSON each, until the client goes.</summary>
    private static async Task EventsAsync(HttpContext context, EventLog events, IHostApplicationLifetime lifetime, int last = 20, bool follow = false)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "application/x-ndjson";
        foreach (var item in events.Last(Math.Clamp(last, 0, EventLog.Kept)))
        {
            await WriteAsync(context, item);
        }

        await context.Response.Body.FlushAsync(CancellationToken.None);
        if (!follow)
        {
            return;
        }

        try
        {
            await foreach (var item in events.FollowAsync(ends.Token))
            {
                await WriteAsync(context, item);
                await context.Response.Body.FlushAsync(ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client or the daemon has gone.
        }
    }

    private static async Task WriteAsync(HttpContext context, ContainerEvent item)
    {
        await context.Response.Body.WriteAsync(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(item, ReportJson.Default.ContainerEvent));
        await context.Response.Body.WriteAsync("\n"u8.ToArray());
    }
}
