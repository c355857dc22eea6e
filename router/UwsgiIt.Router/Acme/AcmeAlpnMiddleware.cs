using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Sessions;

namespace UwsgiIt.Router.Acme;

/// <summary>Before TLS: a handshake that offers <c>acme-tls/1</c> and nothing else is the authority's; it ends with the handshake. All others go on untouched.</summary>
internal sealed class AcmeAlpnMiddleware(ConnectionDelegate next, AcmeChallenges challenges, TimeSpan timeout)
{
    private static readonly SslApplicationProtocol AcmeTls = new("acme-tls/1");

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (await ClientHelloPeek.ReadAsync(connection, timeout) is not { IsAcmeChallenge: true } hello)
        {
            // Also what is no hello: the listener knows what to say to it.
            await next(connection);
            return;
        }

        using var certificate = hello.ServerName is { } name ? challenges.FindAlpn(name) : null;
        if (certificate is null)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(timeout);
        await using var tls = new SslStream(new DuplexStream(connection.Transport));
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ApplicationProtocols = [AcmeTls],
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            }, deadline.Token);
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            // The authority will say what it thinks of it.
        }
    }
}
