using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>What hosts fetch and send, each for itself only, by client certificate.</summary>
internal static class HostEndpoints
{
    // One post of a host with every container it can have; arbitrary.
    private const int MaxSamples = 100_000;
    private const int MaxAlarms = 1000;

    // X25519 (RFC 7748).
    private const int KeyBytes = 32;
    private const int MaxKeyLength = 44;

    public static void Map(RouteGroupBuilder v1)
    {
        var group = v1.MapGroup("/host").WithTags("host").WithMetadata(new Access(Surface.Host));
        group.MapGet("/router", RouterAsync).Produces<HostState>();
        group.MapGet("/containers", ContainersAsync).Produces<HostContainers>();
        group.MapPost("/receipts", ReceiptAsync).Produces(StatusCodes.Status204NoContent);
        group.MapPost("/metrics", MetricsAsync).Produces(StatusCodes.Status204NoContent);
        group.MapPost("/alarms", AlarmsAsync).AddEndpointFilter<WriteFilter>().Produces(StatusCodes.Status204NoContent);
        group.MapPost("/files", FileAsync).AddEndpointFilter<WriteFilter>().Produces(StatusCodes.Status204NoContent);
        group.MapPost("/tunnel", TunnelAsync).AddEndpointFilter<WriteFilter>().Produces(StatusCodes.Status204NoContent);
        v1.MapPost("/host/certificate", RenewAsync).WithTags("host").WithMetadata(new Access(Surface.ExpiredHost)).AddEndpointFilter<WriteFilter>().Produces<IssuedCertificate>();
    }

    private static async Task<ApiResult> RouterAsync([FromServices] HostStates states, HttpContext http)
    {
        var state = await states.RouterAsync(ServerId(http), http.RequestAborted);
        return Tagged(http, state, state with { Version = 0 }, state.Version);
    }

    private static async Task<ApiResult> ContainersAsync([FromServices] HostStates states, HttpContext http)
    {
        var state = await states.ContainersAsync(ServerId(http), http.RequestAborted);
        return Tagged(http, state, state with { Version = 0 }, state.Version);
    }

    // The tag is of what the host acts on; the version goes along even when nothing else has changed.
    private static ApiResult Tagged<T>(HttpContext http, T state, T tagged, long version)
    {
        var tag = $"\"{Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(tagged, ApiJson.Options)))}\"";
        return ETags.IsUnchanged(http.Request, tag) ? new ApiResult(StatusCodes.Status304NotModified) { ETag = tag, Version = version } : new ApiResult(StatusCodes.Status200OK, state) { ETag = tag, Version = version };
    }

    private static int ServerId(HttpContext http) => http.Features.Get<Caller>()!.ServerId!.Value;

    private static async Task<ApiResult> ReceiptAsync([FromServices] ApiContext db, [FromServices] ReceiptSignal signal, [FromServices] TimeProvider time, HttpContext http, [FromBody] HostReceipt body)
    {
        var (id, now, version) = (ServerId(http), time.GetUtcNow().ToUnixTimeSeconds(), body.Version);
        if (version > await db.CurrentVersionAsync(http.RequestAborted))
        {
            throw Fault.Invalid("version", "is not made yet");
        }

        // Heard with its newest certificate: the one before has done its part.
        var presented = CertificateAuthority.FingerprintOf(http.Connection.ClientCertificate!);
        await using (await db.BeginAppendAsync(http.RequestAborted))
        {
            await db.Servers.Where(row => row.Id == id && row.PreviousFingerprint != null && row.CertificateFingerprint == presented).ExecuteUpdateAsync(static set => set.SetProperty(static row => row.PreviousFingerprint, (string?)null), http.RequestAborted);
            var server = db.Servers.Where(row => row.Id == id);
            _ = body.Agent switch
            {
                "containerd" => await server.ExecuteUpdateAsync(set => set.SetProperty(static row => row.ContainerdVersion, version).SetProperty(static row => row.ContainerdSeenUnix, now), http.RequestAborted),
                "router" => await server.ExecuteUpdateAsync(set => set.SetProperty(static row => row.RouterVersion, version).SetProperty(static row => row.RouterSeenUnix, now), http.RequestAborted),
                _ => throw Fault.Invalid("agent", "is neither containerd nor router"),
            };
            await db.Database.CommitTransactionAsync(CancellationToken.None);
        }

        signal.Pulse();
        return new ApiResult(StatusCodes.Status204NoContent);
    }

