using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace UwsgiIt.Tuntap.Hosting;

/// <summary>The two places to ask, loopback and a unix socket.</summary>
internal static class KestrelSetup
{
    public static void Apply(KestrelServerOptions kestrel, AdminOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 256 * 1024;
        kestrel.Limits.MaxConcurrentConnections = 64;
        if (!string.IsNullOrEmpty(options.Address))
        {
            kestrel.Listen(IPEndPoint.Parse(options.Address));
        }

        if (!string.IsNullOrEmpty(options.Socket))
        {
            // A stale socket of ours; anything else at that path makes the bind fail, as it should.
            if (File.Exists(options.Socket) && new FileInfo(options.Socket).Length == 0)
            {
                File.Delete(options.Socket);
            }

            kestrel.ListenUnixSocket(options.Socket);
        }

        if (!string.IsNullOrEmpty(options.LegacyStatsAddress))
        {
            kestrel.Listen(IPEndPoint.Parse(options.LegacyStatsAddress), static listen => listen.UseConnectionHandler<Diagnostics.LegacyStatsHandler>());
        }
    }
}
