namespace UwsgiIt.Api.Contracts;

/// <summary>Something a container or its host wants known.</summary>
public sealed record AlarmView
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Unix { get; init; }

    /// <summary>0 system, 1 user, 2 exception, 3 traceback, 4 log.</summary>
    public required int Level { get; init; }

    /// <summary>#rrggbb.</summary>
    public required string Color { get; init; }

    /// <summary>The text.</summary>
    public required string Msg { get; init; }

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