    private static async Task<ApiResult> MetricsAsync([FromServices] ApiContext db, [FromServices] MetricIntake intake, HttpContext http, [FromBody] HostMetrics body)
    {
        if (body.Samples.Count > MaxSamples)
        {
            throw Fault.TooLarge();
        }

        var id = ServerId(http);
        var owners = await db.Containers.Where(row => row.ServerId == id).Select(static row => new { row.Id, row.CustomerId }).ToDictionaryAsync(static row => row.Id, static row => row.CustomerId, http.RequestAborted);
        var names = body.Samples.Select(static sample => sample.Domain).Where(static name => name is not null).Distinct().ToList();
        var domains = await db.Domains.Where(row => names.Contains(row.Name)).Select(static row => new { row.Id, row.Name, row.CustomerId }).ToDictionaryAsync(static row => row.Name, http.RequestAborted);
        var samples = new List<MetricSample>(body.Samples.Count);
        foreach (var sample in body.Samples)
        {
            if (!MetricNames.TryFind(sample.Metric, out var metric))
            {
                throw Fault.Invalid("metric", $"{sample.Metric} is none we keep");
            }

            if (sample.Unix is < 0 or > 253_402_300_799)
            {
                throw Fault.Invalid("unix", "is out of range");
            }

            // What vanished while the host was measuring is dropped, not refused: the rest of the post is good.
            var containerId = ContainerUid.RowOf(sample.Container);
            if (!owners.TryGetValue(containerId, out var customerId))
            {
                continue;
            }

            if (!MetricNames.IsOfDomains(sample.Metric))
            {
                samples.Add(new MetricSample(containerId, 0, metric, sample.Unix, sample.Value));
            }
            else if (sample.Domain is not null && domains.TryGetValue(sample.Domain, out var domain) && domain.CustomerId == customerId)
            {
                samples.Add(new MetricSample(containerId, domain.Id, metric, sample.Unix, sample.Value));
            }
        }

        await intake.StoreAsync(samples, http.RequestAborted);
        return new ApiResult(StatusCodes.Status204NoContent);
    }

    private static async Task<ApiResult> AlarmsAsync([FromServices] ApiContext db, [FromServices] AlarmStore store, HttpContext http, [FromBody] HostAlarms body)
    {
        if (body.Alarms.Count > MaxAlarms)
        {
            throw Fault.TooLarge();
        }

        var id = ServerId(http);
        foreach (var alarm in body.Alarms)
        {
            var containerId = ContainerUid.RowOf(alarm.Container);
            var hostId = TextRules.Line("id", alarm.Id, 64);
            if (!await db.Containers.AnyAsync(row => row.Id == containerId && row.ServerId == id, http.RequestAborted) || (hostId is not null && await db.Alarms.AnyAsync(row => row.ContainerId == containerId && row.HostId == hostId, http.RequestAborted)))
            {
                continue;
            }

            await store.RaiseAsync(new Alarm { ContainerId = containerId, Unix = alarm.Unix, Level = 0, Message = alarm.Msg, HostId = hostId }, http.RequestAborted);
        }

        return new ApiResult(StatusCodes.Status204NoContent);
    }

    private static async Task<ApiResult> FileAsync([FromServices] ApiContext db, HttpContext http, [FromBody] HostFile body)
    {
        await CollectedValues.StoreAsync(db, ServerId(http), body.File, body.Value, http.RequestAborted);
        return new ApiResult(StatusCodes.Status204NoContent);
    }

    private static async Task<ApiResult> TunnelAsync([FromServices] ApiContext db, HttpContext http, [FromBody] HostTunnel body)
    {
        if (body.PublicKey.Length > MaxKeyLength || !Convert.TryFromBase64String(body.PublicKey, new byte[KeyBytes + 1], out var length) || length != KeyBytes)
        {
            throw Fault.Invalid("public_key", "is not 32 bytes in base64");
        }

        var id = ServerId(http);
        var server = await db.Servers.FirstAsync(row => row.Id == id, http.RequestAborted);
        server.TunnelKey = body.PublicKey;
        server.TunnelPort = Port("port", body.Port);
        server.WireGuardPort = body.WireGuardPort is { } port ? Port("wire_guard_port", port) : null;
        await db.SaveChangesAsync(http.RequestAborted);
        return new ApiResult(StatusCodes.Status204NoContent);
    }

    private static int Port(string field, int port) => port is > 0 and <= 65_535 ? port : throw Fault.Invalid(field, "is not 1 to 65535");

    private static async Task<ApiResult> RenewAsync([FromServices] ApiContext db, [FromServices] CertificateAuthority authority, HttpContext http, [FromBody] CertificateRequestBody body)
    {
        var id = ServerId(http);
        var server = await db.Servers.FirstAsync(row => row.Id == id, http.RequestAborted);

        // An expired certificate renews only where it is the recorded one.
        var presented = CertificateAuthority.FingerprintOf(http.Connection.ClientCertificate!);
        if (!authority.Accepts(http.Connection.ClientCertificate!) && server.CertificateFingerprint != presented && server.PreviousFingerprint != presented)
        {
            throw Fault.Forbidden();
        }

        var issued = ServerActions.Issue(authority, server, body.Request);
        server.PreviousFingerprint = presented;
        return new ApiResult(StatusCodes.Status200OK, issued);
    }
}
