namespace UwsgiIt.Api.Contracts;

/// <summary>The claim of a customer who proved a name that is another's. What the api answers.</summary>
public sealed record DomainClaimView
{
    /// <summary>Lower case; a leading dot means all below.</summary>
    public required string Name { get; init; }

    /// <summary>When the name goes to the claimant, seconds since 1970, unless its owner proves it anew before that, or the claimant's proof has gone.</summary>
    public required long Due { get; init; }
}
