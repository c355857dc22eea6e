using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;

namespace UwsgiIt.LoadTest;

/// <summary>Opens a connection, with TLS where the plan has it.</summary>
internal static class Dial
{
    [SuppressMessage("Security", "CA5359", Justification = "A benchmark's certificate is its own.")]
    public static async Task<Stream> ConnectAsync(LoadPlan plan, string host, CancellationToken cancellationToken)
    {
        var socket = new Socket(plan.Target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(plan.Target, cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (plan.Tls)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = host,
                        AllowTlsResume = plan.TlsResume,
                        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                        ApplicationProtocols = [SslApplicationProtocol.Http11],
                    },
                    cancellationToken);
            }

            return stream;
        }
        catch
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            socket.Dispose();
            throw;
        }
    }
}
