using System.Net;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Diagnostics;

/// <summary>/metrics, /healthz and /readyz on a web host of their own: nothing on the side that customers reach leads there.</summary>
internal sealed class AdminServer(IOptions<AdminOptions> options, ApiContextFactory factory, ApiMetrics metrics) : IHostedService, IAsyncDisposable
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
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(metrics); // made before the first scrape
        builder.Services.AddOpenTelemetry().WithMetrics(static provider => provider
            .AddMeter(ApiMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Hosting", "System.Runtime")
            .AddPrometheusExporter());
        _app = builder.Build();
        _app.MapPrometheusScrapingEndpoint();
        _app.MapGet("/healthz", static () => "ok");
        _app.MapGet("/readyz", async (CancellationToken aborted) =>
        {
            await using var db = factory.CreateForEveryone();
            return await db.Database.CanConnectAsync(aborted) ? Results.Text("ok") : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        });
        await _app.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
