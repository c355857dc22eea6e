namespace UwsgiIt.Api.Contracts;

/// <summary>Nothing to say.</summary>
public sealed record NoBody;
