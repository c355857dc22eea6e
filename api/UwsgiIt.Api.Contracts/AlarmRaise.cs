namespace UwsgiIt.Api.Contracts;

/// <summary>An alarm to be raised.</summary>
public sealed record AlarmRaise
{
    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>The text.</summary>
    public required string Msg { get; init; }

    /// <summary>Seconds since 1970; default now.</summary>
    public long? Unix { get; init; }

    /// <summary>From 1; default 1.</summary>
    public int? Level { get; init; }

    /// <summary>#rrggbb; default #ffffff.</summary>
    public string? Color { get; init; }

    /// <summary>Free.</summary>
    public string? Class { get; init; }

    /// <summary>Free.</summary>
    public string? Vassal { get; init; }

    /// <summary>Free.</summary>
    public long? Line { get; init; }

    /// <summary>Free.</summary>
    public string? Func { get; init; }

    /// <summary>Free.</summary>
    public string? Filename { get; init; }
}
