namespace UwsgiIt.Api.Servers;

/// <summary>The certificate authority of hosts and of our own listener.</summary>
internal sealed class Authority
{
    public int Id { get; set; }

    public required string Certificate { get; set; }

    [Storage.Secret]
    public required string PrivateKey { get; set; }
}
