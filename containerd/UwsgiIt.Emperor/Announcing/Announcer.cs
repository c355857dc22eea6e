using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Emperor.Announcing;

/// <summary>
/// Announces plain programs to the router as a uWSGI would: at once, after a second, then every ten; an unsubscribe, stamped a second ahead, at
/// the end. The kernel shows the sender as the customer. Without a key packets are unsigned, for routers that trust the uid.
/// </summary>
internal sealed class Announcer(VassalContext context, SubscriptionSigner? signer) : IDisposable
{
    /// <summary>Time between announces (uWSGI's subscribe-freq).</summary>
    public static readonly TimeSpan Frequency = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Dictionary<SubscriptionPacket, LoopTimer> _announced = [];
    private readonly UnixDatagramSender _socket = new();
    private bool _isRefused;

    /// <summary>Begins to announce; returns what to end it with. False, with a line in the log, when no router would take such a packet.</summary>
    public bool TryBegin(AnnouncedName name, string address, string protocol, out SubscriptionPacket packet)
    {
        packet = new SubscriptionPacket
        {
            Command = SubscriptionCommand.Subscribe,
            Key = name.Key,
            Address = address,
            Protocol = SubscriptionWords.TryReadProtocol(System.Text.Encoding.UTF8.GetBytes(protocol), out var word) ? word : UpstreamProtocol.Http,
            Sni = name is { CertificateKey: { } key, Certificate: { } certificate } ? new SniClaim(key, certificate, name.ClientCa, name.RequiresClient) : null,
        };
        if (!SubscriptionPacketReader.TryRead(Build(packet, SubscriptionCommand.Subscribe), out _, out var rejection))
        {
            context.Log.Write($"{name.Key} cannot be announced: {rejection}");
            return false;
        }

        if (_announced.ContainsKey(packet))
        {
            return true;
        }

        Send(packet, SubscriptionCommand.Subscribe);
        Again(packet, Second);
        return true;
    }

    /// <summary>Takes the address back.</summary>
    public void End(SubscriptionPacket packet)
    {
        if (_announced.Remove(packet, out var timer))
        {
            timer.Cancel();
            Send(packet, SubscriptionCommand.Unsubscribe);
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        signer?.Dispose();
    }

    private void Again(SubscriptionPacket packet, TimeSpan delay) => _announced[packet] = context.Loop.After(delay, () =>
    {
        Send(packet, SubscriptionCommand.Subscribe);
        Again(packet, Frequency);
    });

    private byte[] Build(SubscriptionPacket packet, SubscriptionCommand command)
    {
        var unix = context.Now.ToUnixTimeSeconds() + (command == SubscriptionCommand.Unsubscribe ? 1 : 0);
        return SubscriptionPacketWriter.Write(packet with { Command = command, UnixSeconds = signer is null ? 0 : unix }, signer);
    }

    private void Send(SubscriptionPacket packet, SubscriptionCommand command)
    {
        var datagram = Build(packet, command);
        bool sent;
        using (ActingAs.User(context.Settings.Uid, context.Settings.Gid))
        {
            sent = _socket.TrySend(context.Settings.SubscribeSocket, datagram, context.Settings.Uid, context.Settings.Gid);
        }

        // Once is enough: the router may be away for an hour.
        if (!sent && !_isRefused)
        {
            context.Log.Write($"{context.Settings.SubscribeSocket} does not take announces");
        }

        _isRefused = !sent;
    }
}
