namespace UwsgiIt.Api.Contracts;

/// <summary>Alarms a host raised.</summary>
public sealed record HostAlarms
{
    /// <summary>Any number; one transaction.</summary>
    public required IReadOnlyList<HostAlarm> Alarms { get; init; }
}
