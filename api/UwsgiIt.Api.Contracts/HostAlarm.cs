namespace UwsgiIt.Api.Contracts;

/// <summary>One alarm.</summary>
public sealed record HostAlarm
{
    /// <summary>Unique; sent again it is stored once.</summary>
    public string? Id { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Unix { get; init; }

    /// <summary>The text.</summary>
    public required string Msg { get; init; }
}
