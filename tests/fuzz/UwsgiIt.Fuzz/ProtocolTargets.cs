using System.Text;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;
using static UwsgiIt.Fuzz.FuzzTarget;

namespace UwsgiIt.Fuzz;

/// <summary>Packets that applications send.</summary>
internal static class ProtocolTargets
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["subscription"] = new(Subscription, Packets()),
        ["vars"] = new(Vars, [.. Packets().Select(static packet => packet[4..])]),
        ["public-key"] = new(static bytes => PublicKey.TryReadPem(Encoding.UTF8.GetString(bytes), out _), Texts(Captures.ReadText("customer-a.pem"), Captures.ReadText("customer-ec.pem"))),
    };

    private static void Subscription(byte[] bytes)
    {
        var isRead = SubscriptionPacketReader.TryRead(bytes, out var packet, out var rejection);
        Check(isRead == (rejection == SubscriptionPacketRejection.None), "the result and the rejection disagree");
        if (packet is { IsSigned: true })
        {
            _ = bytes[packet.SignedRange];
            _ = bytes[packet.SignatureRange];
        }

        // What was read can be written, and reads the same.
        if (packet is { IsSigned: false })
        {
            Check(SubscriptionPacketReader.TryRead(SubscriptionPacketWriter.Write(packet), out var again, out rejection), $"written again it is refused: {rejection}");
            Check(again == packet, "written again it reads differently");
        }
    }

    private static void Vars(byte[] bytes)
    {
        var reader = new UwsgiVarReader(bytes);
        while (reader.TryRead(out _, out _))
        {
            Check(reader.Position <= bytes.Length, "read past the block");
        }

        Check(reader.IsMalformed || reader.Position == bytes.Length, "ended before the block did");
    }

    private static IReadOnlyList<byte[]> Packets() => [.. Directory.GetFiles(Captures.Directory, "*.bin").Order(StringComparer.Ordinal).Where(static file => !file.Contains("relay", StringComparison.Ordinal)).Select(File.ReadAllBytes)];
}
