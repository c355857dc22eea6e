using System.Net.Security;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using UwsgiIt.Router.Certificates;

namespace UwsgiIt.Router.Tls;

/// <summary>TLS on a Kestrel listener, by SNI.</summary>
internal static class TlsListenOptionsExtensions
{
    private const byte HandshakeRecord = 0x16;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private static readonly byte[] PlainAnswer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 53\r\nConnection: close\r\n\r\nThis port speaks TLS: ask again with https instead.\r\n");

    public static void UseRouterTls(this ListenOptions listen)
    {
        var store = listen.ApplicationServices.GetRequiredService<CertificateStore>();
        listen.Use(static next => connection => RefusePlainAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = handshake =>
            {
                var material = store.GetMaterial(handshake.ClientHelloInfo.ServerName, out var binding);
                handshake.Connection.Features.Set(binding);
                return ValueTask.FromResult(material.Authentication);
            },
        });
    }

    /// <summary>A client that speaks plain HTTP here gets a sentence instead of a reset.</summary>
    private static async Task RefusePlainAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        using var deadline = new CancellationTokenSource(HandshakeTimeout);
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
}
