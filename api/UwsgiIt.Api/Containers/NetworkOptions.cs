using System.Buffers.Binary;
using System.Net;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Containers;

/// <summary>The containers' network. Changes need a restart, and every container's address with them.</summary>
internal sealed class NetworkOptions : IValidatedOptions
{
    public static string SectionName => "Network";

    /// <summary>IPv4 network of all containers. Default 10.0.0.0/8, the original's.</summary>
    public string Containers { get; set; } = "10.0.0.0/8";

    /// <summary>The address so far into the network; as the original, 24 bits of it count.</summary>
    public string AddressAt(uint offset)
    {
        var bytes = IPNetwork.Parse(Containers).BaseAddress.GetAddressBytes();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) + (offset & 0xffffff));
        return new IPAddress(bytes).ToString();
    }

    public IEnumerable<OptionFault> Validate()
    {
        if (!IPNetwork.TryParse(Containers, out var network) || network.BaseAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || network.PrefixLength > 24)
        {
            yield return new OptionFault("Network:Containers", Containers, "is no IPv4 network of at least 256 addresses", "Write for example 10.0.0.0/8");
        }
    }
}
