using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace UwsgiIt.Bench.Tests;

/// <summary>A server that counts what it answers and takes a set time for it, so that generators can be told apart by what they should have seen.</summary>
internal sealed class CountingServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, long> _byPath = []; // guarded by itself
    private long _count;
    private long _windowCount; // with the two below: guarded by _byPath
    private long _windowFirst;
    private long _windowLast;
    private int _connections;

    private CountingServer(TimeSpan delay, HttpProtocols protocols, bool tls)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (tls)
            {
                listen.UseHttps(SelfSigned());
            }

            listen.Use(next => context =>
            {
                Interlocked.Increment(ref _connections);
                return next(context);
            });
        }));
        if (tls)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(context => AnswerAsync(context, delay));
    }

    /// <summary>Requests answered.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Connections accepted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Requests a second by this server's own clock, from the first that came since <see cref="BeginWindow"/> to the last that was answered.</summary>
    public double WindowRate
    {
        get
        {
            lock (_byPath)
            {
                return _windowCount / Stopwatch.GetElapsedTime(_windowFirst, _windowLast).TotalSeconds;
            }
        }
    }

    public IPEndPoint EndPoint { get; private set; } = null!;

    public static async Task<CountingServer> StartAsync(TimeSpan delay, HttpProtocols protocols = HttpProtocols.Http1, bool tls = false)
    {
        var server = new CountingServer(delay, protocols, tls);
        await server._app.StartAsync();
        var address = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        server.EndPoint = new IPEndPoint(IPAddress.Loopback, address.Port);
        return server;
    }

    public void BeginWindow()
    {
        lock (_byPath)
        {
            (_windowCount, _windowFirst, _windowLast) = (0, 0, 0);
        }
    }

    public long CountOf(string path)
    {
        lock (_byPath)
        {
            return _byPath.GetValueOrDefault(path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, TimeSpan delay)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await EchoAsync(context);
            return;
        }

        var came = Stopwatch.GetTimestamp();
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay);
        }

        Interlocked.Increment(ref _count);
        lock (_byPath)
        {
            _windowCount++;
            _windowFirst = _windowFirst == 0 ? came : Math.Min(_windowFirst, came);
            _windowLast = Stopwatch.GetTimestamp();
            _byPath[context.Request.Path] = _byPath.GetValueOrDefault(context.Request.Path) + 1;
        }

        context.Response.StatusCode = context.Request.Path == "/fault" ? 500 : 200;
        context.Response.ContentLength = 13;
        await context.Response.WriteAsync("Hello, world!");
    }

    private async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: not System.Net.WebSockets.WebSocketMessageType.Close } received)
            {
                Interlocked.Increment(ref _count);
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
            }
        }
        catch (System.Net.WebSockets.WebSocketException)
        {
            // Generators leave without goodbye.
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
