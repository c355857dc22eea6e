using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using UwsgiIt.Linux;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Cli;

/// <summary>What is announced, to whom, and with which key.</summary>
internal sealed class Announcement
{
    public required string Server { get; init; }

    public required SubscriptionPacket Packet { get; init; }

    public required FileInfo? PrivateKey { get; init; }

    public required HashAlgorithmName Digest { get; init; }

    /// <summary>Throws when a packet made of this would be refused for its shape, so that a typing error is seen here and not in the router's log.</summary>
    public void Check()
    {
        if (!Server.StartsWith('/') && !IPEndPoint.TryParse(Server, out _))
        {
            throw new UsageException($"--server {Server} is neither an absolute path nor ip:port");
        }

        if (!SubscriptionPacketReader.TryRead(Build(SubscriptionCommand.Subscribe, DateTimeOffset.UtcNow), out _, out var rejection))
        {
            throw new UsageException($"a router would refuse this: {rejection}");
        }
    }

    /// <summary>A datagram of this moment. An unsubscribe is stamped one second ahead, as uWSGI does, so that it is newer than the last announce.</summary>
    public byte[] Build(SubscriptionCommand command, DateTimeOffset now)
    {
        var packet = Packet with { Command = command, UnixSeconds = now.ToUnixTimeSeconds() + (command == SubscriptionCommand.Unsubscribe ? 1 : 0) };
        if (PrivateKey is null)
        {
            return SubscriptionPacketWriter.Write(packet with { UnixSeconds = 0 });
        }

        using var signer = SubscriptionSigner.FromPem(File.ReadAllText(PrivateKey.FullName), Digest);
        return SubscriptionPacketWriter.Write(packet, signer);
    }

    /// <summary>False when the router's socket does not take it now.</summary>
    public bool TrySend(SubscriptionCommand command)
    {
        var datagram = Build(command, DateTimeOffset.UtcNow);
        if (Server.StartsWith('/'))
        {
            using var unix = new UnixDatagramSender();
            return unix.TrySend(Server, datagram);
        }

        var endPoint = IPEndPoint.Parse(Server);
        using var udp = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            return udp.SendTo(datagram, endPoint) == datagram.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
