using UwsgiIt.Emperor.Announcing;
using UwsgiIt.Emperor.Cron;

namespace UwsgiIt.Emperor.Programs;

/// <summary>A plain program as its vassal file describes it. See deploy/README.md for the file.</summary>
internal sealed record ProgramDefinition
{
    /// <summary>exec: the program and its arguments; empty for a file of cron lines only.</summary>
    public IReadOnlyList<string> Exec { get; init; } = [];

    /// <summary>cwd: where it starts. Default the home.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>env: NAME=value, any number.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>restart: always, on-failure or never. Default always.</summary>
    public RestartPolicy Restart { get; init; } = RestartPolicy.Always;

    /// <summary>stop-signal: number or name. Default TERM.</summary>
    public int StopSignal { get; init; } = 15;

    /// <summary>stop-timeout: seconds until SIGKILL, 1 to 300. Default the Emperor's mercy, 30.</summary>
    public TimeSpan? StopTimeout { get; init; }

    /// <summary>reload-signal: sent when the file was touched; without it the program is restarted.</summary>
    public int? ReloadSignal { get; init; }

    /// <summary>listen: sockets passed to it (LISTEN_FDS), a path or ip:port; they outlive its restarts.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>on-demand: it starts at the first connection to one of them.</summary>
    public bool IsOnDemand { get; init; }

    /// <summary>memory: bytes of a cgroup of its own; null for none. K, M, G as usual.</summary>
    public long? Memory { get; init; }

    /// <summary>cpu-weight: 1 to 10000, 100 being everybody's; null for none.</summary>
    public int? CpuWeight { get; init; }

    /// <summary>cron, cron2: commands at their times.</summary>
    public IReadOnlyList<CronLine> Cron { get; init; } = [];

    /// <summary>domain, ssl-domain, ssl-ca-domain: names to announce while it runs.</summary>
    public IReadOnlyList<AnnouncedName> Names { get; init; } = [];

    /// <summary>proto: what it speaks. Default http.</summary>
    public string Protocol { get; init; } = "http";

    /// <summary>socket: the unix socket it binds itself and that is announced. Default the first path of listen.</summary>
    public string? Socket { get; init; }

    /// <summary>port: it serves on this port of 127.0.0.1 only; the Emperor listens on a unix socket for it and passes the bytes.</summary>
    public int? Port { get; init; }

    /// <summary>True when it needs a cgroup of its own.</summary>
    public bool HasLimits => Memory is not null || CpuWeight is not null;
}
