using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using NSec.Cryptography;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Control;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Tunnel;

namespace UwsgiIt.Tuntap.Tests.Tunnel;

/// <summary>One router's end of the tunnel on a loopback socket, moved by hand.</summary>
internal sealed class TunnelEnd : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TunnelScratch _scratch = new();
    private readonly byte[] _identity;

    public TunnelEnd()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var key = Key.Create(KeyAgreementAlgorithm.X25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        _identity = key.Export(KeyBlobFormat.RawPrivateKey);
        PublicKey = Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        Gateway = new TunnelGateway(static action => action(), Counters);
    }

    public string PublicKey { get; }

    public TunnelCounters Counters { get; } = new();

    public TunnelGateway Gateway { get; private set; }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Packets that came out, in order.</summary>
    public List<byte[]> Packets { get; } = [];

    /// <summary>Every datagram that came in, in order.</summary>
    public List<byte[]> Heard { get; } = [];

    /// <summary>Nanoseconds, by this end's own clock.</summary>
    public long Now { get; set; } = Stopwatch.Frequency * 1000;

    public void Know(params IEnumerable<(TunnelEnd Other, string Key)> peers)
    {
        List<string> faults = [];
        var settings = new TunnelSettings { PrivateKey = Convert.ToBase64String(_identity), Peers = peers.ToDictionary(static peer => peer.Other.EndPoint.ToString(), static peer => peer.Key) };
        var setup = TunnelSetup.TryMake(settings, new UdpSocket(new SafeFileHandle(_socket.Handle, ownsHandle: false)), null, faults);
        Assert.Empty(faults);
        Gateway.SetUp(setup!);
    }

    /// <summary>As a process that has died and come back.</summary>
    public void Restart(TunnelEnd other)
    {
        Gateway = new TunnelGateway(static action => action(), Counters);
        Know((other, other.PublicKey));
    }

    public DropCause Send(TunnelEnd to, byte[] packet)
    {
        byte[] frame = [.. new byte[VirtioHeader.Bytes], .. packet];
        FrameReader.Read(packet, out var facts);
        return Gateway.Send(to.EndPoint, frame, facts, maySendFragments: true, _scratch, Now);
    }

    /// <summary>Takes what has come; loopback delivers at once.</summary>
    public void Pump()
    {
        Span<byte> datagram = stackalloc byte[4096];
        Span<byte> address = stackalloc byte[UdpSocket.MaxAddressBytes];
        while (Gateway.Socket!.Receive(datagram, address, out var addressLength) is >= 0 and var length)
        {
            Heard.Add(datagram[..length].ToArray());
            Hear(datagram[..length], address[..addressLength]);
        }
    }

    public void Hear(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> address)
    {
        var packet = new byte[65_536];
        if (Gateway.TryReceive(datagram, address, Now, packet, out var length, out _))
        {
            Packets.Add(packet[..length]);
        }
    }

    public void Hear(ReadOnlySpan<byte> datagram, TunnelEnd from)
    {
        var address = from.EndPoint.Serialize();
        Hear(datagram, address.Buffer.Span[..address.Size]);
    }

    public void Dispose() => _socket.Dispose();
}
