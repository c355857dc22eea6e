namespace UwsgiIt.Containerd.Contracts;

/// <summary>Where a container's alarms are sent by the api's side; the daemon spools them.</summary>
public sealed record AlarmTargets
{
    /// <summary>URL that gets a POST of JSON. Null for none.</summary>
    public string? Webhook { get; set; }
}
