namespace UwsgiIt.Api.Contracts;

/// <summary>How a host reaches the api: mutual TLS, the server's name verified.</summary>
public sealed record HostClientOptions
{
    /// <summary>Address of the api, for example https://api.example.com:8009.</summary>
    public required Uri Api { get; init; }

    /// <summary>Unix socket to speak TLS over, for an api on this machine; null: the address is connected to.</summary>
    public string? Socket { get; init; }

    /// <summary>PEM file of the client certificate.</summary>
    public required string Certificate { get; init; }

    /// <summary>PEM file of its key.</summary>
    public required string Key { get; init; }

    /// <summary>PEM file of the authority the api's certificate must come from.</summary>
    public required string Authority { get; init; }
}
