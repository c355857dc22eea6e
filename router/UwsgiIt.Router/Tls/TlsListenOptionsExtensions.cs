using System.Security.Authentication;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Tls;

/// <summary>TLS on a Kestrel listener, by SNI.</summary>
internal static partial class TlsListenOptionsExtensions
{
    private const byte HandshakeRecord = 0x16;

    /// <summary>A client that speaks plain HTTP gets a sentence instead of a reset.</summary>
    public static ReadOnlyMemory<byte> PlainAnswer { get; } = Encoding.ASCII.GetBytes(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 53\r\nConnection: close\r\n\r\nThis port speaks TLS: ask again with https instead.\r\n");

    /// <summary>HTTP/1.1 and HTTP/2, and HTTP/3 where wanted, whose TLS is the runtime's.</summary>
    public static void UseRouterTls(this ListenOptions listen, bool http3)
    {
        var choice = listen.ApplicationServices.GetRequiredService<TlsChoice>();
        if (choice.Problem is not null)
        {
            Log.EngineMissing(listen.ApplicationServices.GetRequiredService<ILogger<TlsChoice>>(), listen.ToString(), choice.Problem);
        }

        if (choice.Engine == TlsEngine.OpenSsl && !http3)
        {
            // Protocols stay as they are, which is all of them: set, Kestrel would say that h2 is off without UseHttps, though ALPN has it on.
            var listener = listen.ApplicationServices.GetRequiredService<OpenSslListener>();
            listen.Use(next => connection => listener.OnConnectionAsync(connection, next));
            return;
        }

        listen.Protocols = http3 ? HttpProtocols.Http1AndHttp2AndHttp3 : HttpProtocols.Http1AndHttp2;
        listen.UseSslStream();
    }

    private static void UseSslStream(this ListenOptions listen)
    {
        var store = listen.ApplicationServices.GetRequiredService<CertificateStore>();
        var timeout = listen.ApplicationServices.GetRequiredService<IOptions<TlsOptions>>().Value.HandshakeTimeout;
        listen.Use(next => connection => RefusePlainAsync(connection, next, timeout));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = timeout,
            OnConnection = handshake =>
            {
                var material = store.GetMaterial(handshake.ClientHelloInfo.ServerName, out var binding);
                if (handshake.Connection.Features.Get<HandshakePlace>()?.TryName(binding) == false)
                {
                    throw new AuthenticationException("Too many handshakes for that name are under way.");
                }

                handshake.Connection.Features.Set(binding);
                return ValueTask.FromResult(material.Authentication);
            },
        });
    }

    private static async Task RefusePlainAsync(ConnectionContext connection, ConnectionDelegate next, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(deadline.Token);
            var isPlain = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] != HandshakeRecord;
            var isOver = read.Buffer.IsEmpty;
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            if (isOver)
            {
                return;
            }

            if (isPlain)
            {
                await connection.Transport.Output.WriteAsync(PlainAnswer, deadline.Token);
                return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It connected and said nothing, or left.
            return;
        }

        await next(connection);
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.EngineMissing, LogLevel.Warning, "{Listener}: TLS is SslStream's, not OpenSSL's: {Problem}.")]
        public static partial void EngineMissing(ILogger logger, string? listener, string problem);
    }
}
