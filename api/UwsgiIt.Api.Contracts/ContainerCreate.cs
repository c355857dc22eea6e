namespace UwsgiIt.Api.Contracts;

/// <summary>A customer's isolated environment; its id is its row number, its uid that plus 30000. What is needed to make one.</summary>
public sealed record ContainerCreate
{
    /// <summary>Any text.</summary>
    public required string Name { get; init; }

    /// <summary>Id of its server.</summary>
    public required int Server { get; init; }

    /// <summary>Limit, MB.</summary>
    public required int Memory { get; init; }

    /// <summary>Quota, MB.</summary>
    public required int Storage { get; init; }

    /// <summary>Id of its distro.</summary>
    public int? Distro { get; init; }

    /// <summary>Who may enter.</summary>
    public IReadOnlyList<string>? SshKeys { get; init; }

    /// <summary>Names; unknown ones are made.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>The owner; for operators only, customers own what they make.</summary>
    public int? Customer { get; init; }
}
