using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Customers;

/// <summary>Owner of containers and domains.</summary>
internal sealed class Customer : TrackedRow
{
    /// <summary>Unique; the user name of the owner's login too.</summary>
    public required string Name { get; set; }

    public string? Vat { get; set; }

    public string? Company { get; set; }

    public Guid Uuid { get; set; } = Guid.NewGuid();

    /// <summary>PKCS#8 PEM of the key pair that signs announcements.</summary>
    [Secret]
    public required string PrivateKey { get; set; }

    /// <summary>PEM of its public half: what routers get.</summary>
    public required string PublicKey { get; set; }

    /// <summary>When the key pair was made or rotated, seconds since 1970.</summary>
    public long KeyUnix { get; set; }

    public string? AdminNote { get; set; }

    /// <summary>False: nobody of this customer can log in. What runs goes on.</summary>
    public bool Active { get; set; } = true;

    /// <summary>Whether user name and password work on the legacy root. Default true.</summary>
    public bool LegacyLogin { get; set; } = true;

    public List<User> Users { get; } = [];
}
