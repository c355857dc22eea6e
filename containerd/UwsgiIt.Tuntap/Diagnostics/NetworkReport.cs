using System.Text.Json.Serialization;

namespace UwsgiIt.Tuntap.Diagnostics;

/// <summary>A peer as <c>uwsgiit ctl net show</c> shows it; the gateway has uid 0.</summary>
internal sealed record PeerReport(int Uid, string? Name, string V4, string V6, bool HasDevice, bool HasPolicy, long BytesFrom, long PacketsFrom, long BytesTo, long PacketsTo, IReadOnlyDictionary<string, long> Drops, IReadOnlyList<string> In, IReadOnlyList<string> Out);

/// <summary>A packet to ask about: whole, in hexadecimal, or described.</summary>
internal sealed record TraceRequest
{
    /// <summary>Uid whose device it comes from, 0 for the gateway.</summary>
    public int From { get; set; }

    public string? Packet { get; set; }

    public string? Source { get; set; }

    public string? Destination { get; set; }

    /// <summary>tcp, udp or icmp. Default tcp.</summary>
    public string Protocol { get; set; } = "tcp";

    public int SourcePort { get; set; } = 40_000;

    public int DestinationPort { get; set; } = 80;
}

/// <summary>What would become of it, and by which rules.</summary>
internal sealed record TraceReport(string Verdict, string? To, IReadOnlyList<string> Rules);

/// <summary>The original's statistics, member for member.</summary>
internal sealed record LegacyStats(string Version, int Pid, int Uid, int Gid, string Cwd, IReadOnlyList<LegacyPeer> Peers);

/// <summary>One of its peers. rx is from the container, addr_32 the address as a little-endian integer.</summary>
internal sealed record LegacyPeer(string Addr, [property: JsonPropertyName("addr_32")] uint Addr32, int Uid, int Gid, int Pid, long Tx, long Rx, long Dropped);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(IReadOnlyList<PeerReport>))]
[JsonSerializable(typeof(PeerReport))]
[JsonSerializable(typeof(TraceRequest))]
[JsonSerializable(typeof(TraceReport))]
[JsonSerializable(typeof(LegacyStats))]
internal sealed partial class NetworkJson : JsonSerializerContext;
