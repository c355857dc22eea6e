using System.Buffers;
using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Acme;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Router.Tls;
using UwsgiIt.Router.Transport;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Tls;

/// <summary>A TLS listener of ours over real sockets; behind it each connection gets back what it sent, or what a test says.</summary>
internal sealed class TlsFixture : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ListLogger<EventLoops> _faults = new();
    private readonly EventLoops _loops;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HandshakeDeadlines _deadlines = new();
    private readonly OpenSslContext _context;
    private readonly IConnectionListener _listener;

    public TlsFixture(TlsOptions? options = null, Func<ConnectionContext, Task>? serve = null, TransportKind kind = TransportKind.Epoll)
    {
        _loops = new EventLoops(new FixedOptions<TransportOptions>(new TransportOptions { Loops = 2, Kind = kind }), _faults);
        Options = new FixedOptions<TlsOptions>(options ?? new TlsOptions());
        Certificates = new CertificateStore(new FixedOptions<CertificateOptions>(new CertificateOptions()), new FixedOptions<SubscriptionOptions>(new SubscriptionOptions()), new AcmeStore(new FixedOptions<AcmeOptions>(new AcmeOptions())), TimeProvider.System, NullLogger<CertificateStore>.Instance);
        Tickets = new TicketKeys(Options, TimeProvider.System, NullLogger<TicketKeys>.Instance);
        _context = new OpenSslContext(Certificates, Tickets, Options, NullLogger<OpenSslContext>.Instance);
        var tls = new OpenSslListener(_context, _deadlines, new RouterMetrics(_services.GetRequiredService<IMeterFactory>()), Options, Log);
        _listener = new LoopTransport(_loops, new Pools(), NullLogger<LoopTransport>.Instance).BindAsync(new IPEndPoint(IPAddress.Loopback, 0)).AsTask().GetAwaiter().GetResult();
        _ = _deadlines.StartAsync(CancellationToken.None);
        _ = ServeAsync(tls, serve ?? EchoAsync);
    }

    public FixedOptions<TlsOptions> Options { get; }

    public CertificateStore Certificates { get; }

    public TicketKeys Tickets { get; }

    public ListLogger<OpenSslListener> Log { get; } = new();

    public IPEndPoint EndPoint => (IPEndPoint)_listener.EndPoint;

    public IReadOnlyList<TlsAgreement> Agreements => [.. _context.Agreements];

    public void Offer(string name, TestCertificates certificate) => Certificates.Offer(name, new SniClaim(certificate.KeyPem, certificate.CertificatePem, null, false), null);

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)Patience.TotalMilliseconds };
        await socket.ConnectAsync(EndPoint);
        return socket;
    }

    /// <summary>A client that has shaken hands; <paramref name="wrap"/> stands between it and the socket.</summary>
    public async Task<SslStream> ShakeAsync(string name = "www.example.com", Func<Stream, Stream>? wrap = null, Action<SslClientAuthenticationOptions>? configure = null)
    {
        Stream network = new NetworkStream(await ConnectAsync(), ownsSocket: true);
        var stream = new SslStream(wrap is null ? network : wrap(network));
        var options = new SslClientAuthenticationOptions { TargetHost = name, RemoteCertificateValidationCallback = static (_, _, _, _) => true };
        configure?.Invoke(options);
        await stream.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        return stream;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _deadlines.StopAsync(CancellationToken.None);
        _deadlines.Dispose();
        _loops.Dispose();
        _context.Dispose();
        Tickets.Dispose();
        await _services.DisposeAsync();
        Assert.Empty(_faults.Entries);
    }

    /// <summary>Sends everything back, then ends.</summary>
    public static async Task EchoAsync(ConnectionContext connection)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (await input.ReadAsync() is { Buffer: var buffer } read && !(read.IsCompleted && buffer.IsEmpty))
        {
            foreach (var segment in buffer)
            {
                output.Write(segment.Span);
            }

            await output.FlushAsync();
            input.AdvanceTo(buffer.End);
        }
    }

    private async Task ServeAsync(OpenSslListener tls, Func<ConnectionContext, Task> serve)
    {
        var carrier = (LoopCarrier)(await _listener.AcceptAsync())!;
        await carrier.RunAsync(async connection =>
        {
            try
            {
                await tls.OnConnectionAsync(connection, context => serve(context));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ConnectionAbortedException)
            {
                // What a client's fault looks like to HTTP.
            }
        });
    }

    private sealed class Pools : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
    }
}
