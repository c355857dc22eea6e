using System.Globalization;

namespace UwsgiIt.Network.Firewall;

/// <summary>A port of the gateway that containers may use.</summary>
/// <param name="Protocol">IP protocol number: 6 or 17.</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct GatewayService(byte Protocol, int Port)
{
    /// <summary>Reads <c>udp/53</c>.</summary>
    public static bool TryParse(string? text, out GatewayService service)
    {
        service = default;
        if (text?.Split('/') is not ["tcp" or "udp", var number] || !ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            return false;
        }

        service = new GatewayService(text[0] == 't' ? (byte)6 : (byte)17, port);
        return true;
    }

    /// <summary>As it is read.</summary>
    public override string ToString() => $"{(Protocol == 6 ? "tcp" : "udp")}/{Port}";
}
