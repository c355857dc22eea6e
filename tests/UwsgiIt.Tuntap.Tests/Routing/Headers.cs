using System.Globalization;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Tuntap.Tests.Routing;

/// <summary>A packet taken apart slowly, for <see cref="ReferenceRouter"/>. Addresses are bits as text, IPv6's behind a 6.</summary>
internal sealed class Headers
{
    public DropCause? Fault { get; private set; }
    public bool V6 { get; private set; }
    public string Source { get; private set; } = "";
    public string Destination { get; private set; } = "";
    public bool Fragment { get; private set; }
    public bool SourceRouted { get; private set; }
    public bool HasTransport { get; private set; } = true;
    public bool IsError { get; private set; }
    public int Protocol { get; private set; }
    public int SourcePort { get; private set; }
    public int DestinationPort { get; private set; }
    public Headers? Quoted { get; private set; }

    public static Headers TakeApart(byte[] packet)
    {
        var headers = new Headers();
        var sound = packet.Length > 0 && (packet[0] / 16 == 4 ? headers.V4Header(packet) : packet[0] / 16 != 6 || headers.V6Header(packet));
        headers.Fault = !sound ? DropCause.Malformed : packet[0] / 16 is 4 or 6 ? null : DropCause.UnknownVersion;
        return headers;
    }

    private bool V4Header(byte[] packet)
    {
        if (packet.Length < 20 || packet[0] % 16 < 5 || (packet[0] % 16 * 4) > packet.Length || (packet[2] * 256) + packet[3] != packet.Length)
        {
            return false;
        }

        var transport = packet[0] % 16 * 4;
        Addresses(packet[12..16], packet[16..20], packet[9]);
        for (var at = 20; at < transport && packet[at] != 0;)
        {
            if (packet[at] == 1)
            {
                at++;
                continue;
            }

            if (at + 1 >= transport || packet[at + 1] < 2 || at + packet[at + 1] > transport)
            {
                return false;
            }

            SourceRouted = SourceRouted || packet[at] == 131 || packet[at] == 137;
            at += packet[at + 1];
        }

        var place = (((packet[6] % 32) * 256) + packet[7]) * 8;
        return Piece(place, packet[6] / 32 % 2 == 1, packet.Length - transport) && Transport(packet, transport);
    }

    private bool V6Header(byte[] packet)
    {
        V6 = true;
        if (packet.Length < 40 || (packet[4] * 256) + packet[5] + 40 != packet.Length)
        {
            return false;
        }

        Addresses(packet[8..24], packet[24..40], packet[6]);
        var at = 40;
        for (var count = 1; Protocol is 0 or 43 or 44 or 60 or 51 or 135 && HasTransport; count++)
        {
            if (count > 8 || packet.Length - at < 8 || (Protocol == 0 && count > 1))
            {
                return false;
            }

            var header = packet[at..];
            var length = Protocol == 44 ? 8 : Protocol == 51 ? (header[1] * 4) + 8 : (header[1] * 8) + 8;
            if (length > header.Length)
            {
                return false;
            }

            SourceRouted = SourceRouted || (Protocol == 43 && header[2] == 0);
            at += length;
            var was = Protocol;
            Protocol = header[0];
            if (was == 44)
            {
                Fragment = true;
                if (!Piece(((header[2] * 256) + header[3]) / 8 * 8, header[3] % 2 == 1, packet.Length - at))
                {
                    return false;
                }
            }
        }

        return Transport(packet, at);
    }

    private void Addresses(byte[] source, byte[] destination, int protocol)
    {
        Source = Bits(source);
        Destination = Bits(destination);
        Protocol = protocol;
    }

    private bool Piece(int place, bool more, int length)
    {
        Fragment = Fragment || place > 0 || more;
        HasTransport = place == 0;
        return (place == 0 && !more)
            || (length > 0 && (!more || length % 8 == 0) && place + length < 65536 && !(place is 8 or 16 && Protocol == 6));
    }

    private bool Transport(byte[] packet, int at)
    {
        var length = packet.Length - at;
        if (!HasTransport)
        {
            return true;
        }

        if (Protocol == (V6 ? 58 : 1))
        {
            IsError = length > 0 && (V6 ? packet[at] is 1 or 2 or 3 or 4 : packet[at] is 3 or 11 or 12);
            Quoted = IsError && length >= 8 ? Quote(packet[(at + 8)..]) : null;
            return length >= 8;
        }

        if ((Protocol == 6 && (length < 20 || packet[at + 12] / 16 < 5 || packet[at + 12] / 16 * 4 > length)) || (Protocol == 17 && length < 8))
        {
            return false;
        }

        Ports(packet, at);
        return true;
    }

    private Headers? Quote(byte[] packet)
    {
        var length = V6 ? 40 : packet.Length > 0 ? packet[0] % 16 * 4 : 99;
        if (packet.Length < length || length < 20 || packet[0] / 16 != (V6 ? 6 : 4))
        {
            return null;
        }

        var quoted = new Headers { V6 = V6 };
        quoted.Addresses(V6 ? packet[8..24] : packet[12..16], V6 ? packet[24..40] : packet[16..20], packet[V6 ? 6 : 9]);
        if (quoted.Protocol is 6 or 17 && packet.Length < length + 4)
        {
            return null;
        }

        quoted.Ports(packet, length);
        return quoted;
    }

    private void Ports(byte[] packet, int at)
    {
        if (Protocol is 6 or 17)
        {
            SourcePort = (packet[at] * 256) + packet[at + 1];
            DestinationPort = (packet[at + 2] * 256) + packet[at + 3];
        }
    }

    private string Bits(byte[] address) => (V6 ? "6" : "") + string.Concat(address.Select(static value => value.ToString("b8", CultureInfo.InvariantCulture)));
}
