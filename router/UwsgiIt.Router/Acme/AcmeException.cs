namespace UwsgiIt.Router.Acme;

/// <summary>An authority said no, or something that is not ACME.</summary>
internal sealed class AcmeException(string type, string detail, TimeSpan? retryAfter = null) : Exception($"{type}: {detail}")
{
    /// <summary>The last part of the problem's type, for example <c>rateLimited</c>.</summary>
    public string Type { get; } = type;

    /// <summary>When the authority wants to hear of us again, or null.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
