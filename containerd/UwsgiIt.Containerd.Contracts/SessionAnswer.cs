namespace UwsgiIt.Containerd.Contracts;

/// <summary>What comes back: first that it started (with the terminal's descriptor, if one was asked for) or a fault; then how it ended.</summary>
public sealed record SessionAnswer
{
    /// <summary>Why there is no session.</summary>
    public string? Fault { get; set; }

    /// <summary>The program runs.</summary>
    public bool Started { get; set; }

    /// <summary>Exit status, or 128 and the signal.</summary>
    public int? ExitCode { get; set; }
}
