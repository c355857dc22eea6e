using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Diagnostics;

/// <summary>How things are: for probes, Prometheus and <c>uwsgiit ctl net</c>.</summary>
internal static class NetworkEndpoints
{
    public static void MapNetwork(this IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", static context => context.Response.WriteAsync("ok\n"));
        app.MapGet("/readyz", static context =>
        {
            // Ready once a daemon has handed the gateway over; before that no packet has a way.
            var isReady = context.RequestServices.GetRequiredService<TuntapRouter>().HasGateway;
            context.Response.StatusCode = isReady ? 200 : 503;
            return context.Response.WriteAsync(isReady ? "ok\n" : "no gateway yet\n");
        });
        app.MapGet("/metrics", static context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(context.RequestServices.GetRequiredService<TuntapMetrics>().Write());
        });
        app.MapGet("/v1/network", static context => context.Response.WriteAsJsonAsync(
            [.. Peers(context).Select(peer => Report(context, peer, isFull: false))], NetworkJson.Default.IReadOnlyListPeerReport));
        app.MapGet("/v1/network/{uid:int}", static context =>
        {
            var uid = int.Parse((string)context.Request.RouteValues["uid"]!, System.Globalization.CultureInfo.InvariantCulture);
            if (Peers(context).FirstOrDefault(peer => peer.Uid == uid) is { } peer)
            {
                return context.Response.WriteAsJsonAsync(Report(context, peer, isFull: true), NetworkJson.Default.PeerReport);
            }

            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        app.MapPost("/v1/network/trace", TraceAsync);
        app.MapGet("/stats", static context => context.Response.WriteAsJsonAsync(LegacyStatsHandler.Report(context.RequestServices.GetRequiredService<TuntapRouter>()), NetworkJson.Default.LegacyStats));
    }

    private static async Task TraceAsync(HttpContext context)
    {
        TraceRequest? request = null;
        string? fault = null;
        try
        {
            request = await context.Request.ReadFromJsonAsync(NetworkJson.Default.TraceRequest, context.RequestAborted);
        }
        catch (System.Text.Json.JsonException e)
        {
            fault = e.Message;
        }

        if (request is null || !PacketTracer.TryTrace(context.RequestServices.GetRequiredService<TuntapRouter>(), request, out var report, out fault))
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync($"{fault ?? "nothing asked"}\n", context.RequestAborted);
            return;
        }

        await context.Response.WriteAsJsonAsync(report, NetworkJson.Default.TraceReport, cancellationToken: context.RequestAborted);
    }

    private static IEnumerable<Peer> Peers(HttpContext context)
    {
        var router = context.RequestServices.GetRequiredService<TuntapRouter>();
        return router.Table.Peers.OrderBy(static peer => peer.Uid).Prepend(router.Gateway);
    }

    private static PeerReport Report(HttpContext context, Peer peer, bool isFull)
    {
        var plan = context.RequestServices.GetRequiredService<TuntapRouter>().Table.Host.Plan;
        var totals = PeerTotals.Of(peer);
        var drops = new Dictionary<string, long>();
        for (var cause = 1; cause < PeerCounters.Causes; cause++)
        {
            if (totals.Drops[cause] > 0)
            {
                drops[TuntapMetrics.NameOf((DropCause)cause)] = totals.Drops[cause];
            }
        }

        return new PeerReport(
            peer.Uid,
            peer.Firewall?.Policy.Name,
            IpAddresses.ToText(AddressFamilies.V4, peer.IsGateway ? plan.Gateway4 : plan.V4(peer.Uid)),
            IpAddresses.ToText(AddressFamilies.V6, peer.IsGateway ? plan.Gateway6 : plan.V6(peer.Uid)),
            Array.TrueForAll(peer.Queues, static queue => queue is not null),
            peer.Firewall is not null,
            totals.BytesFrom,
            totals.PacketsFrom,
            totals.BytesTo,
            totals.PacketsTo,
            drops,
            isFull ? Rules(peer.Firewall?.HostIn, peer.Firewall?.In) : [],
            isFull ? Rules(peer.Firewall?.HostOut, peer.Firewall?.Out) : []);
    }

    private static string[] Rules(params Chain?[] chains) => [.. chains.Where(static chain => chain is not null).SelectMany(static chain => chain!.Rules).Select(static rule => rule.ToString())];
}
