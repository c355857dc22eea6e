using System.Globalization;

namespace UwsgiIt.Api.Containers;

/// <summary>From row to uid, address and names within, by the original's rules.</summary>
internal static class ContainerUid
{
    /// <summary>uid of the api's own container; customers' begin after it.</summary>
    public const int Base = 30_000;

    // The gateway and the api's own container come first: the first customer's container is network + 3.
    private const uint FirstAddressOffset = 2;
    private const int MaxHostname = 63;

    public static int Of(int rowId) => Base + rowId;

    /// <summary>0, which no row has, for what is no uid.</summary>
    public static int RowOf(int uid) => uid > Base ? uid - Base : 0;

    public static string IpOf(int rowId, NetworkOptions network) => network.AddressAt((uint)rowId + FirstAddressOffset);

    /// <summary>Letters, digits and '-' stay, anything else becomes '-'.</summary>
    public static string HostnameOf(string name) => string.Concat(name.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' ? letter : '-').Take(MaxHostname));

    public static string Text(int rowId) => Of(rowId).ToString(CultureInfo.InvariantCulture);
}
