namespace UwsgiIt.Api.Storage;

/// <summary>What every tracked row has.</summary>
internal abstract class TrackedRow : ITracked
{
    public int Id { get; set; }

    public long Revision { get; set; } = 1;

    public long CreatedUnix { get; set; }

    public long ModifiedUnix { get; set; }
}
