namespace UwsgiIt.Api.Contracts;

/// <summary>A fetched state.</summary>
/// <typeparam name="T">What of.</typeparam>
/// <param name="State">Null when it has not changed.</param>
/// <param name="ETag">For the next fetch.</param>
/// <param name="Version">The feed's version it is of, at the least.</param>
public sealed record HostFetch<T>(T? State, string? ETag, long Version)
    where T : class;
