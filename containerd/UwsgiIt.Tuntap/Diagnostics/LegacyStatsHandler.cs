using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Tmds.Linux;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Diagnostics;

/// <summary>Answers a connection as the original does: the JSON, then the end.</summary>
internal sealed class LegacyStatsHandler(TuntapRouter router) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        await connection.Transport.Output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(Report(router), NetworkJson.Default.LegacyStats), connection.ConnectionClosed);
        await connection.Transport.Output.CompleteAsync();
    }

    internal static LegacyStats Report(TuntapRouter router)
    {
        var table = router.Table;
        var peers = table.Peers.Select(PeerTotals.Of).Select(totals =>
        {
            var address = table.Host.Plan.V4(totals.Uid);
            return new LegacyPeer(
                IpAddresses.ToText(AddressFamilies.V4, address),
                BinaryPrimitives.ReverseEndianness(address),
                totals.Uid,
                totals.Uid,
                0,
                totals.BytesTo,
                totals.BytesFrom,
                totals.Drops.Sum());
        });
        return new LegacyStats("2.0-uwsgiit", Environment.ProcessId, (int)(uint)LibC.geteuid(), (int)(uint)LibC.getegid(), Environment.CurrentDirectory, [.. peers]);
    }
}
