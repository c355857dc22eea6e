using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using NSec.Cryptography;
using UwsgiIt.Network.Control;

namespace UwsgiIt.NetworkLab;

/// <summary>Two labs as two servers, joined by a network of their own.</summary>
public static class ServerPair
{
    /// <summary>Name of the device between them.</summary>
    public const string Device = "wan";

    /// <summary>Where the first server's router is reached.</summary>
    public const string FirstRouter = "198.51.100.1:999";

    /// <summary>Where the second's is.</summary>
    public const string SecondRouter = "198.51.100.2:999";

    /// <summary>Joins two hosts.</summary>
    public static void Join(Lab first, Lab second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Command.Ip(first.Host, $"link add name {Device} type veth peer name {Device} netns {second.Host.Path}");
        foreach (var (lab, router) in new[] { (first, FirstRouter), (second, SecondRouter) })
        {
            Command.Ip(lab.Host, $"addr add {IPEndPoint.Parse(router).Address}/24 dev {Device}");
            Command.Ip(lab.Host, $"link set {Device} up");
        }
    }

    /// <summary>A long-term key: private and public half in base64.</summary>
    public static (string Private, string Public) NewKey()
    {
        using var key = Key.Create(KeyAgreementAlgorithm.X25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        return (Convert.ToBase64String(key.Export(KeyBlobFormat.RawPrivateKey)), Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)));
    }

    /// <summary>Sets a lab's own router up as one end; the socket is the caller's.</summary>
    public static Socket SetUp(Lab lab, string own, string privateKey, string other, string otherKey)
    {
        ArgumentNullException.ThrowIfNull(lab);
        var socket = lab.Host.Run(() =>
        {
            var bound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            bound.Bind(IPEndPoint.Parse(own));
            return bound;
        });
        ((TuntapPlane)lab.Plane).SetTunnel(new TunnelSettings { PrivateKey = privateKey, Peers = new Dictionary<string, string> { [other] = otherKey } }, new SafeFileHandle(socket.Handle, ownsHandle: false));
        return socket;
    }
}
