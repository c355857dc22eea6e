using System.Net;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using UwsgiIt.Router.Hosting;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>
/// /metrics, /healthz and /readyz on a web host of their own, so that no Host header, route or customer's name on the public side can reach
/// them.
/// </summary>
internal sealed class AdminServer(IOptions<AdminOptions> options, Readiness readiness, SubscriptionRegistry registry, ILoggerProvider? logging = null) : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Address is not { } address)
        {
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPEndPoint.Parse(address));
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (logging is not null)
        {
            builder.Logging.AddProvider(logging);
        }

        builder.Services.AddRoutingCore();
        builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics
            .AddMeter(RouterMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime")
            // Ours of the same meaning costs a request nothing; theirs two updates by tags.
            .AddView("http.server.active_requests", MetricStreamConfiguration.Drop)
            .AddPrometheusExporter());
        _app = builder.Build();
        _app.MapPrometheusScrapingEndpoint();
        _app.MapGet("/healthz", static () => "alive\n");
        _app.MapGet("/readyz", () => readiness.IsReady ? Results.Text("ready\n") : Results.Text("not ready\n", statusCode: StatusCodes.Status503ServiceUnavailable));
        _app.MapPost("/nodes/drain", Drain);
        await _app.StartAsync(cancellationToken);
    }

    /// <summary>Takes a node out for new requests, or (<c>on=false</c>) back in.</summary>
    private IResult Drain(string key, string address, bool on = true)
    {
        var slot = registry.Find(key, "/");
        var node = slot?.Key.Equals(key, StringComparison.OrdinalIgnoreCase) == true ? Array.Find(slot.Nodes, node => node.Upstream?.Address.Text == address) : null;
        if (node is null)
        {
            return Results.NotFound();
        }

        node.SetDraining(DrainReasons.Operator, on);
        return Results.NoContent();
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
