using System.Globalization;
using UwsgiIt.Api.Containers;

namespace UwsgiIt.Api.Legacy;

/// <summary>Numbers in legacy paths. Too large for an integer behaves as unknown.</summary>
internal static class LegacyUid
{
    /// <summary>The container's row; 0, which no row has, when it is no uid.</summary>
    public static bool TryRead(string? text, out int containerId)
    {
        containerId = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? ContainerUid.RowOf(uid) : 0;
        return containerId > 0;
    }

    public static int Id(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}
