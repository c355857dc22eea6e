using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Distros;

/// <summary>Names of folders that become a container's root.</summary>
internal static class DistroPath
{
    public static string Check(string? path) =>
        path is { Length: > 0 and <= TextRules.MaxText } && path[0] != '.' && path.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-') ? path : throw Fault.Invalid("path", "is not of letters, digits, '.', '_' and '-', or begins with '.'");
}
