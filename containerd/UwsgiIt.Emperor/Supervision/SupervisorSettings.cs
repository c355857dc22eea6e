using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>
/// All an Emperor needs to know of its container. Paths are the container's own, as seen after pivot_root. Optional properties have a setter
/// because generated JSON code sets init-only ones to null where the file says nothing.
/// </summary>
internal sealed record SupervisorSettings
{
    private const int MaxFileBytes = 64 * 1024;

    /// <summary>The customer's uid: every child runs as it.</summary>
    public required uint Uid { get; init; }

    /// <summary>The customer's gid.</summary>
    public required uint Gid { get; init; }

    /// <summary>The container's home, the same path inside and outside.</summary>
    public required string Home { get; init; }

    /// <summary>Directory of vassal files.</summary>
    public required string VassalDirectory { get; init; }

    /// <summary>Log of the Emperor and of children that do not log elsewhere. Opened as the customer, never through a link.</summary>
    public required string LogFile { get; init; }

    /// <summary>Size at which the log is renamed to NAME.1, in bytes. Default 8 MiB.</summary>
    public long LogFileMaxBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Host name, for the environment and for messages.</summary>
    public string Hostname { get; set; } = "";

    /// <summary>Where announces go.</summary>
    public string SubscribeSocket { get; set; } = "/run/subscribe/http";

    /// <summary>Where announces of the cluster shortcuts go as well; null when the server has no fastrouter.</summary>
    public string? FastrouterSubscribeSocket { get; set; }

    /// <summary>The customer's key as Setup prepared it before pivot_root; null when there was none.</summary>
    [JsonIgnore]
    public SubscriptionSigner? Signer { get; set; }

    /// <summary>Why there is no signer though there was a key: for the log, nothing of the key is in it.</summary>
    [JsonIgnore]
    public string? SignerFault { get; set; }

    /// <summary>The customer's private key (PEM), for the Emperor by hand, where no Setup prepared it. Null: programs are announced unsigned.</summary>
    public string? SubscriptionKeyFile { get; set; }

    /// <summary>Started once with sh before the vassals, if it is there; null for none.</summary>
    public string? RcLocal { get; set; }

    /// <summary>Listening SOCK_SEQPACKET on which the daemon finds us, -1 for none.</summary>
    public int ControlDescriptor { get; set; } = -1;

    /// <summary>True leaves symbolic links in the vassal directory alone: their own time counts, not their target's.</summary>
    public bool NoFollow { get; set; }

    /// <summary>The distro's uWSGI, tried after ~/bin/uwsgi and /usr/local/bin/uwsgi.</summary>
    public IReadOnlyList<string> UwsgiBinaries { get; set; } = ["/usr/bin/uwsgi", "/usr/bin/uwsgi-core", "/opt/unbit/uwsgi/uwsgi"];

    /// <summary>A vassal whose file has a neighbour of this further extension starts at the first connection to the socket named in it; null turns that off.</summary>
    public string? OnDemandExtension { get; set; } = ".socket";

    /// <summary>From a polite stop to SIGKILL, and between SIGKILLs. Default 30 s (the original's curse tolerance).</summary>
    public TimeSpan Mercy { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time between two heartbeats of a vassal that sends them. Default 30 s (the original's).</summary>
    public TimeSpan RequiredHeartbeat { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the stats are served: ip:port or a socket path; null for nowhere. Default as the original's.</summary>
    public string? StatsAddress { get; set; } = "127.0.0.1:5000";

    /// <summary>The language of children, LANG; null for none.</summary>
    public string? Language { get; set; } = "C.UTF-8";

    /// <summary>Reads them from a file of JSON; false with a sentence that names the fault.</summary>
    public static bool TryRead(string file, [NotNullWhen(true)] out SupervisorSettings? settings, [NotNullWhen(false)] out string? fault)
    {
        settings = null;
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
            {
                fault = $"{file}: more than {MaxFileBytes} bytes";
                return false;
            }

            settings = JsonSerializer.Deserialize(File.ReadAllBytes(file), SettingsJson.Default.SupervisorSettings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            fault = $"{file}: {e.Message}";
            return false;
        }

        fault = settings is null ? $"{file}: null" : settings.Faults() is { Count: > 0 } faults ? $"{file}: {string.Join("; ", faults)}" : null;
        return fault is null;
    }

    /// <summary>Every fault, as sentences.</summary>
    public List<string> Faults()
    {
        var faults = new List<string>();
        foreach (var (name, path) in new[] { (nameof(Home), Home), (nameof(VassalDirectory), VassalDirectory), (nameof(LogFile), LogFile), (nameof(SubscribeSocket), SubscribeSocket) })
        {
            if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
            {
                faults.Add($"{name} '{path}' is not an absolute path");
            }
        }

        if (Uid == 0 || Gid == 0)
        {
            faults.Add("Uid and Gid must not be root's");
        }

        if (Mercy <= TimeSpan.Zero || RequiredHeartbeat <= TimeSpan.Zero)
        {
            faults.Add("Mercy and RequiredHeartbeat must be longer than nothing");
        }

        if (LogFileMaxBytes < 4096)
        {
            faults.Add($"LogFileMaxBytes {LogFileMaxBytes} is below 4096");
        }

        return faults;
    }
}
