namespace UwsgiIt.Api.Hosting;

/// <summary>Why a request is refused. Thrown by stores, turned into an answer in one place per root; whatever the request did is undone.</summary>
internal sealed class Fault(FaultKind kind, string reason, IReadOnlyDictionary<string, string[]>? errors = null) : Exception(reason)
{
    public FaultKind Kind => kind;

    /// <summary>Faults by field name, when fields are at fault.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors => errors;

    /// <summary>Seconds to wait, for <see cref="FaultKind.TooManyRequests"/>.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static Fault BadRequest(string reason) => new(FaultKind.BadRequest, reason);

    public static Fault Invalid(string field, string problem) => new(FaultKind.BadRequest, $"{field} {problem}", new Dictionary<string, string[]> { [field] = [problem] });

    public static Fault Forbidden(string reason = "Forbidden") => new(FaultKind.Forbidden, reason);

    public static Fault NotFound(string reason = "Not found") => new(FaultKind.NotFound, reason);

    public static Fault Conflict(string reason) => new(FaultKind.Conflict, reason);

    public static Fault TooLarge() => new(FaultKind.TooLarge, "Request entity too large");
}
