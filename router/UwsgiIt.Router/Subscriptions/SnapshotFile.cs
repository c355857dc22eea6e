using System.Buffers.Binary;
using System.Security.Cryptography;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// The snapshot's bytes: a format line, nodes, ledger entries, and a SHA-256 over all before it. It may hold private keys that came inline,
/// so it is 0600. Written to a temporary name, synced, renamed: there is always one whole file.
/// </summary>
internal static class SnapshotFile
{
    private const int Version = 2;

    // Before force_https.
    private const int FirstVersion = 1;
    private const int HashBytes = 32;
    private const int ForcesHttpsFlag = 1;
    private const int DrainsFlag = 2;

    // Ours: refuses a length that only damage can make before memory is asked for.
    private const int MaxItems = 64 * 1024 * 1024;

    private static ReadOnlySpan<byte> Magic => "UwsgiIt router snapshot\n"u8;

    public static void Write(string path, IEnumerable<SnapshotNode> nodes, IReadOnlyCollection<LedgerEntry> ledger)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 256 * 1024,
        }))
        {
            using var hash = SHA256.Create();
            using (var hashing = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
            using (var writer = new BinaryWriter(new BufferedStream(hashing, 64 * 1024)))
            {
                writer.Write(Magic);
                writer.Write(Version);
                foreach (var node in nodes)
                {
                    writer.Write(true);
                    WriteNode(writer, node);
                }

                writer.Write(false);
                writer.Write(ledger.Count);
                foreach (var entry in ledger)
                {
                    WriteEntry(writer, entry);
                }
            }

            file.Write(hash.Hash!);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Reads a whole snapshot. Throws <see cref="InvalidDataException"/> when a byte of it is not as it was written.</summary>
    public static (List<SnapshotNode> Nodes, List<LedgerEntry> Ledger) Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 256 * 1024);
        var length = file.Length - HashBytes;
        if (length < Magic.Length + 4 || !HashMatches(file, length))
        {
            throw new InvalidDataException("its checksum does not match");
        }

        file.Position = 0;
        using var reader = new BinaryReader(file);
        var version = 0;
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic) || (version = reader.ReadInt32()) is < FirstVersion or > Version)
        {
            throw new InvalidDataException("its format is not one we know");
        }

        var nodes = new List<SnapshotNode>();
        while (reader.ReadBoolean())
        {
            nodes.Add(ReadNode(reader, version));
        }

        var count = reader.ReadInt32();
        if (count is < 0 or > MaxItems)
        {
            throw new InvalidDataException("its ledger has no sensible length");
        }

        var ledger = new List<LedgerEntry>(count);
        for (var i = 0; i < count; i++)
        {
            ledger.Add(ReadEntry(reader));
        }

        return (nodes, ledger);
    }

    private static bool HashMatches(FileStream file, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        for (var left = length; left > 0;)
        {
            var count = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        var stored = new byte[HashBytes];
        file.ReadExactly(stored);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(stored);
    }

    private static void WriteNode(BinaryWriter writer, SnapshotNode node)
    {
        var packet = node.Packet;
        writer.Write(packet.Key);
        WriteOptional(writer, packet.Address);
        WriteOptional(writer, packet.Vassal);
        writer.Write(packet.Modifier1);
        writer.Write(packet.Modifier2);
        writer.Write((byte)packet.Protocol);
        writer.Write((byte)(packet.Algorithm ?? BalancingAlgorithm.WeightedRoundRobin));
        writer.Write(packet.Cores);
        writer.Write(packet.Load);
        writer.Write(packet.Weight);
        writer.Write(packet.Backup);
        writer.Write(node.LastCheckSeconds);
        writer.Write(node.IsTrusted);
        writer.Write(node.Sender is not null);
        if (node.Sender is { } sender)
        {
            writer.Write(sender.ProcessId);
            writer.Write(sender.UserId);
            writer.Write(sender.GroupId);
        }

        writer.Write(packet.Sni is not null);
        if (packet.Sni is { } sni)
        {
            writer.Write(sni.PrivateKey);
            writer.Write(sni.Certificate);
            WriteOptional(writer, sni.ClientCa);
            writer.Write(sni.ClientCertificateRequired);
        }

        writer.Write((byte)((packet.ForcesHttps ? ForcesHttpsFlag : 0) | (packet.Drains ? DrainsFlag : 0)));
    }

    private static SnapshotNode ReadNode(BinaryReader reader, int version)
    {
        var packet = new SubscriptionPacket
        {
            Command = SubscriptionCommand.Subscribe,
            Key = reader.ReadString(),
            Address = ReadOptional(reader),
            Vassal = ReadOptional(reader),
            Modifier1 = reader.ReadByte(),
            Modifier2 = reader.ReadByte(),
            Protocol = (UpstreamProtocol)reader.ReadByte(),
            Algorithm = (BalancingAlgorithm)reader.ReadByte(),
            Cores = reader.ReadUInt64(),
            Load = reader.ReadUInt64(),
            Weight = reader.ReadUInt64(),
            Backup = reader.ReadUInt64(),
        };
        var lastCheck = reader.ReadInt64();
        var isTrusted = reader.ReadBoolean();
        SenderCredentials? sender = reader.ReadBoolean() ? new SenderCredentials(reader.ReadInt32(), reader.ReadUInt32(), reader.ReadUInt32()) : null;
        var sni = reader.ReadBoolean() ? new SniClaim(reader.ReadString(), reader.ReadString(), ReadOptional(reader), reader.ReadBoolean()) : null;
        var flags = version > FirstVersion ? reader.ReadByte() : 0;
        return new SnapshotNode(packet with { Sni = sni, ForcesHttps = (flags & ForcesHttpsFlag) != 0, Drains = (flags & DrainsFlag) != 0 }, sender, isTrusted, lastCheck);
    }

    private static void WriteEntry(BinaryWriter writer, LedgerEntry entry)
    {
        writer.Write(entry.Key);
        writer.Write(entry.Address);
        writer.Write(entry.UnixSeconds);
        WriteDigest(writer, entry.LastDigest);
        WriteDigest(writer, entry.PreviousDigest);
    }

    private static LedgerEntry ReadEntry(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), ReadDigest(reader), ReadDigest(reader));

    private static void WriteDigest(BinaryWriter writer, UInt128 digest)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, digest);
        writer.Write(bytes);
    }

    private static UInt128 ReadDigest(BinaryReader reader)
    {
        Span<byte> bytes = stackalloc byte[16];
        reader.ReadExactly(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    private static void WriteOptional(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
        {
            writer.Write(text);
        }
    }

    private static string? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static void SyncDirectory(string directory)
    {
        // The rename is durable only once the directory is.
        if (UwsgiIt.Linux.SafePath.TryOpen(Path.GetFullPath(directory), pathOnly: false, out var handle, out _))
        {
            using (handle)
            {
                RandomAccess.FlushToDisk(handle);
            }
        }
    }
}
