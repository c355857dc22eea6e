using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Resources;

/// <summary>Revisions as entity tags.</summary>
internal static class ETags
{
    public static string Of(ITracked row) => $"\"{row.Revision}\"";

    /// <summary>412 when the request wants another revision than there is.</summary>
    public static void Check(HttpRequest request, ITracked row)
    {
        if (request.Headers.IfMatch.ToString() is { Length: > 0 } wanted && wanted != "*" && !Contains(wanted, Of(row)))
        {
            throw new Fault(FaultKind.PreconditionFailed, "It has changed since; read it again.");
        }
    }

    public static bool IsUnchanged(HttpRequest request, string tag) => request.Headers.IfNoneMatch.ToString() is { Length: > 0 } known && (known == "*" || Contains(known, tag));

    private static bool Contains(string list, string tag) => list.Split(',', StringSplitOptions.TrimEntries).Contains(tag, StringComparer.Ordinal);
}
