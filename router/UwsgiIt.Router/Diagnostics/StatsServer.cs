using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Hosting;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Router.Tls;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>Writes one JSON object with the original's fields to whoever connects, then closes, so that existing collectors keep working. Always valid JSON.</summary>
internal sealed partial class StatsServer(
    IOptions<StatsOptions> options,
    IOptions<ListenerOptions> listeners,
    SubscriptionRegistry registry,
    SubscriptionListener announces,
    ActiveRequests active,
    TlsChoice tls,
    ILogger<StatsServer> logger,
    EventLoops? loops = null,
    OpenSslContext? context = null) : BackgroundService
{
    // A collector that does not read holds a buffer of ours no longer than this.
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(30);
    private const int FlushBytes = 64 * 1024;

    private Socket? _listener;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Address is { } address)
        {
            _listener = address.StartsWith('/')
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(IPEndPoint.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.StartsWith('/'))
            {
                File.Delete(address);
                _listener.Bind(new UnixDomainSocketEndPoint(address));
            }
            else
            {
                _listener.Bind(IPEndPoint.Parse(address));
            }

            _listener.Listen(16);
        }

        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _listener?.Dispose();
        base.Dispose();
    }

    /// <summary>Writes the object; flushes as it goes, so memory does not grow with the number of names.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("version", $"uwsgiit-{typeof(StatsServer).Assembly.GetName().Version?.ToString(3)}");
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteNumber("uid", Tmds.Linux.LibC.getuid());
        json.WriteNumber("gid", Tmds.Linux.LibC.getgid());
        json.WriteString("cwd", Environment.CurrentDirectory);
        json.WriteNumber("active_sessions", active.Count);
        json.WriteString("transport", loops?.Text ?? "sockets");
        WriteAddresses(json, "http", AddressesOf(EndpointKind.Http).Concat(announces.Endpoints));
        WriteAddresses(json, "fastrouter", AddressesOf(EndpointKind.Uwsgi));
        WriteAddresses(json, "rawrouter", AddressesOf(EndpointKind.Tcp));
        WriteAddresses(json, "passthrough", AddressesOf(EndpointKind.TlsPassthrough));
        WriteTls(json);
        json.WriteStartArray("subscriptions");
        foreach (var slot in registry.Slots)
        {
            WriteSlot(json, slot);
            if (json.BytesPending > FlushBytes)
            {
                await json.FlushAsync(cancellationToken);
            }
        }

        json.WriteEndArray();
        json.WriteNumber("cheap", 0);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_listener is not null && !stoppingToken.IsCancellationRequested)
        {
            using var client = await _listener.AcceptAsync(stoppingToken);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            deadline.CancelAfter(ClientTimeout);
            try
            {
                await using var stream = new NetworkStream(client);
                await WriteAsync(stream, deadline.Token);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
            {
                Log.ClientFailed(logger, e.Message);
            }
        }
    }

    private IEnumerable<string> AddressesOf(EndpointKind kind) => listeners.Value.EffectiveEndpoints.Where(endpoint => endpoint.Kind == kind).Select(static endpoint => endpoint.Address);

    private static void WriteAddresses(Utf8JsonWriter json, string name, IEnumerable<string> addresses)
    {
        json.WriteStartArray(name);
        foreach (var address in addresses)
        {
            json.WriteStringValue(address);
        }

        json.WriteEndArray();
    }

    private void WriteTls(Utf8JsonWriter json)
    {
        json.WriteStartObject("tls");
        json.WriteString("engine", tls.Text);
        json.WriteStartArray("handshakes");
        foreach (var agreement in context?.Agreements ?? [])
        {
            json.WriteStartObject();
            json.WriteString("protocol", agreement.ProtocolName);
            json.WriteString("cipher", agreement.CipherName);
            json.WriteString("group", agreement.Group);
            json.WriteBoolean("resumed", agreement.IsResumed);
            json.WriteNumber("count", agreement.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSlot(Utf8JsonWriter json, Slot slot)
    {
        json.WriteStartObject();
        json.WriteString("key", slot.Key);
        json.WriteNumber("hash", (uint)string.GetHashCode(slot.Key, StringComparison.Ordinal) % 65535);
        json.WriteNumber("hits", slot.Hits);
        json.WriteNumber("sni_enabled", slot.HasCertificate ? 1 : 0);
        json.WriteString("algo", SubscriptionWords.ToWord(slot.Algorithm));
        json.WriteStartArray("nodes");
        foreach (var node in slot.Nodes)
        {
            WriteNode(json, node);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter json, Node node)
    {
        var upstream = node.Upstream;
        json.WriteStartObject();
        json.WriteString("name", upstream?.Address.Text ?? "");
        if (node.Vassal is { } vassal)
        {
            json.WriteString("vassal", vassal);
        }

        json.WriteNumber("modifier1", upstream?.Modifier1 ?? 0);
        json.WriteNumber("modifier2", upstream?.Modifier2 ?? 0);
        json.WriteNumber("last_check", node.LastCheckSeconds);
        json.WriteNumber("pid", node.Sender?.ProcessId ?? 0);
        json.WriteNumber("uid", node.Sender?.UserId ?? 0);
        json.WriteNumber("gid", node.Sender?.GroupId ?? 0);
        json.WriteNumber("requests", node.Requests);
        json.WriteNumber("last_requests", node.LastRequests);
        json.WriteNumber("tx", upstream?.BytesReceived ?? 0);
        json.WriteNumber("rx", upstream?.BytesSent ?? 0);
        json.WriteNumber("cores", node.Cores);
        json.WriteNumber("load", node.Load);
        json.WriteNumber("weight", node.Weight);
        json.WriteNumber("backup", node.Backup);
        json.WriteString("proto", SubscriptionWords.ToWord(upstream?.Protocol ?? UpstreamProtocol.Uwsgi)[..1]);
        json.WriteNumber("wrr", node.Credit);
        json.WriteNumber("ref", node.InFlight);
        json.WriteNumber("failcnt", node.Failures);
        json.WriteNumber("death_mark", node.IsDead ? 1 : 0);
        json.WriteEndObject();
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.StatsClientFailed, LogLevel.Debug, "A stats client went away: {Problem}.")]
        public static partial void ClientFailed(ILogger logger, string problem);
    }
}
