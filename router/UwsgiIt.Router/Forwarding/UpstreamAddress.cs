using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Router.Forwarding;

/// <summary>Where an upstream listens: a unix stream socket path or an IP address with port. Names are never resolved.</summary>
internal sealed class UpstreamAddress : IEquatable<UpstreamAddress>
{
    private UpstreamAddress(string text, EndPoint endPoint)
    {
        Text = text;
        EndPoint = endPoint;
        var native = endPoint.Serialize();
        NativeBytes = native.Buffer[..native.Size];
        foreach (var value in text)
        {
            StableHash = ((StableHash ^ value) * 1099511628211UL) + 1;
        }
    }

    /// <summary>Hash of the text that is the same in every process, so that client affinity survives a restart.</summary>
    public ulong StableHash { get; } = 14695981039346656037UL;

    /// <summary>The address as it was announced; unix paths contain a '/' or lack a ':'.</summary>
    public string Text { get; }

    public EndPoint EndPoint { get; }

    /// <summary>The kernel's sockaddr.</summary>
    public ReadOnlyMemory<byte> NativeBytes { get; }

    public bool IsUnix => EndPoint is UnixDomainSocketEndPoint;

    /// <summary>Reads <c>/path</c>, <c>v4:port</c>, <c>[v6]:port</c>, or <c>:port</c> (127.0.0.1). A unix path must be absolute and at most 107 bytes (sun_path).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out UpstreamAddress? address)
    {
        address = null;
        if (text.StartsWith('/'))
        {
            if (System.Text.Encoding.UTF8.GetByteCount(text) > 107 || text.Contains('\0', StringComparison.Ordinal))
            {
                return false;
            }

            address = new UpstreamAddress(text, new UnixDomainSocketEndPoint(text));
            return true;
        }

        var candidate = text.StartsWith(':') ? string.Concat("127.0.0.1", text) : text;
        if (candidate.LastIndexOf(':') <= 0 || !IPEndPoint.TryParse(candidate, out var endPoint) || endPoint.Port == 0)
        {
            return false;
        }

        address = new UpstreamAddress(text, endPoint);
        return true;
    }

    public bool Equals(UpstreamAddress? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as UpstreamAddress);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
