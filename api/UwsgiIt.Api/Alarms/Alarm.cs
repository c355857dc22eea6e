using UwsgiIt.Api.Containers;

namespace UwsgiIt.Api.Alarms;

/// <summary>Something a container or its host wants known.</summary>
internal sealed class Alarm
{
    public long Id { get; set; }

    public int ContainerId { get; set; }

    public Container? Container { get; set; }

    public long Unix { get; set; }

    /// <summary>0 system, 1 user, 2 exception, 3 traceback, 4 log; more is a customer's own.</summary>
    public int Level { get; set; }

    public string Color { get; set; } = "#ffffff";

    public string Message { get; set; } = "";

    public long? Line { get; set; }

    public string? Func { get; set; }

    public string? Filename { get; set; }

    public string? Class { get; set; }

    public string? Vassal { get; set; }

    /// <summary>The host's own id of it, so that one sent twice is stored once.</summary>
    public string? HostId { get; set; }
}
