namespace UwsgiIt.Api.Authentication;

/// <summary>Who may use an endpoint. An endpoint without it serves nobody.</summary>
internal sealed record Access(Surface Surface, Scopes Scope = Scopes.None)
{
    /// <summary>Owners only, for writes.</summary>
    public bool OwnersOnly { get; init; }
}
