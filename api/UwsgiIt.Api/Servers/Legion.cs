using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>Servers that elect who holds their floating address.</summary>
internal sealed class Legion : TrackedRow
{
    public required string Name { get; set; }

    public string Address { get; set; } = "";

    public Guid Uuid { get; set; } = Guid.NewGuid();

    public string? Note { get; set; }

    public int? CustomerId { get; set; }

    /// <summary>Shared key of the election, up to 64 characters.</summary>
    [Secret]
    public string? Key { get; set; }

    public int Quorum { get; set; }

    public List<LegionMember> Members { get; } = [];
}
