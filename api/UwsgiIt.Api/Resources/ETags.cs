using Microsoft.Extensions.Options;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Resources;

/// <summary>Revisions as entity tags.</summary>
internal static class ETags
{
    public static string Of(ITracked row) => $"\"{row.Revision}\"";

    /// <summary>412 when the request wants another revision than there is; 428 when it does not say and the operator wants that it does.</summary>
    public static void Check(HttpRequest request, ITracked row)
    {
        var wanted = request.Headers.IfMatch.ToString();
        if (wanted.Length == 0)
        {
            if (request.HttpContext.RequestServices.GetRequiredService<IOptions<RequestOptions>>().Value.RequireIfMatch)
            {
                throw new Fault(FaultKind.PreconditionRequired, "Say which revision is meant, by If-Match with its ETag or with *.");
            }
        }
        else if (wanted != "*" && !Contains(wanted, Of(row)))
        {
            throw new Fault(FaultKind.PreconditionFailed, "It has changed since; read it again.");
        }
    }

    public static bool IsUnchanged(HttpRequest request, string tag) => request.Headers.IfNoneMatch.ToString() is { Length: > 0 } known && (known == "*" || Contains(known, tag));

    private static bool Contains(string list, string tag) => list.Split(',', StringSplitOptions.TrimEntries).Contains(tag, StringComparer.Ordinal);
}
